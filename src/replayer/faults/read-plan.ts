import { readFileSync, statSync } from 'node:fs';
import type { Document } from 'yaml';
import { isMap, isNode, isScalar, isSeq, LineCounter, parseDocument, visit } from 'yaml';
import { mostSeed } from '../../foundation/option-spec.ts';
import { isJsonObject } from '../../foundation/parse-json.ts';
import { RepriseError, reasonOf, systemCode } from '../../foundation/reprise-error.ts';
import { suggest } from '../../foundation/suggest.ts';
import type { GivenFault } from './read-aim.ts';

/** A fault plan: its faults, each with where it stands in the file. */
export interface FaultPlan {
  seed: number | undefined;
  faults: { given: GivenFault; source: string }[];
}

const longestPlan = 1 << 20;
const keys = ['$schema', 'seed', 'faults'];

/**
 * Reads a fault plan, in YAML or JSON.
 * @throws RepriseError with file and line where it can't be read, or is none
 */
export function readPlan(file: string): FaultPlan {
  const lines = new LineCounter();
  // Keys are compared below: the parser's way takes minutes for a hostile plan.
  const options = {
    lineCounter: lines,
    prettyErrors: false,
    logLevel: 'error',
    uniqueKeys: false,
    merge: true,
  } as const;
  const document = parseDocument(readText(file), options);
  const lineAt = (offset = 0): number => lines.linePos(offset).line || 1;
  const [error] = document.errors;
  if (error !== undefined)
    throw refuse(file, lineAt(error.pos[0]), `it is no YAML: ${error.message.replace(/\.$/, '')}. Mend it`);
  const twice = repeatedKey(document);
  if (twice !== undefined)
    throw refuse(file, lineAt(twice.at), `\`${twice.name.slice(0, 100)}\` is given twice. Give it once`);
  const root = document.contents;
  const value = toValue(document, file);
  if (!isMap(root) || !isJsonObject(value))
    throw refuse(file, 1, 'it is no fault plan. Write `faults:` and a list of them');
  for (const { key } of root.items) {
    const name = isScalar(key) ? String(key.value) : 'a key that is no text';
    if (!keys.includes(name))
      throw refuse(
        file,
        lineAt(isNode(key) ? key.range?.[0] : 0),
        `there is no key \`${name.slice(0, 100)}\`.${suggest(name, keys)} There are seed and faults`,
      );
  }
  const seed = value['seed'] ?? undefined;
  const faults = value['faults'] ?? [];
  const lineOf = (key: string): number => {
    const node = root.get(key, true);
    return lineAt(isNode(node) ? node.range?.[0] : 0);
  };
  if (seed !== undefined && !(Number.isInteger(seed) && Number(seed) >= 0 && Number(seed) <= mostSeed))
    throw refuse(file, lineOf('seed'), `\`seed\` is no whole number from 0 to ${mostSeed}. Give one`);
  const list = root.get('faults', true);
  if (!Array.isArray(faults)) throw refuse(file, lineOf('faults'), '`faults` is no list. Write each with a dash');
  return {
    seed: seed === undefined ? undefined : Number(seed),
    faults: faults.map((given: unknown, index) => {
      const node: unknown = isSeq(list) ? list.items[index] : undefined;
      const line = lineAt(isNode(node) ? node.range?.[0] : 0);
      if (!isJsonObject(given)) throw refuse(file, line, 'this is no fault. Write `- fault: stall`');
      return { given, source: `${file}:${line}` };
    }),
  };
}

/** The first key that stands twice in one map. */
function repeatedKey(document: Document): { name: string; at: number | undefined } | undefined {
  let found: { name: string; at: number | undefined } | undefined;
  visit(document, {
    Map(_, { items }) {
      const names = new Set<string>();
      for (const { key } of items) {
        // A key that is no plain text is none that a plan knows, and may be none that can be written.
        if (!isScalar(key)) continue;
        const name = String(key.value);
        if (names.has(name)) found ??= { name, at: isNode(key) ? key.range?.[0] : undefined };
        names.add(name);
      }
      return found === undefined ? undefined : visit.BREAK;
    },
  });
  return found;
}

/** Aliases may make much of little: the parser counts them. */
function toValue(document: Document, file: string): unknown {
  try {
    return document.toJS();
  } catch (error) {
    throw refuse(file, 1, `${reasonOf(error)}. Write it without aliases`);
  }
}

function readText(file: string): string {
  try {
    const stat = statSync(file);
    if (!stat.isFile() && !stat.isDirectory()) throw refuse(file, 1, 'it is no regular file. Name a fault plan');
    if (stat.size > longestPlan) throw refuse(file, 1, 'it is larger than 1 MiB. Name a fault plan');
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (error instanceof RepriseError) throw error;
    const reason = systemCode(error) === 'ENOENT' ? 'there is no such file' : reasonOf(error);
    throw new RepriseError('not-found', `Failed to read ${file}: ${reason}. Check \`--fault-plan\`.`, {
      file,
      cause: error,
    });
  }
}

/** @param reason a sentence without its full stop */
function refuse(file: string, line: number, reason: string): RepriseError {
  return new RepriseError('usage', `Failed to read ${file}:${line}: ${reason}.`, { file, line });
}
