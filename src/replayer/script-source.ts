import { resolve } from 'node:path';
import { isJsonObject } from '../foundation/parse-json.ts';
import { RepriseError } from '../foundation/reprise-error.ts';
import type { Exchange, Role } from '../protocol/attribution.ts';
import { Attribution } from '../protocol/attribution.ts';
import type { Asked } from '../protocol/differences.ts';
import { subjectOf } from '../protocol/identity.ts';
import type { EventLine, MessageLine, RecordedLine } from '../recording/recorded-line.ts';
import { decodeRequestLine } from '../protocol/request.ts';
import type { PayloadPlace, RecordingReader } from '../recording/recording-reader.ts';
import type { ProcessExit } from '../transport/child.ts';
import { LineTable } from './line-table.ts';
import { asksToEnd, exitOf } from './recorded-end.ts';

/** One request and everything that answers it, as recorded. */
export interface Invocation {
  source: ScriptSource;
  /** The recorded client line, counted from 1. */
  number: number;
  connection: number;
  /** What it is, for people: type and action, and the tool, model or the like that it is asked of. */
  type: string;
  action: string;
  subject: string;
  /** How often it has been given. */
  uses: number;
  /** The row of its request. */
  request: number;
  /** When its request was acknowledged: its lines are timed from here. */
  startedAt: number;
  /** Rows of the source's table; -1 where nothing came. */
  first: number;
  last: number;
  hasEnded: boolean;
}

/** A line from before ready, or one after it that belongs to no invocation. */
export interface StartUpLine {
  role: 'loading' | 'announcement' | 'ready' | 'start-up' | 'stray';
  at: number;
  /** Row of the source's table, where it is played. */
  row: number;
}

/** What the exit, or a line that belongs to nothing, comes after. */
type Anchor =
  | { kind: 'start-up' }
  | { kind: 'invocation'; invocation: Invocation }
  | { kind: 'refusal'; count: number }
  | { kind: 'end-of-input' };

/** An exit that nobody asked for: it is played `gap` ms after what came before it. */
export interface RecordedExit {
  exit: ProcessExit;
  gap: number;
  after: Anchor;
  /** The row it comes after, -1 for the acknowledgement. */
  row: number;
}

/** One recording on its way to be played: its lines attributed as they are read. */
export class ScriptSource {
  readonly reader: RecordingReader;
  /** The file's absolute path. */
  readonly path: string;
  readonly table = new LineTable();
  readonly startUp: StartUpLine[] = [];
  exit: RecordedExit | undefined;
  /** `text` where the plugin answered in the text format, which can't be played. */
  responseFormat: unknown;
  /** The fingerprint of the key that its placeholders were made with. */
  redactionKey: string | undefined;
  isComplete = false;

  readonly #onInvocation: (asked: Asked, invocation: Invocation) => void;
  readonly #attribution = new Attribution();
  readonly #running = new Map<Exchange, Invocation>();
  /** Requests that the program may never have read, with what they ask. */
  readonly #unread = new Map<Invocation, Asked>();
  readonly #latest = new Map<number, Invocation>(); // by connection: the one that was last acknowledged or answered
  #anchor: Anchor = { kind: 'start-up' };
  #anchorRow = -1;
  #anchorAt = 0;
  readonly #names = new Map<string, string>();
  #refusals = 0;
  #wasSignalled = false;
  #inputEndedAt: number | undefined;
  readonly #clientParts = new Set<number>();
  readonly #pluginParts = new Map<number, Role>();

  constructor(reader: RecordingReader, onInvocation: (asked: Asked, invocation: Invocation) => void) {
    this.reader = reader;
    this.path = resolve(reader.file);
    this.#onInvocation = onInvocation;
  }

  /** Whether the plugin became ready, as far as it has been read. */
  get isReady(): boolean {
    return this.#attribution.isReady;
  }

  /** Reads on. @returns false when all is read */
  advance(): boolean {
    if (this.isComplete) return false;
    this.isComplete = !this.reader.scan((line) => this.#take(line));
    return !this.isComplete;
  }

  #take(line: RecordedLine): void {
    if (line.kind === 'event') this.#takeEvent(line);
    else if (line.from === 'client') this.#takeClient(line);
    else if (line.stderr) this.#attribution.log(() => this.reader.readPayload(line));
    else this.#takePlugin(line);
  }

  #takeEvent({ event, fields, at }: EventLine): void {
    if (event === 'about') this.#learn(fields);
    else if (event === 'signal' && fields['from'] === 'client') this.#wasSignalled ||= asksToEnd(fields['signal']);
    else if (event === 'eof' && fields['from'] === 'client' && fields['stream'] === 'stdin') this.#inputEndedAt = at;
    // By SIGPIPE it has ended since its client took no more: that is the client's doing, too.
    else if (event === 'exit' && !this.#wasSignalled && fields['signal'] !== 'SIGPIPE') {
      if (this.#isAnswered)
        this.#moveAnchor({ kind: 'end-of-input' }, -1, Math.max(this.#anchorAt, this.#inputEndedAt ?? 0));
      this.exit = { exit: exitOf(fields), gap: at - this.#anchorAt, after: this.#anchor, row: this.#anchorRow };
    }
  }

  /** Its input has ended, and nothing runs: a program that ends then has done so for that. */
  get #isAnswered(): boolean {
    const { isReady, isTcp } = this.#attribution;
    return this.#inputEndedAt !== undefined && isReady && !isTcp && this.#running.size === 0;
  }

