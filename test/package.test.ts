import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, expect, test } from 'vitest';
import { root } from './support/run.ts';

const folder = mkdtempSync(join(tmpdir(), 'reprise-test-'));
afterAll(() => rmSync(folder, { recursive: true }));

test(
  'the package installs into an empty folder, and its program and its library replay there',
  { timeout: 120_000 },
  async () => {
    await execa('npm', ['pack', '--ignore-scripts', '--pack-destination', folder], { cwd: root });
    const archive = readdirSync(folder).find((name) => name.endsWith('.tgz')) ?? '';
    await execa('npm', ['init', '--yes'], { cwd: folder });
    await execa('npm', ['install', '--offline', '--no-audit', '--no-fund', join(folder, archive)], { cwd: folder });

    const bin = join(folder, 'node_modules/.bin/reprise');
    const recording = join(folder, 'node_modules/reprise/recordings/regex.jsonl');
    const { stdout } = await execa(bin, ['replay', recording, '--pace', 'instant', '--exit-on-eof'], {
      input: '{"type":"tool","action":"x"}\n',
    });
    expect(stdout.split('\n')).toHaveLength(5);
    expect(stdout).toContain('NoRecordedInvocation');

    const code = `import { replay } from 'reprise'; const plugin = await replay(process.argv[1], { mode: 'tcp', pace: 'instant' }); console.log(plugin.port > 0); await plugin.close();`;
    const library = await execa(process.execPath, ['--input-type=module', '-e', code, recording], { cwd: folder });
    expect(library.stdout).toBe('true');
  },
);
