import { execFileSync, spawnSync } from 'node:child_process';
import { statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { secretLines } from './sessions.mjs';
import { compare, compiled, folder, median, program } from './tools.mjs';

/** A burst of 64 MB in lines of 4 KB, as its reader sees it. */
export async function burst() {
  const gen = `${compiled.lines} write 4096 67108864`;
  const out = join(folder, 'burst.jsonl');
  const rate = (command) =>
    Number(
      spawnSync('sh', ['-c', `${command} | ${compiled.lines} read`])
        .stderr.toString()
        .trim()
        .split('\n')
        .at(-1),
    );
  await compare('burst of 64 MB, 4 KB lines, MB/s', 'tee', {
    theirs: () => rate(`${gen} | tee ${out}`),
    ours: () => rate(`node ${program} record -q --force -o ${out} -- ${gen}`),
  });
}

/** What reaches the file, validated, in a session too long for a burst. */
export async function sustained() {
  const out = join(folder, 'sustained.jsonl');
  const rates = [];
  for (let run = 0; run < 3; run++) {
    const began = performance.now();
    execFileSync(
      'node',
      [program, 'record', '-q', '--force', '-o', out, '--', compiled.lines, 'write', '4096', String(512 << 20)],
      { stdio: ['ignore', 'ignore', 'inherit'] },
    );
    rates.push(statSync(out).size / 1e3 / (performance.now() - began));
  }
  console.log(`recording 512 MB, 4 KB lines, MB/s: ${median(rates).toFixed(0)}`);
}

/** What redaction costs, with a secret in each line of 4 KB: of a burst as its reader sees it, and in what reaches the file. */
export async function redaction() {
  const [input, out] = [join(folder, 'secrets.jsonl'), join(folder, 'redacted.jsonl')];
  writeFileSync(input, secretLines(64 << 20));
  const record = (more, files) => `node ${program} record -q --force -o ${out} ${more} -- cat ${files}`;
  const rate = (more) =>
    Number(
      spawnSync('sh', ['-c', `${record(more, input)} 2>/dev/null | ${compiled.lines} read 2>&1`])
        .stdout.toString()
        .trim()
        .split('\n')
        .at(-1),
    );
  await compare('burst of 64 MB with secrets, 4 KB lines, MB/s', 'without redaction', {
    theirs: () => rate('--no-redact'),
    ours: () => rate(''),
  });
  const size = 8 * (64 << 20);
  const sustainedRate = (more) => {
    const began = performance.now();
    execFileSync('sh', ['-c', record(more, `${input} `.repeat(8))], { stdio: ['ignore', 'ignore', 'ignore'] });
    return size / 1e3 / (performance.now() - began);
  };
  await compare('recording 512 MB with secrets, 4 KB lines, MB/s', 'without redaction', {
    theirs: () => sustainedRate('--no-redact'),
    ours: () => sustainedRate(''),
  });
}
