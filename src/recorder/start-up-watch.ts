import type { Announcement } from '../protocol/announcement.ts';
import { mayBecomeAnnouncement, parseAnnouncement, rewriteAnnouncement } from '../protocol/announcement.ts';
import { derivedLines } from '../protocol/derived.ts';

export interface WatchOptions {
  send: (bytes: Buffer) => void;
  /** Gives the address to announce instead of the plugin's own; nothing is sent until it is known. */
  onAnnouncement: (announcement: Announcement) => Promise<Announcement>;
  /** Nothing more is to be watched for. */
  onDone: () => void;
}

/**
 * Passes on what the plugin says on stdout until it is ready or has announced a port, and replaces that announcement. A
 * line is held back only while it may still become one.
 */
export class StartUpWatch {
  readonly #options: WatchOptions;
  #held = Buffer.alloc(0);
  #isInLine = false; // the beginning of a line that is no announcement has been sent

  constructor(options: WatchOptions) {
    this.#options = options;
  }

  take(chunk: Buffer): void {
    const bytes = this.#held.length === 0 ? chunk : Buffer.concat([this.#held, chunk]);
    this.#held = Buffer.alloc(0);
    let start = 0;
    for (let newline = bytes.indexOf(0x0a); newline >= 0; newline = bytes.indexOf(0x0a, start)) {
      const line = this.#isInLine ? '' : bytes.toString('latin1', start, Math.min(newline, start + 512));
      this.#isInLine = false;
      const announcement = parseAnnouncement(line);
      if (announcement !== undefined) {
        this.#options.send(bytes.subarray(0, start));
        void this.#replace(line, announcement, bytes.subarray(newline));
        return;
      }
      start = newline + 1;
      if (line === derivedLines.ready || line.startsWith('[plugin_ready] ')) {
        this.#options.send(bytes);
        this.#options.onDone();
        return;
      }
    }
    this.#keepOrSend(bytes, start);
  }

  /** The plugin's stdout has ended: what was held back is sent. */
  end(): void {
    if (this.#held.length > 0) this.#options.send(this.#held);
    this.#held = Buffer.alloc(0);
  }

  #keepOrSend(bytes: Buffer, start: number): void {
    const rest = bytes.toString('latin1', start, start + 512);
    const isHeld = !this.#isInLine && rest !== '' && mayBecomeAnnouncement(rest);
    const end = isHeld ? start : bytes.length;
    if (isHeld) this.#held = Buffer.from(bytes.subarray(start));
    else if (start < bytes.length) this.#isInLine = true;
    if (end > 0) this.#options.send(bytes.subarray(0, end));
  }

  async #replace(line: string, announcement: Announcement, rest: Buffer): Promise<void> {
    const own = await this.#options.onAnnouncement(announcement);
    this.#options.send(Buffer.concat([Buffer.from(rewriteAnnouncement(line, own), 'latin1'), rest]));
    this.#options.onDone();
  }
}
