import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { createGoObject, decodeGoJson, type GoObject, type GoValue } from '../../src/protocol/go-decoder.ts';
import { encodeGoValue } from '../../src/protocol/go-encoder.ts';
import { matchKey } from '../../src/protocol/match-key.ts';
import type { MatchRules } from '../../src/protocol/match-rules.ts';
import { escapeKey } from '../../src/protocol/path-pattern.ts';
import { KeyStore } from '../../src/replayer/key-store.ts';
import { readRules } from '../../src/replayer/read-rules.ts';

function decode(json: string): GoObject | null {
  // The tests give objects and null.
  return decodeGoJson(Buffer.from(json)) as GoObject | null;
}

function keyOf(rules: MatchRules, request: GoObject | null): string {
  return matchKey('tool', 'invoke_tool', rules.reduce(request));
}

/** Whether two requests are equal where these places are ignored, and those loosened. */
async function areEqual(left: string, right: string, ignore: string[], match: string[] = []): Promise<boolean> {
  const rules = await readRules({ ignore, match });
  return keyOf(rules, decode(left)) === keyOf(rules, decode(right));
}

test.each([
  ['a value that changed', '{"a":1}', '{"a":2}', ['/request/a']],
  ['a value of another kind', '{"a":1}', '{"a":{"b":[1]}}', ['/request/a']],
  ['a value that is missing', '{"a":1,"b":2}', '{"b":2}', ['/request/a']],
  ['an escaped key', '{"a/b~c":1}', '{"a/b~c":2}', ['/request/a~1b~0c']],
  ['an empty key', '{"":1}', '{"":2}', ['/request/']],
  [
    'a key that objects inherit elsewhere',
    '{"__proto__":1,"constructor":1}',
    '{}',
    ['/request/__proto__', '/**/constructor'],
  ],
  ['an element of a list', '{"a":[1,2,3]}', '{"a":[1,9,3]}', ['/request/a/1']],
  ['the last element of a list', '{"a":[1,2]}', '{"a":[1]}', ['/request/a/1']],
  ['all elements of a list', '{"a":[1,2,3]}', '{"a":[]}', ['/request/a/*']],
  ['keys in all elements', '{"a":[{"b":1},{"b":2}]}', '{"a":[{"b":3},{}]}', ['/request/a/*/b']],
  ['keys at any depth', '{"id":1,"a":[{"id":2}]}', '{"id":3,"a":[{"id":4}]}', ['/request/**/id']],
  ['all members', '{"a":1}', '{"b":2}', ['/request/*']],
  ['all of the request', '{"a":1}', '{"b":2}', ['/request']],
  ['that there is a request', '{"a":1}', 'null', ['/request']],
  ['that there is a request, by **', '{"a":1}', 'null', ['/**']],
  ['that there is a request, by *', '{}', 'null', ['/*']],
  ['a place that another path is above', '{"a":{"b":1}}', '{"a":2}', ['/request/a/b', '/request/a']],
])('does not compare %s where it is ignored', async (_, left, right, ignore) => {
  expect(await areEqual(left, right, [])).toBe(false);
  expect(await areEqual(left, right, ignore)).toBe(true);
});

test.each([
  ['null and {}', 'null', '{}', ['/request/*']],
  ['[] and {}', '{"a":[]}', '{"a":{}}', ['/request/a/*']],
  ['what stands beside an ignored place', '{"a":1,"b":1}', '{"a":1,"b":2}', ['/request/a']],
  ['a key that begins like an ignored one', '{"ab":1}', '{"ab":2}', ['/request/a']],
  ['a place above an ignored one', '{"a":{"b":1}}', '{"a":2}', ['/request/a/b']],
  ['a place that an empty key is below', '{"a":1}', '{"a":2}', ['/request/a/']],
  ['an element that moved onto an ignored place', '{"a":[1,2]}', '{"a":[2]}', ['/request/a/0']],
  ['how many elements there are', '{"a":[[1],[1]]}', '{"a":[[2]]}', ['/request/a/*/0']],
])('still compares %s', async (_, left, right, ignore) => {
  expect(await areEqual(left, right, ignore)).toBe(false);
});

test('always compares type and action', async () => {
  const rules = await readRules({ ignore: ['/**'], match: [] });
  const left = rules.reduce(decode('{"a":1}'));
  expect(matchKey('tool', 'invoke_tool', left)).not.toBe(matchKey('model', 'invoke_tool', left));
  expect(matchKey('tool', 'invoke_tool', left)).not.toBe(matchKey('tool', 'invoke_llm', left));
});

