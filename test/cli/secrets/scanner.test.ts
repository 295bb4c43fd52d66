import { rules as presetRules } from '@secretlint/secretlint-rule-preset-recommend';
import { expect, test } from 'vitest';
import { createScanner, openScanner } from '../../../src/cli/secrets/scanner.ts';
import { madeSecrets } from '../../support/made-secrets.ts';

const examples = [
  ...madeSecrets.map(({ value, around = ['', ''] }) => `${around[0]}${value}${around[1]}`),
  `AWS_SECRET_ACCESS_KEY=${'abcdefghij'.repeat(4)}`,
  ['sk-', 'abcdefghijabcdefghij', 'T3BlbkFJ', 'abcdefghijabcdefghij'].join(''),
  'https://someone:something4@host.example.com',
  'mongodb://someone:something4@host.example.com/x',
];

test('what is not shown to a rule holds nothing that it would find', async () => {
  // Rules without names that are known are shown everything.
  const unnamed = (presetRules as unknown as Parameters<typeof createScanner>[0]).map(({ meta, create }) => ({
    meta: { id: meta.id.replace('-rule-', '-') },
    create,
  }));
  const [all, filtered] = [createScanner(unnamed), await openScanner()];
  const found = examples.map((text) => all(text));
  expect(examples.map((text) => filtered(text))).toEqual(found);
  expect(found.filter(({ length }) => length > 0).length).toBeGreaterThan(15);
});

test('a secret is found wherever the chunks are cut that rules are given', async () => {
  const scan = await openScanner();
  const secret = ['gh', 'p_0123456789abcdefghijABCDEFGHIJ012345'].join('');
  for (const at of [(256 << 10) - 50, (256 << 10) - 20, (256 << 10) - 2, 1 << 20]) {
    const found = scan(`${' '.repeat(at)}${secret} `);
    expect(new Set(found.map(({ start, end, kind }) => `${start} ${end} ${kind}`))).toEqual(
      new Set([`${at} ${at + secret.length} github_token`]),
    );
  }
});

test('a rule that throws is told by its name, and without what it was given', () => {
  const scan = createScanner([
    {
      meta: { id: '@secretlint/secretlint-rule-odd' },
      create: () => ({
        file: ({ content }) => {
          throw new TypeError(content);
        },
      }),
    },
  ]);
  expect(() => scan('hunter2')).toThrow('the rule @secretlint/secretlint-rule-odd of secretlint failed (TypeError)');
});
