import type { Judgement } from '../protocol/judge-secrets.ts';
import type { Found } from '../protocol/matcher.ts';
import type { Invocation } from './script-source.ts';

/** Recorded requests that one fits: their key, what is due of them, and how their secrets fit, where they have some. */
export interface Choice {
  key: string;
  found: Found<Invocation>;
  judgement: Judgement | undefined;
}

/** Those that fit best: with the same secrets; then with values that came before; then with the fewest that are new. */
export function bestOf(choices: readonly Choice[]): Choice[] {
  const least = choices.reduce<Choice | undefined>(
    (best, one) => (best === undefined || compare(one, best) < 0 ? one : best),
    undefined,
  );
  return least === undefined ? [] : choices.filter((one) => compare(one, least) === 0);
}

/** Of those that fit alike, what has not been given yet, on the same connection first; otherwise the last. */
export function chooseOf(choices: readonly Choice[], connection: number): Choice | undefined {
  const fresh = choices.filter(({ found }) => found.kind === 'fresh');
  return fresh.find(({ found }) => found.candidate.connection === connection) ?? fresh[0] ?? choices.at(-1);
}

/** Whether nothing that is still to be read can fit better. */
export function isFinal(choice: Choice, connection: number): boolean {
  const { kind, candidate } = choice.found;
  return isBest(choice) && kind === 'fresh' && candidate.connection === connection && candidate.hasEnded;
}

/** Whether all secrets are the same. */
export function isBest({ judgement }: Choice): boolean {
  return judgement === undefined || (judgement.unbound === 0 && judgement.bound === 0);
}

/** What the journal says of each place with a secret: it is the same, or any. */
export function tellSecrets({ verdicts }: Judgement): Record<string, 'same' | 'any'> {
  return Object.fromEntries([...verdicts].map(([pointer, verdict]) => [pointer, verdict === 'same' ? 'same' : 'any']));
}

function compare({ judgement: a }: Choice, { judgement: b }: Choice): number {
  return (a?.unbound ?? 0) - (b?.unbound ?? 0) || (a?.bound ?? 0) - (b?.bound ?? 0);
}
