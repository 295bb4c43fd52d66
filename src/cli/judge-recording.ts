import { RepriseError } from '../foundation/reprise-error.ts';
import type { CheckResult } from './check-recording.ts';
import { checkRecording } from './check-recording.ts';

/**
 * Makes sure that a recording is fit to be given to others, in a stub or a bundle: that it can be replayed, and no line is
 * broken. One that was cut off is played as far as it goes; one that somebody has edited since is theirs to judge.
 * @param purpose what is being done, as errors say it: `make a stub`
 * @returns what its user should know of it, in words
 * @throws RepriseError where it is not, can't be read, or is no recording
 */
export async function requireFit(file: string, purpose: string): Promise<string | undefined> {
  const result = await checkRecording(file);
  const broken = result.findings.find((finding) => isBroken(finding, result));
  if (broken !== undefined) throw refuse(purpose, file, { line: broken.line, text: broken.text });
  if (result.isText)
    throw refuse(purpose, file, {
      text: 'it was recorded in the text format, which has no ids to tell answers apart, so that it can not be replayed',
    });
  const changed = result.findings.find(({ kind }) => kind === 'seal');
  if (!result.isSealed) return 'it is not sealed: its recorder was killed, or lines are missing at its end';
  return changed === undefined ? undefined : `it was changed after it was recorded: ${changed.text}`;
}

/** What is out of the protocol's order, real plugins do; a last line that was cut off is a killed recorder's. */
function isBroken({ kind, line }: CheckResult['findings'][number], { isSealed, lines }: CheckResult): boolean {
  return kind === 'format' && (isSealed || line <= lines);
}

function refuse(purpose: string, file: string, { line, text }: { line?: number; text: string }): RepriseError {
  const [place, facts] = line === undefined ? [file, {}] : [`${file}:${line}`, { line }];
  const message = `Failed to ${purpose}: ${place}: ${text}. Record it again with \`-r json\`.`;
  return new RepriseError('not-a-recording', message, { file, ...facts });
}
