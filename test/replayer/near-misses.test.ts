import { join } from 'node:path';
import { replay } from 'reprise';
import type { ReplayOptions } from 'reprise';
import { expect, test } from 'vitest';
import { textOf } from '../support/error-text.ts';
import { makeFolder } from '../support/files.ts';
import { LineReader } from '../support/line-reader.ts';
import {
  asked,
  conversion,
  llm,
  messages,
  model,
  odd,
  recordingOf,
  time,
  tool,
  withParameters,
} from '../support/near-misses.ts';

const recorded = [tool(time), tool(conversion), model(llm), tool(odd)];

interface NearMiss {
  lines: string[];
  options?: ReplayOptions;
  /** What the client is told, without the journal's name. */
  text: string;
}

const nearMisses: Record<string, NearMiss> = {
  'another value': {
    lines: [tool(withParameters(time, { timezone: 'Asia/Tokyo' }))],
    text: "invoke_tool; nearest time.jsonl#1: /request/tool_parameters/timezone recorded 'UTC', received 'Asia/Tokyo'; to accept it: --ignore /request/tool_parameters/timezone",
  },
  'a field that is missing': {
    lines: [tool(withParameters(time, { format: undefined }))],
    text: "invoke_tool; nearest time.jsonl#1: /request/tool_parameters/format recorded '%Y-%m-%d', received nothing; to accept it: --ignore /request/tool_parameters/format",
  },
  'one field more': {
    lines: [tool(withParameters(time, { locale: 'de' }))],
    text: "invoke_tool; nearest time.jsonl#1: /request/tool_parameters/locale recorded nothing, received 'de'; to accept it: --ignore /request/tool_parameters/locale",
  },
  'two other values': {
    lines: [tool(withParameters(time, { timezone: 'Asia/Tokyo', format: '%H' }))],
    text: "invoke_tool; nearest time.jsonl#1: /request/tool_parameters/timezone recorded 'UTC', received 'Asia/Tokyo'; /request/tool_parameters/format recorded '%Y-%m-%d', received '%H'; to accept it: --ignore /request/tool_parameters/timezone --ignore /request/tool_parameters/format",
  },
  'more than three other values': {
    lines: [tool(withParameters(conversion, { current_time: 'now', from: 'a', to: 'b', style: 'c' }))],
    text: "invoke_tool; nearest time.jsonl#2: /request/tool_parameters/current_time recorded '2024-01-01 10:00:00', received 'now'; /request/tool_parameters/from recorded 'UTC', received 'a'; /request/tool_parameters/to recorded 'Asia/Tokyo', received 'b'; and 1 more; to accept it: --ignore /request/tool_parameters/current_time --ignore /request/tool_parameters/from --ignore /request/tool_parameters/to --ignore /request/tool_parameters/style",
  },
  'more other values than options would be read': {
    lines: [tool({ a: 1, b: 2, c: 3, d: 4, provider: 'time', tool: 'current_time' })],
    text: "invoke_tool; nearest time.jsonl#1: /request/credentials recorded {}, received nothing; /request/tool_parameters recorded an object with timezone and format, received nothing; /request/user_id recorded '6f1d1a2e-0b5c-4a7e-9d58-0c6b1f6c9a11', received nothing; and 4 more; to have it answered: record it",
  },
  'another uuid': {
    lines: [tool({ ...time, user_id: '00000000-1111-4222-8333-444444444444' })],
    text: "invoke_tool; nearest time.jsonl#1: /request/user_id recorded '6f1d1a2e-0b5c-4a7e-9d58-0c6b1f6c9a11', received '00000000-1111-4222-8333-444444444444'; to accept it: --match /request/user_id=uuid",
  },
  'another date': {
    lines: [tool(withParameters(conversion, { current_time: '2026-11-22T08:00:00Z' }))],
    text: "invoke_tool; nearest time.jsonl#2: /request/tool_parameters/current_time recorded '2024-01-01 10:00:00', received '2026-11-22T08:00:00Z'; to accept it: --match /request/tool_parameters/current_time=date",
  },
  'a number sent as text': {
    lines: [model({ ...llm, model_parameters: { temperature: '0.2' } })],
    text: "invoke_llm; nearest time.jsonl#3: /request/model_parameters/temperature recorded 0.2, received '0.2'; to accept it: --ignore /request/model_parameters/temperature",
  },
  'a list where nothing was': {
    lines: [model({ ...llm, tools: [] })],
    text: 'invoke_llm; nearest time.jsonl#3: /request/tools recorded null, received []; to accept it: --ignore /request/tools',
  },
  'a list for an object': {
    lines: [tool({ ...time, tool_parameters: [] })],
    text: 'invoke_tool; nearest time.jsonl#1: /request/tool_parameters recorded an object with timezone and format, received []; to accept it: --ignore /request/tool_parameters',
  },
  'another tool': {
    lines: [tool({ ...time, tool: 'weekday' })],
    text: "invoke_tool; nearest time.jsonl#1: /request/tool recorded 'current_time', received 'weekday'; to have it answered: record it",
  },
  'another model': {
    lines: [model({ ...llm, model: 'gpt-4o-mini' })],
    text: "invoke_llm; nearest time.jsonl#3: /request/model recorded 'gpt-4o', received 'gpt-4o-mini'; to have it answered: record it",
  },
  'another action': {
    lines: [asked('model', 'get_llm_num_tokens', llm)],
    text: 'get_llm_num_tokens of type model; recorded are tool invoke_tool (3), model invoke_llm (1); to have it answered: record it',
  },
  'no request': {
    lines: ['{"invoke_id":"r","type":"model","action":"invoke_llm"}'],
    text: 'invoke_llm; nearest time.jsonl#3: /request recorded an object with provider, model_type, model and 5 more, received null; to have it answered: record it',
  },
  'another key, which is not shown': {
    lines: [model({ ...llm, credentials: { openai_api_key: 'sk-received-otherwise' } })],
    text: 'invoke_llm; nearest time.jsonl#3: /request/credentials/openai_api_key recorded a secret of 11 characters, received a secret of 21 characters; to accept it: --ignore /request/credentials/openai_api_key',
  },
  'a word in 200 KB': {
    lines: [model({ ...llm, prompt_messages: messages('quick red fox') })],
    text: "invoke_llm; nearest time.jsonl#3: /request/prompt_messages/1/content recorded '...ipsum quick brown foxlorem ipsum lorem ipsum lorem ipsum lor...' (192015 characters), received '...ipsum quick red foxlorem ipsum lorem ipsum lorem ipsum lorem...' (192013 characters); to accept it: --ignore /request/prompt_messages/1/content",
  },
  'one message more': {
    lines: [
      model({ ...llm, prompt_messages: [...messages('quick brown fox'), { role: 'user', content: 'and then?' }] }),
    ],
    text: 'invoke_llm; nearest time.jsonl#3: /request/prompt_messages/2 recorded nothing, received an object with role and content; to accept it: --ignore /request/prompt_messages/2',
  },
  'a key that needs quotes and escapes': {
    lines: [tool(withParameters(odd, { 'a/b c': 2 }))],
    text: "invoke_tool; nearest time.jsonl#4: /request/tool_parameters/a~1b c recorded 1, received 2; to accept it: --ignore '/request/tool_parameters/a~1b c'",
  },
  'quotes, newlines and backslashes': {
    lines: [tool(withParameters(odd, { text: 'say "ho"\nC:\\old' }))],
    text: "invoke_tool; nearest time.jsonl#4: /request/tool_parameters/text recorded 'say `hi`\\nC:\\new', received 'say `ho`\\nC:\\old'; to accept it: --ignore /request/tool_parameters/text",
  },
  'a character that is not seen': {
    lines: [tool(withParameters(time, { timezone: 'UTC\u200b' }))],
    text: "invoke_tool; nearest time.jsonl#1: /request/tool_parameters/timezone recorded 'UTC', received 'UTC\\u200b'; to accept it: --ignore /request/tool_parameters/timezone",
  },
  'a composed character': {
    lines: [tool(withParameters(odd, { name: 'cafe\u0301' }))],
    text: "invoke_tool; nearest time.jsonl#4: /request/tool_parameters/name recorded 'caf\\u00e9', received 'cafe\\u0301'; to accept it: --ignore /request/tool_parameters/name",
  },
  'what all have been given of': {
    lines: [tool(time), tool(time)],
    options: { onExhausted: 'error' },
    text: 'invoke_tool; time.jsonl#1 is equal, and has been given once, as often as recorded; to have it given again: --on-exhausted repeat',
  },
  'what is not next': {
    lines: [tool(conversion)],
    options: { order: 'recorded' },
    text: 'invoke_tool; time.jsonl#2 is equal, but next in the recorded order is time.jsonl#1 (invoke_tool); to take any order: --order any',
  },
  'a value outside its set': {
    lines: [tool({ ...time, user_id: 'me' })],
    options: { match: ['/request/user_id=uuid'] },
    text: "invoke_tool; nearest time.jsonl#1: /request/user_id recorded '6f1d1a2e-0b5c-4a7e-9d58-0c6b1f6c9a11', received 'me', where a uuid is expected; to accept it: --ignore /request/user_id",
  },
};

