import { createHash } from 'node:crypto';
import {
  closeSync,
  createReadStream,
  createWriteStream,
  openSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { nextTurn } from '../../foundation/clock.ts';
import { RepriseError, reasonOf, systemCode } from '../../foundation/reprise-error.ts';
import { encodeEvent } from '../envelope.ts';
import type { Channel } from '../line-encoder.ts';
import { encodeLine, lineTail } from '../line-encoder.ts';
import type { EventLine, MessageLine, RecordedLine } from '../recorded-line.ts';
import { readAbout } from '../read-about.ts';
import type { RecordingReader } from '../recording-reader.ts';
import { openRecording } from '../recording-reader.ts';
import { LineRedaction } from './line-redaction.ts';
import type { Redactor } from './redactor.ts';

export interface RedactRecordingOptions {
  redactor: Redactor;
  /** Of the redactor's key. */
  fingerprint: string;
  /** Bytes that have been gone through: each twice. */
  onProgress?: (position: number) => void;
}

/**
 * Replaces the secrets in a recording by placeholders, in every line: what is found anywhere is replaced everywhere. The
 * file is replaced in one step by a whole one, sealed again where it was; nothing is touched where there is no secret.
 * @returns whether there were secrets
 * @throws RepriseError where it can't be read or written
 */
export async function redactRecording(name: string, options: RedactRecordingOptions): Promise<boolean> {
  const { redactor, onProgress } = options;
  const before = sumOf(redactor);
  const reader = await openRecording(name, { strict: true });
  const file = realpathSync(name); // a link stays one
  const stamp = stampOf(file);
  try {
    await scanAll(reader, {
      visit: (line, bytes) => learn(line, bytes, { reader, redactor }),
      onTurn: () => onProgress?.(reader.position),
    });
  } finally {
    reader.close();
  }
  const made = `${file}.${process.pid}.part`;
  try {
    await rewrite(made, file, options);
    if (sumOf(redactor) === before) return false;
    if (isPacked(file)) await pack(made, statSync(file).mode);
    if (stampOf(file) !== stamp) throw new RepriseError('not-writable', explainChange(name), { file: name });
    renameSync(made, file);
    return true;
  } catch (error) {
    if (systemCode(error) === undefined) throw error;
    throw new RepriseError('not-writable', `Failed to write ${name}: ${reasonOf(error)}. The recording is as it was.`, {
      file: name,
      cause: error,
    });
  } finally {
    for (const left of [made, `${made}.gz`]) rmSync(left, { force: true });
  }
}

/** What is different once somebody has written to a file. */
function stampOf(file: string): string {
  const { dev, ino, size, mtimeNs } = statSync(file, { bigint: true });
  return [dev, ino, size, mtimeNs].join(' ');
}

function explainChange(name: string): string {
  return `Failed to redact ${name}: it was changed meanwhile, as one is that is still recorded. Wait for its end, and do it again. The recording is as it was.`;
}

function sumOf({ counts }: Redactor): number {
  return [...counts.values()].reduce((sum, count) => sum + count, 0);
}

async function scanAll(
  reader: RecordingReader,
  { visit, onTurn }: { visit: (line: RecordedLine, bytes: Buffer) => void; onTurn: () => void },
): Promise<void> {
  while (reader.scan(visit)) {
    onTurn();
    await nextTurn();
  }
}

function learn(
  line: RecordedLine,
  bytes: Buffer,
  { reader, redactor }: { reader: RecordingReader; redactor: Redactor },
): void {
  redactor.find(line.kind === 'message' ? reader.readPayload(line) : bytes);
}

async function rewrite(made: string, file: string, options: RedactRecordingOptions): Promise<void> {
  const reader = await openRecording(file, { strict: true });
  const { redaction } = await readAbout(file);
  const fd = openSync(made, 'wx', statSync(file).mode);
  try {
    const copy = new RedactedCopy(reader, fd, { ...options, knownKey: redaction?.['key'] });
    await scanAll(reader, {
      visit: (line, bytes) => copy.take(line, bytes),
      onTurn: () => options.onProgress?.(reader.size + reader.position),
    });
  } finally {
    closeSync(fd);
    reader.close();
  }
}

interface CopyOptions extends RedactRecordingOptions {
  /** The fingerprint of the key that the recording names already; it stays the one. */
  knownKey: string | undefined;
}

/** The lines of a recording on their way into another file. */
class RedactedCopy {
  readonly #reader: RecordingReader;
  readonly #fd: number;
  readonly #redaction: LineRedaction;
  readonly #channels = new Map<string, Channel>();
  readonly #inParts = new Set<Channel>();
  readonly #hash = createHash('sha256');
  #lines = 0;

  constructor(reader: RecordingReader, fd: number, { redactor, fingerprint, knownKey }: CopyOptions) {
    this.#reader = reader;
    this.#fd = fd;
    this.#redaction = new LineRedaction(redactor);
    const { header } = reader;
    this.#write(Buffer.from(`${JSON.stringify({ ...header, command: redactor.redactCommand(header.command) })}\n`));
    if (knownKey === undefined)
      this.#write(Buffer.from(`${encodeEvent(0, 'about', { redaction: { key: fingerprint } })}\n`));
  }

  take(line: RecordedLine, bytes: Buffer): void {
    if (line.kind === 'event') this.#takeEvent(line, bytes);
    else this.#takeMessage(line, bytes);
  }

  #takeEvent({ at, event, fields }: EventLine, bytes: Buffer): void {
    if (event !== 'end') {
      this.#write(Buffer.from(`${this.#redaction.event(bytes.toString())}\n`));
      return;
    }
    const { at: _at, event: _event, ...rest } = fields;
    const seal = { ...rest, lines: this.#lines, sha256: this.#hash.copy().digest('hex') };
    this.#write(Buffer.from(`${encodeEvent(at, 'end', seal)}\n`));
  }

  #takeMessage(line: MessageLine, bytes: Buffer): void {
    const channel = this.#channelOf(line);
    const content = this.#reader.readPayload(line);
    const kind = line.part ? 'part' : this.#inParts.delete(channel) ? 'last-part' : 'line';
    if (line.part) this.#inParts.add(channel);
    const ending = line.part ? '' : line.eol;
    const piece = { channel, at: line.at, bytes: Buffer.concat([content, Buffer.from(ending)]), kind } as const;
    const redacted = this.#redaction.take(piece);
    if (redacted === piece) {
      this.#write(Buffer.concat([bytes, Buffer.from('\n')]));
      return;
    }
    const { head, payload } = encodeLine(redacted);
    this.#write(Buffer.concat([Buffer.from(head), Buffer.from(payload as string), Buffer.from(lineTail)]));
  }

  #channelOf({ from, connection, stderr }: MessageLine): Channel {
    const key = `${from} ${connection} ${stderr}`;
    const channel = this.#channels.get(key) ?? { from, connection, stderr };
    this.#channels.set(key, channel);
    return channel;
  }

  #write(bytes: Buffer): void {
    for (let done = 0; done < bytes.length;) done += writeSync(this.#fd, bytes, done);
    this.#hash.update(bytes);
    this.#lines++;
  }
}

function isPacked(file: string): boolean {
  return file.endsWith('.gz');
}

async function pack(file: string, mode: number): Promise<void> {
  const { createGzip } = await import('node:zlib');
  await pipeline(createReadStream(file), createGzip(), createWriteStream(`${file}.gz`, { mode }));
  renameSync(`${file}.gz`, file);
}
