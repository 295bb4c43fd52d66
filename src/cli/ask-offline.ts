import { readFileSync } from 'node:fs';
import { systemClock } from '../foundation/clock.ts';
import type { ReadOptions } from '../foundation/read-options.ts';
import { RepriseError, reasonOf, systemCode } from '../foundation/reprise-error.ts';
import { decodeRequestLine } from '../protocol/request.ts';
import { Journal } from '../replayer/journal.ts';
import { createJournalHeader } from '../replayer/journal-header.ts';
import type { AskedEntry, JournalEntry } from '../replayer/journal-entry.ts';
import { isAsked } from '../replayer/journal-reader.ts';
import { Ledger } from '../replayer/ledger.ts';
import { openScript } from '../replayer/open-script.ts';
import type { Script } from '../replayer/script.ts';
import { settle } from '../replayer/settings.ts';
import { optionsOf } from './library-options.ts';

/** What a request would get, and from what. */
export interface OfflineQuestion {
  recording: string;
  /** A file with a request, or one a line. */
  file: string;
  values: ReadOptions['values'];
}

/**
 * Matches requests as a replay would, one after the other, without one.
 * @throws RepriseError where a file can't be read, or holds no request
 */
export async function askOffline({ recording, file, values }: OfflineQuestion): Promise<AskedEntry[]> {
  const lines = readRequests(file);
  const { files, options } = await settle([recording], optionsOf(values));
  const script = await openScript(files, options);
  try {
    await script.readOn(() => undefined);
    const entries: JournalEntry[] = [];
    const journal = new Journal({
      header: createJournalHeader(files, options),
      clock: systemClock,
      file: undefined,
      folder: undefined,
      onEntry: (entry) => entries.push(entry),
      onFailure: () => undefined,
    });
    const ledger = new Ledger(script, journal);
    for (const line of lines) ask(line, script, ledger);
    return entries.filter(isAsked);
  } finally {
    script.close();
  }
}

function ask(line: Buffer, script: Script, ledger: Ledger): void {
  const asked = ledger.open(0);
  const request = decodeRequestLine(line);
  if (request.kind === 'refused') {
    ledger.refuse(asked, request.id, request.error);
    return;
  }
  const match = script.match(request, 0);
  if (match.kind === 'found') ledger.match(asked, request.id, match);
  else if (match.kind === 'missed') ledger.miss(asked, request, match.miss);
}

/** One request in as many lines as it likes, or one a line. */
function readRequests(file: string): Buffer[] {
  let bytes: Buffer;
  try {
    bytes = readFileSync(file === '-' ? 0 : file);
  } catch (error) {
    const reason = systemCode(error) === 'ENOENT' ? 'there is no such file' : reasonOf(error);
    throw new RepriseError('not-found', `Failed to open ${file}: ${reason}. Give a file with a request.`, {
      file,
      cause: error,
    });
  }
  if (decodeRequestLine(bytes).kind === 'request') return [bytes];
  const lines = bytes
    .toString('latin1')
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => Buffer.from(line, 'latin1'));
  if (lines.length > 0) return lines;
  throw new RepriseError(
    'usage',
    `Failed to read ${file}: it is empty. Give a request, as {"type":"tool","action":"invoke_tool","request":{}}.`,
    { file },
  );
}
