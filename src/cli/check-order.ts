import type { Exchange } from '../protocol/attribution.ts';
import { parseMessage } from '../protocol/message.ts';
import type { RequestLine } from '../protocol/request.ts';
import type { MessageLine } from '../recording/recorded-line.ts';
import { shorten } from './escape-text.ts';
import type { Report } from './finding.ts';
import type { Happening } from './session-walk.ts';

/** An id that has ended is known for so many others that end after it: then it is as good as unknown. */
const mostEnded = 4096;
/** So many requests that were never read are named. */
const mostNamed = 100;
/** A longer id is not kept. */
const longestId = 1024;

type PluginLine = Extract<Happening, { kind: 'plugin' }>;

/** An invocation that never ended. */
export interface Unfinished {
  line: number;
  number: number;
  id: string;
  action: string;
  /** False where the program did not read it: a line of its connection was too long, or it all ended before. */
  isRead: boolean;
}

/**
 * Looks at the order of the protocol: nothing of an invocation before its acknowledgement, answers only to ids that
 * run, one end each. Keeps nothing of what has ended but the last few thousand ids.
 */
export class OrderCheck {
  readonly #report: Report;
  /** Invocations by connection and id, with what ended them; the oldest first. */
  readonly #ended = new Map<string, number>();
  readonly #lines = new WeakMap<Exchange, number>();
  readonly #early = new WeakSet<Exchange>();
  invocations = 0;
  /** Requests that were never read, the first of them and how many. */
  readonly unread: Unfinished[] = [];
  unreadCount = 0;
  messages = 0;

  constructor(report: Report) {
    this.#report = report;
  }

  take(happening: Happening, isReady: boolean): void {
    if (happening.kind === 'request') this.#takeRequest(happening);
    else if (happening.kind === 'plugin' && !happening.isRest) this.#takePlugin(happening, isReady);
    if (happening.kind !== 'event' && happening.kind !== 'stderr') this.messages++;
  }

  /** Names an invocation that has not ended. */
  describe(exchange: Exchange): Unfinished {
    const isRead = exchange.acknowledged || this.#early.has(exchange);
    return { ...describeRequest(exchange, this.#lines.get(exchange) ?? 0, exchange.line), isRead };
  }

  #takeRequest({ of, line, request }: Extract<Happening, { kind: 'request' }>): void {
    if (request?.kind === 'request') this.invocations++;
    this.#lines.set(of, line.line);
    if (of.outcome !== 'unread') return;
    this.unreadCount++;
    if (this.unread.length < mostNamed) this.unread.push({ ...describeRequest(of, line.line, request), isRead: false });
  }

  #takePlugin({ role, line, payload }: PluginLine, isReady: boolean): void {
    if (!('of' in role)) {
      if (role.kind === 'stray' || (role.kind === 'start-up' && !isReady)) this.#explainStray(line, payload, isReady);
      return;
    }
    if (role.kind === 'acknowledgement') return;
    const { of } = role;
    if (!of.acknowledged && !this.#early.has(of)) {
      this.#early.add(of);
      this.#add(
        line.line,
        `invocation ${of.number}, ${quote(of.line?.id ?? '')}, is answered before its acknowledgement`,
      );
    }
    if (role.kind === 'end') this.#remember(line.connection, role.message.id, line.line);
  }

  /** A line that belongs to nothing. */
  #explainStray({ line, connection }: MessageLine, payload: Buffer, isReady: boolean): void {
    const message = parseMessage(payload);
    if (message === undefined) {
      if (isReady) this.#add(line, 'this line of the plugin is no message: a JSON object with `invoke_id` and `type`');
      return;
    }
    const { id, type } = message;
    if (id === '' && type !== 'plugin_response' && type !== 'plugin_invoke_end') {
      if (isReady)
        this.#add(line, `this \`${shorten(type, 40)}\` without an id belongs to nothing: no request waits for it`);
      return;
    }
    const ended = this.#ended.get(keyOf(connection, id));
    const what = type === 'plugin_invoke_end' ? 'end' : `\`${shorten(type, 40)}\``;
    if (ended === undefined)
      this.#add(line, `this ${what} is for the id ${quote(id)}, which no running invocation has`);
    else if (type === 'plugin_invoke_end')
      this.#add(line, `this is a second end for the id ${quote(id)}, which ended in line ${ended}`);
    else this.#add(line, `this ${what} is for the id ${quote(id)}, which ended in line ${ended}`);
  }

  #remember(connection: number, id: string, line: number): void {
    if (id.length > longestId) return;
    const key = keyOf(connection, id);
    this.#ended.delete(key);
    this.#ended.set(key, line);
    if (this.#ended.size <= mostEnded) return;
    const [oldest] = this.#ended.keys();
    if (oldest !== undefined) this.#ended.delete(oldest);
  }

  #add(line: number, text: string): void {
    this.#report({ kind: 'order', line, text });
  }
}

function describeRequest(
  { number }: Exchange,
  line: number,
  request: RequestLine | undefined,
): Omit<Unfinished, 'isRead'> {
  const action = request?.kind === 'request' ? request.action : '';
  return { line, number, id: request?.id ?? '', action };
}

function keyOf(connection: number, id: string): string {
  return `${connection} ${id}`;
}

function quote(id: string): string {
  return `"${shorten(id, 60)}"`;
}
