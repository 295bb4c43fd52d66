import { suggest } from '../../foundation/suggest.ts';
import { faultKinds } from './catalogue.ts';
import type { Act, AnyKind } from './fault.ts';
import type { Parameters } from './parameters.ts';
import type { Place } from './place.ts';
import { parsePlace, showPlace, startPlaces } from './place.ts';
import type { Preset } from './presets.ts';
import { presets } from './presets.ts';
import type { GivenFault } from './read-aim.ts';
import { aimKeys, readAt, readSelection, refuse, refuseValue } from './read-aim.ts';
import type { Selection } from './selection.ts';
import { isSelective } from './selection.ts';

/** One thing that a fault does: a preset has several. */
export interface FaultPart {
  /** In TCP mode: it has nothing to do with stdout. */
  isOnConnection?: true;
  kind: AnyKind;
  place: Place;
  act: Act;
}

/** A fault that is wanted, with where and on what. */
export interface PlannedFault {
  /** Where it was given, for errors: `` `--fault` ``, `plan.yaml:7`. */
  source: string;
  /** As it was named: a kind or a preset. */
  name: string;
  /** As the command line has it. */
  text: string;
  selection: Selection;
  parts: FaultPart[];
}

/**
 * Reads a fault: which, with which parameters, where and on what.
 * @param source where it was given, for the error: `` `--fault` `` or `plan.yaml:7`
 * @throws RepriseError `usage`, with the key, the value, what is allowed, and the nearest spelling
 */
export function readFault(given: GivenFault, source: string): PlannedFault {
  const { fault, ...keys } = given;
  const name = typeof fault === 'string' ? fault : '';
  const known: AnyKind | Preset | undefined = findKind(name) ?? presets.find((one) => one.name === name);
  if (known === undefined) throw refuse(source, explainName(fault, source));
  const allowed = [...aimKeys, ...Object.keys(known.parameters)];
  for (const key of Object.keys(keys))
    if (!allowed.includes(key))
      throw refuse(
        source,
        `${name} has no \`${key.slice(0, 100)}\`.${suggest(key, allowed, key.length >> 1)} There are ${[...Object.keys(known.parameters), ...aimKeys].join(', ')}`,
      );
  const values = readValues(known.parameters, keys, source);
  const selection = readSelection(keys, source);
  const at = readAt(keys['at'], source);
  const parts: FaultPart[] = [];
  for (const part of 'expand' in known ? expand(known, values, at) : [partOf(known, values, at)]) {
    checkPlace({ ...part, selection }, name, source);
    parts.push(part);
  }
  return { source, name, text: showFault(given), selection, parts };
}

function findKind(name: unknown): AnyKind | undefined {
  return faultKinds.find((kind) => kind.name === name);
}

function explainName(fault: unknown, source: string): string {
  if (fault === undefined && source !== '`--fault`') return '`fault` is missing. Name one, as in `fault: stall`';
  const names = [...faultKinds, ...presets].map(({ name }) => name);
  if (typeof fault !== 'string' || fault === '')
    return 'it names no fault. Begin with one, as in `stall at=response:3`; `reprise faults` lists them';
  return `there is no fault '${fault.slice(0, 100)}'.${suggest(fault, names)} \`reprise faults\` lists them`;
}

/** The parts of a preset, one by one: where a later one acts makes sense only where the first one can. */
function* expand(
  preset: Preset,
  values: Readonly<Record<string, unknown>>,
  at: string | undefined,
): Generator<FaultPart> {
  for (const { fault, at: place, ...own } of preset.expand(values, at ?? preset.at)) {
    const kind = findKind(fault);
    if (kind === undefined) throw new Error(`the preset ${preset.name} names no kind: ${fault}`);
    yield partOf(kind, { ...usualValues(kind.parameters), ...own }, String(place));
  }
}

function partOf(kind: AnyKind, values: Readonly<Record<string, unknown>>, at = kind.at): FaultPart {
  const place = parsePlace(at);
  if (place === undefined) throw new Error(`the fault ${kind.name} has no place: ${at}`);
  return { kind, place, act: kind.prepare(values) };
}

function usualValues(parameters: Parameters): Record<string, unknown> {
  return Object.fromEntries(Object.entries(parameters).map(([name, { usually }]) => [name, usually]));
}

function readValues(parameters: Parameters, keys: GivenFault, source: string): Record<string, unknown> {
  const values = usualValues(parameters);
  for (const [name, { wanted, read }] of Object.entries(parameters))
    if (keys[name] !== undefined)
      values[name] = read(keys[name]) ?? refuseValue(source, { key: name, value: keys[name], wanted });
  return values;
}

/** A place where the kind can do nothing would never fire. */
function checkPlace(
  { kind, place, selection }: Omit<FaultPart, 'act'> & { selection: Selection },
  name: string,
  source: string,
): void {
  const allowed = kind.places.join(', ');
  if (place.kind !== 'due' && kind.isChange === true)
    throw refuse(
      source,
      `\`at\` is '${showPlace(place)}', and ${name} needs something that is due. Give one of ${allowed}`,
    );
  if (place.kind !== 'time' && !kind.places.includes(place.name))
    throw refuse(source, `\`at\` is '${showPlace(place)}', where ${name} can't act. Give one of ${allowed}`);
  if (place.kind === 'time' || !startPlaces.has(place.name) || !isSelective(selection)) return;
  throw refuse(
    source,
    `at '${showPlace(place)}' there is no invocation yet. Leave \`type\`, \`action\`, \`where\` and \`invocation\` out, or give another \`at\``,
  );
}

/** A fault as the command line has it. */
function showFault({ fault, ...keys }: GivenFault): string {
  const given = Object.entries(keys).filter(([, value]) => value !== undefined);
  const words = given.flatMap(([key, value]) =>
    [value].flat().map((one) => {
      const text =
        key === 'at'
          ? String(one)
              .trim()
              .replace(/[\s:]+/g, ':')
          : typeof one === 'string'
            ? one
            : JSON.stringify(one);
      return `${key}=${/^[^\s"']+$/.test(text) ? text : JSON.stringify(text)}`;
    }),
  );
  return [String(fault), ...words].join(' ');
}
