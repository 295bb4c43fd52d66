import type { FoundSecret } from '../../foundation/find-shapes.ts';
import { findShapeAt, shapeBeginnings } from '../../foundation/find-shapes.ts';
import type { NameRules, NameSearch } from '../../recording/redaction/name-values.ts';
import { findNamed, nameTrigrams } from '../../recording/redaction/name-values.ts';
import { TrigramTable } from '../../recording/redaction/trigram-table.ts';

const [isName, isShape] = [1, 2];
/** What a plugin's package marks as secret is not known here. */
const rules: NameRules = { fields: new Set() };
const table = openTable();

/** Finds what is written as a token is, and the texts that stand under secret names: what the redaction would replace. */
export function findOwn(text: string): FoundSecret[] {
  const shapes: FoundSecret[] = [];
  const named: FoundSecret[] = [];
  const search: NameSearch = {
    rules,
    found({ kind, start, end, value }) {
      // What is hidden in hexadecimal digits has no place of its own.
      if (start >= 0 && value !== '') named.push({ kind, start, end });
    },
  };
  table.scan(Buffer.from(text, 'latin1'), (at, flags) => {
    const shape = (flags & isShape) === 0 ? undefined : findShapeAt(text, at);
    if (shape !== undefined) {
      shapes.push(shape);
      return Math.max(shape.end, at + 1);
    }
    if ((flags & isName) === 0) return at + 1;
    return findNamed(text, at, search);
  });
  // Where both fit, the shape tells more.
  return [...shapes, ...named];
}

function openTable(): TrigramTable {
  const beginnings = new TrigramTable();
  for (const name of nameTrigrams) beginnings.add(name, isName);
  for (const shape of shapeBeginnings) beginnings.add(shape, isShape);
  return beginnings;
}
