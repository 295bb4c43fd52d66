import { existsSync } from 'node:fs';
import type { ReadOptions } from '../foundation/read-options.ts';
import { matching } from '../foundation/replay-option-table.ts';
import { RepriseError } from '../foundation/reprise-error.ts';
import type { AskedEntry, FaultEntry, JournalEntry, SentEntry } from '../replayer/journal-entry.ts';
import { isAsked, readJournal } from '../replayer/journal-reader.ts';
import { listJournals } from '../replayer/sum-journals.ts';
import { findFile } from '../transport/find-file.ts';
import { askOffline } from './ask-offline.ts';
import { escapeText } from './escape-text.ts';
import { renderAsked } from './render-asked.ts';
import { renderCount } from './render-count.ts';
import { toJson } from './render-inspect-json.ts';
import type { ResultOutput } from './result-output.ts';
import { openResultOutput } from './result-output.ts';

/** A line that was asked, with what was sent for it, and what went wrong by intent. */
interface Explained {
  entry: AskedEntry;
  sent: SentEntry[];
  faults: FaultEntry[];
}

/** Tells why requests got what they got: status 1 where one of them found nothing. */
export async function runExplain({ values, words, given }: ReadOptions): Promise<number> {
  const output = openResultOutput(process.stdout, process.env);
  const [first = '', second, ...rest] = words;
  if (first === '' || rest.length > 0)
    throw new RepriseError(
      'usage',
      'Failed to explain: give a journal, as in `reprise explain journal.jsonl:3`, a folder of journals, or a recording and a file with a request.',
    );
  const isJson = values['json'] === true;
  if (second === undefined) {
    refuseOptions(given);
    const isFolder = findFile(first)?.isDirectory() === true;
    return isFolder ? explainFolder(first, output, isJson) : explainJournal(first, output, isJson);
  }
  const entries = await askOffline({ recording: first, file: second, values });
  return explain(
    entries.map((entry) => ({ entry, sent: [], faults: [] })),
    output,
    isJson ? {} : undefined,
  );
}

/** What is over can't be matched by other rules. */
function refuseOptions(flags: ReadOptions['given']): void {
  const given = matching.find(({ flag }) => flags.includes(flag));
  if (given !== undefined)
    throw new RepriseError(
      'usage',
      `Failed to explain: \`--${given.flag}\` does nothing for a journal. Give a recording and a file with a request.`,
    );
}

/** Of all journals of a folder, what went wrong. */
async function explainFolder(folder: string, output: ResultOutput, isJson: boolean): Promise<number> {
  let asked = 0;
  let status = 0;
  const files = listJournals(folder);
  for (const file of files) {
    const journal = await readJournal(file, isTold);
    const entries = journal?.entries ?? [];
    const wrong = entries.filter(isAsked).filter(isWrong);
    asked += entries.filter(isAsked).length;
    if (wrong.length === 0) continue;
    status = 1;
    const session = journal?.header.session === undefined ? '' : ` (${journal.header.session})`;
    if (!isJson) await output.write(`${output.paint('bold', escapeText(`${file}${session}`))}\n`);
    await explain(withAnswers(wrong, entries), output, isJson ? { journal: file } : undefined);
  }
  if (status === 0 && !isJson)
    await output.write(
      `${escapeText(folder)}: every request found its answer, ${asked} in ${renderCount(files.length, 'journal')}\n`,
    );
  return status;
}

async function explainJournal(word: string, output: ResultOutput, isJson: boolean): Promise<number> {
  const { file, number } = parseWord(word);
  const isWanted = (entry: JournalEntry): boolean =>
    number === undefined || ('asked' in entry && entry.asked === number);
  const journal = await readJournal(file, isWanted);
  const entries = journal?.entries ?? [];
  const asked = entries.filter(isAsked);
  if (number !== undefined && asked.length === 0)
    throw new RepriseError(
      'not-found',
      `Failed to explain ${file}: it has no request ${number}. Leave the number out to see all that found nothing.`,
      { file },
    );
  // Without a number, what went wrong.
  const chosen = number === undefined ? asked.filter(isWrong) : asked;
  if (chosen.length === 0 && !isJson) {
    await output.write(`${escapeText(file)}: every request found its answer, ${asked.length} in all\n`);
    return 0;
  }
  return explain(withAnswers(chosen, entries), output, isJson ? {} : undefined);
}

function isTold(entry: JournalEntry): boolean {
  return isAsked(entry) || 'sent' in entry || 'fault' in entry;
}

function isWrong({ missed, refused }: AskedEntry): boolean {
  return (missed ?? refused) !== undefined;
}

/** Each with what was sent for it, and what went wrong by intent. */
function withAnswers(asked: readonly AskedEntry[], entries: readonly JournalEntry[]): Explained[] {
  const explained = new Map<number, Explained>(asked.map((entry) => [entry.asked, { entry, sent: [], faults: [] }]));
  for (const entry of entries) {
    if ('sent' in entry) explained.get(entry.asked ?? 0)?.sent.push(entry);
    else if ('fault' in entry) explained.get(entry.asked ?? 0)?.faults.push(entry);
  }
  return [...explained.values()];
}

/** @param json what each object for programs begins with; undefined where it is for people */
async function explain(
  explained: readonly Explained[],
  output: ResultOutput,
  json: Readonly<Record<string, unknown>> | undefined,
): Promise<number> {
  for (const { entry, ...rest } of explained)
    await output.write(
      json === undefined ? renderAsked(entry, rest, output.paint) : `${toJson({ ...json, ...entry, ...rest })}\n`,
    );
  return explained.some(({ entry }) => isWrong(entry)) ? 1 : 0;
}

/** `journal.jsonl:3` is the third line that was asked, unless that is the name of a file. */
function parseWord(word: string): { file: string; number: number | undefined } {
  const [, file, number] = /^(.*):(\d+)$/.exec(word) ?? [];
  return file === undefined || existsSync(word) ? { file: word, number: undefined } : { file, number: Number(number) };
}
