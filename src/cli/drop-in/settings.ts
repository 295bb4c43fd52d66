import type { RecordMode } from '../../foundation/choices.ts';
import { textOf, textsOf } from '../../foundation/option-values.ts';
import { recordModes } from '../../foundation/choices.ts';
import { dropInOptions } from '../../foundation/drop-in-option-table.ts';
import { environmentName } from '../../foundation/option-spec.ts';
import { readOptions } from '../../foundation/read-options.ts';
import { replayOptions } from '../../foundation/replay-option-table.ts';
import { optionsOf } from '../library-options.ts';
import { parsePace } from '../../replayer/pace.ts';
import type { ReplayOptions } from '../../replayer/replay-options.ts';
import { recordingEnding } from '../../recording/find-recordings.ts';
import { keyVariable } from '../../recording/project-key.ts';
import type { RedactionSettings } from '../../recorder/complete-redaction.ts';
import { redactionOf } from '../redaction-settings.ts';
import { hideInName } from './session-name.ts';
import { stemOf } from './stem-of.ts';

/** Tells the program that is recorded by whom, so that a drop-in which is taken for it knows. */
export const recordedBy = 'REPRISE_RECORDED_BY';

/** Where pulled bundles are kept; read where one is named. */
const cacheVariable = 'REPRISE_CACHE_DIR';

/** What is being tested. */
export interface SessionName {
  name: string;
  /** Whether somebody asked for it, in words; otherwise it is the test runner's. */
  isAsked: boolean;
}

/** What the environment says to the drop-in. */
export interface DropInSettings {
  /** What is played; empty where nothing was said. */
  words: string[];
  session: SessionName | undefined;
  anyPackage: boolean;
  recordMode: RecordMode;
  realDify: string | undefined;
  /** Whether a start may record. */
  mayRecord: boolean;
  options: ReplayOptions;
  /** What is taken out of what is recorded. */
  redaction: RedactionSettings;
}

/**
 * Reads the environment by the option tables.
 * @throws RepriseError `usage`, with the variable, its value, and what is allowed
 */
export async function readSettings(env: NodeJS.ProcessEnv): Promise<DropInSettings> {
  const options = [...replayOptions, ...dropInOptions];
  const { values } = readOptions(
    { name: 'the drop-in', usage: '', text: '', options, readsEnvironment: true },
    [],
    env,
  );
  const known = new Set([...options.map(environmentName), recordedBy, keyVariable, cacheVariable]);
  const strange = Object.keys(env).filter((name) => name.startsWith('REPRISE_') && !known.has(name));
  if (strange.length > 0) (await import('./refuse-misspelt.ts')).refuseMisspelt(strange, [...known]);
  if (typeof values['pace'] === 'string') parsePace(values['pace']);
  return {
    words: textsOf(values['recordings']),
    session: readSession(env),
    anyPackage: values['any-package'] === true,
    recordMode: recordModes.find((mode) => mode === values['record-mode']) ?? 'none',
    realDify: textOf(values['real-dify']),
    mayRecord: values['record-in-ci'] === true || !isInCi(env),
    options: optionsOf(values),
    redaction: redactionOf(values),
  };
}

/** pytest names the test with its phase, `(call)`; a plugin that is started in a fixture belongs to the same test. */
function readSession(env: NodeJS.ProcessEnv): SessionName | undefined {
  const [asked, ofPytest] = [env['REPRISE_SESSION'] ?? '', env['PYTEST_CURRENT_TEST'] ?? ''];
  if (asked !== '') return { name: hideInName(recordingEnding.test(asked) ? stemOf(asked) : asked), isAsked: true };
  const name = ofPytest.replace(/ \((?:setup|call|teardown)\)$/, '');
  return name === '' ? undefined : { name: hideInName(name), isAsked: false };
}

function isInCi(env: NodeJS.ProcessEnv): boolean {
  return !['', '0', 'false'].includes(env['CI'] ?? '');
}
