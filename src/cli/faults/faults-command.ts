import { existsSync } from 'node:fs';
import type { TransportMode } from '../../foundation/choices.ts';
import type { ReadOptions } from '../../foundation/read-options.ts';
import { RepriseError } from '../../foundation/reprise-error.ts';
import { spellOption } from '../../foundation/spell-option.ts';
import { suggest } from '../../foundation/suggest.ts';
import { locateFaults } from '../../replayer/faults/locate-faults.ts';
import type { Location } from '../../replayer/faults/locate-faults.ts';
import { parsePlace, startPlaces } from '../../replayer/faults/place.ts';
import { anySeed, needsTcp, planFaults } from '../../replayer/faults/plan-faults.ts';
import type { PlannedFault } from '../../replayer/faults/read-fault.ts';
import { hasFaults } from '../../replayer/load-faults.ts';
import { shortNames } from '../../replayer/ledger.ts';
import { openScript } from '../../replayer/open-script.ts';
import { settle } from '../../replayer/settings.ts';
import { escapeText, shorten } from '../escape-text.ts';
import { optionsOf } from '../library-options.ts';
import { renderCount } from '../render-count.ts';
import { toJson } from '../render-inspect-json.ts';
import { renderTable } from '../render-table.ts';
import type { ResultOutput } from '../result-output.ts';
import { openResultOutput } from '../result-output.ts';
import type { Listed } from './render-catalogue.ts';
import { catalogue, listForPrograms, renderCatalogue, renderListed } from './render-catalogue.ts';
import { renderSample } from './render-sample.ts';
import { playSample } from './sample.ts';

/** Of the places of a row, so many characters are shown. */
const longestPlaces = 100;

/** Lists what can go wrong, shows one fault at work, or tells where a plan would act. */
export async function runFaults({ values, words }: ReadOptions): Promise<number> {
  const output = openResultOutput(process.stdout, process.env);
  const isJson = values['json'] === true;
  if (hasFaults(optionsOf(values))) return locate({ values, words }, output, isJson);
  const [name, ...rest] = words;
  if (name === undefined) {
    await output.write(isJson ? `${JSON.stringify(listForPrograms(), null, 2)}\n` : renderCatalogue(output.paint));
    return 0;
  }
  // The natural order: the fault, and where.
  const isFault = catalogue.some((one) => one.name === name.split(/\s/, 1)[0]);
  if (isFault && (rest.length > 0 || /\s/.test(name)))
    return locate({ values: { ...values, fault: [name] }, words: rest }, output, isJson);
  if (existsSync(name))
    throw new RepriseError(
      'usage',
      `Failed to show a fault: ${name} is a file. Name the fault that is to act there first, as in \`reprise faults 'stall at=response:3' ${name}\`, or give a \`--fault-plan\`.`,
    );
  await show(find(name), output, isJson);
  return 0;
}

function find(name: string): Listed {
  const listed = catalogue.find((one) => one.name === name);
  if (listed !== undefined) return listed;
  const near = suggest(
    name,
    catalogue.map((one) => one.name),
  );
  throw new RepriseError(
    'usage',
    `Failed to show a fault: there is no '${name}'.${near} \`reprise faults\` lists them.`,
  );
}

/** What it is, and the wire of a small session without it and with it. */
async function show(listed: Listed, output: ResultOutput, isJson: boolean): Promise<void> {
  const { name } = listed;
  if (isJson) {
    const { faults, presets } = listForPrograms();
    const one = [...faults, ...presets].find((other) => other.name === name);
    await output.write(`${JSON.stringify(one, null, 2)}\n`);
    return;
  }
  const { faults } = await planFaults({ faults: [name] });
  const mode: TransportMode = needsTcp(faults) ? 'tcp' : 'stdio';
  // One of the invocations is enough to see it, beside others that go on.
  const spec = isOfStart(listed.at) ? name : `${name} invocation=1`;
  const [before, after] = [await playSample(mode, []), await playSample(mode, [spec])];
  const { paint } = output;
  await output.write(
    [
      renderListed(listed, paint),
      `\n${paint('bold', 'without it')}: two requests, another one after a second, then SIGTERM; a line without a time was in the same write\n`,
      renderSample(before, paint),
      `\n${paint('bold', `with ${spellOption('fault', [spec])}`)}\n`,
      renderSample(after, paint),
    ].join(''),
  );
}

