import type { CommandSpec, OptionSpec } from './option-spec.ts';
import { anyPackage, dropInDefaults, realDify, recordMode } from './drop-in-option-table.ts';
import { keepOption, redactionOptions, redactOption } from './redaction-option-table.ts';
import { sharingCommands } from './sharing-option-table.ts';
import { config, faulting, ignore, match, matching, mode, replayOptions, strict } from './replay-option-table.ts';

const json: OptionSpec = { flag: 'json', kind: 'switch', text: 'JSON for programs instead of a table' };
const quiet: OptionSpec = { flag: 'quiet', short: 'q', kind: 'switch', text: 'say nothing on stderr but errors' };

/** Every command, in the order of the help. */
export const commandTable = [
  {
    name: 'record',
    usage: '[-o FILE] [--force] -- COMMAND…',
    text: 'Records a session of COMMAND, in either mode, and changes nothing of it; secrets are replaced in the file.',
    takesCommand: true,
    readsEnvironment: true,
    options: [
      {
        flag: 'output',
        short: 'o',
        kind: 'text',
        value: 'FILE',
        usually: 'recordings/PLUGIN-TIME.jsonl',
        text: 'where the recording goes',
      },
      { flag: 'force', kind: 'switch', text: 'overwrite the file if it exists' },
      ...redactionOptions,
      config,
      quiet,
    ],
  },
  {
    name: 'redact',
    usage: 'RECORDING…',
    text: 'Replaces the secrets in recordings that exist by placeholders, and seals them again. `reprise check` tells beforehand what it would replace.',
    readsEnvironment: true,
    options: [redactOption, keepOption, config, quiet],
  },
  {
    name: 'replay',
    usage: '[RECORDING…] [options]',
    text: 'Is the plugin that was recorded, over stdio or TCP.',
    readsEnvironment: true,
    options: replayOptions,
  },
  {
    name: 'inspect',
    usage: '[RECORDING…] | RECORDING N',
    text: 'Shows a recording to people: its invocations in a table, or invocation N line by line; of several, a line each.',
    options: [json, ignore, match, config],
  },
  {
    name: 'check',
    usage: '[RECORDING…]',
    text: 'Tells whether recordings are valid, sealed, in the order of the protocol, and without secrets.',
    readsEnvironment: true,
    options: [redactOption, keepOption, config, json, { ...quiet, text: 'tell what was found, and nothing else' }],
  },
  {
    name: 'explain',
    usage: 'JOURNAL[:N] | FOLDER | RECORDING REQUEST.json',
    readsEnvironment: true,
    text: 'Tells why a request got what it got, from a journal or a folder of them; or what it would get, from a recording.',
    options: [json, ...matching],
  },
  {
    name: 'report',
    usage: 'FOLDER',
    text: 'Sums up the journals of a folder: what all replays of a test suite used, and what they missed.',
    options: [
      strict,
      { flag: 'junit', kind: 'path', value: 'FILE', usually: 'none', text: 'the same as JUnit XML' },
      json,
    ],
  },
  {
    name: 'faults',
    usage: '[NAME] | NAME RECORDING… | [RECORDING…] --fault SPEC --fault-plan FILE',
    text: 'Lists what can go wrong, shows one fault at work, or tells where a plan would act.',
    options: [...faulting, mode, config, json],
  },
  {
    name: 'stub',
    usage: '[RECORDING…] -o FILE [--embed] [options of replay]',
    text: 'Writes a file that is a drop-in for `dify`: it plays the recordings to any client that starts it.',
    options: [
      { flag: 'output', short: 'o', kind: 'path', value: 'FILE', text: 'the file to write' },
      {
        flag: 'embed',
        kind: 'switch',
        text: 'pack the recordings and reprise itself into it: it needs nothing but Node then',
      },
      { flag: 'force', kind: 'switch', text: 'overwrite the file if it exists, and is no stub' },
      anyPackage,
      recordMode,
      realDify,
      ...redactionOptions,
      ...replayOptions.map(asDropIn),
    ],
  },
  ...sharingCommands,
] as const satisfies readonly CommandSpec[];

/** An option as the drop-in has it. */
function asDropIn(spec: OptionSpec): OptionSpec {
  return { ...spec, ...dropInDefaults[spec.flag] };
}

export type CommandName = (typeof commandTable)[number]['name'];
