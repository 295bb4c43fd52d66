import type { PluginIdentity } from '../../recording/plugin-package.ts';
import type { SessionName } from './settings.ts';
import { slugOf } from './session-name.ts';
import type { Shelved } from './shelved.ts';

/** What a client has started. */
export interface Wanted {
  session: SessionName | undefined;
  /** What the package says of itself, as far as it could be read. */
  plugin: Partial<PluginIdentity>;
  /** The package's file name without its ending. */
  stem: string;
}

/** What plays; several make one script. */
export type Choice =
  /** The recordings of a session, by start: the first start of the plugin plays the first of them. */
  | { kind: 'session'; starts: StartRecording[] }
  | { kind: 'plugin'; recordings: Shelved[]; note?: string }
  | { kind: 'none'; missing: 'session' | 'plugin' }
  /** These fit equally, and were made for tests: which of them is meant can't be told. */
  | { kind: 'several'; recordings: Shelved[] };

/** A recording, and which start of its session it is, counted from 1. */
interface StartRecording {
  one: Shelved;
  start: number;
}

/** Chooses by the session, and else by the package. */
export function chooseRecording(shelf: readonly Shelved[], wanted: Wanted): Choice {
  const { session, plugin } = wanted;
  const starts = session === undefined ? [] : startsOf(shelf, session).filter(({ one }) => isMade(one, plugin));
  if (starts.length > 0) return { kind: 'session', starts };
  if (session?.isAsked === true) return { kind: 'none', missing: 'session' };
  // Recordings that were made for other tests are none for this one, and for whoever is no test they come last.
  const common = shelf.filter(({ about }) => about.session === undefined);
  const choice = choosePlugin(common, wanted);
  if (choice.kind !== 'none' || common.length === shelf.length) return choice;
  return session === undefined ? choosePlugin(shelf, wanted) : { kind: 'none', missing: 'session' };
}

/** Whether a session may find a recording, as far as that can be said before the package is known. */
export function mayFind(shelf: readonly Shelved[], session: SessionName): boolean {
  return (
    startsOf(shelf, session).length > 0 || (!session.isAsked && shelf.some(({ about }) => about.session === undefined))
  );
}

/** The recordings of a session, in the order of its starts. */
function startsOf(shelf: readonly Shelved[], session: SessionName): StartRecording[] {
  const slug = slugOf(session.name);
  return shelf
    .map((one) => ({ one, start: startOf(one, session, slug) }))
    .filter(({ start }) => start > 0)
    .toSorted((a, b) => a.start - b.start);
}

/** @returns which start of the session a recording is; 0 where it is none */
function startOf({ about, stem }: Shelved, { name, isAsked }: SessionName, slug: string): number {
  if (about.session !== undefined) return about.session === name || (isAsked && stem === name) ? (about.start ?? 1) : 0;
  if (stem === name || stem === slug) return 1;
  const number = stem.startsWith(`${slug}-`) ? stem.slice(slug.length + 1) : '';
  return /^[1-9]\d{0,5}$/.test(number) ? Number(number) : 0;
}

/** The recording of a start; a test that is run again in the same process begins again with the first. */
export function recordingOf(starts: readonly StartRecording[], start: number): StartRecording | undefined {
  return starts.find((one) => one.start === start) ?? starts[(start - 1) % starts.length];
}

/** A test may start several plugins, each with recordings of its own. */
function isMade({ about }: Shelved, { author, name }: Wanted['plugin']): boolean {
  if (about.session === undefined || about.plugin === undefined || name === undefined) return true;
  return about.plugin['name'] === name && about.plugin['author'] === author;
}

type Fit = (shelved: Shelved) => boolean;

function choosePlugin(shelf: readonly Shelved[], wanted: Wanted): Choice {
  const { plugin, stem } = wanted;
  const { author, name, version, sha256 } = plugin;
  const isPlugin: Fit = ({ about }) =>
    name !== undefined && about.plugin?.['name'] === name && about.plugin['author'] === author;
  const fits: readonly Fit[] = [
    ({ about }) => sha256 !== undefined && about.plugin?.['sha256'] === sha256,
    (one) => isPlugin(one) && one.about.plugin?.['version'] === version,
    isPlugin,
    (one) => name === undefined && isNamedLike(one, stem),
    (one) => one.stem === (name ?? stem),
    (one) => beginsWith(one.stem, name ?? stem),
    // What was named by itself, and tells nothing of its plugin, is meant.
    (one) => one.isNamed && one.about.plugin === undefined,
  ];
  for (const fit of fits) {
    const found = shelf.filter((one) => fit(one));
    if (found.length === 0) continue;
    if (found.length > 1 && found.some(isOfAnyTest)) return { kind: 'several', recordings: found };
    return { kind: 'plugin', recordings: found, ...noteOn(found, plugin) };
  }
  return { kind: 'none', missing: 'plugin' };
}

/** What was recorded for a test, and was not named by itself, is one of many takes, and no part of a whole. */
function isOfAnyTest({ about, isNamed }: Shelved): boolean {
  return about.session !== undefined && !isNamed;
}

/** Packages are called so where they are shared: `langgenius-time_0.0.6.difypkg`. */
function isNamedLike({ about }: Shelved, stem: string): boolean {
  const { author, name, version } = about.plugin ?? {};
  if (name === undefined) return false;
  const names = [name, `${author}-${name}`, `${author}_${name}`];
  return names.some((one) => stem === one || stem === `${one}_${version}` || stem === `${one}-${version}`);
}

/** `time-errors` begins with `time`; `timezone` does not. */
function beginsWith(stem: string, name: string): boolean {
  return name !== '' && stem.startsWith(name) && !/^[A-Za-z]/.test(stem.slice(name.length));
}

/** Another version of the plugin was recorded. */
function noteOn(found: readonly Shelved[], { name, version }: Wanted['plugin']): { note?: string } {
  const other = found.find(({ about }) => about.plugin?.['name'] === name && about.plugin?.['version'] !== version);
  if (other === undefined || name === undefined) return {};
  return {
    note: `${other.file} is a recording of ${name} ${other.about.plugin?.['version']}; the package has version ${version}.`,
  };
}
