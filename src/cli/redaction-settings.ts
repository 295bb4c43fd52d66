import type { ReadOptions } from '../foundation/read-options.ts';
import type { RedactionSettings } from '../recorder/complete-redaction.ts';
import { textsOf } from '../foundation/option-values.ts';

/** What was given on the command line, and the configuration that was named there. */
export interface GivenRedaction extends RedactionSettings {
  config?: string | undefined;
}

/** What the options of a command say of it. */
export function redactionOf(values: ReadOptions['values']): RedactionSettings {
  return { redact: textsOf(values['redact']), keep: textsOf(values['keep']), noRedact: values['no-redact'] === true };
}
