import { decodeRequestLine } from '../../src/protocol/request.ts';
import type { Match } from '../../src/replayer/invocation-index.ts';
import { Script } from '../../src/replayer/script.ts';
import type { Invocation } from '../../src/replayer/script-source.ts';
import type { Said } from './recordings.ts';
import { makeRecording } from './recordings.ts';

/** A script of such recordings, read to the end. */
export async function openScript(...recordings: (readonly Said[])[]): Promise<Script> {
  const script = await Script.open(recordings.map((said) => makeRecording(said)));
  await script.readOn(() => undefined);
  return script;
}

/** What a request's line finds. */
export function match(script: Script, line: string, connection = 0): Match {
  const decoded = decodeRequestLine(Buffer.from(line));
  if (decoded.kind !== 'request') throw new Error('it is no request');
  return script.match(decoded, connection);
}

/** The invocation that a request's line finds. */
export function found(script: Script, line: string, connection = 0): Invocation {
  const one = match(script, line, connection);
  if (one.kind !== 'found') throw new Error(`it was ${one.kind}`);
  return one.invocation;
}

/** All lines of an invocation, as text. */
export function linesOf(script: Script, one: Invocation): string[] {
  const lines: string[] = [];
  for (let row = one.first; row >= 0;) {
    const line = script.readLine(one.source, row);
    lines.push(`${line.isStray ? 'stray ' : ''}${line.bytes.toString()}`);
    row = line.next;
  }
  return lines;
}
