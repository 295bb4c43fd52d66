import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { parseJson } from '../foundation/parse-json.ts';
import { RepriseError, reasonOf, systemCode } from '../foundation/reprise-error.ts';
import { parseEnvelope } from './envelope.ts';
import type { Header } from './header.ts';
import { parseHeader } from './header.ts';
import type { MessageLine, RecordedLine } from './recorded-line.ts';

/** What is read at once. */
const slabSize = 1 << 20;
/** A recorded line is at most 16 MiB before it is escaped; a line of a file beyond this was not written by reprise. */
const longestLine = 128 << 20;
/** So much of a file is proved to be JSON whole while it is indexed; beyond it only the envelopes are read. */
const strictBytes = 1 << 20;

/** The payload of a line, as `MessageLine` tells where it stands. */
export type PayloadPlace = Pick<MessageLine, 'payload' | 'offset' | 'length'>;

/** Takes a line of the file. */
export type VisitLine = (line: RecordedLine, bytes: Buffer) => void;

export interface ReaderOptions {
  /** Proves every line to be JSON whole, not only those of the first MiB. @default false */
  strict?: boolean;
}

/**
 * Opens `file`, packed with gzip or not, and reads its header.
 * @throws RepriseError where it is missing, unreadable, no recording, or of a newer version
 */
export async function openRecording(file: string, options: ReaderOptions = {}): Promise<RecordingReader> {
  return new RecordingReader(file, await openPlain(file), options);
}

/**
 * Opens the lines of `file`, packed with gzip or not.
 * @returns a descriptor
 * @throws RepriseError where it is missing, unreadable, or no regular file
 */
export async function openPlain(file: string): Promise<number> {
  const fd = openForReading(file);
  if (!isPacked(fd)) return fd;
  const packedSize = fstatSync(fd).size;
  closeSync(fd);
  // Loaded for packed files alone: zlib would cost every replay its start-up time.
  const { unpackGzip } = await import('./gzip.ts');
  return unpackGzip(file, packedSize);
}

/**
 * A recording, open for reading: its lines one after the other by `scan`, and any payload by its place. Nothing of the
 * file is kept in memory.
 */
export class RecordingReader {
  readonly file: string;
  readonly header: Header;
  /** Bytes in the file, unpacked. */
  readonly size: number;
  /** The bytes of a last line that was cut off, as a killed recorder leaves it; it is skipped. */
  truncatedBytes = 0;

  readonly #fd: number;
  readonly #strict: boolean;
  #slab = Buffer.allocUnsafe(0);
  #slabStart = 0; // offset in the file of the slab's first byte
  #used = 0; // bytes of the slab that hold file content
  #next = 0; // where in the slab the next line begins
  #line = 0;

