import type { Document, YAMLParseError } from 'yaml';
import { parseDocument } from 'yaml';
import { isJsonObject } from '../foundation/parse-json.ts';
import { reasonOf } from '../foundation/reprise-error.ts';
import type { PluginNames } from './skim-package.ts';
import { PackageFault } from './read-manifest.ts';

/** What a package says of itself. */
export interface PluginIdentity extends PluginNames {
  /** Of the package file, in hexadecimal. */
  sha256: string;
}

/**
 * The names in a manifest.
 * @throws PackageFault where it is no YAML
 */
export function parseNames(text: string): PluginNames {
  const document = parseDocument(text);
  const [error] = document.errors;
  if (error === undefined) {
    const value = toValue(document);
    const manifest = isJsonObject(value) ? value : {};
    return { ...pick(manifest, 'author'), ...pick(manifest, 'name'), ...pick(manifest, 'version') };
  }
  const line = error.linePos?.[0].line ?? 1;
  throw new PackageFault(`yaml: line ${line}: ${explainFault(error, text.slice(0, error.pos[0]))}`, { cause: error });
}

/** Aliases are followed when the value is made: there may be none of that name, or far too many. */
function toValue(document: Document): unknown {
  try {
    return document.toJS();
  } catch (error) {
    throw new PackageFault(`yaml: ${reasonOf(error)}`, { cause: error });
  }
}

/** The words of Go's parser for the commonest faults. @param before the text before the place where it was seen */
function explainFault({ code, message }: YAMLParseError, before: string): string {
  if (message.startsWith('Flow')) {
    const isEmpty = /[[{]\s*$/.test(before);
    return isEmpty ? noNode : `did not find expected ',' or '${message.startsWith('Flow map') ? '}' : ']'}'`;
  }
  if (code === 'UNEXPECTED_TOKEN') return /(^|:)\s*$/.test(before) ? noNode : noKey;
  return goWords[code] ?? noNode;
}

const noNode = 'did not find expected node content';
const noKey = 'did not find expected key';
const goWords: Readonly<Record<string, string>> = {
  BAD_INDENT: noKey,
  BLOCK_AS_IMPLICIT_KEY: 'mapping values are not allowed in this context',
  MULTILINE_IMPLICIT_KEY: 'mapping values are not allowed in this context',
  MISSING_CHAR: 'found unexpected end of stream',
  TAB_AS_INDENT: 'found character that cannot start any token',
  BAD_SCALAR_START: 'found character that cannot start any token',
};

function pick(manifest: Record<string, unknown>, key: keyof PluginNames): PluginNames {
  const value = manifest[key];
  return typeof value === 'string' || typeof value === 'number' ? { [key]: String(value) } : {};
}
