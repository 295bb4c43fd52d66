import { char, GoScanner } from './go-scanner.ts';
import { GoNumberError } from './go-syntax-error.ts';

// Part of this module's face: whoever decodes also catches.
export { GoNumberError, GoSyntaxError } from './go-syntax-error.ts';

/** What Go's encoding/json makes of a value when it is told no type: numbers are float64, objects `map[string]any`. */
export type GoValue = null | boolean | number | string | GoValue[] | GoObject;

/** Inherits nothing, so that `__proto__` and `constructor` are keys like others. */
export interface GoObject {
  [key: string]: GoValue;
}

/** One member of the outermost object, as it stands in the line. */
export interface GoMember {
  key: string;
  value: GoValue;
  /** The first number in `value` that float64 cannot hold, as it is written; in `value` it is an infinity. */
  overflow: string | null;
}

/** Go's words for the kinds of JSON values. */
export type GoKind = 'null' | 'bool' | 'number' | 'string' | 'array' | 'object';

/** The outermost value: an object's members in their order, repeated keys included, or else only its kind. */
export type GoOutermost = { kind: 'object'; members: GoMember[] } | { kind: Exclude<GoKind, 'object'> };

/** scanner.go's maxNestingDepth. */
const deepest = 10_000;

/**
 * Decodes a line as Go's `json.Unmarshal` does into `any`: the last of two equal keys wins, and what is no UTF-8 or no
 * pair of surrogates becomes U+FFFD.
 * @throws GoSyntaxError where the line is not one JSON value with white space round it, with Go's own text
 * @throws GoNumberError where a number is beyond float64
 */
export function decodeGoJson(line: Buffer): GoValue {
  const scanner = new GoScanner(line);
  const value = readValue(scanner, 0);
  expectEnd(scanner);
  if (scanner.overflow !== null) throw new GoNumberError(scanner.overflow);
  return value;
}

/**
 * Decodes a line for a caller that, as Go does with a struct, looks at each member of the outermost object in turn.
 * @throws GoSyntaxError as `decodeGoJson`
 */
export function decodeGoMembers(line: Buffer): GoOutermost {
  const scanner = new GoScanner(line);
  if (scanner.next() !== char.openBrace) {
    const kind = kindOfGo(readValue(scanner, 0));
    expectEnd(scanner);
    // An object would have begun with a brace.
    return { kind: kind as Exclude<GoKind, 'object'> };
  }
  const members = readMembers(scanner);
  expectEnd(scanner);
  return { kind: 'object', members };
}

/** An empty object, as decoded ones are. */
export function createGoObject(): GoObject {
  return new BareObject();
}

/** Go's word for what `value` was in the JSON text. */
export function kindOfGo(value: GoValue): GoKind {
  if (value === null) return 'null';
  if (typeof value === 'boolean') return 'bool';
  if (typeof value === 'number') return 'number';
  if (typeof value === 'string') return 'string';
  return Array.isArray(value) ? 'array' : 'object';
}

function expectEnd(scanner: GoScanner): void {
  scanner.next();
  if (scanner.at < scanner.text.length) scanner.fail('after top-level value');
}

function readMembers(scanner: GoScanner): GoMember[] {
  const members: GoMember[] = [];
  scanner.at += 1;
  if (scanner.next() === char.closeBrace) {
    scanner.at += 1;
    return members;
  }
  do {
    const key = readKey(scanner);
    const value = readValue(scanner, 1);
    members.push({ key, value, overflow: scanner.overflow });
    scanner.overflow = null;
  } while (!endsHere(scanner, char.closeBrace, 'after object key:value pair'));
  return members;
}

interface Open {
  /** The object or list that is being read, null outside of all. */
  container: GoValue[] | GoObject | null;
  /** Where in an object the value to come belongs. */
  key: string;
}

/**
 * Reads the value that begins at the next character, inside `depth` containers; by a stack of its own, as values may be
 * 10,000 deep.
 */
function readValue(scanner: GoScanner, depth: number): GoValue {
  const outer: Open[] = [];
  let open: Open = { container: null, key: '' };
  for (;;) {
    const code = scanner.next();
    let value: GoValue;
    if (code === char.openBrace || code === char.openBracket) {
      if (depth + outer.length >= deepest) scanner.fail('exceeded max depth');
      scanner.at += 1;
      const container = code === char.openBrace ? new BareObject() : [];
      // The code of a closing bracket or brace is that of its opening one, plus two.
      if (scanner.next() !== code + 2) {
        outer.push(open);
        open = { container, key: code === char.openBrace ? readKey(scanner) : '' };
        continue;
      }
      scanner.at += 1;
      value = container;
    } else value = scanner.scalar(code);
    while (addEndsContainer(scanner, open, value)) {
      // Whatever is open has been put there by the one outside it.
      value = open.container;
      open = outer.pop() as Open;
    }
    if (open.container === null) return value;
  }
}

/** Puts a value in its place, goes on to the next place, and tells whether instead the container ended. */
function addEndsContainer(scanner: GoScanner, open: Open, value: GoValue): boolean {
  if (open.container === null) return false;
  if (Array.isArray(open.container)) {
    open.container.push(value);
    return endsHere(scanner, char.closeBracket, 'after array element');
  }
  open.container[open.key] = value;
  if (endsHere(scanner, char.closeBrace, 'after object key:value pair')) return true;
  open.key = readKey(scanner);
  return false;
}

/** Reads the comma or the closing bracket after a value, and tells whether it was the bracket. */
function endsHere(scanner: GoScanner, close: number, context: string): boolean {
  const code = scanner.next();
  if (code !== char.comma && code !== close) scanner.fail(context);
  scanner.at += 1;
  return code === close;
}

function readKey(scanner: GoScanner): string {
  if (scanner.next() !== char.quote) scanner.fail('looking for beginning of object key string');
  const key = scanner.string();
  if (scanner.next() !== char.colon) scanner.fail('after object key');
  scanner.at += 1;
  return key;
}

/**
 * Instances inherit from an object without members, so that every key is a plain one. V8 keeps them as it does `{}`,
 * which is several times as quick as the dictionaries it makes of Object.create(null).
 */
const BareObject = function () {} as unknown as new () => GoObject;
// A function's type does not tell that it can be used with `new`, and Object.create is typed any.
BareObject.prototype = Object.create(null) as GoObject;
