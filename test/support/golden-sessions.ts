import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeFolder } from './files.ts';
import { drive, playCommand, reprise, sessionFile } from './programs.ts';

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
