import { nextTurn } from '../foundation/clock.ts';
import { showPlaces } from '../foundation/places.ts';
import { RepriseError } from '../foundation/reprise-error.ts';
import type { RecordingReader } from '../recording/recording-reader.ts';
import { openRecording } from '../recording/recording-reader.ts';
import type { Unfinished } from './check-order.ts';
import { OrderCheck } from './check-order.ts';
import { SealCheck } from './check-seal.ts';
import type { Finding, Report } from './finding.ts';
import type { Progress } from './progress.ts';
import { openProgress } from './progress.ts';
import { scanAfterBroken } from './scan-after-broken.ts';
import { SessionWalk } from './session-walk.ts';

/** So many findings, and unfinished invocations, of a file are told; the others are counted. */
export const mostTold = 100;

/** What a file of a bundle can be. */
export type BundledKind = 'recording' | 'fault plan' | 'configuration' | 'manifest';

/** What was found in a recording, a stub, or a file of a bundle. */
export interface CheckResult {
  /** What it is called. */
  file: string;
  /** Of a file that is no recording, in a bundle: what it is. What is not looked at in it is 0 and false. */
  document?: Exclude<BundledKind, 'recording'>;
  /** Of a stub: how many recordings it holds in itself. What is not looked at in it is 0 and false. */
  packed?: number;
  lines: number;
  messages: number;
  invocations: number;
  isSealed: boolean;
  /** Recorded in the text format, in which answers have no ids: there is no order to judge. */
  isText: boolean;
  findings: Finding[];
  /** Those beyond what is told too. */
  findingCount: number;
  unfinished: Unfinished[];
  unfinishedCount: number;
}

/**
 * Proves a recording line by line: its format, its seal, and the order of the protocol. Where a line is broken, only
 * the format of those after it is looked at.
 * @throws RepriseError where it can't be opened, or is no recording
 */
export async function checkRecording(file: string): Promise<CheckResult> {
  const result = createCheckResult(showPlaces(file));
  const report: Report = (finding) => {
    result.findingCount++;
    if (result.findings.length < mostTold) result.findings.push(finding);
  };
  const reader = await openUnlessBroken(file, report);
  if (reader === undefined) return result;
  const progress = await openProgress('checking', reader.size, process.stderr);
  try {
    await scanAll(reader, { result, report, progress });
  } finally {
    progress.stop();
    reader.close();
  }
  return result;
}

/** Nothing was found yet. */
export function createCheckResult(file: string): CheckResult {
  return {
    file,
    lines: 1,
    messages: 0,
    invocations: 0,
    isSealed: false,
    isText: false,
    findings: [],
    findingCount: 0,
    unfinished: [],
    unfinishedCount: 0,
  };
}

/** A broken header is a finding as any broken line is. */
async function openUnlessBroken(file: string, report: Report): Promise<RecordingReader | undefined> {
  try {
    return await openRecording(file, { strict: true });
  } catch (error) {
    report({
      kind: 'format',
      line: 1,
      text: explainBroken(error).replace(`Failed to read ${showPlaces(file)}:1: `, ''),
    });
    return undefined;
  }
}

async function scanAll(
  reader: RecordingReader,
  { result, report, progress }: { result: CheckResult; report: Report; progress: Progress },
): Promise<void> {
  const walk = new SessionWalk(reader);
  const seal = new SealCheck(reader, report);
  const order = new OrderCheck(report);
  const scan = (): boolean =>
    reader.scan((line) => {
      seal.take(line);
      order.take(walk.take(line), walk.isReady);
    });
  const onProgress = (position: number): void => progress.update(position);
  try {
    while (scan()) {
      onProgress(reader.position);
      await nextTurn();
    }
    seal.finish();
  } catch (error) {
    explainBroken(error);
    await scanAfterBroken(reader, { line: reader.lines, offset: reader.position }, { report, onProgress });
  }
  const running = walk.unfinished();
  result.unfinished = [...running.slice(0, mostTold).map((exchange) => order.describe(exchange)), ...order.unread]
    .toSorted((a, b) => a.number - b.number)
    .slice(0, mostTold);
  result.unfinishedCount = running.length + order.unreadCount;
  Object.assign(result, {
    lines: reader.lines,
    messages: order.messages,
    invocations: order.invocations,
    isSealed: seal.isSealed,
    isText: walk.isText,
  });
}

/** @throws what is no broken line */
function explainBroken(error: unknown): string {
  if (error instanceof RepriseError && error.code === 'broken-line') return error.message;
  throw error;
}