  #learn({ response_format: format, redaction }: EventLine['fields']): void {
    this.responseFormat = format ?? this.responseFormat;
    if (isJsonObject(redaction) && typeof redaction['key'] === 'string') this.redactionKey = redaction['key'];
  }

  #takeClient(line: MessageLine): void {
    if (line.part) {
      this.#clientParts.add(line.connection);
      return;
    }
    const isLong = this.#clientParts.delete(line.connection);
    const exchange = this.#attribution.client(line.connection, isLong ? undefined : this.#readRequest(line));
    const { line: request, number, connection } = exchange;
    if (request?.kind !== 'request') return;
    const invocation: Invocation = {
      source: this,
      number,
      connection,
      type: this.#intern(request.type),
      action: this.#intern(request.action),
      subject: this.#intern(subjectOf(request.request)),
      uses: 0,
      request: this.table.add(line, false),
      startedAt: line.at,
      first: -1,
      last: -1,
      hasEnded: false,
    };
    this.#running.set(exchange, invocation);
    this.#unread.set(invocation, request);
  }

  /** One string for all that are equal, since a large recording names the same few actions again and again. */
  #intern(name: string): string {
    const known = this.#names.get(name);
    if (known === undefined) this.#names.set(name, name);
    return known ?? name;
  }

  /** What an invocation was asked; undefined where the file can't be read any more. */
  readAsked({ request }: Invocation): Asked | undefined {
    try {
      const decoded = decodeRequestLine(this.#readRequest(this.table.get(request)));
      return decoded.kind === 'request' ? decoded : undefined;
    } catch (error) {
      if (error instanceof RepriseError) return undefined;
      throw error;
    }
  }

  /** A client's line without its newline; a carriage return counts among the bytes that it may have. */
  #readRequest(line: PayloadPlace & Pick<MessageLine, 'eol'>): Buffer {
    const payload = this.reader.readPayload(line);
    return line.eol === '\r\n' ? Buffer.concat([payload, Buffer.from('\r')]) : payload;
  }

  #takePlugin(line: MessageLine): void {
    const { connection, part } = line;
    const role =
      this.#pluginParts.get(connection) ?? this.#attribution.plugin(connection, this.reader.readPayload(line));
    if (part) this.#pluginParts.set(connection, role);
    else this.#pluginParts.delete(connection);
    if ('of' in role) this.#takeAnswer(role, line);
    else if (role.kind === 'stray') this.#takeStray(line);
    else if (role.kind !== 'failed-write' && !(role.kind === 'ready' && line.connection > 0))
      this.#addStartUp(role.kind, line);
  }

  /** A line that belongs to nothing stays on its connection, behind what was said there before. */
  #takeStray(line: MessageLine): void {
    const latest = this.#latest.get(line.connection);
    if (latest === undefined) this.#addStartUp('stray', line);
    else this.#addRow(latest, line, true);
  }

  #takeAnswer(role: Extract<Role, { of: Exchange }>, line: MessageLine): void {
    const invocation = this.#running.get(role.of);
    if (role.kind === 'refusal') this.#moveAnchor({ kind: 'refusal', count: ++this.#refusals }, -1, line.at);
    if (invocation === undefined) return;
    const asked = this.#unread.get(invocation);
    if (asked !== undefined) {
      this.#unread.delete(invocation);
      this.#onInvocation(asked, invocation);
    }
    if (role.kind === 'acknowledgement') {
      invocation.startedAt = line.at;
      this.#latest.set(line.connection, invocation);
      this.#moveAnchor({ kind: 'invocation', invocation }, -1, line.at);
      return;
    }
    this.#addRow(invocation, line, false);
    if (role.kind !== 'end' || line.part) return;
    invocation.hasEnded = true;
    this.#running.delete(role.of);
  }

  #addRow(invocation: Invocation, line: MessageLine, isStray: boolean): void {
    const row = this.table.add(line, isStray);
    if (invocation.last < 0) invocation.first = row;
    else this.table.link(invocation.last, row);
    invocation.last = row;
    this.#latest.set(line.connection, invocation);
    this.#moveAnchor({ kind: 'invocation', invocation }, row, line.at);
  }

  #addStartUp(role: StartUpLine['role'], line: MessageLine): void {
    const row = role === 'start-up' || role === 'stray' ? this.table.add(line, true) : -1;
    this.startUp.push({ role, at: line.at, row });
    if (this.#anchor.kind === 'start-up') this.#moveAnchor({ kind: 'start-up' }, row, line.at);
  }

  #moveAnchor(anchor: Anchor, row: number, at: number): void {
    this.#anchor = anchor;
    this.#anchorRow = row;
    this.#anchorAt = at;
  }
}
