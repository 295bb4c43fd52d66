import { faultKinds } from '../../replayer/faults/catalogue.ts';
import type { AnyKind } from '../../replayer/faults/fault.ts';
import { needsTcp } from '../../replayer/faults/plan-faults.ts';
import { readFault } from '../../replayer/faults/read-fault.ts';
import type { Preset } from '../../replayer/faults/presets.ts';
import { presets } from '../../replayer/faults/presets.ts';
import type { Paint } from '../paint.ts';
import { toJson } from '../render-inspect-json.ts';
import { renderTable } from '../render-table.ts';

/** A kind or a preset. */
export type Listed = AnyKind | Preset;

/** All that can go wrong, in the order of the catalogue. */
export const catalogue: readonly Listed[] = [...faultKinds, ...presets];

/** All of them in tables, by group. */
export function renderCatalogue(paint: Paint): string {
  return groupsOf()
    .map(([title, listed]) => `${paint('bold', title)}\n${renderRows(listed, paint)}\n`)
    .join('');
}

function groupsOf(): [string, readonly Listed[]][] {
  const names = [...new Set(faultKinds.map(({ group }) => group))];
  const kinds = names.map((name): [string, readonly Listed[]] => [
    name,
    faultKinds.filter(({ group }) => group === name),
  ]);
  return [...kinds, ['presets', presets]];
}

function renderRows(listed: readonly Listed[], paint: Paint): string {
  return renderTable(
    [{ head: 'fault' }, { head: 'at' }, { head: 'what happens' }],
    listed.map(({ name, at, text }) => [name, at, text]),
    paint,
  );
}

/** One of them: what it does, and what can be said of it. */
export function renderListed(listed: Listed, paint: Paint): string {
  const { name, text, at, parameters } = listed;
  const more =
    'expand' in listed
      ? `A preset, ${listed.known === 'seen' ? 'seen on the program itself' : 'known from documents'}${listed.source === undefined ? '' : `: ${listed.source}`}.`
      : `It can act at ${listed.places.join(', ')}${listed.isChange === true ? '' : '; after one of them, or some time after the request'}.`;
  const table = Object.entries(parameters).map(([key, { usually, text: words, wanted }]) => [
    key,
    usually === undefined ? 'none' : toJson(usually),
    `${words} (${wanted})`,
  ]);
  return [
    `${paint('bold', name)}: ${text}\n`,
    `Usually at ${at}. ${more}\n`,
    ...(table.length === 0
      ? []
      : [`\n${renderTable([{ head: 'parameter' }, { head: 'usually' }, { head: 'says' }], table, paint)}`]),
  ].join('');
}

/** The catalogue for programs. */
export function listForPrograms(): { faults: DescribedFault[]; presets: DescribedFault[] } {
  return { faults: faultKinds.map(describe), presets: presets.map(describe) };
}

interface DescribedFault {
  name: string;
  text: string;
  at: string;
  parameters: Record<string, unknown>;
}

function describe(listed: Listed): DescribedFault {
  const { name, text, at } = listed;
  const parameters = Object.fromEntries(
    Object.entries(listed.parameters).map(([key, { usually, text: words, schema }]) => [
      key,
      { usually, text: words, schema },
    ]),
  );
  if ('expand' in listed) {
    const { known, source } = listed;
    const isTcpOnly = needsTcp([readFault({ fault: name }, name)]);
    return Object.assign({ name, text, at, parameters }, { group: 'presets', known, source, tcp_only: isTcpOnly });
  }
  const { group, places, isChange = false, isTcpOnly = false } = listed;
  return Object.assign(
    { name, text, at, parameters },
    { group, places, changes_message: isChange, tcp_only: isTcpOnly },
  );
}
