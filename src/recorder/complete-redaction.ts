import { configOptions } from '../foundation/redaction-option-table.ts';
import { textsOf } from '../foundation/option-values.ts';
import { findProjectConfig, readConfig, tellByFile } from '../recording/project-config.ts';
import { checkRedaction } from './open-redactor.ts';

/** What is taken out of a recording, and what stays. */
export interface RedactionSettings {
  redact: string[];
  keep: string[];
  noRedact: boolean;
}

/**
 * Adds what the configuration says: the one that is named, or the nearest to the recordings' folder, or to the working one;
 * never that of a bundle.
 * @throws RepriseError where it can't be read, or holds what is neither a path nor an expression
 */
export async function completeRedaction(
  given: RedactionSettings,
  { folder, config }: { folder: string; config?: string | undefined },
): Promise<RedactionSettings> {
  const file = config ?? findProjectConfig(folder) ?? findProjectConfig(process.cwd());
  if (file === undefined) return given;
  const project = readConfig(file, configOptions);
  const { options } = project;
  const [redact, keep] = [textsOf(options['redact']), textsOf(options['keep'])];
  try {
    await checkRedaction({ redact, keep });
  } catch (error) {
    throw tellByFile(project, error);
  }
  return {
    redact: [...redact, ...given.redact],
    keep: [...keep, ...given.keep],
    noRedact: given.noRedact || options['noRedact'] === true,
  };
}
