/** A key of this length is as short as its digest. */
const digestLength = 44;
/** So many characters of keys are kept as they are; loading node:crypto costs a small replay 5 ms of its start. */
const budget = 4 << 20;

/** Gives every match key the form in which it is kept: as it is, or, once many are kept, as its digest. */
export class KeyStore {
  readonly #whole = new Set<string>();
  #left = budget;
  #hasDigests = false;

  /** The form of a recorded key. */
  add(key: string): string {
    if (key.length <= digestLength || this.#whole.has(key)) return key;
    if (key.length > this.#left) {
      this.#hasDigests = true;
      return digest(key);
    }
    this.#left -= key.length;
    this.#whole.add(key);
    return key;
  }

  /** The form under which a key is found, if it is. */
  find(key: string): string {
    return !this.#hasDigests || key.length <= digestLength || this.#whole.has(key) ? key : digest(key);
  }
}

function digest(key: string): string {
  return process.getBuiltinModule('node:crypto').hash('sha256', key, 'base64');
}
