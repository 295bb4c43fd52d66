import { dirname } from 'node:path';
import { fingerprintOf } from '../foundation/placeholder.ts';
import type { ReadOptions } from '../foundation/read-options.ts';
import { openRedactor } from '../recorder/open-redactor.ts';
import { findRecordings } from '../recording/find-recordings.ts';
import { openKey } from '../recording/project-key.ts';
import { redactRecording } from '../recording/redaction/redact-recording.ts';
import { findFile } from '../transport/find-file.ts';
import { escapeText } from './escape-text.ts';
import { openProgress } from './progress.ts';
import { completeRedaction, redactionOf } from './redaction-settings.ts';
import { renderRedacted } from './render-record.ts';
import { openScanner } from './secrets/scanner.ts';

/** Replaces the secrets in recordings that exist. */
export async function runRedact({ values, words }: ReadOptions): Promise<number> {
  const config = typeof values['config'] === 'string' ? values['config'] : undefined;
  for (const file of await findRecordings(words)) {
    const told = await redactOne(file, completeRedaction(redactionOf(values), { folder: dirname(file), config }));
    if (values['quiet'] !== true) process.stderr.write(`reprise: ${escapeText(file)}: ${told}\n`);
  }
  return 0;
}

/** @returns what was done, in words */
async function redactOne(file: string, wishes: ReturnType<typeof completeRedaction>): Promise<string> {
  const { text } = openKey(dirname(file));
  const redactor = await openRedactor(text, wishes, [await openScanner()]);
  const progress = await openProgress('redacting', 2 * (findFile(file)?.size ?? 0), process.stderr);
  try {
    const isChanged = await redactRecording(file, {
      redactor,
      fingerprint: fingerprintOf(text),
      onProgress: (position) => progress.update(position),
    });
    return isChanged ? renderRedacted(redactor.counts, redactor.secrets).replace('; ', '') : 'no secrets found; it is as it was';
  } finally {
    progress.stop();
  }
}
