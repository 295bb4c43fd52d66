import type { ReadOptions } from '../foundation/read-options.ts';
import { RepriseError, reasonOf } from '../foundation/reprise-error.ts';
import type { Recorder, RecordResult } from '../recorder/record.ts';
import { record } from '../recorder/record.ts';
import { openOwnStdin, openOwnStdoutStream } from '../transport/own-stdio.ts';
import { statusOf } from './end-like.ts';
import { forwardSignals } from './forward-signals.ts';
import { openLiveLine } from './live-line.ts';
import { renderRecordSummary } from './render-record.ts';

/** Records a session; the status is the command's own, or 1 where the recording was lost and the command's is 0. */
export async function runRecord({ values, words, command }: ReadOptions): Promise<number> {
  if (command.length === 0 || words.length > 0) {
    throw new RepriseError('usage', 'Failed to record: give the command behind `--`, as in `reprise record -o FILE -- dify plugin run x.difypkg -m stdio -r json`.');
  }
  const isQuiet = values['quiet'] === true;
  const live = openLiveLine(process.stderr, isQuiet);
  const tell = (text: string): void => live.print(`reprise: ${text}\n`);
  const recorder = await record({
    command,
    ...(typeof values['output'] === 'string' ? { file: values['output'] } : {}),
    force: values['force'] === true,
    stdin: openOwnStdin(),
    stdout: openOwnStdoutStream(),
    stderr: live.stream,
    onLoss: (error) => tell(`the recording is lost from here on, the session goes on: ${reasonOf(error)}`),
    onLearned: (learned) => {
      if (learned.response_format === 'text') tell('this session is in the text format, which has no ids: it is recorded, and can not be replayed. Record with `-r json` for that.');
    },
  });
  if (!isQuiet) tell(`recording to ${recorder.file}; it holds what is sent as it is, keys and passwords too`);
  forwardSignals(recorder);
  return finish(recorder, live, { isQuiet, tell });
}

async function finish(recorder: Recorder, live: ReturnType<typeof openLiveLine>, { isQuiet, tell }: { isQuiet: boolean; tell: (text: string) => void }): Promise<number> {
  live.start(() => recorder.counts);
  const result: RecordResult = await recorder.finished;
  live.stop();
  if (result.loss !== undefined) tell(`the recording is not whole, ${recorder.file}: ${reasonOf(result.loss)}`);
  else if (!isQuiet) tell(renderRecordSummary(result));
  const status = statusOf(result.exit);
  return status === 0 && result.loss !== undefined ? 1 : status;
}
