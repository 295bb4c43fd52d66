import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { replay } from 'reprise';
import type { ReplayOptions } from 'reprise';
import { expect, test } from 'vitest';
import { textOf } from '../support/error-text.ts';
import { makeFolder } from '../support/files.ts';
import { LineReader } from '../support/line-reader.ts';
import type { Said } from '../support/recordings.ts';
import { client, invocation, makeRecording, plugin, renderRecording, request, startUp } from '../support/recordings.ts';
import { dial } from '../support/dial.ts';

/** What is answered to each of these requests, given as the letter of its `n`. */
async function ask(said: readonly Said[], letters: string, options: ReplayOptions = {}): Promise<string[]> {
  await using replayed = await replay(makeRecording([...startUp(), ...said]), {
    pace: 'instant',
    journal: join(makeFolder(), 'journal.jsonl'),
    ...options,
  });
  const heard = new LineReader(replayed.stdout);
  const answers: string[] = [];
  for (const [index, letter] of letters.split('').entries()) {
    const before = heard.lines.length;
    replayed.stdin.write(`${request(`r${index}`, { n: letter })}\n`);
    await heard.text('plugin_invoke_end', index + 1);
    answers.push(answerIn(heard.lines.slice(before)));
  }
  return answers;
}

function answerIn(lines: readonly string[]): string {
  const error = lines.find((line) => line.includes('"error"'));
  if (error !== undefined) return textOf(error).message.replace(/; (?:to |journal ).*$/, '');
  return lines.map((line) => /"text":"([^"]*)"/.exec(line)?.[1] ?? '').join('');
}

/** Invocations with these `n`, answered by their letter and how often it has come. */
function recorded(letters: string, connection = 0, from = 100): Said[] {
  return letters
    .split('')
    .flatMap((letter, index) =>
      invocation(
        from + 10 * index,
        `${letter}${index}`,
        { n: letter },
        [`${letter}${letters.slice(0, index + 1).split(letter).length - 1}`],
        { connection },
      ),
    );
}

const noMatch = 'reprise: no match for invoke_tool; ';

test.each([
  ['repeats the last by default', {}, 'aaaa', ['a1', 'a2', 'a2', 'a2']],
  ['starts over', { onExhausted: 'cycle' }, 'aaaab', ['a1', 'a2', 'a1', 'a2', 'b1']],
  [
    'says that none is left',
    { onExhausted: 'error' },
    'aaab',
    ['a1', 'a2', `${noMatch}recording.jsonl#3 is equal, and has been given 2 times, as often as recorded`, 'b1'],
  ],
] as const)('%s when equal requests run out', async (_, options, asked, answers) => {
  expect(await ask(recorded('aba'), asked, options)).toEqual(answers);
});

const notYet = (number: number, letter: number, what = ' (invoke_tool)'): string =>
  `${noMatch}recording.jsonl#${number} is equal, but next in the recorded order is ${letter > 0 ? `recording.jsonl#${letter}${what}` : 'nothing more'}`;

test.each([
  ['takes what comes in order', {}, 'abac', ['a1', 'b1', 'a2', 'c1']],
  ['refuses what comes too early, and goes on', {}, 'acbac', ['a1', notYet(4, 2), 'b1', 'a2', 'c1']],
  ['gives again what was given last', {}, 'abacc', ['a1', 'b1', 'a2', 'c1', 'c1']],
  ['refuses what was given before', {}, 'abab', ['a1', 'b1', 'a2', notYet(2, 4)]],
  ['says that nothing is left', {}, 'abaca', ['a1', 'b1', 'a2', 'c1', notYet(3, 0)]],
  [
    'starts over from the first',
    { onExhausted: 'cycle' },
    'abacabc',
    ['a1', 'b1', 'a2', 'c1', 'a1', 'b1', notYet(4, 3)],
  ],
] as const)('in the recorded order it %s', async (_, options, asked, answers) => {
  expect(await ask(recorded('abac'), asked, { order: 'recorded', ...options })).toEqual(answers);
});

test('keeps the order of each recorded connection for itself', async () => {
  const said = [...recorded('ab', 1), ...recorded('cd', 2, 200)];
  const answers = await ask(said, 'cadb', { order: 'recorded' });
  expect(answers).toEqual(['c1', 'a1', 'd1', 'b1']);
});

