import { nextTurn } from '../foundation/clock.ts';
import { textOf } from '../foundation/option-values.ts';
import { showPlaces } from '../foundation/places.ts';
import type { ReadOptions } from '../foundation/read-options.ts';
import { RepriseError } from '../foundation/reprise-error.ts';
import type { MatchRules } from '../protocol/match-rules.ts';
import type { RecordedLine } from '../recording/recorded-line.ts';
import { openRecording } from '../recording/recording-reader.ts';
import { findRecordings } from '../recording/find-recordings.ts';
import { recordingWords } from '../recording/recording-words.ts';
import { findFile } from '../transport/find-file.ts';
import { readRules } from '../replayer/read-rules.ts';
import { settle } from '../replayer/settings.ts';
import { Ambiguity } from './ambiguity.ts';
import { escapeText } from './escape-text.ts';
import { inspectOverview } from './inspect-overview.ts';
import { optionsOf } from './library-options.ts';
import type { Show } from './inspect-one.ts';
import { inspectOne } from './inspect-one.ts';
import { renderJsonEnd, renderJsonRows, renderJsonStart } from './render-inspect-json.ts';
import { renderAmbiguity, renderEnd, renderRows, renderStartUp, renderTitle } from './render-inspect.ts';
import { openProgress } from './progress.ts';
import { openResultOutput } from './result-output.ts';
import { SessionSummary } from './session-summary.ts';
import { SessionWalk } from './session-walk.ts';

/** So many rows make a table of their own, so that a long session is shown as it is read. */
const pageRows = 1000;

/** Shows a recording, one of its invocations, or several recordings, a line each. */
export async function runInspect({ values, words }: ReadOptions): Promise<number> {
  const { files, number } = await parseWords(words, textOf(values['config']));
  const output = openResultOutput(process.stdout, process.env);
  const [file = '', ...others] = files;
  if (others.length > 0) return inspectOverview(files, output, values['json'] === true);
  const reader = await openRecording(file);
  const progress = await openProgress('reading', reader.size, process.stderr);
  try {
    const isJson = values['json'] === true;
    const show = { reader, output, progress, isJson };
    if (number === undefined) await inspectAll(show, new Ambiguity(await rulesFor(file, values)));
    else await inspectOne(show, number);
  } finally {
    progress.stop();
    reader.close();
  }
  if (reader.truncatedBytes > 0) {
    process.stderr.write(
      `reprise: ${escapeText(showPlaces(file))}:${reader.lines + 1}: the last line was cut off (${reader.truncatedBytes} bytes) and is skipped.\n`,
    );
  }
  return 0;
}

/** The last word is the number of an invocation, unless it is the name of a file. */
async function parseWords(
  words: readonly string[],
  config: string | undefined,
): Promise<{ files: string[]; number: number | undefined }> {
  const last = words.at(-1) ?? '';
  const isNumber = words.length > 1 && /^\d+$/.test(last) && findFile(last) === undefined;
  const files = await findRecordings(recordingWords(isNumber ? words.slice(0, -1) : words, config));
  if (!isNumber) return { files, number: undefined };
  if (Number(last) === 0)
    throw new RepriseError('usage', `Failed to inspect: '${last}' is not the number of an invocation. Count from 1.`);
  if (files.length > 1)
    throw new RepriseError(
      'usage',
      `Failed to inspect invocation ${last}: ${files.length} recordings were named. Name one of them, such as ${files[0]}.`,
    );
  return { files, number: Number(last) };
}

async function inspectAll({ reader, output, progress, isJson }: Show, ambiguity: Ambiguity): Promise<void> {
  const walk = new SessionWalk(reader);
  const summary = new SessionSummary();
  let shown = 0;
  const print = async (rows: ReturnType<SessionSummary['finish']>): Promise<void> => {
    if (output.width !== undefined) progress.stop(); // what is printed would run into it
    if (shown === 0)
      await output.write(
        isJson
          ? renderJsonStart(showPlaces(reader.file), reader.header)
          : renderTitle(showPlaces(reader.file), reader.header, reader.size) + renderStartUp(summary.frame),
      );
    if (isJson) await output.write(renderJsonRows(rows, shown === 0));
    else if (rows.length > 0) await output.write(renderRows(rows, output.paint));
    shown += 1;
  };
  const take = (line: RecordedLine): void => {
    const happening = walk.take(line);
    ambiguity.take(happening, summary.take(happening));
  };
  while (reader.scan(take)) {
    progress.update(reader.position);
    const rows = summary.shift(pageRows);
    if (rows.length > 0) await print(rows);
    if (output.isClosed) return;
    await nextTurn();
  }
  ambiguity.finish();
  await print(summary.finish());
  await output.write(
    isJson
      ? renderJsonEnd(summary.frame, reader)
      : renderAmbiguity(ambiguity.count) + renderEnd(summary.frame, reader.lines),
  );
}

/** What a replay of this recording would ignore and loosen. */
async function rulesFor(file: string, values: ReadOptions['values']): Promise<MatchRules> {
  const { options } = await settle([file], optionsOf(values));
  const { ignore = [], match = [] } = options;
  return readRules({ ignore, match });
}
