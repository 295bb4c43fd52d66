import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { digestSecret, fingerprintOf, renderPlaceholder } from '../../src/foundation/placeholder.ts';
import { makeFolder } from './files.ts';
import { asked } from './near-misses.ts';
import type { Said } from './recordings.ts';
import { acknowledgement, client, end, event, plugin, renderRecording, response, startUp } from './recordings.ts';

/** The key of the project in which these were recorded, and of another. */
export const key = 'k'.repeat(32);
export const otherKey = 'o'.repeat(32);
/** What was sent when they were recorded, and what is sent since it was rotated. */
export const good = 'sk-recorded-good-0123456789';
export const bad = 'sk-recorded-bad-9876543210';
export const rotated = 'sk-rotated-5555555555';
export const again = 'sk-rotated-again-6666666666';

/** What stands for a secret in a recording. */
export function hide(value: string, kind = 'api_key', by = key): string {
  return renderPlaceholder({ kind, digest: digestSecret(by, value) });
}

/** A request of a model with such credentials. */
export function llm(credentials: unknown, more: object = {}): string {
  return asked('model', 'invoke_llm', { provider: 'openai', model: 'gpt', credentials, ...more });
}

/** A recorded request, what answers it, and where it was recorded. */
export interface Recorded {
  line: string;
  answer: string;
  connection?: number;
}

/** The lines of a recording of these, whose secrets were replaced with a key. */
function sayRecorded(recorded: readonly Recorded[], by = key): Said[] {
  return [
    ...startUp(),
    event(40, 'about', { redaction: { key: fingerprintOf(by) } }),
    ...recorded.flatMap(({ line, answer, connection = 0 }, index) => [
      client(100 * (index + 1), line, connection),
      plugin(100 * (index + 1) + 1, acknowledgement, connection),
      plugin(100 * (index + 1) + 2, response('r', answer), connection),
      plugin(100 * (index + 1) + 3, end('r'), connection),
    ]),
  ];
}

/** A project's folder with a recording, and with a key where one is given. */
export function makeProject(recorded: readonly Recorded[], own: string | undefined): { folder: string; file: string } {
  const folder = makeFolder();
  const file = join(folder, 'secrets.jsonl');
  writeFileSync(file, renderRecording(sayRecorded(recorded)));
  if (own !== undefined) {
    mkdirSync(join(folder, '.reprise'));
    writeFileSync(join(folder, '.reprise', 'key'), `${own}\n`);
  }
  return { folder, file };
}
