import { homedir } from 'node:os';
import { expect, test } from 'vitest';
import { findHome } from '../../src/foundation/find-home.ts';

const unknown = (): string => {
  throw new Error('uv_os_homedir returned ENOENT');
};

test("a home folder is the environment's", () => {
  expect(findHome([() => '/home/anna', () => '/root'])).toBe('/home/anna');
});

test.each(['', '.', 'home/anna'])('%o is none, which would be another in each working folder', (home) => {
  expect(findHome([() => home, () => '/home/anna'])).toBe('/home/anna');
  expect(findHome([() => home, unknown])).toBeUndefined();
});

test('a user whom the system does not know has none', () => {
  expect(findHome([unknown, unknown])).toBeUndefined();
});

test('with HOME empty it is what the system keeps', () => {
  const of = (home: string | undefined): string | undefined => {
    if (home === undefined) delete process.env['HOME'];
    else process.env['HOME'] = home;
    return findHome();
  };
  const before = process.env['HOME'];
  try {
    expect(of('/home/of/anna')).toBe(homedir());
    expect(of('')).toBe(of(undefined));
  } finally {
    of(before);
  }
});