test('answers a thousand equal requests at once with each recorded answer exactly once, in order', async () => {
  const texts = Array.from({ length: 1000 }, (_, index) => `answer ${index}`);
  const said = texts.flatMap((text, index) => invocation(100 + index * 10, `r${index}`, { n: 1 }, [text]));
  await using replayed = await replay(makeRecording([...startUp(), ...said]), { pace: 'instant' });
  const heard = new LineReader(replayed.stdout);
  replayed.stdin.write(texts.map((_, index) => `${request(`q${index}`, { n: 1 })}\n`).join(''));
  await heard.text('plugin_invoke_end', 1000);
  const answers = heard.lines.flatMap(
    (line) => /"invoke_id":"(q\d+)".*"text":"([^"]*)"/.exec(line)?.slice(1, 3).join() ?? [],
  );
  expect(answers).toEqual(texts.map((text, index) => `q${index},${text}`));
});

test('looks for a request in all recordings, and the journal tells which one answered', async () => {
  const files = [makeRecording([...startUp(), ...recorded('a')]), makeRecording([...startUp(), ...recorded('b')])];
  const matched: (string | undefined)[] = [];
  await using replayed = await replay(files, {
    pace: 'instant',
    onJournal: (entry) => 'matched' in entry && matched.push(entry.matched?.recording),
  });
  const heard = new LineReader(replayed.stdout);
  for (const letter of ['b', 'a']) replayed.stdin.write(`${request(letter, { n: letter })}\n`);
  await heard.text('plugin_invoke_end', 2);
  expect(matched).toEqual(files.toReversed());
});

test('answers nothing to a miss where it is asked to hang', async () => {
  await using replayed = await replay(makeRecording([...startUp(), ...recorded('a')]), {
    pace: 'instant',
    onMiss: 'hang',
  });
  const heard = new LineReader(replayed.stdout);
  replayed.stdin.write(`${request('x', { n: 'x' })}\n${request('y', { n: 'a' })}\n`);
  await heard.text('plugin_invoke_end');
  expect(heard.lines.filter((line) => line.includes('"x"'))).toEqual([]);
  expect(heard.lines.filter((line) => line.includes('received request'))).toHaveLength(2);
  expect(replayed.report().counts).toMatchObject({ used: 1, missed: 1 });
});

test('applies what is ignored and loosened over TCP, in both formats', async () => {
  const said = [...startUp(), ...invocation(100, 'a', { user: 'u1', id: 7 }, ['one'])];
  await using replayed = await replay(makeRecording(said), {
    pace: 'instant',
    mode: 'tcp',
    responseFormat: 'text',
    ignore: ['/request/user'],
    match: ['/request/id=number'],
  });
  const { socket, heard } = await dial(replayed.port);
  socket.write(`${request('x', { user: { other: true }, id: 8 })}\n`);
  await heard.text('plugin_invoke_end');
  expect(heard.lines.filter((line) => line.includes('message'))).toEqual([
    '[plugin_response] map[message:map[text:one] type:text]',
  ]);
});

test('reads what is kept with the recordings, from the folder above too, and adds to it', async () => {
  const folder = makeFolder();
  mkdirSync(join(folder, '.git'));
  mkdirSync(join(folder, 'recordings'));
  const file = join(folder, 'recordings', 'a.jsonl');
  writeFileSync(file, renderRecording([...startUp(), ...invocation(100, 'a', { user: 'u1', id: 7 }, ['one'])]));
  const config = { pace: 'instant', ignore: ['/request/user'], onMiss: 'hang', journalDir: 'journals' };
  writeFileSync(join(folder, 'reprise.config.json'), JSON.stringify(config));
  await using replayed = await replay(file, { ignore: ['/request/id'], onMiss: 'error' });
  const heard = new LineReader(replayed.stdout);
  replayed.stdin.write(`${request('x', { user: 'u2', id: 8 })}\n`);
  await heard.text('plugin_invoke_end');
  expect(replayed.report().counts.used).toBe(1);
  expect(replayed.options).toMatchObject({
    pace: 'instant',
    onMiss: 'error',
    ignore: ['/request/user', '/request/id'],
    journalDir: join(folder, 'journals'),
  });
});

test('does not take a later recorded request for an earlier one while it still reads', async () => {
  const many = Array.from({ length: 3000 }, (_, index) =>
    invocation(100 + index, `r${index}`, { n: 'x'.repeat(500) + index }, ['x']),
  );
  const said = [...many.flat(), client(9000, request('z', { n: 'z' })), plugin(9001, '{"invoke_id":"z","type":"x"}')];
  expect(await ask([...said, ...recorded('a', 0, 9100)], 'a', { order: 'recorded' })).toEqual([
    expect.stringMatching(/recording\.jsonl#3002 is equal, but next in the recorded order is recording\.jsonl#1 /),
  ]);
});