function isTime(place: string): boolean {
  return parsePlace(place)?.kind === 'time';
}

function isOfStart(at: string): boolean {
  const place = parsePlace(at);
  return place?.kind === 'due' && startPlaces.has(place.name);
}

/** Where each fault would act: status 1 where one never would. */
async function locate(
  { values, words }: Pick<ReadOptions, 'values' | 'words'>,
  output: ResultOutput,
  isJson: boolean,
): Promise<number> {
  const { files, options } = await settle(words, optionsOf(values));
  const { faults, seed = anySeed() } = await planFaults(options);
  const mode = options.mode ?? (needsTcp(faults) ? 'tcp' : 'stdio');
  const script = await openScript(files, options);
  try {
    await script.readOn(() => undefined);
    const locations = locateFaults(script, { faults, seed, mode });
    const idle = faults.filter(({ text }) => locations.every(({ fault }) => fault !== text));
    const never = idle.filter(({ parts }) => !parts.some(({ kind }) => kind.isOfTwo));
    if (isJson) {
      for (const location of locations) await output.write(`${toJson(plain(location))}\n`);
      await output.write(`${toJson({ seed, idle: never.map(({ text }) => text) })}\n`);
    } else {
      const rows = rowsOf(locations, shortNames(script.files));
      if (rows.length > 0)
        await output.write(renderTable([{ head: 'fault' }, { head: 'in' }, { head: 'acts at' }], rows, output.paint));
      for (const fault of idle) await output.write(`${escapeText(fault.text)} ${explainIdle(fault, seed)}\n`);
      if (locations.some(({ place }) => isTime(place)))
        await output.write(
          'what comes after a time is told for the recorded pace: at a quicker one, more has ended before\n',
        );
      await output.write(
        `${renderCount(locations.length, 'place')}, if the requests come as recorded, one after the other${mode === 'tcp' ? ', in TCP mode' : ''}; seed ${seed}\n`,
      );
    }
    return never.length === 0 ? 0 : 1;
  } finally {
    script.close();
  }
}

/** One for each fault in each invocation, with all places. */
function rowsOf(locations: readonly Location[], files: ReadonlyMap<string, string>): string[][] {
  const rows = new Map<string, { names: readonly [string, string]; places: string[] }>();
  for (const { fault, place, invocation } of locations) {
    const names = [escapeText(fault), nameOf(invocation, files)] as const;
    const row = rows.get(names.join('\n')) ?? { names, places: [] };
    row.places.push(place);
    rows.set(names.join('\n'), row);
  }
  return [...rows.values()].map(({ names: [fault, where], places }) => [fault, where, joinPlaces(places)]);
}

/** `acknowledgement, response 1, 2, 5`. */
function joinPlaces(places: readonly string[]): string {
  const words = places.map((place, index) =>
    place.startsWith('response ') && places[index - 1]?.startsWith('response ') === true ? place.slice(9) : place,
  );
  return shorten(words.join(', '), longestPlaces);
}

/** Why nothing is to be seen of a fault, in words. */
function explainIdle({ parts, selection }: PlannedFault, seed: number): string {
  if (parts.some(({ kind }) => kind.isOfTwo))
    return 'acts where two invocations run at once: what is told here has one at a time';
  return selection.chance === undefined ? 'would never act' : `would not act with seed ${seed}`;
}

function plain({ fault, place, invocation }: Location): Record<string, unknown> {
  if (invocation === undefined) return { fault, place };
  const { source, number, action } = invocation;
  return { fault, place, recording: source.path, invocation: number, action };
}

function nameOf(invocation: Location['invocation'], files: ReadonlyMap<string, string>): string {
  if (invocation === undefined) return 'the start';
  const { source, number, action, subject } = invocation;
  return escapeText(
    `${files.get(source.reader.file) ?? source.path}#${number} ${action}${subject === '' ? '' : ` ${subject}`}`,
  );
}
