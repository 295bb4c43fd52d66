import { readdirSync, statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { RepriseError } from '../foundation/reprise-error.ts';
import { foldName, manifestName } from '../recording/bundle/bundle-manifest.ts';
import { digestFile } from '../recording/bundle/digest.ts';
import { openBundled } from '../recording/bundle/find-bundled.ts';
import { lockName } from '../recording/bundle/lock-file.ts';
import { findRecordings, isBundle, recordingEnding } from '../recording/find-recordings.ts';
import { configName, findConfig } from '../recording/project-config.ts';
import { findFile } from '../transport/find-file.ts';
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
 * Finds what a bundle is made of: recordings and fault plans that are named, those in folders and in other bundles, and
 * the configuration that is kept with them.
 * @throws RepriseError where there is none, or two would have one name
 */
export async function gatherFiles(words: readonly string[], tools: SharingTools): Promise<Gathered> {
  const all: string[] = [];
  for (const word of words) all.push(...(await filesOfWord(word, tools)));
  const configs = all.filter((file) => basename(file) === configName);
  const plans = all.filter((file) => !configs.includes(file) && planEnding.test(file));
  const recordings = all.filter((file) => !configs.includes(file) && !plans.includes(file));
  const files = [...recordings, ...plans];
  if (files.length === 0)
    throw new RepriseError('usage', 'Failed to make a bundle: nothing was named. Give recordings or folders.');
  const config = oneOf(configs.length > 0 ? configs : files.map((file) => findConfig(dirname(file))));
  if (config !== undefined) await tools.checkConfig(config);
  return {
    recordings: nameAll(recordings, (file) => `recordings/${basename(file).replace(/\.gz$/, '')}`),
    faultPlans: nameAll(plans, (file) => `faults/${basename(file)}`),
    config,
  };
}

/** A configuration is among them only where it was named: others are found by the files that it is kept with. */
async function filesOfWord(word: string, tools: SharingTools): Promise<string[]> {
  if (word === '')
    throw new RepriseError('usage', 'Failed to make a bundle: a word is empty. Give recordings or folders.');
  if (isBundle(word)) {
    const { bundle, files } = await openBundled(word, { mayDiffer: true });
    const wanted = files.length === 1 ? files : files.filter(({ file }) => file !== configName);
    return wanted.map(({ file }) => join(bundle.folder, file));
  }
  const isFolder = statSync(word, { throwIfNoEntry: false })?.isDirectory() === true;
  if (!isFolder) return basename(word) === configName || planEnding.test(word) ? [word] : findRecordings([word]);
  const names = readdirSync(word);
  const plans = names.filter((name) => isPlan(join(word, name), tools)).map((name) => join(word, name));
  const hasRecordings = plans.length === 0 || names.some((name) => recordingEnding.test(name));
  return [...(hasRecordings ? await findRecordings([word]) : []), ...plans];
}

/** What stands in a folder beside recordings need not be ours. */
function isPlan(file: string, tools: SharingTools): boolean {
  if (!planEnding.test(file) || ownNames.has(basename(file))) return false;
  if (tools.isPlan(file)) return true;
  tools.onWarning(`${file} is left out, since it is no fault plan; to see why, name it`);
  return false;
}

/** By code points, so that the order is that of any machine. */
function nameAll(files: readonly string[], nameOf: (file: string) => string): Map<string, string> {
  const named = new Map<string, string>();
  const taken = new Map<string, string>();
  for (const file of files) {
    const name = nameOf(file);
    const other = taken.get(foldName(name));
    taken.set(foldName(name), file);
    if (other === undefined) named.set(name, file);
    else if (nameOf(other) !== name || !isSame(other, file))
      throw nameOf(other) === name
        ? twice(other, file, `would both be ${name} in it`)
        : twice(other, file, 'have names that some systems take for one');
  }
  return new Map([...named].toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

function twice(one: string, file: string, reason: string): RepriseError {
  return new RepriseError('usage', `Failed to make a bundle: ${one} and ${file} ${reason}. Rename one of them.`, {
    file,
  });
}

/** Whether two paths hold the same; what can't be read is told by whoever takes it. */
function isSame(one: string, other: string): boolean {
  if (resolve(one) === resolve(other)) return true;
  return [one, other].every((file) => findFile(file)?.isFile() === true) && digestFile(one) === digestFile(other);
}

function oneOf(configs: readonly (string | undefined)[]): string | undefined {
  const [first, ...others] = new Set(configs.filter((file) => file !== undefined).map((file) => resolve(file)));
  const second = first === undefined ? undefined : others.find((file) => !isSame(first, file));
  if (second === undefined) return first;
  throw new RepriseError(
    'usage',
    `Failed to make a bundle: its files have several configurations, ${first} and ${second}. Name the one to take.`,
  );
}
