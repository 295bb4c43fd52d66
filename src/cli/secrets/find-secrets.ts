import { closeSync, fstatSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { RepriseError, reasonOf } from '../../foundation/reprise-error.ts';
import { openPlain } from '../../recording/recording-reader.ts';
import { isStub, readStub } from '../drop-in/read-stub.ts';
import { openProgress } from '../progress.ts';
import type { GivenRedaction } from '../redaction-settings.ts';
import type { Detector } from './detector.ts';
import { openDetector } from './detector.ts';
import { scanLines } from './scan-lines.ts';
import { scanStub } from './scan-stub.ts';

/** A secret in a file: where, and of what kind. The value is nowhere told. */
export interface SecretFinding {
  /** The line of the file, counted from 1. */
  line: number;
  /**
   * A JSON pointer into the line's message, event or header: `/request/credentials/api_key`; `text` or `base64` where
   * the line is none. In a stub, a pointer into what it holds; of a packed recording, its name, the line in it, and that.
   */
  path: string;
  /** What gave it away: its shape (`openai_key`), or the name it stands under (`api_key`). */
  kind: string;
}

/**
 * Looks for secrets in a recording, packed or not, whole or broken, in a stub, or in a bundle's fault plan,
 * configuration or manifest.
 * @param given what is secret, and what is not, beside what the project's configuration says
 * @throws RepriseError where it can't be read, or not be gone through
 */
export async function findSecrets(file: string, given?: GivenRedaction): Promise<readonly SecretFinding[]> {
  const detector = await openDetector(dirname(file), given);
  try {
    return await scanFile(file, detector);
  } catch (error) {
    if (error instanceof RepriseError) throw error;
    throw new RepriseError(
      'not-scanned',
      `Failed to look for secrets in ${file}: ${reasonOf(error)}. It may hold some: share it with nobody.`,
      { file, cause: error },
    );
  }
}

async function scanFile(file: string, detector: Detector): Promise<SecretFinding[]> {
  const fd = await openPlain(file);
  const progress = await openProgress('looking for secrets', fstatSync(fd).size, process.stderr);
  try {
    if (isDocument(file)) return (await import('./scan-document.ts')).scanDocument(readFileSync(fd), detector);
    if (isStub(file)) return await scanStub(readStub(file), detector);
    return await scanLines(fd, { detector, onProgress: progress.update });
  } finally {
    progress.stop();
    closeSync(fd);
  }
}

/** What bundles have beside recordings. */
function isDocument(file: string): boolean {
  return /\.(json|ya?ml)$/.test(file);
}
