import type { ReadOptions } from '../foundation/read-options.ts';
import type { RedactionSettings } from '../recorder/complete-redaction.ts';
import { listOf } from '../foundation/option-spec.ts';

/** What was given on the command line, and the configuration that was named there. */
export interface GivenRedaction extends RedactionSettings {
  config?: string | undefined;
}

/** What the options of a command say of it. */
export function redactionOf(values: ReadOptions['values']): RedactionSettings {
  return {
    redact: listOf(values['redact']).map(String),
    keep: listOf(values['keep']).map(String),
    noRedact: values['no-redact'] === true,
  };
}
