import type { Hash } from 'node:crypto';
import { createHash } from 'node:crypto';
import type { MatchRules } from '../protocol/match-rules.ts';
import { parseMessage } from '../protocol/message.ts';
import { requestKey } from '../protocol/request-key.ts';
import type { InvocationRow } from './session-summary.ts';
import type { Happening } from './session-walk.ts';

interface Answered {
  number: number;
  /** A digest of all that was answered, ids left out. */
  answer: string;
}

interface Running {
  key: string;
  answer: Hash;
}

/**
 * Finds invocations whose requests are equal and whose answers are not: which of them a request gets hangs on the order.
 * Keeps two digests an invocation.
 */
export class Ambiguity {
  /** How many invocations have an equal one with another answer before them. */
  count = 0;
  readonly #rules: MatchRules;
  readonly #running = new Map<InvocationRow, Running>();
  readonly #answered = new Map<string, Answered>();

  constructor(rules: MatchRules) {
    this.#rules = rules;
  }

  /** @param row the row that the line belongs to; it is marked when its answer is complete */
  take(happening: Happening, row: InvocationRow | undefined): void {
    if (row === undefined) return;
    if (happening.kind === 'request') this.#open(happening, row);
    else if (happening.kind === 'plugin') this.#takeAnswer(happening, row);
  }

  /** The session is over: what has not ended is as it is. */
  finish(): void {
    for (const [row, running] of this.#running) this.#close(row, running);
  }

  #open({ request }: Extract<Happening, { kind: 'request' }>, row: InvocationRow): void {
    if (request?.kind !== 'request' || row.error !== undefined) return;
    const { key } = requestKey(request, this.#rules);
    this.#running.set(row, { key: digest(createHash('sha256').update(key)), answer: createHash('sha256') });
  }

  #takeAnswer({ role, payload, isRest, line }: Extract<Happening, { kind: 'plugin' }>, row: InvocationRow): void {
    const running = this.#running.get(row);
    if (running === undefined || role.kind === 'acknowledgement') return;
    const message = isRest ? undefined : parseMessage(payload);
    if (message === undefined) running.answer.update(payload);
    else running.answer.update(payload.subarray(0, message.idStart)).update(payload.subarray(message.idEnd));
    running.answer.update('\n');
    if (role.kind === 'end' && !line.part) this.#close(row, running);
  }

  #close(row: InvocationRow, { key, answer }: Running): void {
    this.#running.delete(row);
    const own = { number: row.number, answer: digest(answer) };
    const known = this.#answered.get(key);
    if (known === undefined) this.#answered.set(key, own);
    else if (known.answer !== own.answer) {
      row.ambiguousWith = known.number;
      this.count++;
    }
  }
}

function digest(hash: Hash): string {
  return hash.digest('base64url').slice(0, 22);
}
