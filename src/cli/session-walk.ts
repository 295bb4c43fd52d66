import type { Exchange, Role } from '../protocol/attribution.ts';
import { Attribution } from '../protocol/attribution.ts';
import type { RequestLine } from '../protocol/request.ts';
import { decodeRequestLine } from '../protocol/request.ts';
import type { EventLine, MessageLine, RecordedLine } from '../recording/recorded-line.ts';
import type { RecordingReader } from '../recording/recording-reader.ts';

/** A line of a recording, with what it is by the program's rules. */
export type Happening =
  | { kind: 'event'; line: EventLine }
  /** `request` is undefined where the line was too long for one envelope. `size` is in bytes, all parts, ending included. */
  | {
      kind: 'request';
      line: MessageLine;
      of: Exchange;
      request: RequestLine | undefined;
      payload: Buffer;
      size: number;
    }
  /** `isRest`: a further part of a line that was too long for one envelope. */
  | { kind: 'plugin'; line: MessageLine; role: Role; payload: Buffer; size: number; isRest: boolean }
  /** A line in the text format, which tells nothing of ids. */
  | { kind: 'text'; line: MessageLine; payload: Buffer }
  /** A line of the plugin's stderr, or a part of a request to come. */
  | { kind: 'stderr' | 'part'; line: MessageLine };

/** Tells of each line of a recording, in order, what it is. Keeps only what has not ended. */
export class SessionWalk {
  readonly #reader: RecordingReader;
  readonly #attribution = new Attribution();
  /** Bytes so far of a request in parts, by connection. */
  readonly #requestParts = new Map<number, number>();
  readonly #pluginParts = new Map<number, Role>();
  #isText = false;

  constructor(reader: RecordingReader) {
    this.#reader = reader;
  }

  /** The plugin answered in the text format. */
  get isText(): boolean {
    return this.#isText;
  }

  get isReady(): boolean {
    return this.#attribution.isReady;
  }

  /** The invocations that have not ended, in the order of their requests. */
  unfinished(): Exchange[] {
    return this.#isText ? [] : this.#attribution.unfinished();
  }

  /** Takes the next line while the reader is at it. */
  take(line: RecordedLine): Happening {
    if (line.kind === 'event') {
      if (line.event === 'about' && line.fields['response_format'] === 'text') this.#isText = true;
      return { kind: 'event', line };
    }
    if (line.stderr) {
      this.#attribution.log(() => this.#reader.readPayload(line));
      return { kind: 'stderr', line };
    }
    if (line.from === 'client') return this.#takeClient(line);
    return this.#isText ? { kind: 'text', line, payload: this.#reader.readPayload(line) } : this.#takePlugin(line);
  }

  #takeClient(line: MessageLine): Happening {
    const { connection } = line;
    const before = this.#requestParts.get(connection);
    const payload = this.#reader.readPayload(line);
    const size = (before ?? 0) + sizeOf(line, payload);
    if (line.part) {
      this.#requestParts.set(connection, size);
      return { kind: 'part', line };
    }
    this.#requestParts.delete(connection);
    const whole = before === undefined ? payload : undefined;
    const of = this.#attribution.client(connection, whole);
    // Of a line that the program did not read, people still want to know what it asked for.
    const request = of.line ?? (whole === undefined ? undefined : decodeRequestLine(whole));
    return { kind: 'request', line, of, request, payload, size };
  }

  #takePlugin(line: MessageLine): Happening {
    const { connection, part } = line;
    const payload = this.#reader.readPayload(line);
    const known = this.#pluginParts.get(connection);
    const role = known ?? this.#attribution.plugin(connection, payload);
    if (part) this.#pluginParts.set(connection, role);
    else this.#pluginParts.delete(connection);
    return { kind: 'plugin', line, role, payload, size: sizeOf(line, payload), isRest: known !== undefined };
  }
}

/** Bytes as they went over the wire. */
function sizeOf({ eol, part }: MessageLine, payload: Buffer): number {
  return payload.length + (part ? 0 : eol.length);
}
