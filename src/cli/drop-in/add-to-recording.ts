import { createHash } from 'node:crypto';
import { closeSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { RepriseError, systemCode } from '../../foundation/reprise-error.ts';
import { encodeEvent, encodeHead } from '../../recording/envelope.ts';
import { lineTail } from '../../recording/line-encoder.ts';
import type { EventLine, MessageLine } from '../../recording/recorded-line.ts';
import type { RecordingReader } from '../../recording/recording-reader.ts';
import { openRecording } from '../../recording/recording-reader.ts';

/** Another process adds to the same recording: it is waited for so long, in milliseconds. */
const patience = 5000;
const step = 20;
/** What tells how a session ended comes after all that is added. */
const endings: ReadonlySet<string> = new Set(['eof', 'signal', 'exit']);

/**
 * Adds the requests of one recording, and what answers them, to another, as if they had been asked later in the same
 * session. The file is replaced by a whole one in one step.
 * @returns whether it could: after a crash nothing can be asked
 */
export async function addToRecording(file: string, addition: string): Promise<boolean> {
  const lock = `${file}.lock`;
  await takeLock(lock, file);
  try {
    const made = `${file}.${process.pid}.part`;
    const isMade = await writeBoth(made, file, addition);
    if (isMade) renameSync(made, file);
    else rmSync(made, { force: true });
    return isMade;
  } finally {
    rmSync(lock, { force: true });
  }
}

async function writeBoth(made: string, file: string, addition: string): Promise<boolean> {
  const [base, more] = [await openRecording(file), await openRecording(addition)];
  const sink = new SealedFile(made, base);
  try {
    const ending = copyBase(base, sink);
    if (ending.some(({ event }) => event === 'exit') && !ending.some(({ event }) => event === 'signal')) return false;
    copyAddition(more, sink);
    for (const { at, event, fields } of ending) sink.event(Math.max(at, sink.last), event, fields);
    sink.seal();
    return true;
  } finally {
    sink.close();
    base.close();
    more.close();
  }
}

/** @returns what tells how the session ended, which is still to be written */
function copyBase(base: RecordingReader, sink: SealedFile): EventLine[] {
  const ending: EventLine[] = [];
  const take = (line: MessageLine | EventLine): void => {
    if (line.kind === 'message') sink.message(line, base.readPayload(line));
    else if (endings.has(line.event) && line.fields['connection'] === undefined) ending.push(line);
    else if (line.event !== 'end') sink.event(line.at, line.event, line.fields);
  };
  while (base.scan(take));
  return ending;
}

/** From its first request on: in a TCP session on a connection of its own. */
function copyAddition(more: RecordingReader, sink: SealedFile): void {
  const connection = sink.connections === 0 ? 0 : sink.connections + 1;
  let offset: number | undefined;
  const take = (line: MessageLine | EventLine): void => {
    if (line.kind === 'event') return;
    if (offset === undefined) {
      if (line.from !== 'client') return;
      offset = sink.last - line.at;
      if (connection > 0) sink.event(sink.last, 'connect', { connection });
    }
    sink.message({ ...line, at: line.at + offset, connection }, more.readPayload(line));
  };
  while (more.scan(take));
}

/** A recording being written line by line, and sealed. */
class SealedFile {
  /** The time of the last line. */
  last = 0;
  /** The highest connection so far. */
  connections = 0;
  readonly #fd: number;
  readonly #hash = createHash('sha256');
  #lines = 0;

  constructor(file: string, { header }: RecordingReader) {
    this.#fd = openSync(file, 'w', 0o644);
    this.#write(`${JSON.stringify(header)}\n`);
  }

  message(line: MessageLine, payload: Buffer): void {
    this.last = line.at;
    this.connections = Math.max(this.connections, line.connection);
    const { payload: kind } = line;
    const bytes =
      kind === 'message' ? payload : Buffer.from(JSON.stringify(payload.toString(kind === 'text' ? 'utf8' : 'base64')));
    this.#write(Buffer.concat([Buffer.from(encodeHead(line, kind)), bytes, Buffer.from(lineTail)]));
  }

  event(at: number, event: string, { at: _at, event: _event, ...fields }: Readonly<Record<string, unknown>>): void {
    this.last = at;
    this.#write(`${encodeEvent(at, event, fields)}\n`);
  }

  seal(): void {
    this.event(this.last, 'end', { reason: 'added', lines: this.#lines, sha256: this.#hash.copy().digest('hex') });
  }

  close(): void {
    closeSync(this.#fd);
  }

  #write(text: string | Buffer): void {
    const bytes = Buffer.from(text);
    for (let done = 0; done < bytes.length;) done += writeSync(this.#fd, bytes, done);
    this.#hash.update(bytes);
    this.#lines++;
  }
}

async function takeLock(lock: string, file: string): Promise<void> {
  for (let waited = 0; ; waited += step) {
    try {
      closeSync(openSync(lock, 'wx'));
      return;
    } catch (error) {
      if (systemCode(error) !== 'EEXIST') throw error;
      if (waited > patience)
        throw new RepriseError(
          'exists',
          `Failed to add to ${file}: another process does, or was killed while it did. Remove ${lock} if none does.`,
          { file },
        );
    }
    await sleep(step);
  }
}
