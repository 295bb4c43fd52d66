import { defineConfig, type UserConfig } from 'tsdown';

/** `clean` is off: both builds share one folder, which `scripts/build.mjs` makes afresh. */
const common = {
  outDir: 'dist',
  clean: false,
  platform: 'node',
  target: 'node20.19',
  sourcemap: false,
  report: false,
  logLevel: 'warn',
  failOnWarn: true,
  deps: { alwaysBundle: [/.*/] },
} satisfies UserConfig;

export default defineConfig([
  {
    // CommonJS starts faster than ESM on Node 20: 1.07 against 1.3 × `node -e 0`. Dynamic `import()` stays one, so that
    // packages which are ESM only can be loaded, and only when they are needed.
    ...common,
    name: 'program',
    entry: { cli: 'src/cli.ts', 'about-worker': 'src/recorder/about-worker.ts' },
    format: 'cjs',
    dts: false,
    shims: true,
    minify: { compress: false, mangle: false, codegen: { removeWhitespace: true } }, // less to read at each start; names stay, for stack traces
    checks: { legacyCjs: false },
    outExtensions: () => ({ js: '.cjs' }),
    outputOptions: { strict: true }, // the sources are modules, and those are strict
  },
  {
    ...common,
    name: 'library',
    entry: { index: 'src/index.ts' },
    format: 'esm',
    dts: true,
    outExtensions: () => ({ js: '.js', dts: '.d.ts' }),
  },
]);
