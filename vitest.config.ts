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
    // Long enough for a machine that is busy: what waits, waits on events.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    expect: { poll: { timeout: 60_000 } },
    // Types are checked by `tsc`, `*.test-d.ts` too.
    typecheck: { enabled: false },
    restoreMocks: true,
    unstubEnvs: true,
  },
});
