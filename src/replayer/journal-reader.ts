import { createReadStream } from 'node:fs';
import { isJsonObject, parseJson } from '../foundation/parse-json.ts';
import { RepriseError, reasonOf, systemCode } from '../foundation/reprise-error.ts';
import { nestingOf } from '../protocol/nesting.ts';
import { LineSplitter } from '../transport/line-splitter.ts';
import type { AskedEntry, JournalEntry, JournalHeader } from './journal-entry.ts';
import { journalFormat, journalVersion } from './journal-entry.ts';

/** A longer line was not written by reprise. */
const longestLine = 16 << 20;
const deepest = 1000;

/** A journal: its first line, and what was entered. */
export interface ReadJournal {
  header: JournalHeader;
  /** Entries go to `visit`, one after the other. */
  entries: JournalEntry[];
}

/**
 * Reads a journal, one that is being written too: a last line that is not whole yet, or was cut by a SIGKILL, is left out.
 *
 * @param isWanted tells which entries are kept
 * @returns undefined where its first line has not been written yet
 * @throws RepriseError where it can't be read, or is no journal
 */
export async function readJournal(
  file: string,
  isWanted: (entry: JournalEntry) => boolean,
): Promise<ReadJournal | undefined> {
  let header: JournalHeader | undefined;
  const entries: JournalEntry[] = [];
  const splitter = new LineSplitter(longestLine);
  let number = 0;
  const take = (line: Buffer): void => {
    number++;
    const text = line.toString();
    // Deeper than reprise writes, and than a stack may bear.
    const value = nestingOf(text) > deepest ? undefined : parseJson(text);
    if (header === undefined) header = parseHeader(value, file);
    else if (!isEntry(value)) throw broken(file, number);
    else if (isWanted(value)) entries.push(value);
  };
  try {
    for await (const chunk of createReadStream(file))
      if (!splitter.push(chunk as Buffer, take)) throw broken(file, number + 1);
    // A last line that is whole but for its newline, as an editor may leave it.
    splitter.end((line) => {
      if (header !== undefined && isEntry(parseJson(line.toString()))) take(line);
    });
  } catch (error) {
    if (error instanceof RepriseError) throw error;
    const reason = systemCode(error) === 'ENOENT' ? 'there is no such file' : reasonOf(error);
    throw new RepriseError('not-found', `Failed to open ${file}: ${reason}. Give a journal.`, { file, cause: error });
  }
  return header === undefined ? undefined : { header, entries };
}

/** A line that was asked. */
export function isAsked(entry: JournalEntry): entry is AskedEntry {
  return 'asked' in entry && !('sent' in entry) && !('fault' in entry);
}

function parseHeader(value: unknown, file: string): JournalHeader {
  if (
    !isJsonObject(value) ||
    value['format'] !== journalFormat ||
    !Array.isArray(value['recordings']) ||
    !value['recordings'].every(isText) ||
    !isOptional(value['session']) ||
    !isTexts(value['faults'] ?? [])
  )
    throw notAJournal(file);
  if (value['version'] !== journalVersion)
    throw new RepriseError(
      'newer-version',
      `Failed to read ${file}: it has journal version ${JSON.stringify(value['version'])}, and this reprise reads ${journalVersion}. Update reprise.`,
      { file },
    );
  // Written by reprise; what is looked at of it is rendered as text.
  return value as unknown as JournalHeader;
}

/** What is looked at of an entry has its type: somebody may have edited the file. */
function isEntry(value: unknown): value is JournalEntry {
  if (!isJsonObject(value) || typeof value['at'] !== 'number') return false;
  const { sent, event, fault, asked, id, matched, missed, connection = 1 } = value;
  if (typeof connection !== 'number') return false;
  if (sent !== undefined) return isText(sent) && hasNumbers(value, ['bytes', 'late']);
  if (event !== undefined) return true;
  if (fault !== undefined) return isText(fault) && isText(value['place']);
  if (typeof asked !== 'number' || !isText(id) || !['type', 'action', 'refused'].every((key) => isOptional(value[key])))
    return false;
  if (matched !== undefined)
    return (
      isJsonObject(matched) &&
      isText(matched['recording']) &&
      hasNumbers(matched, ['invocation', 'use']) &&
      isJsonObject(matched['secrets'] ?? {})
    );
  return missed === undefined || isMissed(missed);
}

function isMissed(missed: unknown): boolean {
  return (
    isJsonObject(missed) && isText(missed['text']) && Array.isArray(missed['near']) && missed['near'].every(isNear)
  );
}

function isNear(near: unknown): boolean {
  if (!isJsonObject(near) || !isText(near['recording']) || !Array.isArray(near['differences'])) return false;
  const { remedy = '', accept = { ignore: [], match: [] } } = near;
  if (!isText(remedy) || !isJsonObject(accept) || !isTexts(accept['ignore']) || !isTexts(accept['match'])) return false;
  return (
    hasNumbers(near, ['invocation', 'difference_count']) &&
    near['differences'].every((one) => isJsonObject(one) && isText(one['text']))
  );
}

function hasNumbers(value: Record<string, unknown>, keys: readonly string[]): boolean {
  return keys.every((key) => Number.isFinite(value[key]) && Number(value[key]) >= 0);
}

function isOptional(value: unknown): boolean {
  return value === undefined || isText(value);
}

function isTexts(value: unknown): boolean {
  return Array.isArray(value) && value.every(isText);
}

function isText(value: unknown): boolean {
  return typeof value === 'string';
}

function notAJournal(file: string): RepriseError {
  return new RepriseError(
    'not-a-journal',
    `Failed to read ${file}: it is no journal (line 1 is not its header). Give a file made by \`reprise replay --journal\`.`,
    { file },
  );
}

function broken(file: string, line: number): RepriseError {
  return new RepriseError(
    'broken-line',
    `Failed to read ${file}:${line}: it is no entry of a journal. Remove that line.`,
    {
      file,
      line,
    },
  );
}
