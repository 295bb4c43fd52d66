import { openSync } from 'node:fs';
import { join } from 'node:path';
import { systemClock } from '../../src/foundation/clock.ts';
import { createHeader } from '../../src/recording/header.ts';
import type { Channel } from '../../src/recording/line-encoder.ts';
import { LineJoiner } from '../../src/recording/line-joiner.ts';
import type { RecordedLine } from '../../src/recording/recorded-line.ts';
import { openRecording } from '../../src/recording/recording-reader.ts';
import type { WriterOptions } from '../../src/recording/recording-writer.ts';
import { RecordingWriter } from '../../src/recording/recording-writer.ts';
import { makeFolder } from './files.ts';

export const channels: readonly Channel[] = [
  { from: 'client', connection: 0, stderr: false },
  { from: 'plugin', connection: 0, stderr: false },
  { from: 'plugin', connection: 0, stderr: true },
  { from: 'client', connection: 2, stderr: false },
  { from: 'plugin', connection: 2, stderr: false },
];

/** A chunk of a channel; an event; or the end of a channel. */
export interface Fed {
  channel: number;
  bytes?: Buffer;
  event?: string;
}

export const header = createHeader(['dify', 'plugin', 'run'], '0.1.0');

/** A writer on a descriptor, with its calls counted. */
export function openWriter(
  fd: number,
  options: Partial<WriterOptions> = {},
): { writer: RecordingWriter; failures: Error[] } {
  const failures: Error[] = [];
  const ignore = (): void => undefined;
  const onFailure = (error: Error): void => void failures.push(error);
  return {
    writer: new RecordingWriter(fd, header, {
      clock: systemClock,
      onLine: ignore,
      onRoom: ignore,
      onFailure,
      ...options,
    }),
    failures,
  };
}

/** Writes a session to a real file, a millisecond a piece. */
export async function writeSession(fed: readonly Fed[], options: Partial<WriterOptions> = {}): Promise<string> {
  const file = join(makeFolder(), 'session.jsonl');
  const { writer } = openWriter(openSync(file, 'w'), options);
  const joiners = channels.map((channel) => new LineJoiner(channel));
  let at = 0;
  for (const { channel, bytes, event } of fed) {
    const joiner = joiners[channel];
    at += 0.7;
    if (event !== undefined) writer.addEvent(at, event, { channel });
    else if (joiner !== undefined && bytes !== undefined) writer.addBytes(joiner, at, bytes);
  }
  for (const joiner of joiners) writer.endChannel(joiner, at);
  await writer.end(() => at + 1, 'plugin-exited');
  return file;
}

/** All lines of a recording, with the bytes of each line that has some, ending included. */
export async function readSession(file: string, strict = false): Promise<{ lines: RecordedLine[]; bytes: Buffer[] }> {
  const reader = await openRecording(file, { strict });
  const lines: RecordedLine[] = [];
  while (reader.scan((line) => lines.push(line)));
  const bytes = lines.map((line) =>
    line.kind === 'event'
      ? Buffer.alloc(0)
      : Buffer.concat([reader.readPayload(line), Buffer.from(line.part ? '' : line.eol)]),
  );
  reader.close();
  return { lines, bytes };
}

/** What a channel's lines come to, put together again. */
export function bytesOf(index: number, { lines, bytes }: Awaited<ReturnType<typeof readSession>>): Buffer {
  const wanted = channels[index];
  return Buffer.concat(
    bytes.filter((_, at) => {
      const line = lines[at];
      return (
        line?.kind === 'message' &&
        line.from === wanted?.from &&
        line.connection === wanted.connection &&
        line.stderr === wanted.stderr
      );
    }),
  );
}