  /** Takes an open descriptor; `openRecording` is the way in. */
  constructor(file: string, fd: number, options: ReaderOptions = {}) {
    this.file = file;
    this.#fd = fd;
    this.#strict = options.strict ?? false;
    this.size = fstatSync(this.#fd).size;
    try {
      this.header = parseHeader(this.#firstLine(), file);
    } catch (error) {
      this.close();
      throw error;
    }
  }

  /** Byte offset up to which the file has been scanned. */
  get position(): number {
    return this.#slabStart + this.#next;
  }

  /** Lines scanned so far, the header's included. */
  get lines(): number {
    return this.#line;
  }

  /**
   * Hands the lines that one read brings to `visit`, in order, the header left out; each with its own bytes, its newline
   * cut off, which are good until `visit` returns.
   * @returns false when the file has come to its end
   * @throws RepriseError `broken-line` with file and line
   */
  scan(visit: VisitLine): boolean {
    for (let newline = this.#newline(); newline >= 0; newline = this.#newline()) {
      visit(this.#parse(newline), this.#slab.subarray(this.#next, newline));
      this.#next = newline + 1;
    }
    if (this.#fill()) return true;
    return this.#finish(visit);
  }

  /** The bytes of a line as they came, without its ending. */
  readPayload({ payload, offset, length }: PayloadPlace): Buffer {
    const raw = this.#cached(offset, length) ?? this.#readAt(offset, length);
    if (payload === 'message') return raw;
    const text = parseJson(raw.toString());
    if (typeof text !== 'string') throw this.#broken(`\`${payload}\` is not a string`, this.#lineOf(offset));
    return Buffer.from(text, payload === 'text' ? 'utf8' : 'base64');
  }

  close(): void {
    closeSync(this.#fd);
  }

  #firstLine(): string {
    while (this.#newline() < 0 && this.#used - this.#next < slabSize && this.#fill());
    const newline = this.#newline();
    const end = newline < 0 ? this.#used : newline;
    const text = this.#slab.toString('utf8', 0, end);
    this.#next = Math.min(end + 1, this.#used);
    this.#line = 1;
    return text;
  }

  #newline(): number {
    const found = this.#slab.indexOf(0x0a, this.#next);
    return found >= this.#used ? -1 : found;
  }

  #parse(end: number): RecordedLine {
    const bytes = this.#slab.subarray(this.#next, end);
    const base = this.#slabStart + this.#next;
    this.#line++;
    const line = parseEnvelope(bytes, { line: this.#line, base }, this.#strict || base < strictBytes);
    if (typeof line === 'string') throw this.#broken(line);
    return line;
  }

  /** Puts what is left of the slab to its front and reads on. @returns false at the end of the file */
  #fill(): boolean {
    const rest = this.#used - this.#next;
    if (rest > longestLine) throw this.#broken(`the next line is longer than ${longestLine >> 20} MiB`);
    const slab = Buffer.allocUnsafe(Math.max(slabSize, rest * 2));
    this.#slab.copy(slab, 0, this.#next, this.#used);
    this.#slabStart += this.#next;
    this.#slab = slab;
    this.#next = 0;
    const count = readSync(this.#fd, slab, rest, slab.length - rest, this.#slabStart + rest);
    this.#used = rest + count;
    return count > 0;
  }

  /** A last line without its newline counts when it is whole; otherwise it was cut off. */
  #finish(visit: VisitLine): false {
    if (this.#next === this.#used) return false;
    const base = this.#slabStart + this.#next;
    const line = parseEnvelope(this.#slab.subarray(this.#next, this.#used), { line: this.#line + 1, base }, true);
    if (typeof line === 'string') this.truncatedBytes = this.#used - this.#next;
    else {
      this.#line++;
      visit(line, this.#slab.subarray(this.#next, this.#used));
    }
    this.#next = this.#used;
    return false;
  }

  #cached(offset: number, length: number): Buffer | undefined {
    const from = offset - this.#slabStart;
    return from >= 0 && from + length <= this.#used ? this.#slab.subarray(from, from + length) : undefined;
  }

  #readAt(offset: number, length: number): Buffer {
    const bytes = Buffer.allocUnsafe(length);
    for (let done = 0; done < length;) {
      const count = readSync(this.#fd, bytes, done, length - done, offset + done);
      if (count === 0) throw this.#broken('it was cut short while it was read', this.#lineOf(offset));
      done += count;
    }
    return bytes;
  }

  /** The line in which a byte stands; the whole file before it is counted, which an error is worth. */
  #lineOf(offset: number): number {
    const slab = Buffer.allocUnsafe(slabSize);
    let line = 1;
    for (let at = 0; at < offset; at += slabSize) {
      const end = readSync(this.#fd, slab, 0, Math.min(slabSize, offset - at), at);
      for (let next = slab.indexOf(0x0a); next >= 0 && next < end; next = slab.indexOf(0x0a, next + 1)) line++;
    }
    return line;
  }

  #broken(what: string, line = this.#line): RepriseError {
    return new RepriseError(
      'broken-line',
      `Failed to read ${this.file}:${line}: ${what}. Mend or remove that line, or record again.`,
      { file: this.file, line },
    );
  }
}

function isPacked(fd: number): boolean {
  const magic = Buffer.alloc(2);
  return readSync(fd, magic, 0, 2, 0) === 2 && magic[0] === 0x1f && magic[1] === 0x8b;
}

/** A pipe without a writer would block for ever, without the flag. */
function openForReading(file: string): number {
  const fd = openOrExplain(file);
  const stat = fstatSync(fd);
  if (stat.isFile()) return fd;
  closeSync(fd);
  const what = stat.isDirectory()
    ? 'it is a folder. Name a file in it.'
    : 'it is not a regular file. Give a recording.';
  throw new RepriseError('not-a-recording', `Failed to open ${file}: ${what}`, { file });
}

function openOrExplain(file: string): number {
  try {
    return openSync(file, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (error) {
    const missing = systemCode(error) === 'ENOENT';
    const what = missing ? 'there is no such file' : reasonOf(error);
    const advice = missing ? 'Check the path, or make it with `reprise record`.' : 'Check its permissions.';
    throw new RepriseError('not-found', `Failed to open ${file}: ${what}. ${advice}`, { file, cause: error });
  }
}
