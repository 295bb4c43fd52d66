import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
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
  checks: { pluginTimings: false }, // which depends on the machine, and is nothing to mend
  // What is used of the dependencies goes in: nothing is installed with the package, and there is nothing to resolve at a start.
  deps: { alwaysBundle: [/.*/] },
} satisfies UserConfig;

/** What is loaded before a replay is ready: these, and what they import. */
const playing = importsOf('cli/play.ts', 'replayer/settings.ts');
const droppedIn = importsOf('cli/drop-in/run-dify.ts');

function importsOf(...names: readonly string[]): ReadonlySet<string> {
  const files = new Set(names.map((name) => join(import.meta.dirname, 'src', name)));
  // A set that grows while it is gone through is gone through to its new end.
  for (const file of files)
    for (const [, path = ''] of readFileSync(file, 'utf8').matchAll(/^import (?!type )[^;]*? from '(\.[^']+\.ts)';/gm))
      files.add(join(dirname(file), path));
  return files;
}

export default defineConfig([
  {
    // CommonJS starts faster than ESM on Node 20: 1.07 against 1.3 × `node -e 0`.
    ...common,
    name: 'program',
    entry: { cli: 'src/cli.ts', dify: 'src/dify.ts', 'about-worker': 'src/recorder/about-worker.ts' },
    format: 'cjs',
    dts: false,
    shims: true,
    minify: { compress: false, mangle: false, codegen: { removeWhitespace: true } }, // less to read at each start; names stay, for stack traces
    checks: { ...common.checks, legacyCjs: false },
    outExtensions: () => ({ js: '.cjs' }),
    outputOptions: {
      strict: true, // the sources are modules, and those are strict
      // What every command needs is one file, and what a replay needs beside it is one: each costs a start 0.3 ms.
      codeSplitting: {
        groups: [
          {
            name: 'foundation',
            test: (id) => /src\/foundation\/(?!suggest|token-shapes|find-shapes)/.test(id),
            priority: 3,
          },
          { name: 'play', test: (id) => playing.has(id), priority: 2 },
          { name: 'drop-in', test: (id) => droppedIn.has(id), priority: 1 },
        ],
      },
    },
    plugins: [leaveOutForge(), collectLicences()],
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

/** A rule of secretlint that is not used would bring node-forge with it. */
function leaveOutForge(): NonNullable<UserConfig['plugins']> {
  const nothing = '\0nothing';
  return {
    name: 'leave-out-forge',
    resolveId: (id, importer) =>
      importer?.includes('secretlint-rule-preset') === true && !id.startsWith('node:') && importer.includes('/index-')
        ? nothing
        : undefined,
    load: (id) => (id === nothing ? 'export const i = undefined;' : undefined),
  };
}

/** Puts the licences of the packages that went into the bundle beside it, as they demand. */
function collectLicences(): NonNullable<UserConfig['plugins']> {
  return {
    name: 'collect-licences',
    generateBundle(_options, bundle) {
      const modules = Object.values(bundle).flatMap((chunk) => (chunk.type === 'chunk' ? chunk.moduleIds : []));
      const folders = new Set(modules.flatMap((id) => /^.*\/node_modules\/(?:@[^/]+\/)?[^/]+/.exec(id)?.[0] ?? []));
      this.emitFile({
        type: 'asset',
        fileName: 'THIRD-PARTY-LICENSES.txt',
        source: [...folders].toSorted().map(readLicence).join('\n'),
      });
    },
  };
}

function readLicence(folder: string): string {
  const file = existsSync(folder) ? readdirSync(folder).find((name) => /^licen[cs]e/i.test(name)) : undefined;
  if (file === undefined) throw new Error(`${folder} has no licence to pass on`);
  return `${folder.slice(folder.lastIndexOf('node_modules/') + 'node_modules/'.length)}\n\n${readFileSync(join(folder, file), 'utf8')}`;
}
