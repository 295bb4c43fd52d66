import { closeSync, constants, mkdtempSync, openSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Clock } from '../foundation/clock.ts';
import { RepriseError, reasonOf } from '../foundation/reprise-error.ts';
import type { ProcessExit } from '../transport/child.ts';
import { makeFolder } from '../foundation/make-folder.ts';
import { refuseForeign } from './refuse-foreign.ts';
import type { AskedEntry, FaultEntry, JournalEntry, JournalHeader, SentEntry } from './journal-entry.ts';

const ownBeginning = /^\{"format":"reprise-journal"/;
/** Lines asked so far that a journal begun late still has. */
const mostRemembered = 1000;
/** A journal that nobody asked for ends after so many bytes. */
const longestUnasked = 16 << 20;
/** So much waits at most to be written, in characters. */
const mostWaiting = 1 << 20;
const { O_APPEND, O_CREAT, O_EXCL, O_NONBLOCK, O_TRUNC, O_WRONLY } = constants;

export interface JournalOptions {
  header: JournalHeader;
  clock: Clock;
  /** The file to write; one that is there is overwritten. */
  file: string | undefined;
  /** The folder in which to make a file of its own. */
  folder: string | undefined;
  /** Told of every entry. */
  onEntry: ((entry: JournalEntry) => void) | undefined;
  /** It can not be written any more. */
  onFailure: (text: string) => void;
}

/**
 * What a replay was asked and what it answered, as JSON Lines. An entry is in the file before what it tells of leaves the
 * process, so that a SIGKILL costs none. Without a file it remembers what was asked, and begins one at the first miss.
 */
export class Journal {
  /** Whether entries are wanted: looked at before one is made. */
  isOpen = false;
  file: string | undefined;
  readonly #options: JournalOptions;
  readonly #began: number;
  #fd: number | undefined;
  #left = Infinity;
  #text = '';
  /** The last lines asked, the oldest at `#asked` where it is full. */
  readonly #remembered: (() => AskedEntry)[] = [];
  #asked = 0;

  /** @throws RepriseError where the file can't be made */
  constructor(options: JournalOptions) {
    this.#options = options;
    this.#began = options.clock.now();
    const { file, folder, header, onEntry } = options;
    this.isOpen = onEntry !== undefined;
    if (file !== undefined) this.#open(file, O_TRUNC);
    else if (folder !== undefined) this.#open(join(folder, nameOf(header)), O_EXCL, folder);
  }

  /** The time since the replay began, in milliseconds. */
  get now(): number {
    return round(this.#options.clock.now() - this.#began);
  }

  /** @param make makes the entry, now or when a journal begins; what it holds must be small, and stay as it is */
  asked(make: () => AskedEntry): void {
    if (this.isOpen) this.#add(make());
    else this.#remembered[this.#asked++ % mostRemembered] = make;
  }

  /** @param due on the clock's scale */
  sent(entry: Omit<SentEntry, 'at' | 'late'>, due: number): void {
    const now = this.#options.clock.now();
    this.#add({ at: round(now - this.#began), ...entry, late: round(Math.max(now - due, 0)) });
  }

  /** A fault has acted. */
  fired(entry: Omit<FaultEntry, 'at'>): void {
    if (this.isOpen) this.#add({ at: this.now, ...entry });
  }

  /** A journal is wanted from now on. @returns its file; undefined where none can be made */
  begin(): string | undefined {
    if (this.#fd !== undefined || this.file !== undefined) return this.file;
    try {
      this.#open(join(mkdtempSync(join(tmpdir(), 'reprise-')), 'journal.jsonl'), O_EXCL);
    } catch (error) {
      this.#options.onFailure(reasonOf(error));
      return undefined;
    }
    this.#left = longestUnasked;
    const first = this.#asked % Math.max(this.#remembered.length, 1);
    const makers = this.#remembered.splice(0);
    for (const make of [...makers.slice(first), ...makers.slice(0, first)]) this.#write(make());
    return this.file;
  }

  /** Writes what waits. */
  flush(): void {
    if (this.#text === '' || this.#fd === undefined) return;
    const text = this.#text;
    this.#text = '';
    try {
      const bytes = Buffer.from(text);
      for (let done = 0; done < bytes.length;) done += writeSync(this.#fd, bytes, done);
      this.#left -= bytes.length;
      if (this.#left < 0) this.#close(`it has ${longestUnasked >> 20} MiB; name one with \`--journal\` for more`);
    } catch (error) {
      this.#close(reasonOf(error));
    }
  }

  end({ code, signal }: ProcessExit): void {
    if (this.isOpen) this.#add({ at: this.now, event: 'end', ...(signal === null ? { code: code ?? 0 } : { signal }) });
    this.flush();
    if (this.#fd !== undefined) closeSync(this.#fd);
    this.#fd = undefined;
    this.isOpen = false;
  }

  #add(entry: JournalEntry): void {
    this.#options.onEntry?.(entry);
    if (this.#fd !== undefined) this.#write(entry);
  }

  #write(entry: JournalEntry): void {
    this.#text += `${JSON.stringify(entry)}\n`;
    if (this.#text.length > mostWaiting) this.flush();
  }

  #open(file: string, flag: number, folder?: string): void {
    try {
      if (folder !== undefined) makeFolder(folder);
      if (flag === O_TRUNC) refuseForeign('journal', file, ownBeginning);
      // Requests stand in it: it is for its user alone. A pipe that nobody reads is an error, not a wait.
      this.#fd = openSync(file, O_WRONLY | O_CREAT | O_APPEND | O_NONBLOCK | flag, 0o600);
    } catch (error) {
      if (error instanceof RepriseError) throw error;
      throw new RepriseError(
        'not-writable',
        `Failed to open the journal ${file}: ${reasonOf(error)}. Give another file or folder.`,
        { file, cause: error },
      );
    }
    this.file = file;
    this.isOpen = true;
    this.#text = `${JSON.stringify(this.#options.header)}\n`;
    this.flush();
  }

  #close(reason: string): void {
    if (this.#fd !== undefined) closeSync(this.#fd);
    this.#fd = undefined;
    this.isOpen = this.#options.onEntry !== undefined;
    this.#options.onFailure(`the journal ${this.file} ends here, the replay goes on: ${reason}`);
  }
}

/** No two processes choose the same, and they sort by time. */
function nameOf({ started_at: startedAt, pid }: JournalHeader): string {
  const time = startedAt.replace(/[-:]|\.\d+Z/g, '');
  return `journal-${time}-${pid}-${Math.random().toString(36).slice(2, 8)}.jsonl`;
}

/** Microsecond digits, as recordings have them. */
function round(ms: number): number {
  return Math.round(ms * 1000) / 1000;
}
