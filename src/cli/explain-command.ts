import { existsSync } from 'node:fs';
import type { ReadOptions } from '../foundation/read-options.ts';
import { matching } from '../foundation/replay-option-table.ts';
import { RepriseError } from '../foundation/reprise-error.ts';
import type { AskedEntry, FaultEntry, JournalEntry, SentEntry } from '../replayer/journal-entry.ts';
import { isAsked, readJournal } from '../replayer/journal-reader.ts';
import { askOffline } from './ask-offline.ts';
import { escapeText } from './escape-text.ts';
import { renderAsked } from './render-asked.ts';
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
      'Failed to explain: give a journal, as in `reprise explain journal.jsonl:3`, or a recording and a file with a request.',
    );
  const isJson = values['json'] === true;
  if (second === undefined) {
    refuseOptions(given);
    return explainJournal(first, output, isJson);
  }
  const entries = await askOffline({ recording: first, file: second, values });
  return explain(
    entries.map((entry) => ({ entry, sent: [], faults: [] })),
    output,
    isJson,
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
  const chosen =
    number === undefined ? asked.filter(({ missed, refused }) => (missed ?? refused) !== undefined) : asked;
  if (chosen.length === 0 && !isJson) {
    await output.write(`${escapeText(file)}: every request found its answer, ${asked.length} in all\n`);
    return 0;
  }
  const explained = new Map<number, Explained>(chosen.map((entry) => [entry.asked, { entry, sent: [], faults: [] }]));
  for (const entry of entries) {
    if ('sent' in entry) explained.get(entry.asked ?? 0)?.sent.push(entry);
    else if ('fault' in entry) explained.get(entry.asked ?? 0)?.faults.push(entry);
  }
  return explain([...explained.values()], output, isJson);
}

async function explain(explained: readonly Explained[], output: ResultOutput, isJson: boolean): Promise<number> {
  for (const { entry, ...rest } of explained)
    await output.write(isJson ? `${toJson({ ...entry, ...rest })}\n` : renderAsked(entry, rest, output.paint));
  return explained.some(({ entry }) => (entry.missed ?? entry.refused) !== undefined) ? 1 : 0;
}

/** `journal.jsonl:3` is the third line that was asked, unless that is the name of a file. */
function parseWord(word: string): { file: string; number: number | undefined } {
  const [, file, number] = /^(.*):(\d+)$/.exec(word) ?? [];
  return file === undefined || existsSync(word) ? { file: word, number: undefined } : { file, number: Number(number) };
}
