import { sayCharacters } from '../foundation/characters.ts';
import { isSecretName } from '../foundation/secret-names.ts';
import { copyValue } from './copy-value.ts';
import type { GoValue } from './go-decoder.ts';
import { hideTokens } from './hide-tokens.ts';
import type { PathState } from './path-automaton.ts';
import { unescapeKey } from './path-pattern.ts';

/** What is known of secrets beyond their names. */
export interface Shield {
  /** Accepts the places at which secrets were recorded, from the message on. */
  start: PathState<true>;
  /** A text without the secrets in it. */
  hide: (text: string) => string;
}

/** A place: whether it is under a secret name, and where recorded secrets may still be below it. */
interface Masked {
  isSecret: boolean;
  at: PathState<true> | undefined;
}

/** A copy in which secrets are told by their length: texts under secret names, or where secrets were recorded; keys and types stay. */
export function maskSecrets(value: GoValue, path: string, shield?: Shield): GoValue {
  const state = keysOf(path).reduce(step, { isSecret: false, at: shield?.start });
  const write = (text: string, { isSecret, at }: Masked): string =>
    isSecret || at?.accepted[0] === true ? mask(text) : hideTokens(shield?.hide(text) ?? text);
  if (typeof value === 'string') return write(value, state);
  return copyValue<Masked>(
    { value, state },
    (child, key, outer) => {
      const inner = step(outer, key);
      return { value: typeof child === 'string' ? write(child, inner) : child, state: inner };
    },
    () => false,
  );
}

function step({ isSecret, at }: Masked, key: string): Masked {
  return { isSecret: isSecret || isSecretName(key), at: at === undefined || at.isDead ? undefined : at.next(key) };
}

/** Whether a place, a JSON pointer, is under a secret name. */
export function isSecretPath(path: string): boolean {
  return keysOf(path).some(isSecretName);
}

function keysOf(path: string): string[] {
  return path.split('/').slice(1).map(unescapeKey);
}

/** What has been masked stays as it is. */
const masked = /^\[secret of \d+ characters?\]$/;

function mask(text: string): string {
  return text === '' || masked.test(text) ? text : `[secret of ${sayCharacters(text)}]`;
}
