import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { replay } from 'reprise';
import type { JournalEntry } from 'reprise';
import { expect, test } from 'vitest';
import { makeFile, makeFolder } from '../support/files.ts';
import { LineReader } from '../support/line-reader.ts';
import { recordingOf, time, tool } from '../support/near-misses.ts';
import { end, invocation, makeRecording, request, startUp } from '../support/recordings.ts';
import { reprise } from '../support/run.ts';

const plain = recordingOf([tool(time)], 'time.jsonl');

/** Asks a replay one line, and then one that it knows. @returns its journal */
async function survive(recording: string, line: string): Promise<JournalEntry[]> {
  const journal = join(makeFolder(), 'journal.jsonl');
  await using plugin = await replay(recording, { pace: 'instant', journal });
  const heard = new LineReader(plugin.stdout);
  plugin.stdin.write(`${line}\n`);
  await heard.text('plugin_invoke_end');
  plugin.stdin.write(`${tool(time)}\n`);
  await heard.text(end('r'));
  for (const one of heard.lines) expect(Buffer.byteLength(one, 'latin1')).toBeLessThan(20_000);
  return readFileSync(journal, 'utf8')
    .trimEnd()
    .split('\n')
    .slice(1)
    .map((one) => JSON.parse(one) as JournalEntry);
}

const message = (value: string, id = 'x'): string =>
  `{"invoke_id":"${id}","type":"tool","action":"invoke_tool","request":${value}}`;
const key = 'k'.repeat(1 << 20);
const fields = (value: number): string =>
  `{${Array.from({ length: 100 }, (_, index) => `"f${index}":${value}`).join()}}`;

test.each([
  ['9,000 lists in each other', message(`{"a":${'['.repeat(9000)}${']'.repeat(9000)}}`)],
  ['9,000 objects in each other', message(`${'{"a":'.repeat(9000)}1${'}'.repeat(9000)}`)],
  ['a text of 10 MB', message(`{"a":"${'x'.repeat(10 << 20)}"}`)],
  ['a key of 1 MB', message(`{"${key}":1}`)],
  ['100,000 keys', message(`{${Array.from({ length: 100_000 }, (_, index) => `"k${index}":1`).join()}}`)],
  [
    '__proto__, constructor and an empty key',
    message('{"__proto__":{"a":1},"constructor":2,"":3,"a":{"__proto__":1}}'),
  ],
  ['the same key again and again', message(`{${'"a":1,'.repeat(10_000)}"a":2}`)],
])('lives on after a miss with %s', async (_, line) => {
  const entries = await survive(plain, line);
  expect(JSON.stringify(entries).length).toBeLessThan(1 << 20);
});

test('lives on after a miss that differs from the nearest in a hundred fields under a key of 1 MB', async () => {
  const recording = recordingOf([message(`{"${key}":${fields(1)}}`, 'r'), tool(time)], 'time.jsonl');
  const entries = await survive(recording, message(`{"${key}":${fields(2)}}`));
  expect(JSON.stringify(entries).length).toBeLessThan(1 << 20);
});

test('does not hold on to what was missed', async () => {
  const script = `
    import { replay } from 'reprise';
    const plugin = await replay(process.argv[1], { pace: 'instant' });
    let ends = 0;
    plugin.stdout.on('data', (chunk) => (ends += String(chunk).split('plugin_invoke_end').length - 1));
    for (let sent = 0; sent < 100; sent++) {
      plugin.stdin.write(JSON.stringify({ invoke_id: 'x', type: 'tool', action: 'invoke_tool', request: { a: sent + 'x'.repeat(1 << 20) } }) + '\\n');
      while (ends <= sent) await new Promise((resolve) => setImmediate(resolve));
    }
    gc();
    console.log(process.memoryUsage().heapUsed >> 20);
    await plugin.close();
  `;
  const args = ['--expose-gc', '--input-type=module', '-e', script, plain];
  expect(Number(execFileSync(process.execPath, args, { encoding: 'utf8' }))).toBeLessThan(60);
}, 60_000);

