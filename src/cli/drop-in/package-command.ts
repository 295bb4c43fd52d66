import { readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { basename, join, normalize } from 'node:path';
import { zipSync } from 'fflate/browser';
import createIgnore from 'ignore';
import { reasonOf } from '../../foundation/reprise-error.ts';
import { logTime } from '../../protocol/response-format.ts';
import { parseNames } from '../../recording/plugin-package.ts';
import { manifestName } from '../../recording/skim-package.ts';

const mebibyte = 1 << 20;
const usualSize = 50;
/** The same folder makes the same bytes. */
const noTime = new Date(1980, 0, 1);
const mostNamed = 5;

interface SourceFile {
  /** From the plugin's folder, with slashes. */
  path: string;
  bytes: Buffer;
}

/** `dify plugin package DIR`: makes a package of a plugin's folder; logs on stderr, and fails with status 1, as the program does. */
export function runPackage(folder: string, flags: ReadonlyMap<string, string>): number {
  const source = normalize(folder);
  const name = basename(source);
  const output = flags.get('output_path') ?? '';
  if (output === '' && (name === '.' || name === '')) {
    process.stdout.write('Error: invalid input path, you should specify the path outside of plugin directory\n');
    return 0;
  }
  const file = output === '' ? `${name}.difypkg` : output;
  try {
    writeFileSync(file, packFolder(source, limitOf(flags.get('max-size'))), { mode: 0o644 });
  } catch (error) {
    log('ERROR', `failed to package plugin error=${JSON.stringify(reasonOf(error))}`);
    return 1;
  }
  log('INFO', `plugin packaged successfully output_path=${file}`);
  return 0;
}

function limitOf(given = ''): number {
  const size = Number(given);
  return (size > 0 ? size : usualSize) * mebibyte;
}

function packFolder(folder: string, limit: number): Uint8Array {
  if (!statSync(folder).isDirectory()) throw new Error('not a directory');
  parseNames(readFileSync(join(folder, manifestName), 'utf8'));
  const files = listFiles(folder).toSorted((a, b) => (a.path < b.path ? -1 : 1));
  refuseTooLarge(files, limit);
  return zipSync(Object.fromEntries(files.map(({ path, bytes }) => [path, [bytes, { level: levelOf(path) }]])), {
    mtime: noTime,
  });
}

/** The manifest is read at each start: stored as it is, it needs no inflating. */
function levelOf(path: string): 0 | 6 {
  return path === manifestName ? 0 : 6;
}

/** All files but those that `.difyignore` names, or `.gitignore` where there is none. */
function listFiles(folder: string): SourceFile[] {
  const ignored = createIgnore().add(readIgnored(folder));
  const files: SourceFile[] = [];
  const walk = (below: string): void => {
    for (const entry of readdirSync(join(folder, below), { withFileTypes: true })) {
      const path = below === '' ? entry.name : `${below}/${entry.name}`;
      if (ignored.ignores(entry.isDirectory() ? `${path}/` : path)) continue;
      if (entry.isDirectory()) walk(path);
      else files.push({ path, bytes: readFileSync(join(folder, path)) });
    }
  };
  walk('');
  return files;
}

/** The program looks at each line by itself: `!` takes nothing back. */
function readIgnored(folder: string): string[] {
  const file = ['.difyignore', '.gitignore'].map((name) => join(folder, name)).find(isFile);
  if (file === undefined) return [];
  const lines = readFileSync(file, 'utf8').split('\n');
  return lines.map((line) => line.trim()).filter((line) => line !== '' && !/^[#!]/.test(line));
}

function isFile(file: string): boolean {
  return statSync(file, { throwIfNoEntry: false })?.isFile() === true;
}

function refuseTooLarge(files: readonly SourceFile[], limit: number): void {
  const size = files.reduce((sum, { bytes }) => sum + bytes.length, 0);
  if (size <= limit) return;
  const largest = files
    .toSorted((a, b) => b.bytes.length - a.bytes.length)
    .slice(0, mostNamed)
    .map(({ path, bytes }, index) => `${index + 1}. name: ${path}, size: ${bytes.length} bytes\n`);
  throw new Error(
    `Plugin package size is too large. Please ensure the uncompressed size is less than ${limit} bytes.\nPackaged file info:\n${largest.join('')}`,
  );
}

function log(level: 'INFO' | 'ERROR', text: string): void {
  process.stderr.write(`${logTime(new Date())} ${level} ${text}\n`);
}
