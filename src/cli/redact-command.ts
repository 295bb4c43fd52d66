import { dirname } from 'node:path';
import { fingerprintOf } from '../foundation/placeholder.ts';
import { textOf } from '../foundation/option-values.ts';
import type { ReadOptions } from '../foundation/read-options.ts';
import { checkRedaction, openRedactor } from '../recorder/open-redactor.ts';
import { RepriseError } from '../foundation/reprise-error.ts';
import { findRecordings, isBundle } from '../recording/find-recordings.ts';
import { openKey } from '../recording/project-key.ts';
import { redactRecording } from '../recording/redaction/redact-recording.ts';
import { findFile } from '../transport/find-file.ts';
import { escapeText } from './escape-text.ts';
import { openProgress } from './progress.ts';
import type { RedactionSettings } from '../recorder/complete-redaction.ts';
import { completeRedaction } from '../recorder/complete-redaction.ts';
import { redactionOf } from './redaction-settings.ts';
import { renderRedacted } from './render-record.ts';
import { openScanner } from './secrets/scanner.ts';

/** Replaces the secrets in recordings that exist. One that can't be read does not keep the others from it. */
export async function runRedact({ values, words }: ReadOptions): Promise<number> {
  const config = textOf(values['config']);
  const given = redactionOf(values);
  await checkRedaction(given); // once, not for each file
  for (const word of words) await refuseBundled(word);
  const files = await findRecordings(words);
  for (const file of files) await refuseBundled(file);
  let status = 0;
  for (const file of files)
    try {
      const told = await redactOne(file, await completeRedaction(given, { folder: dirname(file), config }));
      if (values['quiet'] !== true) process.stderr.write(`reprise: ${escapeText(file)}: ${told}\n`);
    } catch (error) {
      if (!(error instanceof RepriseError)) throw error;
      process.stderr.write(`reprise: ${escapeText(error.message)}\n`);
      status = Math.max(status, error.exitStatus);
    }
  return status;
}

/** What is in a bundle has its digest there, and what is in the cache belongs to bundles. */
async function refuseBundled(word: string): Promise<void> {
  const reason = isBundle(word) ? 'it is a bundle' : await explainPlace(word);
  if (reason === undefined) return;
  throw new RepriseError(
    'usage',
    `Failed to redact ${word}: ${reason}, whose digests would not fit any more. Redact the recordings that it was made of, and make it anew with \`reprise bundle\`.`,
    { file: word },
  );
}

/** Where a file is, where that is a bundle. */
async function explainPlace(file: string): Promise<string | undefined> {
  const [{ findBundleAround }, { isInCache }] = await Promise.all([
    import('../recording/bundle/bundle-folder.ts'),
    import('../recording/bundle/cache.ts'),
  ]);
  if (isInCache(file)) return 'it is in the cache of bundles';
  const bundle = findBundleAround(file);
  return bundle === undefined ? undefined : `it is in the bundle ${bundle}`;
}

/** @returns what was done, in words */
async function redactOne(file: string, wishes: RedactionSettings): Promise<string> {
  const { text } = openKey(dirname(file));
  const redactor = await openRedactor(text, wishes, [await openScanner()]);
  const progress = await openProgress('redacting', 2 * (findFile(file)?.size ?? 0), process.stderr);
  try {
    const isChanged = await redactRecording(file, {
      redactor,
      fingerprint: fingerprintOf(text),
      onProgress: (position) => progress.update(position),
    });
    return isChanged
      ? renderRedacted(redactor.counts, redactor.secrets).replace('; ', '')
      : 'no secrets found; it is as it was';
  } finally {
    progress.stop();
  }
}
