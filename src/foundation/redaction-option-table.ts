import type { OptionSpec } from './option-spec.ts';
import { replayOptions } from './replay-option-table.ts';

/** What is taken out of a recording before it reaches the disk. */
export const redactOption: OptionSpec = {
  flag: 'redact',
  group: 'Recording',
  kind: 'texts',
  value: 'PATH|/REGEX/',
  inConfig: true,
  text: 'a place whose texts are secret too, such as /request/tool_parameters/pin, or an expression that fits secrets; can be repeated',
};
export const keepOption: OptionSpec = {
  flag: 'keep',
  group: 'Recording',
  kind: 'texts',
  value: 'PATH',
  inConfig: true,
  text: 'a place whose texts are no secrets, whatever they look like; can be repeated',
};

/** What all who record take. */
export const redactionOptions: readonly OptionSpec[] = [
  redactOption,
  keepOption,
  {
    flag: 'no-redact',
    group: 'Recording',
    kind: 'switch',
    inConfig: true,
    text: 'keep secrets in the recording as they are: it must not be shared then',
  },
];

/** What may stand in `reprise.config.json`, with what else says so. */
export const configOptions: readonly OptionSpec[] = [...replayOptions, ...redactionOptions];
