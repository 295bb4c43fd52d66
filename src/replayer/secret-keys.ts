import { dirname } from 'node:path';
import { digestSecret, fingerprintOf } from '../foundation/placeholder.ts';
import { findKey } from '../recording/project-key.ts';
import type { ScriptSource } from './script-source.ts';

/** So many digests are kept, of values that are no longer. */
const mostKept = 1000;
const longestKept = 4096;

/** The keys that recordings' secrets were replaced with, as far as the project has them. */
export class SecretKeys {
  /** Those that may be a recording's: the nearest to it, and to the working folder. */
  readonly #candidates = new Map<ScriptSource, string[]>();
  readonly #fingerprints = new Map<string, string>();
  readonly #digests = new Map<string, string>();

  /**
   * Looks for the key of a recording; nothing is computed yet.
   * @throws RepriseError `usage` where what is there is no key
   */
  open(source: ScriptSource): void {
    if (this.#candidates.has(source)) return;
    const keys = [dirname(source.path), process.cwd()].map((folder) => findKey(folder)?.text);
    this.#candidates.set(source, [...new Set(keys.filter((key) => key !== undefined))]);
  }

  /** Whether a value has a digest; undefined where the recording's key is not there. */
  isSame(source: ScriptSource, digest: string, value: string): boolean | undefined {
    const { redactionKey } = source;
    if (redactionKey === undefined) return undefined;
    const key = this.#candidates.get(source)?.find((one) => this.#fingerprintOf(one) === redactionKey);
    return key === undefined ? undefined : this.#digestOf(key, value) === digest;
  }

  #fingerprintOf(key: string): string {
    const known = this.#fingerprints.get(key) ?? fingerprintOf(key);
    this.#fingerprints.set(key, known);
    return known;
  }

  /** Of equal requests, many are compared with the same value. */
  #digestOf(key: string, value: string): string {
    if (value.length > longestKept) return digestSecret(key, value);
    const name = `${key} ${value}`;
    const known = this.#digests.get(name) ?? digestSecret(key, value);
    if (this.#digests.size >= mostKept) this.#digests.clear();
    this.#digests.set(name, known);
    return known;
  }
}
