import { sayCharacters } from '../foundation/characters.ts';
import { isSecretName } from '../foundation/secret-names.ts';
import { copyValue } from './copy-value.ts';
import type { GoValue } from './go-decoder.ts';
import { unescapeKey } from './path-pattern.ts';

/** A copy in which texts under secret names are told by their length; keys and types stay. */
export function maskSecrets(value: GoValue, path: string): GoValue {
  const isSecret = isSecretPath(path);
  if (typeof value === 'string') return isSecret ? mask(value) : value;
  return copyValue<boolean>(
    { value, state: isSecret },
    (child, key, isBelowSecret) => {
      const state = isBelowSecret || isSecretName(key);
      return { value: state && typeof child === 'string' ? mask(child) : child, state };
    },
    () => false,
  );
}

/** Whether a place, a JSON pointer, is under a secret name. */
export function isSecretPath(path: string): boolean {
  return path.split('/').some((key) => isSecretName(unescapeKey(key)));
}

function mask(text: string): string {
  return text === '' ? '' : `[secret of ${sayCharacters(text)}]`;
}
