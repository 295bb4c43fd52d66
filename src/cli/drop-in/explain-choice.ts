import { RepriseError } from '../../foundation/reprise-error.ts';
import { withoutQuotes } from '../../protocol/derived.ts';
import { suggest } from '../../foundation/suggest.ts';
import type { Choice, Wanted } from './choose-recording.ts';
import type { Shelved } from './shelved.ts';

const mostNamed = 8;
/** A name with more differences is another one, not a slip. */
const mostDifferences = 2;

/** Why no recording plays, and what to do. */
export function explainChoice(
  choice: Extract<Choice, { kind: 'none' | 'several' }>,
  wanted: Wanted,
  shelf: readonly Shelved[],
): RepriseError {
  const { session } = wanted;
  const text =
    choice.kind === 'several'
      ? `${choice.recordings.length} recordings fit ${nameWanted(wanted)} equally: ${nameSessions(choice.recordings)}. Name one of them by \`REPRISE_SESSION\`, or several by themselves in \`REPRISE_RECORDINGS\` to have them as one.`
      : choice.missing === 'session' && session !== undefined
        ? `no recording of the session ${session.name} is among ${nameAll(shelf)}.${suggestSession(session.name, shelf)} Record it with \`REPRISE_RECORD_MODE=once\`, or name another by \`REPRISE_SESSION\`.`
        : `no recording of ${nameWanted(wanted)} is among ${nameAll(shelf)}. Record it with \`REPRISE_RECORD_MODE=once\`, or name a recording by \`REPRISE_SESSION\`.`;
  return new RepriseError('not-found', `Failed to choose a recording: ${text}`);
}

/** A name that is nearly that one, or that ends as it does where tests were recorded from another folder. */
function suggestSession(name: string, shelf: readonly Shelved[]): string {
  const names = shelf.map(({ about, stem }) => withoutQuotes(about.session ?? stem));
  const below = names.find((one) => one.endsWith(`/${name}`) || name.endsWith(`/${one}`));
  return suggest(name, names, mostDifferences) || (below === undefined ? '' : ` Did you mean ${below}?`);
}

function nameWanted({ plugin, stem }: Wanted): string {
  return plugin.name === undefined ? `${stem}.difypkg` : namePlugin(plugin);
}

function namePlugin({ author, name, version }: Readonly<Record<string, string | undefined>>): string {
  return `${author === undefined ? '' : `${author}/`}${name}${version === undefined ? '' : `:${version}`}`;
}

/** By what `REPRISE_SESSION` takes, where they were made for tests: several may be those of one. */
function nameSessions(shelf: readonly Shelved[]): string {
  return listSome([...new Set(shelf.map((one) => withoutQuotes(one.about.session ?? nameFile(one))))]);
}

function nameAll(shelf: readonly Shelved[]): string {
  if (shelf.length === 0) return 'the recordings, of which there are none';
  return listSome(shelf.map(nameFile));
}

function nameFile({ file, about }: Shelved): string {
  const plugin = about.plugin?.['name'] === undefined ? '' : ` (${namePlugin(about.plugin)})`;
  return withoutQuotes(`${file}${plugin}`);
}

function listSome(names: readonly string[]): string {
  const more = names.length > mostNamed ? ` and ${names.length - mostNamed} more` : '';
  return `${names.slice(0, mostNamed).join(', ')}${more}`;
}
