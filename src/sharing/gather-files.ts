import { readdirSync, statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { RepriseError } from '../foundation/reprise-error.ts';
import { manifestName } from '../recording/bundle/bundle-manifest.ts';
import { lockName } from '../recording/bundle/lock-file.ts';
import { findRecordings, recordingEnding } from '../recording/find-recordings.ts';
import { configName, findConfig } from '../recording/project-config.ts';
import type { SharingTools } from './tools.ts';

const planEnding = /\.(ya?ml|json)$/;
const ownNames: ReadonlySet<string> = new Set([configName, lockName, manifestName]);

/** What goes into a bundle: paths of files by their names in it, in their order. */
export interface Gathered {
  recordings: ReadonlyMap<string, string>;
  faultPlans: ReadonlyMap<string, string>;
  config: string | undefined;
}

/**
 * Finds what a bundle is made of: recordings and fault plans that are named, those in folders, and the configuration
 * that is kept with them.
 * @throws RepriseError where there is none, or two would have one name
 */
export async function gatherFiles(words: readonly string[], tools: SharingTools): Promise<Gathered> {
  const [recordings, plans, configs]: [string[], string[], string[]] = [[], [], []];
  for (const word of words) {
    const isFolder = statSync(word, { throwIfNoEntry: false })?.isDirectory() === true;
    const names = isFolder ? readdirSync(word) : [];
    const found = isFolder ? names.filter((name) => isPlan(join(word, name), tools)) : [];
    if (basename(word) === configName) configs.push(word);
    else if (!isFolder && planEnding.test(word)) {
      tools.readPlan(word);
      plans.push(word);
    } else if (found.length === 0 || names.some((name) => recordingEnding.test(name)))
      recordings.push(...(await findRecordings([word])));
    plans.push(...found.map((name) => join(word, name)));
  }
  const files = [...recordings, ...plans];
  if (files.length === 0)
    throw new RepriseError('usage', 'Failed to make a bundle: nothing was named. Give recordings or folders.');
  return {
    recordings: nameAll(recordings, (file) => `recordings/${basename(file).replace(/\.gz$/, '')}`),
    faultPlans: nameAll(plans, (file) => `faults/${basename(file)}`),
    config: oneOf(configs.length > 0 ? configs : files.map((file) => findConfig(dirname(file)))),
  };
}

/** What stands in a folder beside recordings need not be ours. */
function isPlan(file: string, { readPlan, onWarning }: SharingTools): boolean {
  if (!planEnding.test(file) || ownNames.has(basename(file))) return false;
  try {
    readPlan(file);
    return true;
  } catch (error) {
    if (!(error instanceof RepriseError)) throw error;
    onWarning(`${file} is left out, since it is no fault plan; to see why, name it`);
    return false;
  }
}

/** By code points, so that the order is that of any machine. */
function nameAll(files: readonly string[], nameOf: (file: string) => string): Map<string, string> {
  const named = new Map<string, string>();
  for (const file of files) {
    const name = nameOf(file);
    const other = named.get(name);
    if (other !== undefined && resolve(other) !== resolve(file))
      throw new RepriseError(
        'usage',
        `Failed to make a bundle: ${other} and ${file} would both be ${name} in it. Rename one of them.`,
        { file },
      );
    named.set(name, file);
  }
  return new Map([...named].toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

function oneOf(configs: readonly (string | undefined)[]): string | undefined {
  const [first, second] = new Set(configs.filter((file) => file !== undefined).map((file) => resolve(file)));
  if (second === undefined) return first;
  throw new RepriseError(
    'usage',
    `Failed to make a bundle: its files have several configurations, ${first} and ${second}. Name the one to take.`,
  );
}
