import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { JournalEntry, ReplayOptions } from 'reprise';
import { replay } from 'reprise';
import { expect, test } from 'vitest';
import { decodeRequestLine } from '../../src/protocol/request.ts';
import { Script } from '../../src/replayer/script.ts';
import { dial } from '../support/dial.ts';
import { textOf } from '../support/error-text.ts';
import { LineReader } from '../support/line-reader.ts';
import type { Recorded } from '../support/secrets.ts';
import { again, bad, good, hide, key, llm, makeProject, otherKey, rotated } from '../support/secrets.ts';

interface Asking {
  recorded: readonly Recorded[];
  own?: string | undefined;
  options?: ReplayOptions;
}

/** What is answered to each of these lines, and what the journal says of their secrets. */
async function ask({ recorded, own, options = {} }: Asking, lines: readonly string[]) {
  const { folder, file } = makeProject(recorded, own);
  const journal = join(folder, 'journal.jsonl');
  const entries: JournalEntry[] = [];
  const answers: string[] = [];
  const plugin = await replay(file, { pace: 'instant', journal, onJournal: (one) => entries.push(one), ...options });
  const heard = new LineReader(plugin.stdout);
  for (const [index, line] of lines.entries()) {
    const before = heard.lines.length;
    plugin.stdin.write(`${line}\n`);
    await heard.text('plugin_invoke_end', index + 1);
    const said = heard.lines.slice(before);
    const error = said.find((one) => one.includes('"error"'));
    answers.push(
      error === undefined
        ? said.map((one) => /"text":"([^"]*)"/.exec(one)?.[1] ?? '').join('')
        : textOf(error).message.replace(/^reprise: no match for \S+; |; journal .*$/g, ''),
    );
  }
  const report = JSON.stringify(plugin.report());
  await plugin.close();
  const fits = entries.flatMap((one) => ('matched' in one ? [Object.values(one.matched?.secrets ?? {}).join()] : []));
  const written = [readFileSync(journal, 'utf8'), ...heard.lines, report].join('\n');
  return { answers, fits, written };
}

const single: Recorded[] = [{ line: llm({ api_key: hide(good) }), answer: 'hello' }];
const two: Recorded[] = [...single, { line: llm({ api_key: hide(bad) }), answer: 'denied' }];
const refused = (what: string, remedy = '--secrets any'): string =>
  `nearest secrets.jsonl#1: /request/credentials/api_key recorded a secret (api_key), received ${what}; to accept it: ${remedy}`;

test.each([
  ['the same secret', key, good, 'same'],
  ['a rotated secret', key, rotated, 'any'],
  ["another project's key", otherKey, good, 'any'],
  ['no key', undefined, good, 'any'],
  ['no secret at all', undefined, '', 'any'],
  ['the placeholder itself', undefined, hide(good), 'same'],
] as const)('answers with %s, and says which it was', async (_, own, value, fit) => {
  const { answers, fits } = await ask({ recorded: single, own }, [llm({ api_key: value })]);
  expect([answers, fits]).toEqual([['hello'], [fit]]);
});

test.each([
  ['the same secret', key, good, 'hello'],
  ['the placeholder itself', undefined, hide(good), 'hello'],
  ['a rotated secret', key, rotated, refused('another one')],
  ['no key', undefined, good, refused('one that only the key of the recording could tell from others')],
  ["another project's key", otherKey, good, refused('one that only the key of the recording could tell from others')],
] as const)('where secrets have to be exact, it is asked with %s', async (_, own, value, answer) => {
  const asked = { recorded: single, own, options: { secrets: 'exact' } } as const;
  expect((await ask(asked, [llm({ api_key: value })])).answers).toEqual([answer]);
});

test('a placeholder stands for one value throughout', async () => {
  const lines = [rotated, again, rotated].map((value) => llm({ api_key: value }));
  expect((await ask({ recorded: single }, lines)).answers).toEqual([
    'hello',
    refused('another one than before', '--ignore /request/credentials/api_key'),
    'hello',
  ]);
});

