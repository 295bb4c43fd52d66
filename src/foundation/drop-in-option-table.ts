import { recordModes } from './choices.ts';
import type { OptionSpec } from './option-spec.ts';
import { redactionOptions } from './redaction-option-table.ts';

/** What holds for the drop-in where it differs from `replay`: the program's own defaults, and nothing that waits. */
export const dropInDefaults: Readonly<Record<string, { usually: string }>> = {
  'response-format': { usually: 'text' },
  pace: { usually: 'instant' },
  'startup-gap': { usually: '0 at instant pace' },
  'on-unfinished': { usually: 'error' },
};

export const anyPackage: OptionSpec = {
  flag: 'any-package',
  kind: 'switch',
  text: 'the package need not be there: its file name finds the recording',
};

export const recordMode: OptionSpec = {
  flag: 'record-mode',
  group: 'Recording',
  kind: 'choice',
  value: 'MODE',
  choices: recordModes,
  usually: 'none',
  text: 'none: replay only; once: record a session that has no recording; new_episodes: replay, and record what is not known; all: record afresh',
};
export const realDify: OptionSpec = {
  flag: 'real-dify',
  group: 'Recording',
  kind: 'path',
  value: 'FILE',
  usually: 'the next dify on the PATH',
  text: 'the program itself, for recording',
};

/** What only the drop-in reads, from the environment: a client that does not know it can give it no flags. */
export const dropInOptions: readonly OptionSpec[] = [
  {
    flag: 'recordings',
    kind: 'texts',
    value: 'PATH',
    usually: 'the recordings of the nearest reprise.config.json',
    text: 'what is played: files, folders, patterns, one a line',
  },
  {
    flag: 'session',
    kind: 'text',
    value: 'NAME',
    usually: "pytest's current test",
    text: 'the recording to play, by the name of its file or of the test that it was recorded for; otherwise the package chooses',
  },
  anyPackage,
  recordMode,
  realDify,
  {
    flag: 'record-in-ci',
    kind: 'switch',
    text: 'record where CI is set, too; otherwise a start that would record fails there',
  },
  ...redactionOptions,
];
