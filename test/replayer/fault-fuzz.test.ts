import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import * as fc from 'fast-check';
import { afterEach, describe, expect, test } from 'vitest';
import { RepriseError } from '../../src/foundation/reprise-error.ts';
import { faultKinds } from '../../src/replayer/faults/catalogue.ts';
import { parseSpec } from '../../src/replayer/faults/parse-spec.ts';
import { placeNames } from '../../src/replayer/faults/place.ts';
import { presets } from '../../src/replayer/faults/presets.ts';
import { aimKeys } from '../../src/replayer/faults/read-aim.ts';
import type { PlannedFault } from '../../src/replayer/faults/read-fault.ts';
import { readFault } from '../../src/replayer/faults/read-fault.ts';
import { readPlan } from '../../src/replayer/faults/read-plan.ts';
import { makeFolder } from '../support/files.ts';

const keysOfAll = (): unknown => [Object.prototype, Array.prototype, Function.prototype].map(Reflect.ownKeys);
const keysBefore = keysOfAll();

afterEach(() => {
  if (!isDeepStrictEqual(keysOfAll(), keysBefore)) throw new Error('a prototype has been changed');
});

/** What was read, or nothing where it was refused as it should be. */
function readOrRefused<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof RepriseError)) throw error;
    expect(error.code).toBe('usage');
    expect(error.message).toMatch(/^Failed to read .*\.$/s);
    expect(error.message.length).toBeLessThan(1500);
    return undefined;
  }
}

const readSpec = (text: string): PlannedFault | undefined =>
  readOrRefused(() => readFault(parseSpec(text, '`--fault`'), '`--fault`'));

const kindNames: readonly string[] = faultKinds.map(({ name }) => name);

/** A fault that has been read is whole, and its text reads as the same. */
function checkFault(fault: PlannedFault): void {
  expect(fault.parts.length).toBeGreaterThan(0);
  for (const { kind, place, act } of fault.parts) {
    expect(kindNames).toContain(kind.name);
    expect(place.kind === 'time' || placeNames.includes(place.name)).toBe(true);
    expect(typeof act).toBe('function');
  }
  const again = readFault(parseSpec(fault.text, 'again'), 'again');
  expect([again.text, again.selection]).toEqual([fault.text, fault.selection]);
  expect(again.parts.map(({ place }) => place)).toEqual(fault.parts.map(({ place }) => place));
}

const names: string[] = [...faultKinds, ...presets].map(({ name }) => name);
const parameters = [...faultKinds, ...presets].flatMap((one) => Object.keys(one.parameters));
const hostile = ['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty', 'fault', 'expand', 'parts'];
const keys = [...aimKeys, ...parameters, ...hostile];
const values = [
  ...placeNames,
  ...'after:ready|after 5ms|after:1.5s|response:last|response:0|response:999999999|/request/a=b|/request/**=*'.split(
    '|',
  ),
  ...'/request/~3=|/x=1|=|true|false|0|1|0.5|-1|1e9|99999999999999999999|NaN|SIGKILL|SIGSTOP|invoke_id'.split('|'),
  ...`|*|é🎬|two words|it's "so"|\\|\0`.split('|'),
];
const quoted = fc
  .constantFrom(...values)
  .chain((value) => fc.constantFrom(value, JSON.stringify(value), `'${value}'`, `"${value}`, `${value}'`));
const word = fc.oneof(
  fc.constantFrom(...names),
  fc.tuple(fc.constantFrom(...keys), quoted).map((pair) => pair.join('=')),
  fc.constantFrom('=', '==', '"', "'", '\\"', '\t', '\n', '\u2028', '\uFEFF', '="', '-', 'x=y'),
  fc.string({ unit: 'binary', maxLength: 10 }),
);
/** Mostly a name and then keys that it may have. */
const spec = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 200 }),
  fc.array(word, { maxLength: 8 }).map((words) => words.join(' ')),
  fc
    .tuple(fc.constantFrom(...names), fc.array(word, { maxLength: 3 }))
    .map(([name, words]) => [name, ...words].join(' ')),
);

