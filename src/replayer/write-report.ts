import { closeSync, constants, openSync, statSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { RepriseError, reasonOf } from '../foundation/reprise-error.ts';
import { refuseForeign } from './refuse-foreign.ts';
import type { Report } from './report.ts';

const { O_CREAT, O_NONBLOCK, O_TRUNC, O_WRONLY } = constants;

/** A report's, in JSON or as JUnit has it. */
const ownBeginning = /^\s*(?:\{\s*"format":\s*"reprise-report"|<\?xml|<testsuite)/;

/**
 * Makes sure that a report can be written, and leaves none of an earlier run.
 * @throws RepriseError `not-writable`
 */
export function prepareReport(file: string): void {
  tryWrite(file, '');
}

/**
 * Writes a report: JUnit XML where the file's name ends in .xml, JSON otherwise.
 * @throws RepriseError `not-writable`
 */
export async function writeReport(file: string, report: Report, isStrict: boolean): Promise<void> {
  if (!file.endsWith('.xml')) tryWrite(file, `${JSON.stringify(report, null, 2)}\n`);
  else {
    const { renderJUnit } = await import('./render-junit.ts');
    tryWrite(file, renderJUnit(report, isStrict));
  }
}

function tryWrite(file: string, text: string): void {
  try {
    refuseForeign('report', file, ownBeginning);
    // A pipe that nobody reads is an error, not a wait.
    const fd = openSync(file, O_WRONLY | O_CREAT | O_TRUNC | O_NONBLOCK, 0o644);
    try {
      writeFileSync(fd, text);
    } finally {
      closeSync(fd);
    }
  } catch (error) {
    if (error instanceof RepriseError) throw error;
    throw new RepriseError(
      'not-writable',
      `Failed to write the report ${file}: ${reasonOf(error)}. Give another file.`,
      { file, cause: error },
    );
  }
}

/**
 * Makes sure that what is to be written is none of what is read, or written besides.
 * @param flag what the file was given as
 * @throws RepriseError `usage`
 */
export function refuseSame(flag: string, file: string, others: readonly (string | undefined)[]): void {
  const same = others.find((other) => other !== undefined && isSame(file, other));
  if (same !== undefined)
    throw new RepriseError(
      'usage',
      `Failed to open \`${flag}\`: ${file} is also ${same}, which would be lost. Give another file.`,
      { file },
    );
}

function isSame(one: string, other: string): boolean {
  const [left, right] = [one, other].map((file) => statSync(file, { throwIfNoEntry: false }));
  if (left === undefined || right === undefined) return resolve(one) === resolve(other);
  return left.isFile() && left.ino === right.ino && left.dev === right.dev;
}
