import { chmodSync, closeSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { renderStub, stubMark } from './drop-in/render-stub.ts';
import type { StubProgram } from './drop-in/render-stub.ts';
import { readSettings } from './drop-in/settings.ts';
import type { Shelved } from './drop-in/shelved.ts';
import { readShelf, wordsOf } from './drop-in/shelf.ts';
import type { EmbeddedRecording, Stub } from './drop-in/stub.ts';
import { hasMark, mapPaths } from './drop-in/stub.ts';
import { dropInOptions } from '../foundation/drop-in-option-table.ts';
import { environmentName } from '../foundation/option-spec.ts';
import { packageVersion } from '../foundation/package-version.ts';
import type { ReadOptions } from '../foundation/read-options.ts';
import { replayOptions } from '../foundation/replay-option-table.ts';
import { RepriseError, reasonOf } from '../foundation/reprise-error.ts';
import { openPlain } from '../recording/recording-reader.ts';
import { recordingWords } from '../recording/recording-words.ts';
import { planFaults } from '../replayer/faults/plan-faults.ts';
import { readRules } from '../replayer/read-rules.ts';
import { settle } from '../replayer/settings.ts';
import { refuseSame } from '../replayer/write-report.ts';
import { findFile } from '../transport/find-file.ts';
import { makeFolder } from '../foundation/make-folder.ts';
import { escapeText } from './escape-text.ts';
import { requireFit } from './judge-recording.ts';
import { valuesOf } from './library-options.ts';
import { renderCount } from './render-count.ts';

type Variables = Record<string, string>;

const recordings = 'REPRISE_RECORDINGS';
const baked = [...replayOptions, ...dropInOptions];
const paths = [recordings, ...baked.filter(({ kind }) => kind === 'path').map(environmentName)];

/** Writes a file that is a drop-in, with recordings and options of its own. */
export async function runStub({ values, words }: ReadOptions): Promise<number> {
  const file = outputOf(values);
  const given = variablesOf(values);
  const settings = await readSettings({ ...given, ...named(words, given) });
  const shelf = await readShelf(settings);
  const files = shelf.map((one) => one.file);
  const settled = files.length === 0 ? settings : await settle(files, settings.options); // all is still to be recorded
  const { ignore = [], match = [] } = settled.options;
  await readRules({ ignore, match });
  const planned = await planFaults(settled.options);
  refuseSame('--output', file, files);
  for (const recording of files) await judge(recording);
  const isEmbedded = values['embed'] === true;
  // What the configuration says is read where the recordings are; packed recordings have left it, and the fault plan.
  const { config: _config, faultPlan: _plan, ...left } = settled.options;
  const { seed } = planned;
  const embedded = { ...left, faults: planned.faults.map(({ text }) => text), ...(seed === undefined ? {} : { seed }) };
  const variables: Variables = isEmbedded
    ? { ...withoutPlan(given), ...variablesOf(valuesOf(embedded)) }
    : { ...given, [recordings]: (await pinAll(wordsOf(settings))).join('\n') };
  const stub: Omit<Stub, 'file'> = {
    version: packageVersion,
    // Paths count from the stub, so that both can be moved.
    variables: mapPaths(variables, paths, (path) => relative(dirname(file), resolve(path))),
    paths: paths.filter((name) => variables[name] !== undefined),
    ...(isEmbedded ? { embedded: await Promise.all(shelf.map(embed)) } : {}),
  };
  write(file, renderStub(stub, programOf(file, isEmbedded)));
  process.stderr.write(
    `reprise: ${relative('', file)} plays ${renderCount(shelf.length, 'recording')}; start it as \`dify\`\n`,
  );
  return 0;
}

/** A stub is given to others. @throws RepriseError where it would play what no one should */
async function judge(recording: string): Promise<void> {
  const doubt = await requireFit(recording, 'make a stub');
  if (doubt === undefined) return;
  process.stderr.write(`reprise: ${escapeText(recording)}: ${escapeText(doubt)}; the stub plays what is there\n`);
}

/** The file to write. @throws RepriseError where none was named, or one is there that is no stub */
function outputOf(values: ReadOptions['values']): string {
  const output = values['output'];
  if (typeof output !== 'string')
    throw new RepriseError('usage', 'Failed to write a stub: no file was named. Give `--output`, as in `-o bin/dify`.');
  const file = resolve(output);
  const found = findFile(file);
  if (found?.isDirectory() === true)
    throw new RepriseError('exists', `Failed to write ${output}: it is a folder. Give \`--output\` a file.`, { file });
  if (found?.isFile() === false)
    throw new RepriseError('exists', `Failed to write ${output}: it is no regular file. Give \`--output\` another.`, {
      file,
    });
  if (found !== undefined && values['force'] !== true && !hasMark(file, stubMark))
    throw new RepriseError(
      'exists',
      `Failed to write ${output}: it exists already, and is no stub. Choose another name with \`--output\`, or overwrite it with \`--force\`.`,
      { file },
    );
  return file;
}

/** What is to be played, where it need not be recorded first. */
function named(
  words: readonly string[],
  { REPRISE_RECORD_MODE: mode = 'none', REPRISE_CONFIG: config }: Variables,
): Variables {
  if (words.length === 0 && mode !== 'none') return {};
  return { [recordings]: recordingWords(words, config).join('\n') };
}

/** Options by their environment variables, a list one a line. */
function variablesOf(values: ReadOptions['values']): Variables {
  const variables: Variables = {};
  for (const spec of baked) {
    const value = values[spec.flag];
    if (value === undefined || (Array.isArray(value) && value.length === 0)) continue;
    variables[environmentName(spec)] = Array.isArray(value) ? value.join('\n') : value === true ? '1' : String(value);
  }
  return variables;
}

/** A stub is started anywhere: it has no lock beside it. */
async function pinAll(words: readonly string[]): Promise<readonly string[]> {
  const { pinWord } = await import('../recording/bundle/find-bundled.ts');
  return words.map((word) => pinWord(word));
}

function withoutPlan({ REPRISE_FAULT_PLAN: _plan, ...variables }: Variables): Variables {
  return variables;
}

async function embed({ file, about, isNamed }: Shelved): Promise<EmbeddedRecording> {
  const fd = await openPlain(file);
  try {
    return { name: basename(file), about, isNamed, packed: gzipSync(readFileSync(fd)).toString('base64') };
  } finally {
    closeSync(fd);
  }
}

function programOf(file: string, isEmbedded: boolean): StubProgram {
  const built = fileURLToPath(new URL('./dify.cjs', import.meta.url));
  if (!isEmbedded) return { kind: 'file', path: relative(dirname(file), built) };
  const folder = dirname(built);
  const first = filesFrom(basename(built), folder, false);
  const later = filesFrom(basename(built), folder, true).filter((name) => !first.includes(name));
  const sources = Object.fromEntries(first.map((name) => [name, readFileSync(join(folder, name), 'utf8')]));
  const packed = Object.fromEntries(
    later.map((name) => [name, gzipSync(readFileSync(join(folder, name))).toString('base64')]),
  );
  return { kind: 'embedded', modules: { sources, packed } };
}

/** A built file, and those that it loads: at once, or whenever it may want them, which stands behind an arrow. */
function filesFrom(name: string, folder: string, isEver: boolean): string[] {
  const files = new Set([name]);
  // A set that grows while it is gone through is gone through to its new end.
  for (const file of files) {
    const source = readFileSync(join(folder, file), 'utf8');
    for (const [, arrow, next = ''] of source.matchAll(/(=>)?require\(["'`]\.\/([^"'`]+\.cjs)["'`]\)/g))
      if (isEver || arrow === undefined) files.add(next);
  }
  return [...files];
}

/** Whoever starts it meanwhile starts the old one. */
function write(file: string, text: string): void {
  const made = `${file}.${process.pid}`;
  try {
    makeFolder(dirname(file));
    writeFileSync(made, text);
    chmodSync(made, 0o755);
    renameSync(made, file);
  } catch (error) {
    throw notWritable(file, error);
  }
}

function notWritable(file: string, cause: unknown): RepriseError {
  return new RepriseError(
    'not-writable',
    `Failed to write ${file}: ${reasonOf(cause)}. Give \`--output\` another file.`,
    {
      file,
      cause,
    },
  );
}
