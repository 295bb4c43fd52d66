import { unzipSync } from 'fflate/browser';
import { parseAllDocuments } from 'yaml';
import { isJsonObject } from '../foundation/parse-json.ts';

/** What a package says of its fields stands in small files. */
const largestFile = 1 << 20;
const mostBytes = 16 << 20;
const secretType = 'secret-input';

/**
 * The names of the fields that a package's own YAML marks as `secret-input`: of providers, tools, endpoints and
 * datasources. What can't be read has none.
 */
export function readSecretFields(bytes: Uint8Array): string[] {
  const names = new Set<string>();
  let left = mostBytes;
  const files = unzipSync(bytes, {
    filter: ({ name, originalSize }) => {
      if (!/\.ya?ml$/.test(name) || originalSize > largestFile || originalSize > left) return false;
      left -= originalSize;
      return true;
    },
  });
  for (const file of Object.values(files)) {
    const text = Buffer.from(file).toString();
    if (text.includes(secretType)) collectFields(text, names);
  }
  return [...names];
}

function collectFields(text: string, names: Set<string>): void {
  for (const document of parseAllDocuments(text)) {
    if (!('errors' in document) || document.errors.length > 0) continue;
    try {
      collect(document.toJS({ maxAliasCount: 100 }), undefined, names);
    } catch {
      // Aliases that lead nowhere, or to far too much: the program refuses such a file, too.
    }
  }
}

/** A field is `{ name | variable, type }` in a list, or stands under its name. */
function collect(value: unknown, key: string | undefined, names: Set<string>): void {
  if (Array.isArray(value)) {
    for (const one of value) collect(one, undefined, names);
    return;
  }
  if (!isJsonObject(value)) return;
  if (value['type'] === secretType) {
    const name = value['name'] ?? value['variable'] ?? key;
    if (typeof name === 'string' && name !== '') names.add(name);
  }
  for (const [inner, child] of Object.entries(value)) collect(child, inner, names);
}
