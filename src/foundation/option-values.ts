/** What an option has whose values are a list; nothing where it was not given. */
export function listOf(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

/** The same of one whose values are texts. */
export function textsOf(value: unknown): string[] {
  return listOf(value).map(String);
}

/** What an option has whose value is a text; undefined where it was not given. */
export function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
