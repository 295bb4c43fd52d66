import fc from 'fast-check';
import { expect, test } from 'vitest';
import { renderPlaceholder, splitPlaceholders } from '../../src/foundation/placeholder.ts';
import type { Asked } from '../../src/protocol/differences.ts';
import { findDifferences } from '../../src/protocol/differences.ts';
import type { GoObject } from '../../src/protocol/go-decoder.ts';
import { decodeGoJson } from '../../src/protocol/go-decoder.ts';
import type { KnownSecrets } from '../../src/protocol/judge-secrets.ts';
import { judgeSecrets } from '../../src/protocol/judge-secrets.ts';
import { MatchRules } from '../../src/protocol/match-rules.ts';
import { keyWithout, requestKey } from '../../src/protocol/request-key.ts';
import { findSecretPlaces } from '../../src/protocol/secret-places.ts';
import { findGaps } from '../../src/protocol/secret-text.ts';

const digests = ['a', 'b', 'c'].map((digit) => digit.repeat(32));
const hidden = digests.map((digest) => renderPlaceholder({ kind: 'token', digest }));
const piece = fc.string({ maxLength: 4 });
const texts = fc.array(fc.oneof(piece, fc.constantFrom(...hidden)), { minLength: 1, maxLength: 6 });

/** A text with these values in place of the placeholders. */
function fill(text: string, values: readonly string[]): string {
  return hidden.reduce((left, one, index) => left.replaceAll(one, () => values[index] ?? ''), text);
}

test('finds gaps that make the whole text with the pieces between them; one is always found', () => {
  fc.assert(
    fc.property(texts, fc.array(piece, { minLength: 3, maxLength: 3 }), (parts, values) => {
      const split = splitPlaceholders(parts.join(''));
      fc.pre(split !== undefined);
      const text = fill(parts.join(''), values);
      const gaps = findGaps(split, text, () => undefined);
      // Of several, one may end where the next piece comes too early.
      fc.pre(gaps !== undefined || split.placeholders.length === 1);
      expect(split.pieces.map((one, index) => one + (gaps?.[index] ?? '')).join('')).toBe(text);
    }),
  );
});

test('finds the values of placeholders that are known, whatever stands around them', () => {
  fc.assert(
    fc.property(
      texts,
      fc.uniqueArray(fc.string({ minLength: 1, maxLength: 4 }), { minLength: 3, maxLength: 3 }),
      (parts, values) => {
        const split = splitPlaceholders(parts.join(''));
        fc.pre(split !== undefined);
        const known = (digest: string): string | undefined => values[digests.indexOf(digest)];
        expect(findGaps(split, fill(parts.join(''), values), known)).toEqual(
          split.placeholders.map(({ digest }) => known(digest)),
        );
      },
    ),
  );
});

const value = fc.letrec<{ any: unknown }>((tie) => ({
  any: fc.oneof(
    { maxDepth: 2 },
    fc.constantFrom('x', 1, null, ...hidden, `Bearer ${hidden[0] ?? ''}`, `${hidden[0] ?? ''}-${hidden[1] ?? ''}`),
    fc.dictionary(fc.constantFrom('a', 'b', 'c/d'), tie('any'), { maxKeys: 3 }),
    fc.array(tie('any'), { maxLength: 3 }),
  ),
})).any;
const known: KnownSecrets = { isExact: false, bound: () => undefined, isSame: () => undefined };
const rules = new MatchRules([]);

function ask(request: unknown): Asked {
  const decoded = decodeGoJson(Buffer.from(JSON.stringify({ request })));
  return { type: 'tool', action: 'x', request: decoded as GoObject };
}

test('a request has no differences exactly when it is equal but for its secrets, and these fit', () => {
  fc.assert(
    fc.property(value, value, fc.array(fc.constantFrom('v', 'w'), { minLength: 3, maxLength: 3 }), (a, b, values) => {
      const recorded = ask(a);
      const received = ask(JSON.parse(fill(JSON.stringify(values.includes('w') ? a : b), values)));
      const places = findSecretPlaces(recorded.request, rules);
      expect(requestKey(recorded, rules).places).toEqual(places);
      const { fits, verdicts } = judgeSecrets(places, received.request, known);
      const isEqual = keyWithout(places, received, rules) === keyWithout(places, recorded, rules);
      expect(findDifferences({ ...recorded, verdicts }, received, rules).count === 0).toBe(fits && isEqual);
    }),
  );
});

test('a value whose digest is the recorded one is the same, in whatever notation', () => {
  const places = findSecretPlaces(ask({ a: hidden[0], b: `k=${hidden[0] ?? ''}` }).request, rules);
  const secret = 'a "b"/c';
  const { verdicts, values } = judgeSecrets(places, ask({ a: secret, b: `k=${encodeURIComponent(secret)}` }).request, {
    ...known,
    isSame: (digest, text) => digest === digests[0] && text === secret,
  });
  expect([...verdicts]).toEqual([
    ['/request/request/a', 'same'],
    ['/request/request/b', 'same'],
  ]);
  expect([...values]).toEqual([[digests[0], { text: secret, isProven: true }]]);
});