test('no name of a file, and no recorded action, gets double quotes or lines into an answer', async () => {
  const strange = '{"invoke_id":"r","type":"tool","action":"say \\"hi\\"\\n","request":{}}';
  const file = recordingOf([strange, tool(time)], 'q"uo\nte\u001b[31m.jsonl');
  await using plugin = await replay(file, { pace: 'instant', order: 'recorded' });
  const heard = new LineReader(plugin.stdout);
  plugin.stdin.write(`${tool(time)}\n`);
  await heard.text('plugin_invoke_end');
  const { response } = JSON.parse(heard.lines.find((line) => line.includes('"error"')) ?? '') as {
    response: { error: string };
  };
  const { message: text } = JSON.parse(response.error) as { message: string };
  expect(text).toMatch(
    /^reprise: no match for invoke_tool; .*#2 is equal, but next in the recorded order is .*#1 \(say `hi`\\n\)/,
  );
  expect(text).not.toMatch(/["\p{Cc}]/u);
});

test('a journal that nobody asked for ends after 16 MiB, and the replay goes on', async () => {
  const warnings: string[] = [];
  await using plugin = await replay(plain, { pace: 'instant', onWarning: (text) => warnings.push(text) });
  const heard = new LineReader(plugin.stdout);
  const line = `${message(`{"a":"${'x'.repeat(50_000)}"}`)}\n`;
  plugin.stdin.write(line.repeat(500));
  await heard.text('plugin_invoke_end', 500);
  expect(warnings).toEqual([
    expect.stringMatching(
      /^the journal .* ends here, the replay goes on: it has 16 MiB; name one with `--journal` for more$/,
    ),
  ]);
});

test('refuses to write a journal or a report over what it reads or writes', async () => {
  const file = recordingOf([tool(time)], 'time.jsonl');
  const before = readFileSync(file);
  for (const args of [
    ['--journal', file],
    ['--report', file],
    ['--journal', `${file}.j`, '--report', `${file}.j`],
  ]) {
    const { exitCode, stderr } = await reprise(['replay', file, ...args]);
    expect([exitCode, stderr]).toEqual([2, expect.stringContaining('which would be lost. Give another file.')]);
  }
  expect(readFileSync(file)).toEqual(before);
});

test('refuses to write a journal or a report over what somebody else has written, and not over its own', async () => {
  const file = recordingOf([tool(time)], 'time.jsonl');
  const config = makeFile('{"pace":"instant"}', 'reprise.config.json');
  for (const flag of ['--journal', '--report']) {
    const { exitCode, stderr } = await reprise(['replay', file, flag, config]);
    expect([exitCode, stderr]).toEqual([2, expect.stringContaining('there is something else in it')]);
  }
  expect(readFileSync(config, 'utf8')).toBe('{"pace":"instant"}');
  const own = ['--journal', `${file}.journal`, '--report', `${file}.json`];
  for (const run of [1, 2])
    expect([run, (await reprise(['replay', file, '--exit-on-eof', '--pace', 'instant', ...own])).exitCode]).toEqual([
      run,
      0,
    ]);
});

test.each([
  ['"type":5', '"refused":"x"'],
  ['"type":"x"', '"refused":null'],
  [
    '"type":"x"',
    '"missed":{"text":"x","near":[{"recording":"x","invocation":1,"difference_count":1,"differences":[],"remedy":5}]}',
  ],
  ['"connection":"x"', '"refused":"x"'],
])('says that a journal is broken by %s and %s', async (first, second) => {
  const header = '{"format":"reprise-journal","version":1,"recordings":[]}';
  const journal = makeFile(`${header}\n{"at":1,"asked":1,"id":"x",${first},${second}}\n`);
  for (const command of ['explain', 'report'])
    expect((await reprise([command, journal])).stderr).toBe(
      `reprise: Failed to read ${journal}:2: it is no entry of a journal. Remove that line.`,
    );
});

test('says that a journal is broken by a line that is too long, and takes a last one without its newline', async () => {
  const journal = join(makeFolder(), 'journal.jsonl');
  const header = '{"format":"reprise-journal","version":1,"recordings":[]}';
  writeFileSync(journal, `${header}\n{"at":1,"asked":1,"id":"${'x'.repeat(17 << 20)}"}\n`);
  expect((await reprise(['explain', journal])).stderr).toContain('it is no entry of a journal');
  writeFileSync(journal, `${header}\n{"at":1,"asked":1,"id":"x","refused":"y"}`);
  expect((await reprise(['explain', journal])).stdout).toContain('refused: y');
});

test('in the recorded order, gives the one of several equal ones whose turn it is', async () => {
  const said = ['a', 'x', 'a'].flatMap((n, index) =>
    invocation(100 + index * 10, `r${index}`, { n }, [`${n}${index}`]),
  );
  await using plugin = await replay(makeRecording([...startUp(), ...said]), { pace: 'instant', order: 'recorded' });
  const heard = new LineReader(plugin.stdout);
  for (const n of ['a', 'a', 'x', 'a']) plugin.stdin.write(`${request('q', { n })}\n`);
  await heard.text('plugin_invoke_end', 4);
  expect(heard.lines.flatMap((line) => /"text":"(\w+)"/.exec(line)?.[1] ?? [])).toEqual(['a0', 'a0', 'x1', 'a2']);
});