describe('a fault as the command line has it', () => {
  test('is read, or refused in so many words, whatever it is', () => {
    let read = 0;
    fc.assert(
      fc.property(spec, (text) => {
        const fault = readSpec(text);
        if (fault === undefined) return;
        read++;
        checkFault(fault);
      }),
      { numRuns: 5000 },
    );
    expect(read).toBeGreaterThan(200);
  });

  test.each(hostile.flatMap((key) => [`stall ${key}=1`, `${key}=1`, key, `${key} at=ready`, `latency ms=${key}`]))(
    '%s is refused',
    (text) => {
      expect(readSpec(text)).toBeUndefined();
    },
  );

  const long = 100_000;
  test.each([
    ['a name', 'a'.repeat(long)],
    ['a name behind another', `stall ${'a'.repeat(long)}`],
    ['a key', `stall ${'a'.repeat(long)}=1`],
    ['a key, twice', `stall ${`${'a'.repeat(long / 2)}=1 `.repeat(2)}`],
    ['spaces', `stall${' '.repeat(long)}"`],
    ['a quote without end', `stray-line text="${'a'.repeat(long)}`],
    ['backslashes without end', `stray-line text="${'\\'.repeat(long)}`],
    ['single quotes', `stray-line text=${"'".repeat(long)}`],
    ['words', 'a '.repeat(long / 2)],
    ['equal signs', `stall at${'='.repeat(long)}"`],
    ['a place of colons', `stall at=after${':'.repeat(long)}x`],
    ['a place of words', `stall at=${'after:'.repeat(long / 6)}`],
    ['a place of digits', `stall at=response:${'9'.repeat(long)}`],
    ['a time of digits', `latency ms=${'9'.repeat(long)}x`],
    ['a path', `stall where=${'/**'.repeat(long / 3)}=1`],
    ['keys', `stall ${Array.from({ length: long / 10 }, (_, index) => `k${index}=1`).join(' ')}`],
  ])('is refused in good time where it has 100,000 characters: %s', { timeout: 20_000 }, (_, text) => {
    expect(readSpec(text)).toBeUndefined();
  });

  test.each([
    ['a text', `stray-line text="${'\\n'.repeat(long / 2)}"`],
    ['conditions', `stall ${'where=/request=1 '.repeat(long / 17)}`],
    ['a pattern of stars', `stall action=${'*a'.repeat(long / 2)}`],
  ])('is read in good time where it has 100,000 characters: %s', { timeout: 20_000 }, (_, text) => {
    expect(readSpec(text)).toMatchObject({ name: text.split(' ')[0] });
  });
});

describe('a fault plan', () => {
  const file = join(makeFolder(), 'plan.yaml');
  function read(text: string | Buffer): PlannedFault[] | undefined {
    writeFileSync(file, text);
    return readOrRefused(() => readPlan(file).faults.map(({ given, source }) => readFault(given, source)));
  }

  const value = fc.oneof(
    fc.constantFrom<unknown>(...values, null, 1, 0.5, -1, 1e300, true, [], {}, ['/request/a=1', '/request/b=2']),
    fc.jsonValue({ maxDepth: 2 }),
  );
  const given = fc
    .tuple(fc.constantFrom(...names, ...hostile), fc.dictionary(fc.constantFrom(...keys), value, { maxKeys: 2 }))
    .map(([fault, rest]) => Object.assign(rest, { fault }));
  const faults = fc.oneof(fc.array(given, { maxLength: 2 }), fc.jsonValue());
  const more = fc.dictionary(fc.constantFrom('seed', '$schema', ...hostile), value, { maxKeys: 1 });
  const json = fc.tuple(faults, more).map(([list, rest]) => JSON.stringify({ ...rest, faults: list }));
  const pieces = [
    ...'faults:|\n|\n- |\n  |fault: stall|at: ready|seed: 1|&a |*a|<<: *a|? |: |{|}|[|]|"|#|!!set |!!binary |!x '.split(
      '|',
    ),
    ...`'|%YAML 1.1\n---\n|---|...|\t|\0|.inf|.nan|2020-01-01|__proto__: |constructor: |~|,|0x10|$schema: x`.split('|'),
    '|',
    '>',
  ];
  const yaml = fc.array(fc.constantFrom(...pieces), { maxLength: 16 }).map((words) => words.join(''));

  test('is read, or refused in so many words, whatever it is', () => {
    let count = 0;
    const text = fc.oneof(
      json,
      yaml,
      fc.string({ unit: 'binary' }),
      fc.uint8Array().map((bytes) => Buffer.from(bytes)),
    );
    fc.assert(
      fc.property(text, (one) => {
        const faults = read(one);
        count += faults?.length ?? 0;
        for (const fault of faults ?? []) checkFault(fault);
      }),
      { numRuns: 3000 },
    );
    expect(count).toBeGreaterThan(20);
  });

  test.each([
    ['a circle of aliases', 'faults:\n- &a\n  fault: stall\n  at: *a\n'],
    ['a condition that holds itself', 'faults:\n- fault: stall\n  where: &w [*w]\n'],
    ['a list that holds itself', 'faults: &f\n- *f\n'],
    ['a plan that holds itself', '&r\nfaults:\n- *r\n'],
    ['a key that is a list', '? [a, b]\n: 1\n'],
    ['a fault with a key that is a map', 'faults:\n- ? {fault: stall}\n  : 1\n'],
    ['a prototype', 'faults:\n- fault: stall\n  __proto__: {at: ready}\n'],
    ['a prototype on top', '__proto__: {faults: []}\n'],
    ['brackets', '['.repeat(100_000)],
    ['braces', '{a: '.repeat(25_000)],
    ['dashes', '- '.repeat(50_000)],
    ['an infinite seed', 'seed: .inf'],
    ['a set', '%YAML 1.1\n---\nfaults: !!set {a}\n'],
    ['bytes', '%YAML 1.1\n---\nfaults:\n- !!binary aaaa\n'],
    ['a long name', `faults: [{fault: ${'a'.repeat(100_000)}}]`],
    ['many aliases', `faults: [{fault: &a [1]}, ${'{fault: [*a]}, '.repeat(5000)}]`],
  ])('is refused in good time where it has %s', { timeout: 20_000 }, (_, text) => {
    expect(read(text)).toBeUndefined();
  });
});
