import { writeFileSync } from 'node:fs';
import { RepriseError, reasonOf } from '../foundation/reprise-error.ts';
import type { Report } from './report.ts';

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
    writeFileSync(file, text);
  } catch (error) {
    throw new RepriseError(
      'not-writable',
      `Failed to write the report ${file}: ${reasonOf(error)}. Give another file.`,
      { file, cause: error },
    );
  }
}
