import { isJsonObject, parseJson } from '../foundation/parse-json.ts';
import { parseAnnouncement } from './announcement.ts';
import { derivedLines, errorLine, isFailedWrite } from './derived.ts';
import { longestRequest } from './limits.ts';
import type { Message } from './message.ts';
import { parseMessage } from './message.ts';
import type { RequestLine } from './request.ts';
import { decodeRequestLine } from './request.ts';

/** One line of the client's, and what became of it. */
export interface Exchange {
  /** Counted from 1 over the session. */
  number: number;
  connection: number;
  /** `unread`: it came after a line that was too long, or is that line. */
  outcome: 'unread' | 'refused' | 'running' | 'ended';
  /** How Go's decoder reads the line; undefined where it is not read at all. */
  line: RequestLine | undefined;
  acknowledged: boolean;
  /** Whether its refusal has come, where it is refused. */
  answered: boolean;
  /** The plugin's process died while it ran: what comes later is meant for another one with its id, if there is one. */
  isLost: boolean;
}

/** What a plugin's line is, by the program's rules. */
export type Role =
  | { kind: 'loading' | 'announcement' | 'ready' | 'start-up' | 'failed-write' | 'stray' }
  | { kind: 'acknowledgement' | 'refusal'; of: Exchange }
  | { kind: 'response' | 'error' | 'end'; of: Exchange; message: Message };

const goStart = '{"invoke_id":"","type":';
/** What the program logs when the plugin's last process has died; it starts another one. */
const death = /^\d{4}\/\d\d\/\d\d \d\d:\d\d:\d\d WARN local runtime instance shutdown .* instances_after=0\b/;
const longestLog = 4096;

interface Connection {
  isDeaf: boolean;
  unacknowledged: Exchange[];
  unrefused: Exchange[];
  /** By decoded id: the invocations that have not ended, oldest first. */
  running: Map<string, Exchange[]>;
}

/**
 * Gives every line of a session to what it belongs to: client lines in order through Go's decoder, acknowledgements and
 * refusals in order, every other line to the oldest invocation of its connection and id that has not ended; one that was
 * lost as the plugin's process died comes last. Keeps only what has not ended.
 */
export class Attribution {
  readonly #connections = new Map<number, Connection>();
  #count = 0;
  #isReady = false;
  #isTcp = false;

  /** Whether the ready line, or in TCP mode the announcement, has come. */
  get isReady(): boolean {
    return this.#isReady;
  }

  /** The announcement of a port has come. */
  get isTcp(): boolean {
    return this.#isTcp;
  }

  /** Takes a client's line without its `\n`; `undefined` is one too long for one envelope. */
  client(connection: number, line: Buffer | undefined): Exchange {
    const state = this.#connection(connection);
    state.isDeaf ||= line === undefined || line.length + 1 > longestRequest;
    const decoded = state.isDeaf || line === undefined ? undefined : decodeRequestLine(line);
    const outcome = decoded === undefined ? 'unread' : decoded.kind === 'refused' ? 'refused' : 'running';
    const exchange: Exchange = {
      number: ++this.#count,
      connection,
      outcome,
      line: decoded,
      acknowledged: false,
      answered: false,
      isLost: false,
    };
    if (decoded !== undefined) state.unacknowledged.push(exchange);
    if (decoded?.kind === 'refused') state.unrefused.push(exchange);
    if (decoded?.kind === 'request') addRunning(state, decoded.id, exchange);
    return exchange;
  }

