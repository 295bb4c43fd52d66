import { randomBytes } from 'node:crypto';
import { openRedactor } from '../../recorder/open-redactor.ts';
import type { Redactor } from '../../recording/redaction/redactor.ts';
import type { GivenRedaction } from '../redaction-settings.ts';
import { completeRedaction } from '../../recorder/complete-redaction.ts';
import { openScanner } from './scanner.ts';

/** Finds what `reprise redact` would replace. It learns: one serves one file. */
export type Detector = Pick<Redactor, 'find'>;

const nothing: GivenRedaction = { redact: [], keep: [], noRedact: false };

/**
 * A detector for a file of a folder, with what its project wishes to be replaced or kept.
 * @throws RepriseError where the project's configuration can't be read
 */
export async function openDetector(folder: string, given: GivenRedaction = nothing): Promise<Detector> {
  const wishes = await completeRedaction(given, { folder, config: given.config });
  return openRedactor(randomBytes(16).toString('hex'), wishes, [await openScanner()]);
}
