import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { replay } from 'reprise';
import type { AskedEntry, JournalEntry, SentEntry } from 'reprise';
import { expect, test } from 'vitest';
import { journalEntrySchema, journalHeaderSchema } from '../../src/replayer/journal-schema.ts';
import { dial } from '../support/dial.ts';
import { makeFolder } from '../support/files.ts';
import { LineReader } from '../support/line-reader.ts';
import { reprise } from '../support/programs.ts';
import { end, invocation, makeRecording, request, response, startUp } from '../support/recordings.ts';
import { reprise as runReprise } from '../support/run.ts';
import { shippedSchema } from '../support/schemas.ts';

const recording = makeRecording([
  ...startUp(),
  ...invocation(100, 'a', { n: 1, api_key: 'sk-secret-1' }, ['one', 'two'], { gap: 30 }),
  ...invocation(300, 'b', { n: 2, api_key: 'sk-secret-1' }, ['three']),
]);
const isHeader = shippedSchema('journal', 'header');
const isEntry = shippedSchema('journal', 'entry');
const known = (id: string): string => request(id, { n: 1, api_key: 'sk-secret-1' });
const unknown = (id: string): string => request(id, { n: 3, api_key: 'sk-secret-1' });

function read(file: string): { header: unknown; entries: JournalEntry[] } {
  const [header, ...entries] = readFileSync(file, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as JournalEntry);
  return { header, entries };
}

const byLine = (entries: readonly AskedEntry[]): AskedEntry[] => entries.toSorted((a, b) => a.asked - b.asked);
const asked = (entries: readonly JournalEntry[]): AskedEntry[] =>
  entries.filter((entry): entry is AskedEntry => 'asked' in entry && !('sent' in entry));
const sent = (entries: readonly JournalEntry[]): SentEntry[] =>
  entries.filter((entry): entry is SentEntry => 'sent' in entry);

test('tells what was asked, what it matched, what was sent and how late, in its schema', async () => {
  const journal = join(makeFolder(), 'journal.jsonl');
  const told: JournalEntry[] = [];
  const plugin = await replay(recording, { journal, session: 'a test', onJournal: (entry) => told.push(entry) });
  const heard = new LineReader(plugin.stdout);
  plugin.stdin.write(`${known('x')}\n${unknown('y')}\nnothing\n`);
  await heard.text(end('x'));
  await plugin.close();

  const { header, entries } = read(journal);
  expect(entries).toEqual(told);
  expect(journalHeaderSchema.parse(header)).toMatchObject({ recordings: [recording], session: 'a test' });
  expect(isHeader(header)).toBe(true);
  for (const entry of entries) {
    expect(journalEntrySchema.safeParse(entry).error).toBeUndefined();
    expect(isEntry(entry)).toBe(true);
  }
  expect(
    byLine(asked(entries)).map(({ asked, id, matched, missed, refused }) => [
      asked,
      id,
      matched ?? missed?.reason ?? refused,
    ]),
  ).toEqual([
    [1, 'x', { recording, invocation: 1, use: 1 }],
    [2, 'y', 'unknown'],
    [3, '', "invalid character 'o' in literal null (expecting 'u')"],
  ]);
  const placesOf = (line?: number): string[] =>
    sent(entries).flatMap(({ sent: place, asked: of }) => (of === line ? [place] : []));
  expect([placesOf(), placesOf(1), placesOf(2), placesOf(3)]).toEqual([
    ['loading', 'ready'],
    ['acknowledgement', 'response', 'response', 'end'],
    ['acknowledgement', 'error', 'end'],
    ['acknowledgement', 'refusal'],
  ]);
  expect(sent(entries).at(-2)?.bytes).toBe(response('x', 'two').length + 1);
  expect(entries.at(-1)).toMatchObject({ event: 'end', code: 0 });
  const times = sent(entries).map(({ at }) => at);
  expect(times).toEqual(times.toSorted((a, b) => a - b));
});

test('masks what is secret in a request, and never writes it', async () => {
  const journal = join(makeFolder(), 'journal.jsonl');
  const plugin = await replay(recording, { pace: 'instant', journal });
  const heard = new LineReader(plugin.stdout);
  plugin.stdin.write(`${request('x', { n: 1, api_key: 'sk-another-2', deep: { token: 'tk-another-3' } })}\n`);
  await heard.text(end('x'));
  await plugin.close();
  expect(asked(read(journal).entries)[0]?.missed?.request).toEqual({
    n: 1,
    api_key: '[secret of 12 characters]',
    deep: { token: '[secret of 12 characters]' },
  });
  expect(`${readFileSync(journal, 'utf8')}${heard.lines.join('')}`).not.toMatch(/sk-|tk-/);
  expect(statSync(journal).mode & 0o777).toBe(0o600);
});

test('tells the connection of what was asked and sent over TCP', async () => {
  const entries: JournalEntry[] = [];
  const plugin = await replay(recording, { pace: 'instant', mode: 'tcp', onJournal: (entry) => entries.push(entry) });
  const first = await dial(plugin.port);
  await first.heard.count(1);
  const second = await dial(plugin.port);
  await second.heard.count(1);
  second.socket.write(`${known('x')}\n`);
  await second.heard.text(end('x'));
  await plugin.close();
  expect(asked(entries)).toMatchObject([{ asked: 1, connection: 2, id: 'x' }]);
  expect(sent(entries).map(({ connection }) => connection)).toEqual([undefined, undefined, 1, 2, 2, 2, 2, 2]);
});

