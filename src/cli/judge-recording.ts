import type { CheckResult } from './check-recording.ts';
import { checkRecording } from './check-recording.ts';

/** Whether a recording is fit to be given to others. */
export type Judgement =
  | { kind: 'good' }
  /** It plays, and may lack its end: why, in words. */
  | { kind: 'unsealed'; text: string }
  /** It must not be given on: why, in words, with the line where there is one. */
  | { kind: 'unfit'; line?: number; text: string };

/**
 * Judges a recording before it is put into a stub or a bundle: one that can't be replayed, is broken, or was changed
 * behind its seal's back is unfit; one that was cut off is played as far as it goes.
 * @throws RepriseError where it can't be read, or is no recording
 */
export async function judgeRecording(file: string): Promise<Judgement> {
  const result = await checkRecording(file);
  const fault = result.findings.find((finding) => isBroken(finding, result));
  if (fault !== undefined) return { kind: 'unfit', line: fault.line, text: fault.text };
  if (result.isText)
    return {
      kind: 'unfit',
      text: 'it was recorded in the text format, which has no ids to tell answers apart, so that it can not be replayed',
    };
  return result.isSealed
    ? { kind: 'good' }
    : { kind: 'unsealed', text: 'it is not sealed: its recorder was killed, or lines are missing at its end' };
}

/** What is out of the protocol's order, real plugins do; a last line that was cut off, and no seal, are a killed recorder's. */
function isBroken({ kind, line }: CheckResult['findings'][number], { isSealed, lines }: CheckResult): boolean {
  if (kind === 'order' || kind === 'secret') return false;
  return isSealed || (kind === 'format' && line <= lines);
}
