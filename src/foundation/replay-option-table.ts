import {
  exhaustedPolicies,
  matchOrders,
  missPolicies,
  responseFormats,
  secretPolicies,
  transportModes,
  unfinishedPolicies,
} from './choices.ts';
import type { OptionSpec } from './option-spec.ts';

export const ignore: OptionSpec = {
  flag: 'ignore',
  group: 'Matching',
  kind: 'texts',
  value: 'PATH',
  inConfig: true,
  text: 'a place in the request that is not compared, such as /request/user_id or /request/**/id; can be repeated',
};
export const match: OptionSpec = {
  flag: 'match',
  group: 'Matching',
  kind: 'texts',
  value: 'PATH=SET',
  inConfig: true,
  text: 'a place where any value of a set will do: uuid, date, number, string, or a regular expression such as /^user-/; can be repeated',
};
const order: OptionSpec = {
  flag: 'order',
  group: 'Matching',
  kind: 'choice',
  value: 'ORDER',
  choices: matchOrders,
  usually: 'any',
  inConfig: true,
  text: 'whether different requests must come in the recorded order, connection by connection',
};
const onExhausted: OptionSpec = {
  flag: 'on-exhausted',
  group: 'Matching',
  kind: 'choice',
  value: 'POLICY',
  choices: exhaustedPolicies,
  usually: 'repeat',
  inConfig: true,
  text: 'what a request gets when all that are equal to it have been given: the last again, all over again, or an error',
};
const secrets: OptionSpec = {
  flag: 'secrets',
  group: 'Matching',
  kind: 'choice',
  value: 'POLICY',
  choices: secretPolicies,
  usually: 'any',
  inConfig: true,
  text: "what matches the placeholder of a secret: any value, the same one throughout; or exactly the recorded one, which the project's key tells",
};
export const config: OptionSpec = {
  flag: 'config',
  group: 'Matching',
  kind: 'path',
  value: 'FILE',
  usually: 'the nearest reprise.config.json',
  text: 'the file that holds what is ignored, and defaults',
};
export const strict: OptionSpec = {
  flag: 'strict',
  group: 'Journal and report',
  kind: 'switch',
  inConfig: true,
  text: 'status 1 where a recorded invocation was repeated or not used, a request found none, or a fault never acted',
};

/** What goes wrong, for those who replay and those who ask beforehand. */
export const faulting: readonly OptionSpec[] = [
  {
    flag: 'fault',
    group: 'Faults',
    kind: 'faults',
    name: 'faults',
    value: 'SPEC',
    text: "what goes wrong, such as 'stall at=response:3 action=invoke_llm'; `reprise faults` lists them; can be repeated",
  },
  {
    flag: 'fault-plan',
    group: 'Faults',
    kind: 'path',
    value: 'FILE',
    usually: 'none',
    text: 'a file of faults, in YAML or JSON, or a bundle with one',
  },
  {
    flag: 'seed',
    group: 'Faults',
    kind: 'seed',
    value: 'N',
    usually: 'any, printed at start',
    text: 'repeats what was random in the faults',
  },
];

export const mode: OptionSpec = {
  flag: 'mode',
  short: 'm',
  kind: 'choice',
  value: 'MODE',
  choices: transportModes,
  usually: 'stdio',
  text: 'how it is spoken to, whatever mode was recorded',
};

/** What bears upon a match, for those who replay and those who ask beforehand. */
export const matching: readonly OptionSpec[] = [ignore, match, order, onExhausted, secrets, config];

/** What `replay` takes, and the library with it. */
export const replayOptions: readonly OptionSpec[] = [
  mode,
  {
    flag: 'response-format',
    short: 'r',
    kind: 'choice',
    value: 'FORMAT',
    choices: responseFormats,
    usually: 'json',
    text: 'the format of its messages',
  },
  {
    flag: 'pace',
    kind: 'text',
    value: 'PACE',
    usually: 'recorded',
    inConfig: true,
    text: 'how recorded gaps become waits: recorded, instant, or a speed such as 2x or 0.5x',
  },
  {
    flag: 'max-gap',
    group: 'Pace and place',
    kind: 'milliseconds',
    value: 'MS',
    usually: 'none',
    inConfig: true,
    text: 'no wait between two messages of an invocation is longer',
  },
  {
    flag: 'startup-gap',
    group: 'Pace and place',
    kind: 'milliseconds',
    value: 'MS',
    usually: '250, or 0 at instant pace',
    inConfig: true,
    text: 'no wait during start-up is longer',
  },
  {
    flag: 'host',
    group: 'Pace and place',
    kind: 'text',
    value: 'ADDRESS',
    usually: '127.0.0.1 and ::1',
    text: 'the address to listen on in TCP mode; 0.0.0.0 for a container',
  },
  {
    flag: 'port',
    group: 'Pace and place',
    kind: 'port',
    value: 'N',
    usually: '0, any',
    text: 'the port to listen on in TCP mode',
  },
  ...matching,
  {
    flag: 'on-miss',
    group: 'Matching',
    kind: 'choice',
    value: 'POLICY',
    choices: missPolicies,
    usually: 'error',
    inConfig: true,
    text: 'what a request gets that finds nothing: an error that says why, or no answer at all',
  },
  {
    flag: 'on-unfinished',
    group: 'Matching',
    kind: 'choice',
    value: 'POLICY',
    choices: unfinishedPolicies,
    usually: 'hang',
    inConfig: true,
    text: 'what an invocation does that never ended in the recording: nothing more, or an error that says so',
  },
  ...faulting,
  {
    flag: 'journal',
    group: 'Journal and report',
    kind: 'path',
    value: 'FILE',
    usually: 'none, or a temporary file once a request has found nothing',
    text: 'what was asked, what it matched, and what was sent, as JSON Lines',
  },
  {
    flag: 'journal-dir',
    group: 'Journal and report',
    kind: 'path',
    value: 'FOLDER',
    usually: 'none',
    inConfig: true,
    text: 'a folder in which each replay keeps a journal of its own, for `reprise report`',
  },
  {
    flag: 'report',
    group: 'Journal and report',
    kind: 'path',
    value: 'FILE',
    usually: 'none',
    text: 'what was used, repeated, not used, missed and refused: JSON, or JUnit where the name ends in .xml',
  },
  strict,
  {
    flag: 'exit-on-eof',
    kind: 'switch',
    text: 'the end of stdin ends it, once all is answered; the program itself goes on',
  },
];