test.each(Object.entries(nearMisses))('explains %s', async (_, { lines, options, text }) => {
  const journal = join(makeFolder(), 'journal.jsonl');
  const file = recordingOf(recorded, 'time.jsonl');
  await using plugin = await replay(file, { pace: 'instant', journal, ...options });
  const heard = new LineReader(plugin.stdout);
  for (const line of lines) plugin.stdin.write(`${line}\n`);
  await heard.text('NoRecordedInvocation');
  const answer = heard.lines.find((line) => line.includes('NoRecordedInvocation')) ?? '';
  const { message } = textOf(Buffer.from(answer, 'latin1').toString());
  expect(message).toBe(`reprise: no match for ${text}; journal ${journal}`);
  expect(message).not.toMatch(/["\n]/);
});

test.each(Object.entries(nearMisses).filter(([, { text }]) => text.includes('to accept it: ')))(
  'names options for %s that make it match',
  async (_, { lines, text }) => {
    const words = / --?.*$/s.exec(text.slice(text.indexOf('to accept it:')))?.[0].match(/'[^']*'|\S+/g) ?? [];
    const options: { ignore: string[]; match: string[] } = { ignore: [], match: [] };
    for (let at = 0; at < words.length; at += 2)
      options[words[at] === '--match' ? 'match' : 'ignore'].push(words[at + 1]?.replaceAll("'", '') ?? '');
    await using plugin = await replay(recordingOf(recorded, 'time.jsonl'), { pace: 'instant', ...options });
    const heard = new LineReader(plugin.stdout);
    for (const line of lines) plugin.stdin.write(`${line}\n`);
    await heard.text('plugin_invoke_end');
    expect(heard.lines.filter((line) => line.includes('error'))).toEqual([]);
    expect(plugin.report().counts).toMatchObject({ used: 1, missed: 0 });
  },
);
