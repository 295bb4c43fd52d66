/** What places are called that nobody has named: those of bundles in the cache, and of files that are being made. */
const names = new Map<string, string>();

/** From now on, messages call a path, and what begins with it, by this name. */
export function namePlace(path: string, name: string): void {
  names.delete(path); // the last name is the one to look for first
  names.set(path, name);
}

/** A text that has names for such places. */
export function showPlaces(text: string): string {
  let shown = text;
  for (const [path, name] of names) shown = shown.replaceAll(path, () => name);
  return shown;
}
