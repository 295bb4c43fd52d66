import { dirname } from 'node:path';
import { isatty } from 'node:tty';
import { within } from '../foundation/clock.ts';
import { textOf } from '../foundation/option-values.ts';
import type { ReadOptions } from '../foundation/read-options.ts';
import { RepriseError, reasonOf } from '../foundation/reprise-error.ts';
import type { RecordResult } from '../recorder/start-recording.ts';
import { recordingsFolder } from '../recorder/output-file.ts';
import { startRecording } from '../recorder/start-recording.ts';
import { flushed } from '../transport/flushed.ts';
import { openOwnStderr, openOwnStdin, openOwnStdoutStream } from '../transport/own-stdio.ts';
import { statusOf } from './end-like.ts';
import { forwardSignals } from './forward-signals.ts';
import { openLiveLine } from './live-line.ts';
import { completeRedaction } from '../recorder/complete-redaction.ts';
import { redactionOf } from './redaction-settings.ts';
import { renderRecordSummary } from './render-record.ts';

/** What is said at the end may take so long to be taken, in milliseconds: a client that reads no stderr must not wait for its own. */
const lastLinePatience = 100;

/** Records a session; the status is the command's own, or 1 where the recording was lost and the command's is 0. */
export async function runRecord({ values, words, command }: ReadOptions): Promise<number> {
  if (command.length === 0 || words.length > 0) {
    throw new RepriseError(
      'usage',
      'Failed to record: give the command behind `--`, as in `reprise record -o FILE -- dify plugin run x.difypkg -m stdio -r json`.',
    );
  }
  const isQuiet = values['quiet'] === true;
  const { output, config } = { output: textOf(values['output']), config: textOf(values['config']) };
  const folder = output === undefined ? recordingsFolder : dirname(output);
  const redaction = await completeRedaction(redactionOf(values), { folder, config });
  const stderr = openOwnStderr();
  const live = openLiveLine({
    stderr,
    stdout: openOwnStdoutStream(),
    isTerminal: { stderr: isatty(2), stdout: isatty(1) },
    isQuiet,
  });
  const tell = (text: string): void => live.print(`reprise: ${text}\n`);
  const note = (text: string): void => {
    if (!isQuiet) tell(text);
  };
  const recorder = await startRecording({
    command,
    ...(output === undefined ? {} : { file: output }),
    ...redaction,
    force: values['force'] === true,
    stdin: openOwnStdin(),
    stdout: live.stdout,
    stderr: live.stderr,
    onLoss: (error) => tell(`the recording is lost from here on, the session goes on: ${reasonOf(error)}`),
    onKeyLoss: (error) =>
      note(`the key of this recording is lost, its placeholders match any value: ${reasonOf(error)}`),
    onLearned: (learned) => {
      if (learned.response_format === 'text')
        tell(
          'this session is in the text format, which has no ids: it is recorded, and can NOT be replayed. Record it with `-r json`.',
        );
    },
  });
  forwardSignals(recorder);
  if (redaction.noRedact)
    tell(
      `recording to ${recorder.file}; secrets are NOT redacted: it holds keys and passwords as they are, and must not be shared`,
    );
  else note(`recording to ${recorder.file}; secrets are replaced by placeholders`);
  live.start(() => recorder.counts);
  const result = await recorder.finished;
  live.stop();
  if (result.loss === undefined) note(renderRecordSummary(result));
  else tell(`the recording is not whole, ${recorder.file}: ${reasonOf(result.loss)}`);
  await within(lastLinePatience, flushed(stderr));
  return statusAfter(result);
}

function statusAfter({ exit, loss }: RecordResult): number {
  const status = statusOf(exit);
  return status === 0 && loss !== undefined ? 1 : status;
}
