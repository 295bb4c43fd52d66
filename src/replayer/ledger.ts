import { basename } from 'node:path';
import { keepStart } from '../foundation/characters.ts';
import type { Spelling } from '../foundation/spell-option.ts';
import type { Asked } from '../protocol/differences.ts';
import type { MissReason } from '../protocol/explain-miss.ts';
import { explainMiss } from '../protocol/explain-miss.ts';
import type { Disturber } from './faults/disturber.ts';
import type { Journal } from './journal.ts';
import type { AskedEntry, MissedRequest } from './journal-entry.ts';
import { describeNear, describeRequest } from './describe-near.ts';
import type { Report, ReportedMiss, ReportedRefusal } from './report.ts';
import { createReport, reportMiss, reportRefusal } from './report.ts';
import type { InvocationIndex, Matched, Miss } from './invocation-index.ts';
import type { Script } from './script.ts';
import type { Invocation } from './script-source.ts';

/** A line from a client. */
export interface AskedLine {
  /** Counted from 1 over the replay. */
  number: number;
  /** Milliseconds since the replay began. */
  at: number;
  connection: number;
}

/** How misses are told, and to whom. */
export interface LedgerOptions {
  onMissed?: ((miss: MissedRequest, journal: string | undefined) => void) | undefined;
  /** How options are given by those who read of a miss. */
  spelling?: Spelling | undefined;
  /** What was to go wrong. */
  faults?: Pick<Disturber, 'fired'> | undefined;
}

/** So many misses and refusals are remembered one by one; the rest is counted. */
const mostKept = 1000;
/** Of an id, a type or an action, so many characters. */
const longestName = 1000;
/** So many near ones are told. */
const mostNear = 3;

/** What was asked over the whole replay, and what became of it. */
export class Ledger {
  readonly #missed: ReportedMiss[] = [];
  #missedCount = 0;
  readonly #refused: ReportedRefusal[] = [];
  #refusedCount = 0;
  readonly #script: Script;
  readonly #journal: Journal;
  readonly #onMiss: LedgerOptions['onMissed'];
  readonly #spelling: Spelling | undefined;
  readonly #faults: LedgerOptions['faults'];
  readonly #names: ReadonlyMap<string, string>;
  #lines = 0;

  constructor(script: Script, journal: Journal, { onMissed, spelling, faults }: LedgerOptions = {}) {
    this.#script = script;
    this.#journal = journal;
    this.#onMiss = onMissed;
    this.#spelling = spelling;
    this.#faults = faults;
    this.#names = shortNames(script.files);
  }

  /** A line has come. */
  open(connection: number): AskedLine {
    return { number: ++this.#lines, at: this.#journal.now, connection };
  }

  /** A line is no request. @returns how many were none so far */
  refuse(line: AskedLine, id: string, error: string): number {
    const entry = { ...entryOf(line, id), refused: keepStart(error, longestName) };
    this.#journal.asked(() => entry);
    if (this.#refused.length < mostKept) this.#refused.push(reportRefusal(entry));
    return ++this.#refusedCount;
  }

  /** A request has found an invocation. */
  match(line: AskedLine, whole: string, { invocation, secrets }: Omit<Matched, 'kind'>): void {
    const id = keepStart(whole, longestName);
    const { uses } = invocation;
    this.#journal.asked(() => ({ ...entryOf(line, id), ...matchOf(invocation, uses, secrets) }));
  }

  /** A request has found nothing, and is answered by the program itself. */
  pass(line: AskedLine, { id, type, action }: Asked & { id: string }): void {
    const entry: AskedEntry = {
      ...entryOf(line, id),
      type: keepStart(type, longestName),
      action: keepStart(action, longestName),
      passed: true,
    };
    this.#journal.asked(() => entry);
  }

  /** A request has found nothing. @returns why, on one line */
  miss(line: AskedLine, request: Asked & { id: string }, miss: Miss): string {
    const file = this.#journal.begin();
    const near = miss.kind === 'unknown' ? this.#script.index.near(request).slice(0, mostNear) : [];
    const text = explainMiss(request, this.#reasonOf(miss, near), { journal: file, spelling: this.#spelling });
    const entry: MissedRequest = {
      ...entryOf(line, request.id),
      type: keepStart(request.type, longestName),
      action: keepStart(request.action, longestName),
      missed: {
        reason: miss.kind,
        text,
        ...describeRequest(request.request, this.#script.index.shield(request)),
        near: near.map((one) => describeNear(one, this.#spelling)),
      },
    };
    this.#journal.asked(() => entry);
    this.#missedCount++;
    if (this.#missed.length < mostKept) this.#missed.push(reportMiss(entry));
    this.#onMiss?.(entry, file);
    return text;
  }

  /** @param longest no list of invocations is longer */
  report(longest?: number): Report {
    return createReport(
      this.#script,
      {
        missed: this.#missed,
        missedCount: this.#missedCount,
        refused: this.#refused,
        refusedCount: this.#refusedCount,
        faults: this.#faults?.fired ?? [],
      },
      { longest },
    );
  }

  #reasonOf(miss: Miss, near: ReturnType<InvocationIndex['near']>): MissReason {
    if (miss.kind === 'exhausted') return { kind: 'exhausted', where: this.#where(miss.invocation), times: miss.times };
    if (miss.kind === 'order') {
      const { invocation, next } = miss;
      return {
        kind: 'order',
        where: this.#where(invocation),
        next: next === undefined ? undefined : `${this.#where(next)} (${next.action.slice(0, 100)})`,
      };
    }
    return {
      kind: 'unknown',
      near: near.map(({ item, differences }) => ({ where: this.#where(item), differences })),
      recorded: [...this.#script.index.kinds].map(([kind, count]) => `${kind.slice(0, 100)} (${count})`),
    };
  }

  /** `time.jsonl#3`. */
  #where({ source, number }: Invocation): string {
    const { file } = source.reader;
    return `${this.#names.get(file) ?? file}#${number}`;
  }
}

function entryOf({ number, at, connection }: AskedLine, whole: string): AskedEntry {
  const id = keepStart(whole, longestName);
  return connection === 0 ? { at, asked: number, id } : { at, asked: number, connection, id };
}

function matchOf(
  { source, number, type, action }: Invocation,
  use: number,
  secrets: Matched['secrets'],
): Partial<AskedEntry> {
  return {
    type: type.slice(0, longestName),
    action: action.slice(0, longestName),
    matched: { recording: source.path, invocation: number, use, ...(secrets === undefined ? {} : { secrets }) },
  };
}

/** A file's name without its folders, where that tells it from the others. */
export function shortNames(files: readonly string[]): Map<string, string> {
  const names = files.map((file) => basename(file));
  return new Map(
    files.map((file, index) => {
      const name = names[index] ?? file;
      return [file, names.filter((other) => other === name).length === 1 ? name : file];
    }),
  );
}