  /** Takes a plugin's line without its ending; `connection` 0 is stdout. */
  plugin(connection: number, line: Buffer): Role {
    const message = parseMessage(line);
    if (message === undefined) return { kind: this.#isReady ? 'stray' : 'start-up' };
    const state = this.#connection(connection);
    return (
      (message.id === '' ? this.#own(connection, state, { line, type: message.type }) : undefined) ??
      answerOf(state, line, message) ?? { kind: this.#isReady ? 'stray' : 'start-up' }
    );
  }

  /**
   * Takes a line of the program's stderr, its log.
   * @param read gives it, without its ending; it is asked only where something runs that may be lost
   */
  log(read: () => Buffer): void {
    if (![...this.#connections.values()].some(({ running }) => running.size > 0)) return;
    const line = read();
    if (line.length > longestLog || !death.test(line.toString('latin1'))) return;
    // What was not acknowledged is read later, and given to the next process.
    for (const exchange of this.unfinished()) exchange.isLost ||= exchange.acknowledged;
  }

  /** The invocations that have not ended, in the order of their requests. */
  unfinished(): Exchange[] {
    const all = [...this.#connections.values()].flatMap(({ running }) => [...running.values()].flat());
    return all.toSorted((a, b) => a.number - b.number);
  }

  #connection(connection: number): Connection {
    const known = this.#connections.get(connection);
    if (known !== undefined) return known;
    const created: Connection = { isDeaf: false, unacknowledged: [], unrefused: [], running: new Map() };
    this.#connections.set(connection, created);
    return created;
  }

  /** Lines that the program derives, all with an empty id. */
  #own(connection: number, state: Connection, { line, type }: { line: Buffer; type: string }): Role | undefined {
    if (line.length > 4096) return undefined;
    const text = inGoForm(line, type);
    if (text === derivedLines.acknowledgement) {
      const of = state.unacknowledged.shift();
      if (of === undefined) return undefined;
      of.acknowledged = true;
      return { kind: 'acknowledgement', of };
    }
    if (text === derivedLines.ready) {
      this.#isReady = true;
      return { kind: 'ready' };
    }
    if (connection !== 0) return undefined;
    if (isFailedWrite(text) && this.#isTcp) return { kind: 'failed-write' };
    if (this.#isReady) return undefined;
    if (text === derivedLines.loading) return { kind: 'loading' };
    if (parseAnnouncement(text) === undefined) return undefined;
    this.#isReady = true;
    this.#isTcp = true;
    return { kind: 'announcement' };
  }
}

/** The text that Go would have written: a recording that was made by hand may have spaces, or another order of keys. */
function inGoForm(line: Buffer, type: string): string {
  const text = line.toString('latin1');
  if (type === 'error' || (text.startsWith(goStart) && !text.includes(': '))) return text;
  const value: unknown = parseJson(line.toString());
  if (!isJsonObject(value) || !isJsonObject(value['response'])) return text;
  const { info, host, port } = value['response'];
  const response = host === undefined ? { info } : { host, info, port };
  return JSON.stringify({ invoke_id: '', type, response });
}

function addRunning({ running }: Connection, id: string, exchange: Exchange): void {
  const same = running.get(id);
  if (same === undefined) running.set(id, [exchange]);
  else same.push(exchange);
}

/** A refusal, or a line of a running invocation. */
function answerOf(state: Connection, line: Buffer, message: Message): Role | undefined {
  const refusal = message.type === 'error' ? takeRefusal(state, line, message) : undefined;
  if (refusal !== undefined) return { kind: 'refusal', of: refusal };
  const running = state.running.get(message.id);
  const of = running?.find(({ isLost }) => !isLost) ?? running?.[0];
  if (running === undefined || of === undefined) return undefined;
  if (message.type !== 'plugin_invoke_end')
    return { kind: message.type === 'error' ? 'error' : 'response', of, message };
  of.outcome = 'ended';
  if (running.length === 1) state.running.delete(message.id);
  else running.splice(running.indexOf(of), 1);
  return { kind: 'end', of, message };
}

/** The refusal with this very text; or, where the program's Go words it differently, the oldest one with this id. */
function takeRefusal(state: Connection, line: Buffer, { id }: Message): Exchange | undefined {
  if (state.unrefused.length === 0) return undefined;
  const text = line.length > 65536 ? '' : line.toString();
  let index = state.unrefused.findIndex(
    ({ line: refused }) => refused?.kind === 'refused' && refused.id === id && errorLine(id, refused.error) === text,
  );
  if (index < 0 && !state.running.has(id)) index = state.unrefused.findIndex((one) => one.line?.id === id);
  const [refused] = index < 0 ? [] : state.unrefused.splice(index, 1);
  if (refused !== undefined) refused.answered = true;
  return refused;
}
