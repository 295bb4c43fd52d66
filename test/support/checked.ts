import { createHash } from 'node:crypto';
import { makeFile } from './files.ts';
import type { Said } from './recordings.ts';
import { acknowledgement, client, end, plugin, renderRecording, request, response, startUp } from './recordings.ts';
import type { Finished } from './run.ts';
import { reprise } from './run.ts';

/** The text of a recording with its seal. */
export function seal(text: string, at = 1e6): string {
  const lines = text.split('\n').length - 1;
  return `${text}${JSON.stringify({ at, event: 'end', reason: 'plugin-exited', lines, sha256: createHash('sha256').update(text).digest('hex') })}\n`;
}

/** What `check` says of a file, with the file's folder left out. */
export async function check(content: string | Buffer, name = 'x.jsonl'): Promise<Finished> {
  const file = makeFile(content, name);
  const { exitCode, stdout, stderr } = await reprise(['check', file]);
  return { exitCode, stdout: stdout.replaceAll(file, name), stderr: stderr.replaceAll(file, name) };
}

export const whole = seal(
  renderRecording([
    ...startUp(),
    client(50, request('a')),
    plugin(51, acknowledgement),
    plugin(52, response('a', 'one')),
    plugin(53, end('a')),
  ]),
);

/** The lines of a sealed recording, changed and sealed again. */
export function said(...more: readonly Said[]): string {
  return seal(renderRecording([...startUp(), client(50, request('a')), plugin(51, acknowledgement), ...more]));
}