test('placeholders that are equal stand for equal values in one request, and others may not', async () => {
  const recorded = [{ line: llm({ api_key: hide(good), again: hide(good, 'token') }), answer: 'hello' }];
  const { answers } = await ask({ recorded }, [
    llm({ api_key: rotated, again }),
    llm({ api_key: rotated, again: rotated }),
  ]);
  expect(answers[0]).toContain('received another one than before');
  expect(answers[1]).toBe('hello');
});

test.each([
  ['by the key, in whatever order', key, [bad, good, bad, good], ['denied', 'hello', 'denied', 'hello']],
  ['by their first use', undefined, [rotated, again, again, rotated], ['hello', 'denied', 'denied', 'hello']],
  ['by the key, then by what is left', key, [good, rotated, good, rotated], ['hello', 'denied', 'hello', 'denied']],
] as const)('two secrets at one place are told apart %s', async (_, own, values, answers) => {
  const lines = values.map((value) => llm({ api_key: value }));
  expect((await ask({ recorded: two, own }, lines)).answers).toEqual(answers);
});

const escaped = 'a "quoted" secret/with+signs';
const nested = (value: string): string => JSON.stringify({ auth: { key: value } });

test.each([
  ['behind a word', `Bearer ${hide(good)}`, `Bearer ${good}`],
  ['in a URL', `https://x.test/?k=${hide(escaped)}&q=1`, `https://x.test/?k=${encodeURIComponent(escaped)}&q=1`],
  ['in a JSON text', nested(hide(escaped)), nested(escaped)],
  ['in a JSON text within one', nested(nested(hide(escaped))), nested(nested(escaped))],
  ['twice', `${hide(good)}:${hide(good)}`, `${good}:${good}`],
  ['beside another', `u=${hide(bad)};p=${hide(good)};`, `u=${bad};p=${good};`],
] as const)('a secret %s is found by the key, and is the exact one', async (_, recordedText, text) => {
  const recorded = [{ line: llm({}, { header: recordedText }), answer: 'hello' }];
  const asked = { recorded, own: key, options: { secrets: 'exact' } } as const;
  const { answers, fits } = await ask(asked, [llm({}, { header: text })]);
  expect([answers, fits]).toEqual([['hello'], ['same']]);
});

test('a run of base64 in which a secret was is the exact one where the secret is known', async () => {
  const recorded = [{ line: llm({ key: hide(good) }, { header: `Basic ${hide(good)}` }), answer: 'hello' }];
  const header = `Basic ${Buffer.from(`user:${good}`).toString('base64')}`;
  const asked = { recorded, own: key, options: { secrets: 'exact' } } as const;
  expect((await ask(asked, [llm({ key: good }, { header })])).fits).toEqual(['same,same']);
});

test('the rest of a text with a secret in it has to be the same, and no value is told', async () => {
  const recorded = [{ line: llm({}, { header: `Bearer ${hide(good)}` }), answer: 'hello' }];
  const { answers, written } = await ask({ recorded }, [llm({}, { header: `Basic ${rotated}` })]);
  expect(answers).toEqual([
    'nearest secrets.jsonl#1: /request/header recorded a text with a secret (api_key), received another text; to accept it: --ignore /request/header',
  ]);
  expect(written).not.toContain(rotated);
});

test.each([
  ['is ignored', { ignore: ['/request/credentials'] }, [rotated, again]],
  ['may be any text', { match: ['/request/credentials/api_key=string'] }, [rotated, again]],
] as const)('a secret that %s is not compared', async (_, options, values) => {
  const lines = values.map((value) => llm({ api_key: value }));
  const asked = { recorded: single, options: { ...options, secrets: 'exact' } } as const;
  expect((await ask(asked, lines)).answers).toEqual(['hello', 'hello']);
});

test('equal requests with secrets are answered in recorded order, and run out as others do', async () => {
  const recorded = [...single, { line: llm({ api_key: hide(good, 'token') }), answer: 'hello again' }];
  const lines = Array.from({ length: 3 }, () => llm({ api_key: rotated }));
  expect((await ask({ recorded }, lines)).answers).toEqual(['hello', 'hello again', 'hello again']);
  const { answers } = await ask({ recorded, options: { onExhausted: 'error' } }, lines);
  expect(answers[2]).toContain('secrets.jsonl#2 is equal, and has been given 2 times, as often as recorded');
});

