import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { makeFolder as makeAny } from '../../src/foundation/make-folder.ts';
import { makeFile, makeFolder } from '../support/files.ts';

test('a folder is made with those above it', () => {
  const folder = join(makeFolder(), 'a', 'b', 'c');
  makeAny(folder);
  expect(existsSync(folder)).toBe(true);
});

test('one that is there, since another process was quicker, is as good', () => {
  const folder = join(makeFolder(), 'a');
  makeAny(folder);
  expect(() => makeAny(folder)).not.toThrow();
});

test('a file of that name is an error', () => {
  expect(() => makeAny(makeFile(''))).toThrow('EEXIST');
});

test('a folder below a file is an error that says what is wrong', () => {
  for (const below of ['a', 'a/b'])
    expect(() => makeAny(join(makeFile(''), below))).toThrow('ENOTDIR: not a directory');
});

test.skipIf(process.platform !== 'linux')('where the system has no folders, none is made, however deep', () => {
  expect(() => makeAny('/proc/x/y/z')).toThrow('ENOENT');
});
