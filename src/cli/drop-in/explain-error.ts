import { RepriseError, reasonOf, systemCode } from '../../foundation/reprise-error.ts';
import { escapeText } from '../escape-text.ts';
import { nameVariables } from './name-variables.ts';

/**
 * What was thrown, in a sentence: a mistake of the user's, or what the system says.
 * @throws whatever else it was: a fault of reprise's, which keeps its stack
 */
export function explainError(error: unknown): string {
  if (error instanceof RepriseError) return escapeText(`reprise: ${nameVariables(error.message)}`);
  if (systemCode(error) === undefined) throw error;
  return escapeText(
    `reprise: Failed to start: ${reasonOf(error)}. Check the files and folders that it names, and this one.`,
  );
}
