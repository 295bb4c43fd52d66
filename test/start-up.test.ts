import { once } from 'node:events';
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect, test } from 'vitest';
import { dify, makePackage } from './support/drop-in.ts';
import { program, root } from './support/run.ts';

const watcher = `
const Module = require('node:module');
const { writeFileSync } = require('node:fs');
const load = Module._load;
const loaded = new Set();
Module._load = function (request, ...rest) { loaded.add(request); return load.call(this, request, ...rest); };
process.on('exit', () => writeFileSync(process.env.LOADED, JSON.stringify([...loaded, ...Object.keys(require.cache)])));
`;

const packed = await makePackage('regex', { author: 'langgenius', version: '0.0.8' });

test.each([
  ['a replay', [program, 'replay', 'recordings/regex.jsonl', '--pace', 'instant']],
  ['a drop-in', [dify, 'plugin', 'run', packed, '-r', 'json']],
])(
  '%s is ready, and answers, without loading commander, zod, execa, or anything but itself and core modules',
  async (_what, args) => {
    const folder = mkdtempSync(join(tmpdir(), 'reprise-test-'));
    const [hook, list] = [join(folder, 'watch.cjs'), join(folder, 'loaded.json')];
    writeFileSync(hook, watcher);
    const child = spawn(process.execPath, ['-r', hook, ...args], {
      cwd: root,
      env: { ...process.env, LOADED: list, REPRISE_RECORDINGS: 'recordings' },
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    for await (const line of createInterface({ input: child.stdout })) {
      if (line.includes('plugin_ready')) child.stdin.write('{"type":"tool","action":"x"}\n');
      if (line.includes('plugin_invoke_end')) child.kill('SIGTERM');
    }
    if (child.exitCode === null) await once(child, 'exit');
    const loaded = parseNames(readFileSync(list, 'utf8'));
    rmSync(folder, { recursive: true });
    const files = loaded.filter((name) => name.endsWith('.cjs') && !name.includes('watch'));
    const source = files
      .filter((name) => name.startsWith('/'))
      .map((name) => readFileSync(name, 'utf8'))
      .join('\n');
    expect(files.length).toBeGreaterThan(0);
    for (const reserved of ['commander', 'zod', 'execa', 'msw', 'cli-table3', 'yaml', 'fflate']) {
      expect(loaded.filter((name) => name.includes(reserved))).toEqual([]);
    }
    // What is bundled leaves its marks: the loaded chunks hold none of these packages.
    for (const mark of ['CommanderError', 'ZodType', 'ExecaError', 'inflateSync', 'YAMLParseError'])
      expect(source).not.toContain(mark);
    expect(loaded).not.toContain('node:child_process');
    expect(loaded).not.toContain('node:crypto');
  },
);

function parseNames(text: string): string[] {
  const value: unknown = JSON.parse(text);
  return Array.isArray(value) ? value.map(String) : [];
}