const uuids = ['"6ba7b810-9dad-11d1-80b4-00c04fd430c8"', '"6BA7B8109DAD11D180B400C04FD430C9"'] as const;

test.each([
  ['uuid', ...uuids, '"6ba7b810"'],
  ['date', '"2024-02-29"', '"2025-01-01T00:00:00Z"', '"yesterday"'],
  ['number', '1', '-2.5e9', '"1"'],
  ['string', '""', '"b"', '1'],
  ['string', '"null"', '"b"', 'null'],
  ['/^user-\\d+$/', '"user-1"', '"user-23"', '"user-x"'],
  ['/^USER/i', '"user-1"', '"User-2"', '"my user"'],
])('takes any value of %s where it is loosened to that, and no other', async (set, one, other, outside) => {
  const match = [`/request/a=${set}`];
  const object = (value: string): string => `{"a":${value},"b":1}`;
  expect(await areEqual(object(one), object(other), [])).toBe(false);
  expect(await areEqual(object(one), object(other), [], match)).toBe(true);
  expect(await areEqual(object(one), object(outside), [], match)).toBe(false);
  expect(await areEqual(object(one), '{"b":1}', [], match)).toBe(false);
  expect(await areEqual(object(one), object(other).replace('1}', '2}'), [], match)).toBe(false);
});

test.each([
  ['two values out of the set are equal as ever', '{"a":"x"}', '{"a":"x"}', [], ['/request/a=uuid'], true],
  ['two values out of the set differ as ever', '{"a":"x"}', '{"a":"y"}', [], ['/request/a=uuid'], false],
  [
    'a value is of all sets of its place',
    '{"a":"ab"}',
    '{"a":"ac"}',
    [],
    ['/request/a=/^a/', '/request/*=string'],
    true,
  ],
  ['a value is not of all sets of its place', '{"a":"ab"}', '{"a":"cb"}', [], ['/request/a=/^a/', '/**=string'], false],
  ['what is in an object is not of its set', '{"a":{"b":"x"}}', '{"a":{"b":"y"}}', [], ['/request/a=string'], false],
  ['elements are loosened too', '{"a":["x","y"]}', '{"a":["z",""]}', [], ['/request/a/*=string'], true],
  ['a loosened element does not move', '{"a":["x",1]}', '{"a":[1,"x"]}', [], ['/request/a/*=string'], false],
  ['an ignored place is not loosened', '{"a":"x"}', '{"a":1}', ['/request/a'], ['/request/a=string'], true],
  [
    'what is ignored in a loosened place is ignored',
    '{"a":[1,"x"]}',
    '{"a":[2,"y"]}',
    ['/**/0'],
    ['/**/1=string'],
    true,
  ],
])('%s', async (_, left, right, ignore, match, expected) => {
  expect(await areEqual(left, right, ignore, match)).toBe(expected);
});

test.each([
  ['itself', '{"a":"\\ufffduuid"}'],
  ['an escaped half of a pair', '{"a":"\\ud800uuid"}'],
  ['its name', '{"a":"uuid"}'],
])('takes no text for the mark of a set: %s', async (_, json) => {
  expect(await areEqual(json, `{"a":${uuids[0]}}`, [], ['/request/a=uuid'])).toBe(false);
});

test('takes no text for the mark of a set where keys are kept as digests', async () => {
  const rules = await readRules({ ignore: [], match: ['/request/a=uuid'] });
  const padding = 'x'.repeat(5 << 20);
  const keys = new KeyStore();
  const recorded = keys.add(keyOf(rules, decode(`{"a":${uuids[0]},"b":"${padding}"}`)));
  expect(keys.find(keyOf(rules, decode(`{"a":${uuids[1]},"b":"${padding}"}`)))).toBe(recorded);
  expect(keys.find(keyOf(rules, decode(`{"a":"\\ufffduuid","b":"${padding}"}`)))).not.toBe(recorded);
  // Both begin with the half of a pair that a mark begins with.
  const [one, other] = ['𐀀', '𐀁'].map((text) => keys.find(keyOf(rules, decode(`{"a":"${text}","b":"${padding}"}`))));
  expect(one).not.toBe(other);
});

test('leaves a request as it is', async () => {
  const request = decode(`{"a":${uuids[0]},"b":[1,{"c":2}],"d":{"e":3}}`);
  const before = encodeGoValue(request);
  const rules = await readRules({ ignore: ['/request/b/0', '/**/c', '/request/d'], match: ['/**=uuid'] });
  expect(encodeGoValue(rules.reduce(request))).not.toBe(before);
  expect(encodeGoValue(request)).toBe(before);
  const none = await readRules({ ignore: [], match: [] });
  expect(none.reduce(request)).toBe(request);
});

