import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { decodeRequestLine } from '../../src/protocol/request.ts';
import { makeFile } from '../support/files.ts';
import { LineReader } from '../support/line-reader.ts';
import { reprise, sessionFile } from '../support/programs.ts';
import {
  acknowledgement,
  client,
  end,
  plugin,
  renderRecording,
  request,
  response,
  startUp,
} from '../support/recordings.ts';

/** 5,000 in `npm test`; the full run has FUZZ_LINES=100000. */
const count = Number(process.env['FUZZ_LINES'] ?? 5000);
const seed = Number(process.env['FUZZ_SEED'] ?? 20_261_122);

/** Numbers from 0 up to 1, the same for the same seed (mulberry32). */
function createRandom(start: number): () => number {
  let state = start;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** What the real program was sent. */
function readRequests(): Buffer[] {
  const sessions = readdirSync(new URL('../fixtures/golden/sessions/', import.meta.url)).map((file) =>
    file.replace('.jsonl', ''),
  );
  return sessions.flatMap((session) =>
    readFileSync(sessionFile(session), 'utf8')
      .split('\n')
      .filter((line) => /"channel":"(stdin|tcp\d+:in)","text"/.test(line))
      .flatMap((line) => (JSON.parse(line) as { text: string }).text.split('\n'))
      .filter((line) => line !== '')
      .map((line) => Buffer.from(line)),
  );
}

const pieces = [
  '{',
  '}',
  '[',
  ']',
  '"',
  ':',
  ',',
  '\\',
  '\\u',
  '\\ud800',
  'null',
  'true',
  '1e400',
  '-',
  '0',
  '\r',
  '\0',
  '\uFEFF',
  'é',
  '\u2028',
  '🎬',
  '"invoke_id":',
  '"request":{',
  '"type":5,',
  '"__proto__":{},',
  '['.repeat(300),
  ' '.repeat(2000),
].map((text) => Buffer.from(text));
const bytes = [Buffer.from([0xff]), Buffer.from([0xed, 0xa0, 0x80]), Buffer.from([0xc3])];

/** A line, changed in one to four places. */
function mutate(line: Buffer, random: () => number, others: readonly Buffer[]): Buffer {
  let mutated = line;
  for (let change = 1 + Math.floor(random() * 4); change > 0; change--) {
    const at = Math.floor(random() * (mutated.length + 1));
    const size = Math.floor(random() ** 3 * 20);
    const pick = <T>(list: readonly T[]): T | undefined => list[Math.floor(random() * list.length)];
    const parts = [
      [mutated.subarray(0, at), mutated.subarray(at + size)],
      [mutated.subarray(0, at), pick(pieces), mutated.subarray(at)],
      [mutated.subarray(0, at), pick(pieces), mutated.subarray(at + size)],
      [mutated.subarray(0, at), pick(bytes), mutated.subarray(at)],
      [mutated.subarray(0, at), mutated.subarray(at, at + size), mutated.subarray(at)],
      [mutated.subarray(0, at), pick(others)?.subarray(at)],
    ][Math.floor(random() * 6)];
    mutated = Buffer.concat((parts ?? []).filter((part) => part !== undefined));
  }
  return mutated.filter((byte) => byte !== 0x0a) as Buffer;
}

test(
  `answers ${count} mutated lines, each with one acknowledgement and at most one refusal, and lives on`,
  { timeout: 60_000 + count * 3 },
  async () => {
    const random = createRandom(seed);
    const seeds = readRequests();
    const lines = Array.from({ length: count }, () =>
      mutate(seeds[Math.floor(random() * seeds.length)] ?? Buffer.alloc(0), random, seeds),
    );
    const file = makeFile(
      renderRecording([
        ...startUp(),
        client(50, request('a', { known: true })),
        plugin(51, acknowledgement),
        plugin(52, response('a', 'alive')),
        plugin(53, end('a')),
      ]),
    );
    const [command, ...args] = [...reprise, 'replay', file, '--pace', 'instant'];
    const child = spawn(command ?? '', args, { stdio: 'pipe' });
    let errors = '';
    child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()));
    const heard = new LineReader(child.stdout);
    await heard.count(2);
    for (const line of lines)
      if (!child.stdin.write(Buffer.concat([line, Buffer.from('\n')]))) await once(child.stdin, 'drain');
    child.stdin.write(`${request('last', { known: true })}\n`);
    await heard.until(() => heard.lines.at(-1) === end('last'), 'the answer to the last line');
    child.kill('SIGTERM');
    const [status] = (await Promise.race([once(child, 'close'), sleep(60_000, ['still running'], { ref: false })])) as [
      number | string,
    ];
    expect(status).toBe(0);
    expect(errors).toMatch(/^reprise: no match for /);
    expect(errors.length).toBeLessThan(33 << 10);
    expect(answersIn(heard.lines.slice(2))).toEqual([...lines.map(expectedFor), { kind: 'answer', id: 'last' }]);
  },
);

interface Answer {
  kind: 'refusal' | 'miss' | 'answer';
  id: string;
}

/** What stands between the acknowledgements: one thing for each line, since nothing waits at instant pace. */
function answersIn(lines: readonly string[]): (Answer | string)[] {
  const answers: (Answer | string)[] = [];
  let block: string[] = [];
  for (const line of [...lines, acknowledgement]) {
    if (line !== acknowledgement) block.push(line);
    else {
      if (block.length > 0) answers.push(answerOf(block));
      block = [];
    }
  }
  return answers;
}

function answerOf(block: readonly string[]): Answer | string {
  const [first, second] = block.map(
    (line) =>
      JSON.parse(Buffer.from(line, 'latin1').toString()) as {
        invoke_id: string;
        type: string;
        response: { error?: string };
      },
  );
  if (first === undefined) return 'nothing';
  const id = first.invoke_id;
  const isEnded = second?.type === 'plugin_invoke_end' && second.invoke_id === id && block.length === 2;
  if (first.type === 'error' && block.length === 1) return { kind: 'refusal', id };
  if (first.type === 'error' && isEnded && first.response.error?.includes('NoRecordedInvocation') === true)
    return { kind: 'miss', id };
  if (first.type === 'plugin_response' && isEnded) return { kind: 'answer', id };
  return block.join('\n');
}

function expectedFor(line: Buffer): Answer {
  const { kind, id } = decodeRequestLine(line);
  return { kind: kind === 'refused' ? 'refusal' : 'miss', id };
}
