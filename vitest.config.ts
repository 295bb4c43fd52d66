import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['test/fixtures/**', 'node_modules/**'],
    environment: 'node',
    globalSetup: 'test/setup/build.ts',
    setupFiles: 'test/setup/fail-on-warning.ts',
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 30_000,
    hookTimeout: 30_000,
    // Types are checked by `tsc`, `*.test-d.ts` too.
    typecheck: { enabled: false },
    restoreMocks: true,
    unstubEnvs: true,
  },
});
