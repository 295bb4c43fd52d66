import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { digestSecret, renderPlaceholder } from '../../src/foundation/placeholder.ts';
import { makeFolder } from './files.ts';
import { drive, driveFile, playCommand, reprise, sessionFile } from './programs.ts';

/** The key that the recordings are made with, and found again. */
const key = 'the key of the golden sessions';
process.env['REPRISE_KEY'] = key;
/** The made-up keys of the sessions; all stand under the same name. */
const secret = /sk-reprise-[\w-]+/g;

/** What the real program said once, and where a recording of it is made. */
export interface Session {
  name: string;
  transport: 'stdio' | 'tcp';
  format: 'json' | 'text';
  exact_stderr?: boolean;
  recording: string;
}

export const folder = makeFolder();

export const sessions = readdirSync(new URL('../fixtures/golden/sessions/', import.meta.url)).map((file): Session => {
  const name = file.replace('.jsonl', '');
  const head = JSON.parse(readFileSync(sessionFile(name), 'utf8').split('\n', 1)[0] ?? '') as Session;
  return Object.assign(head, { name, recording: join(folder, file) });
});

/** Those that can be replayed: the text format has no ids. */
export const inJson = sessions.filter(({ format, exact_stderr }) => format === 'json' && exact_stderr !== true);

const recordings = new Map<string, Promise<unknown>>();

/** Records a session, once; every test waits for its own. */
export function recorded({ name, recording }: Session): Promise<unknown> {
  const made =
    recordings.get(name) ?? drive(name, [], [...reprise, 'record', '-q', '-o', recording, '--', ...playCommand(name)]);
  recordings.set(name, made);
  return made;
}

/**
 * Drives a replay of a session as its client did; it is to answer what was recorded, in which placeholders stand for the
 * secrets.
 */
export function driveReplay(
  name: string,
  options: readonly string[],
  command: readonly string[],
): ReturnType<typeof drive> {
  const text = readFileSync(sessionFile(name), 'utf8');
  if (!text.includes('sk-reprise-')) return drive(name, options, command);
  const [head = '', ...lines] = text.split('\n');
  const file = join(makeFolder(), `${name}.jsonl`);
  writeFileSync(file, [head, ...lines.map(redactAnswer)].join('\n'));
  return driveFile(file, options, command);
}

function redactAnswer(line: string): string {
  if (!/"channel":"(?:stdout|tcp\d+)"/.test(line)) return line;
  return line.replace(secret, (value) => renderPlaceholder({ kind: 'api_key', digest: digestSecret(key, value) }));
}