test('begins at the first miss where none was wanted, with what had been asked before', async () => {
  const plugin = await replay(recording, { pace: 'instant' });
  const heard = new LineReader(plugin.stdout);
  for (const line of [known('x'), unknown('y'), known('z')]) plugin.stdin.write(`${line}\n`);
  await heard.text(end('z'));
  await plugin.close();
  const miss = heard.lines.find((line) => line.includes('NoRecorded')) ?? '';
  const file = /; journal ([^"\\]*)/.exec(Buffer.from(miss, 'latin1').toString())?.[1] ?? '';
  const { entries } = read(file);
  expect(asked(entries).map(({ id }) => id)).toEqual(['x', 'y', 'z']);
  expect(sent(entries).filter(({ asked: line }) => line === 3)).toHaveLength(4);
});

test('has every answer that its client got when the replay is killed', async () => {
  const journal = join(makeFolder(), 'journal.jsonl');
  const [node, ...args] = [...reprise, 'replay', recording, '--pace', 'instant', '--journal', journal];
  const child = spawn(node ?? '', args, { stdio: ['pipe', 'pipe', 'ignore'] });
  child.stdin.on('error', () => undefined);
  const heard = new LineReader(child.stdout);
  await heard.count(2);
  const lines = Array.from(
    { length: 5000 },
    (_, index) => `${index % 50 === 0 ? unknown(`q${index}`) : known(`q${index}`)}\n`,
  );
  child.stdin.write(lines.join(''));
  await heard.count(3000);
  child.kill('SIGKILL');
  await once(child, 'close');
  const text = readFileSync(journal, 'utf8');
  const whole = text.slice(0, text.lastIndexOf('\n')).split('\n').slice(1);
  const entries = whole.map((line) => JSON.parse(line) as JournalEntry);
  const ids = new Map(asked(entries).map(({ asked: line, id }) => [line, id]));
  const ended = new Set(
    sent(entries).flatMap(({ sent: place, asked: line }) => (place === 'end' ? ids.get(line ?? 0) : [])),
  );
  const got = heard.lines.flatMap((line) => /^\{"invoke_id":"(q\d+)","type":"plugin_invoke_end"/.exec(line)?.[1] ?? []);
  expect(got.length).toBeGreaterThan(100);
  expect(got.filter((id) => !ended.has(id))).toEqual([]);
  const { exitCode, stdout } = await runReprise(['explain', `${journal}:1`]);
  expect([exitCode, stdout.split('\n')[0]]).toEqual([
    1,
    expect.stringMatching(/^request 1 · tool invoke_tool · id q0 · at /),
  ]);
});

test.skipIf(process.platform === 'win32')('a stderr that nobody reads does not hold up a replay', async () => {
  const journal = join(makeFolder(), 'journal.jsonl');
  const [node, ...args] = [...reprise, 'replay', recording, '--pace', 'instant', '--journal', journal, '--strict'];
  const pipe = join(makeFolder(), 'pipe');
  execFileSync('mkfifo', [pipe]);
  const unread = openSync(pipe, 'r+');
  for (const stderr of ['pipe', unread] as const) {
    const child = spawn(node ?? '', args, { stdio: ['pipe', 'pipe', stderr] });
    if (child.stdout === null || child.stdin === null) throw new Error('It has no pipes.');
    const heard = new LineReader(child.stdout);
    await heard.count(2);
    child.stdin.write(
      Array.from({ length: 3000 }, (_, index) => `${request(`q${index}`, { n: 'x'.repeat(200) })}\n`).join(''),
    );
    await heard.text(end('q2999'));
    child.kill('SIGTERM');
    expect(await once(child, 'exit')).toEqual([1, null]);
  }
  closeSync(unread);
});

test('goes on where the journal can not be written any more, and says so', async () => {
  const warnings: string[] = [];
  await using plugin = await replay(recording, {
    pace: 'instant',
    journal: '/dev/full',
    onWarning: (text) => warnings.push(text),
  });
  const heard = new LineReader(plugin.stdout);
  plugin.stdin.write(`${known('x')}\n${unknown('y')}\n`);
  await heard.text(end('y'));
  expect(warnings).toEqual([
    'the journal /dev/full ends here, the replay goes on: ENOSPC: no space left on device, write',
  ]);
});

test('each replay keeps one of its own in a folder', async () => {
  const folder = join(makeFolder(), 'deep', 'journals');
  const plugins = await Promise.all(Array.from({ length: 5 }, () => replay(recording, { journalDir: folder })));
  await Promise.all(plugins.map((plugin) => plugin.close()));
  const names = readdirSync(folder);
  expect(names).toHaveLength(5);
  for (const name of names) expect(name).toMatch(/^journal-\d{8}T\d{6}-\d+-\w+\.jsonl$/);
});
