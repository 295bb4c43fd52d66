import { RepriseError } from '../../foundation/reprise-error.ts';
import { suggest } from '../../foundation/suggest.ts';

/** A name with more differences is somebody else's: REPRISE_TEST is no REPRISE_HOST. Long ones may have two. */
const mostDifferences = 1;
const longName = 'REPRISE_'.length + 10;

/**
 * A variable that nothing reads, and that is nearly one: what it says would be passed over.
 * @throws RepriseError `usage`
 */
export function refuseMisspelt(strange: readonly string[], known: readonly string[]): void {
  for (const name of strange) {
    const most = name.length >= longName ? mostDifferences + 1 : mostDifferences;
    const meant = suggest(name, known, most);
    if (meant === '') continue;
    throw new RepriseError('usage', `Failed to read \`${name}\`: there is no such variable.${meant}`);
  }
}
