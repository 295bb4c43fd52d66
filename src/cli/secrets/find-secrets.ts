import { closeSync } from 'node:fs';
import { RepriseError, reasonOf } from '../../foundation/reprise-error.ts';
import { openPlain } from '../../recording/recording-reader.ts';
import { isStub, readStub } from '../drop-in/read-stub.ts';
import type { Detector } from './detector.ts';
import { openDetectors } from './detector.ts';
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
 * Looks for secrets in a recording, packed or not, whole or broken, or in a stub.
 * @throws RepriseError where it can't be read, or not be gone through
 */
export async function findSecrets(file: string): Promise<readonly SecretFinding[]> {
  const detectors = await openDetectors();
  try {
    return await scanFile(file, detectors);
  } catch (error) {
    if (error instanceof RepriseError) throw error;
    throw new RepriseError(
      'not-scanned',
      `Failed to look for secrets in ${file}: ${reasonOf(error)}. It may hold some: share it with nobody.`,
      { file, cause: error },
    );
  }
}

async function scanFile(file: string, detectors: readonly Detector[]): Promise<SecretFinding[]> {
  const fd = await openPlain(file);
  try {
    return isStub(file) ? await scanStub(readStub(file), detectors) : await scanLines(fd, detectors);
  } finally {
    closeSync(fd);
  }
}
