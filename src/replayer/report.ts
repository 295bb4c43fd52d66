import type { FiredFault } from './faults/firing.ts';
import type { AskedEntry, MissedRequest } from './journal-entry.ts';
import type { InvocationIndex } from './invocation-index.ts';
import type { Invocation } from './script-source.ts';

/** What became of recorded invocations, and of requests. */
export interface Report {
  format: 'reprise-report';
  version: 1;
  /** Nothing was repeated, unused or missed, and every fault has acted. */
  ok: boolean;
  /** False where the recordings had not been read to their ends, so that there may be more that was not used. */
  complete: boolean;
  counts: ReportCounts;
  /** Recorded invocations that were given, each once or more often. */
  used: ReportedInvocation[];
  /** Those of them that were given more often than once. */
  repeated: ReportedInvocation[];
  unused: ReportedInvocation[];
  /** Requests that found nothing. */
  missed: ReportedMiss[];
  /** Lines that were no requests. */
  refused: ReportedRefusal[];
  /** What was to go wrong, and how often it has. */
  faults: FiredFault[];
}

interface ReportCounts {
  invocations: number;
  used: number;
  repeated: number;
  unused: number;
  missed: number;
  refused: number;
  /** Faults that never acted. */
  idle: number;
}

export interface ReportedInvocation {
  /** An absolute path. */
  recording: string;
  /** The recorded line, counted from 1. */
  invocation: number;
  action: string;
  /** The tool, model or the like that was asked; empty where none was named. */
  subject: string;
  uses: number;
}

/** Where a line was asked: `journal` and `session` where several replays are summed up. */
export interface ReportedLine {
  asked: number;
  id: string;
  journal?: string;
  session?: string;
}

export interface ReportedMiss extends ReportedLine {
  type: string;
  action: string;
  /** What the client was told. */
  text: string;
}

export interface ReportedRefusal extends ReportedLine {
  error: string;
}

export interface ReportOptions {
  /** No list of invocations is longer. @default all are told */
  longest?: number | undefined;
  /** Whether an invocation was given too often. @default more often than once */
  isRepeated?: (invocation: Invocation) => boolean;
}

/** Misses and refusals: the first of them, and how many there are. */
export interface ReportedAsked {
  missed: readonly ReportedMiss[];
  missedCount: number;
  refused: readonly ReportedRefusal[];
  refusedCount: number;
  faults: readonly FiredFault[];
}

/**
 * Sums up what has been used of a script so far; `uses` of each invocation tells how often it was given.
 */
export function createReport(
  script: { index: Pick<InvocationIndex, 'groups'>; isComplete: boolean },
  asked: ReportedAsked,
  { longest = Infinity, isRepeated = givenAgain }: ReportOptions = {},
): Report {
  const report: Report = {
    format: 'reprise-report',
    version: 1,
    ok: false,
    complete: script.isComplete,
    counts: {
      invocations: 0,
      used: 0,
      repeated: 0,
      unused: 0,
      missed: asked.missedCount,
      refused: asked.refusedCount,
      idle: asked.faults.filter(({ fired }) => fired === 0).length,
    },
    used: [],
    repeated: [],
    unused: [],
    missed: [...asked.missed],
    refused: [...asked.refused],
    faults: [...asked.faults],
  };
  for (const group of script.index.groups())
    for (const invocation of group) addInvocation(report, { invocation, isRepeated: isRepeated(invocation) }, longest);
  const { counts } = report;
  report.ok = counts.repeated + counts.unused + counts.missed + counts.idle === 0;
  for (const list of [report.used, report.repeated, report.unused]) list.sort(byPlace);
  return report;
}

function givenAgain({ uses }: Invocation): boolean {
  return uses > 1;
}

/** A miss as a report has it. */
export function reportMiss({ asked, id, type = '', action = '', missed }: MissedRequest): ReportedMiss {
  return { asked, id, type, action, text: missed.text };
}

/** A refusal as a report has it. */
export function reportRefusal({ asked, id, refused = '' }: AskedEntry): ReportedRefusal {
  return { asked, id, error: refused };
}

function addInvocation(
  report: Report,
  { invocation, isRepeated }: { invocation: Invocation; isRepeated: boolean },
  longest: number,
): void {
  const { source, number, action, subject, uses } = invocation;
  const one = (): ReportedInvocation => ({
    recording: source.path,
    invocation: number,
    action,
    subject,
    uses,
  });
  const { counts } = report;
  counts.invocations++;
  if (uses === 0) {
    counts.unused++;
    if (report.unused.length < longest) report.unused.push(one());
    return;
  }
  counts.used++;
  if (report.used.length < longest) report.used.push(one());
  if (!isRepeated) return;
  counts.repeated++;
  if (report.repeated.length < longest) report.repeated.push(one());
}

function byPlace(a: ReportedInvocation, b: ReportedInvocation): number {
  if (a.recording === b.recording) return a.invocation - b.invocation;
  return a.recording < b.recording ? -1 : 1;
}
