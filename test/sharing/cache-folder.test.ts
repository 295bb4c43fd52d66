import { expect, test } from 'vitest';
import { cacheFolder } from '../../src/recording/bundle/cache-folder.ts';

const nobody = (): undefined => undefined;
const anna = (): string => '/home/anna';

test.each([
  [{ REPRISE_CACHE_DIR: '/cache', XDG_CACHE_HOME: '/xdg' }, '/cache'],
  [{ REPRISE_CACHE_DIR: '', XDG_CACHE_HOME: '/xdg' }, '/xdg/reprise'],
  [{ XDG_CACHE_HOME: 'relative' }, '/home/anna/.cache/reprise'],
  [{}, '/home/anna/.cache/reprise'],
])('with %o the cache is %s', (env, folder) => {
  expect(cacheFolder(env, anna)).toBe(folder);
});

test('a user without a home folder is told what to do, and needs none who names a cache', () => {
  expect(() => cacheFolder({}, nobody)).toThrow(
    expect.objectContaining({
      code: 'not-found',
      message:
        'Failed to find a place for the cache: this user has no home folder. Name a cache by `REPRISE_CACHE_DIR`.',
    }),
  );
  expect(cacheFolder({ REPRISE_CACHE_DIR: '/cache' }, nobody)).toBe('/cache');
  expect(cacheFolder({ XDG_CACHE_HOME: '/xdg' }, nobody)).toBe('/xdg/reprise');
});
