import { createHash } from 'node:crypto';
import { closeSync, openSync, readFileSync, realpathSync, renameSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { RepriseError, systemCode } from '../../foundation/reprise-error.ts';
import { derivedLines } from '../../protocol/derived.ts';
import { parseMessage } from '../../protocol/message.ts';
import { decodeRequestLine } from '../../protocol/request.ts';
import { encodeEvent, encodeHead } from '../../recording/envelope.ts';
import { lineTail } from '../../recording/line-encoder.ts';
import type { EventLine, MessageLine } from '../../recording/recorded-line.ts';
import type { RecordingReader } from '../../recording/recording-reader.ts';
import { openRecording } from '../../recording/recording-reader.ts';
import { isAlive } from '../../foundation/is-alive.ts';
import { partOf } from './recording-folder.ts';
import { stemOf } from './stem-of.ts';

/** Another process adds to the same recording: it is waited for so long, in milliseconds. */
const patience = 5000;
const step = 20;
const acknowledgement = Buffer.from(derivedLines.acknowledgement);
/** What tells how a session ended comes after all that is added. */
const endings: ReadonlySet<string> = new Set(['eof', 'signal', 'exit']);

/**
 * Adds the requests of one recording, and what answers them, to another, as if they had been asked later in the same
 * session. The file is replaced by a whole one in one step.
 * @returns whether it could: after a crash nothing can be asked
 */
export async function addToRecording(
  name: string,
  addition: string,
  unanswered: ReadonlySet<string>,
): Promise<boolean> {
  const file = realpathSync(name); // a link stays one
  const lock = `${file}.lock`;
  await takeLock(lock, file);
  const made = partOf(dirname(file), `${stemOf(file)}.added`);
  try {
    if (!(await writeBoth(made, file, { addition, unanswered }))) return false;
    const plain = file.replace(/\.gz$/, ''); // what is added to is no packed file any more
    renameSync(made, plain);
    if (plain !== file) rmSync(file);
    return true;
  } finally {
    rmSync(made, { force: true });
    rmSync(lock, { force: true });
  }
}

interface Addition {
  addition: string;
  /** Ids of requests that were never answered: they are left out, so that they can be asked again. */
  unanswered: ReadonlySet<string>;
}

async function writeBoth(made: string, file: string, { addition, unanswered }: Addition): Promise<boolean> {
  const [base, more] = [await openRecording(file), await openRecording(addition)];
  const sink = new SealedFile(made, base);
  try {
    const ending = copyBase(base, sink);
    if (ending.some(({ event }) => event === 'exit') && !ending.some(({ event }) => event === 'signal')) return false;
    copyAddition(more, sink, unanswered);
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
function copyAddition(more: RecordingReader, sink: SealedFile, unanswered: ReadonlySet<string>): void {
  const connection = sink.connections === 0 ? 0 : sink.connections + 1;
  let offset: number | undefined;
  const leftOut: boolean[] = []; // by request, until its acknowledgement has come
  const isLeftOut = (line: MessageLine, payload: Buffer): boolean => {
    if (line.from === 'client')
      return leftOut[leftOut.push(unanswered.has(decodeRequestLine(payload).id)) - 1] === true;
    if (payload.equals(acknowledgement)) return leftOut.shift() === true;
    return unanswered.has(parseMessage(payload)?.id ?? '');
  };
  const take = (line: MessageLine | EventLine): void => {
    if (line.kind === 'event') return;
    if (offset === undefined) {
      if (line.from !== 'client') return;
      offset = sink.last - line.at;
      if (connection > 0) sink.event(sink.last, 'connect', { connection });
    }
    const payload = more.readPayload(line);
    if (!line.stderr && isLeftOut(line, payload)) return;
    sink.message({ ...line, at: line.at + offset, connection }, payload);
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
      writeFileSync(lock, String(process.pid), { flag: 'wx' });
      return;
    } catch (error) {
      if (systemCode(error) !== 'EEXIST') throw error;
      if (isLeft(lock)) rmSync(lock, { force: true });
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

/** Whoever held the lock was killed. */
function isLeft(lock: string): boolean {
  try {
    const pid = Number(readFileSync(lock, 'utf8'));
    return pid > 0 && !isAlive(pid);
  } catch {
    return false; // let go of meanwhile
  }
}
