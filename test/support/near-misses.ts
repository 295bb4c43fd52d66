import { makeFile } from './files.ts';
import { acknowledgement, client, end, plugin, renderRecording, startUp } from './recordings.ts';

type Fields = Record<string, unknown>;

const user = '6f1d1a2e-0b5c-4a7e-9d58-0c6b1f6c9a11';
const prose = 'lorem ipsum '.repeat(8000);

export const time: Fields = {
  provider: 'time',
  tool: 'current_time',
  credentials: {},
  tool_parameters: { timezone: 'UTC', format: '%Y-%m-%d' },
  user_id: user,
};
export const conversion: Fields = {
  provider: 'time',
  tool: 'timezone_conversion',
  credentials: {},
  tool_parameters: { current_time: '2024-01-01 10:00:00', from: 'UTC', to: 'Asia/Tokyo', style: 'long' },
  user_id: user,
};
export const llm: Fields = {
  provider: 'openai',
  model_type: 'llm',
  model: 'gpt-4o',
  credentials: { openai_api_key: 'sk-recorded' },
  prompt_messages: messages('quick brown fox'),
  model_parameters: { temperature: 0.2 },
  tools: null,
  stream: true,
};
export const odd: Fields = {
  provider: 'odd',
  tool: 'odd',
  tool_parameters: { 'a/b c': 1, text: 'say "hi"\nC:\\new', name: 'caf\u00e9' },
};

/** A prompt of 200 KB with these words in the middle. */
export function messages(words: string): Fields[] {
  return [
    { role: 'system', content: 'Be brief.' },
    { role: 'user', content: `${prose}${words}${prose}` },
  ];
}

/** A request with other parameters of its tool; `undefined` leaves one out. */
export function withParameters(request: Fields, parameters: Fields): Fields {
  return { ...request, tool_parameters: { ...(request['tool_parameters'] as Fields), ...parameters } };
}

export function asked(type: string, action: string, request: unknown, id = 'r'): string {
  return JSON.stringify({ invoke_id: id, type, action, request });
}

export const tool = (request: unknown): string => asked('tool', 'invoke_tool', request);
export const model = (request: unknown): string => asked('model', 'invoke_llm', request);

/** A recording of these requests, each answered by its end alone. */
export function recordingOf(lines: readonly string[], name: string): string {
  const said = lines.flatMap((line, index) => {
    const at = 100 * (index + 1);
    const { invoke_id: id } = JSON.parse(line) as { invoke_id: string };
    return [client(at, line), plugin(at + 1, acknowledgement), plugin(at + 2, end(id))];
  });
  return makeFile(renderRecording([...startUp(), ...said]), name);
}