test('in the recorded order, a value goes to the one whose turn it is', async () => {
  const asked = { recorded: two, options: { order: 'recorded' } } as const;
  const [first, second] = [rotated, again].map((value) => llm({ api_key: value }));
  expect((await ask(asked, [first ?? '', second ?? ''])).answers).toEqual(['hello', 'denied']);
  const { answers } = await ask({ ...asked, own: key }, [llm({ api_key: bad })]);
  expect(answers[0]).toContain('secrets.jsonl#2 is equal, but next in the recorded order is secrets.jsonl#1');
});

test('a secret that was recorded on the same connection comes first', async () => {
  const [first, second] = [good, bad].map((value) => llm({ api_key: hide(value) }));
  const recorded = [
    { line: first ?? '', answer: 'hello', connection: 1 },
    { line: second ?? '', answer: 'denied', connection: 2 },
  ];
  const { file } = makeProject(recorded, undefined);
  await using plugin = await replay(file, { mode: 'tcp', pace: 'instant' });
  const [one, other] = [await dial(plugin.port), await dial(plugin.port)];
  other.socket.write(`${llm({ api_key: again })}\n`);
  await other.heard.text('plugin_invoke_end');
  one.socket.write(`${llm({ api_key: rotated })}\n`);
  await one.heard.text('plugin_invoke_end');
  expect([other, one].map(({ heard }) => /denied|hello/.exec(heard.lines.join(''))?.[0])).toEqual(['denied', 'hello']);
});

test('no value is told of a request that finds nothing, wherever it stands', async () => {
  const prompt = `my key is ${rotated}, as ${encodeURIComponent(escaped)} is`;
  const recorded = [{ line: llm({ plain: hide(good), other: hide(bad) }, { prompt: 'hello' }), answer: 'hello' }];
  const { answers, written } = await ask({ recorded, own: key }, [
    llm({ plain: rotated, other: escaped }, { prompt }),
    llm({ plain: 5, other: escaped }, { prompt: { deep: [escaped] }, extra: rotated }),
    llm({ plain: rotated, other: escaped }, { prompt: 'hello' }),
    llm({ plain: again, other: rotated }, { prompt: [again, rotated] }),
  ]);
  expect(answers[0]).toContain("/request/prompt recorded 'hello', received 'my key is [secret], as [secret] is'");
  expect(answers[2]).toBe('hello');
  for (const value of [escaped, encodeURIComponent(escaped), JSON.stringify(escaped).slice(1, -1), again])
    expect(written).not.toContain(value);
});

test('what is written as a token is told of no request, wherever it stands and whatever was recorded', async () => {
  const token = `ghp_${'a1'.repeat(18)}`;
  const { answers, written } = await ask({ recorded: [{ line: llm({}, { text: 'x' }), answer: 'hello' }] }, [
    llm({}, { text: `see ${token}` }),
    llm({}, { text: 'x', more: [{ deep: `see ${token}` }] }),
  ]);
  expect(answers[0]).toContain("/request/text recorded 'x', received 'see [secret of 40 characters]'");
  expect(written).not.toContain(token);
});

test('answers are played as they are', async () => {
  const recorded = [{ line: llm({ api_key: hide(good) }), answer: `wrong key ${hide(good)}` }];
  expect((await ask({ recorded, own: key }, [llm({ api_key: good })])).answers).toEqual([`wrong key ${hide(good)}`]);
});

test('while it reads, a value waits for the recorded one that it is the same as', async () => {
  const filler = { line: llm({}, { text: 'x'.repeat(1 << 20) }), answer: 'long' };
  const [first, last] = [good, bad].map((value) => ({ line: llm({ api_key: hide(value) }), answer: value }));
  const recorded = [first, ...Array.from({ length: 12 }, () => filler), last].filter((one) => one !== undefined);
  const { file } = makeProject(recorded, key);
  const script = await Script.open([file]);
  const line = decodeRequestLine(Buffer.from(llm({ api_key: bad })));
  const asked = line.kind === 'request' ? line : undefined;
  const early = asked && script.match(asked, 0).kind;
  await script.readOn(() => undefined);
  const found = asked && script.match(asked, 0);
  script.close();
  expect([early, found?.kind === 'found' && found.invocation.number]).toEqual(['later', 14]);
});
