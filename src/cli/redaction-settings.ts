import { configOptions } from '../foundation/redaction-option-table.ts';
import type { ReadOptions } from '../foundation/read-options.ts';
import { checkRedaction } from '../recorder/open-redactor.ts';
import { findProjectConfig, readConfig } from '../recording/project-config.ts';
import { tellByFile } from '../replayer/settings.ts';

/** What is taken out of a recording, and what stays. */
export interface RedactionSettings {
  redact: string[];
  keep: string[];
  noRedact: boolean;
}

/** What was given on the command line, and the configuration that was named there. */
export interface GivenRedaction extends RedactionSettings {
  config?: string | undefined;
}

/** What the options of a command say of it. */
export function redactionOf(values: ReadOptions['values']): RedactionSettings {
  return { redact: textsOf(values['redact']), keep: textsOf(values['keep']), noRedact: values['no-redact'] === true };
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

function textsOf(value: unknown): string[] {
  return Array.isArray(value) ? value.map(String) : [];
}