type Path = readonly string[];

/** A request with hostile keys; decoded, so that it is made as those from the wire are. */
const request = fc
  .object({
    key: fc.constantFrom('__proto__', 'constructor', '', '~', '/', '~1', '*', '**', '0', '1', 'a'),
    values: [fc.constantFrom(1, 'x', '', null, true)],
    maxDepth: 3,
    maxKeys: 4,
  })
  // What is decoded from an object is one.
  .map((value) => decode(JSON.stringify(value)) as GoObject);

/** All places in a value, that of the value itself among them. */
function placesOf(value: GoValue, path: Path = []): Path[] {
  if (value === null || typeof value !== 'object') return [path];
  return [path, ...Object.entries(value).flatMap(([key, child]) => placesOf(child, [...path, key]))];
}

/** A pointer to a place, where some of its steps are told by `*`, and some are left to `**`. */
function pointerTo(path: Path, stars: readonly number[]): string {
  const steps = path.map((key, at) => [escapeKey(key), escapeKey(key), '*', '**'][stars[at] ?? 0]);
  return ['/request', ...steps].join('/');
}

/** Whether a pattern, as a regular expression, leads to a place or to one above it. */
function isCovered(pattern: string, path: Path): boolean {
  const source = pattern.replace(/\/([^/]*)/g, (_, step: string) => {
    if (step === '**') return '(?:/[^/]*)*';
    return step === '*' ? '/[^/]*' : `/${step}`;
  });
  return new RegExp(`^${source}(?:/|$)`).test(['/request', ...path.map(escapeKey)].join('/'));
}

/** A copy in which a place has another value; nothing, where that is undefined. */
function edited(value: GoValue, [key, ...rest]: Path, replacement: GoValue | undefined): GoValue | undefined {
  if (key === undefined) return replacement;
  if (value === null || typeof value !== 'object') return value;
  // Of a list as of an object: what stands at a key.
  const copy = (Array.isArray(value) ? [...value] : Object.assign(createGoObject(), value)) as GoObject;
  const child = edited(copy[key] ?? null, rest, replacement);
  if (child !== undefined) copy[key] = child;
  else if (Array.isArray(copy)) copy.pop();
  else delete copy[key];
  return copy;
}

/** What can be done at a place: another value, nothing, or one more below it. */
function editsOf(value: GoObject, path: Path): { path: Path; replacement: GoValue | undefined }[] {
  const [last, outer] = [path.at(-1), at(value, path.slice(0, -1))];
  const here = at(value, path);
  // Only the end of a list can go without others moving.
  const canGo = last !== undefined && (!Array.isArray(outer) || outer.length === Number(last) + 1);
  const added = Array.isArray(here) ? String(here.length) : 'more';
  return [
    { path, replacement: path.length === 0 ? null : 'changed' },
    ...(canGo ? [{ path, replacement: undefined }] : []),
    ...(here !== null && typeof here === 'object' ? [{ path: [...path, added], replacement: 'added' }] : []),
  ];
}

function at(value: GoValue, path: Path): GoValue {
  // Every step of these paths leads into a list or an object.
  return path.reduce<GoValue>((outer, key) => (outer as GoObject)[key] ?? null, value);
}

test('is the same exactly when what changed, went or came is ignored', async () => {
  let [same, other] = [0, 0];
  const stars = fc.array(fc.array(fc.nat(3), { minLength: 4, maxLength: 4 }), { maxLength: 3 });
  await fc.assert(
    fc.asyncProperty(request, stars, fc.infiniteStream(fc.nat()), async (value, stars, chance) => {
      const places = placesOf(value);
      const pick = (): Path => places[(chance.next().value ?? 0) % places.length] ?? [];
      const ignore = stars.map((one) => pointerTo(pick(), one));
      const rules = await readRules({ ignore, match: [] });
      for (const { path, replacement } of [pick(), pick(), pick()].flatMap((place) => editsOf(value, place))) {
        // An edited request is one, or null.
        const changed = edited(value, path, replacement) as GoObject | null;
        const isIgnored = ignore.some((pattern) => isCovered(pattern, path));
        expect(keyOf(rules, changed) === keyOf(rules, value)).toBe(isIgnored);
        if (isIgnored) same++;
        else other++;
      }
    }),
    { numRuns: 1000 },
  );
  expect(Math.min(same, other)).toBeGreaterThan(500);
});
