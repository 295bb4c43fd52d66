import { nextTurn } from '../foundation/clock.ts';
import { showPlaces } from '../foundation/places.ts';
import { RepriseError } from '../foundation/reprise-error.ts';
import { openRecording } from '../recording/recording-reader.ts';
import { openProgress } from './progress.ts';
import type { RecordingRow } from './render-overview.ts';
import { renderOverview, renderOverviewJson } from './render-overview.ts';
import type { ResultOutput } from './result-output.ts';
import { SessionSummary } from './session-summary.ts';
import { SessionWalk } from './session-walk.ts';

/** Shows several recordings, a line each: status 2 where one can't be read, and the others are shown all the same. */
export async function inspectOverview(
  files: readonly string[],
  output: ResultOutput,
  isJson: boolean,
): Promise<number> {
  const rows: RecordingRow[] = [];
  let status = 0;
  for (const file of files) {
    try {
      rows.push(await sumUp(file));
    } catch (error) {
      if (!(error instanceof RepriseError)) throw error;
      process.stderr.write(`reprise: ${error.message}\n`);
      status = error.exitStatus;
    }
  }
  await output.write(isJson ? renderOverviewJson(rows) : renderOverview(rows, output.paint));
  return status;
}

async function sumUp(file: string): Promise<RecordingRow> {
  const reader = await openRecording(file);
  const progress = await openProgress('reading', reader.size, process.stderr);
  const [walk, summary] = [new SessionWalk(reader), new SessionSummary()];
  const actions = new Map<string, number>();
  try {
    const scan = (): boolean =>
      reader.scan((line) => {
        const happening = walk.take(line);
        const row = summary.take(happening);
        if (happening.kind === 'request' && row !== undefined && row.action !== '')
          actions.set(row.action, (actions.get(row.action) ?? 0) + 1);
      });
    while (scan()) {
      summary.shift(1); // the rows are of no use
      progress.update(reader.position);
      await nextTurn();
    }
  } finally {
    progress.stop();
    reader.close();
  }
  return { file: showPlaces(file), frame: summary.frame, invocations: summary.count, actions };
}
