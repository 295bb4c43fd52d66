import { makeFile } from './files.ts';

export const header =
  '{"format":"reprise","version":1,"recorded_at":"2026-11-22T08:00:00.000Z","command":["dify","plugin","run","x.difypkg"],"recorder":{"name":"reprise","version":"0.1.0","node":"v20.20.2","platform":"linux-x64"}}';

export const loading = '{"invoke_id":"","type":"info","response":{"info":"loading plugin"}}';
export const ready = '{"invoke_id":"","type":"plugin_ready","response":{"info":"plugin loaded"}}';
export const acknowledgement = '{"invoke_id":"","type":"info","response":{"info":"received request"}}';
export const announcement =
  '{"invoke_id":"","type":"info","response":{"host":"::","info":"plugin is running on :::41877","port":41877}}';

/** What the program logs when the plugin's process has died. */
export const death =
  '2026/11/22 10:03:52 WARN local runtime instance shutdown plugin=reprise/probe:0.0.1 instance=01a202b6 pid=9206 started=true shutdown=true instances_before=1 instances_after=0 instance_error=<nil>';

/** A request as its line. */
export function request(id: string, value: unknown = {}, action = 'invoke_tool'): string {
  return `{"invoke_id":${JSON.stringify(id)},"type":"tool","action":"${action}","request":${JSON.stringify(value)}}`;
}

export function response(id: string, text: string): string {
  return `{"invoke_id":${JSON.stringify(id)},"type":"plugin_response","response":{"message":{"text":${JSON.stringify(text)}},"type":"text"}}`;
}

export function end(id: string): string {
  return `{"invoke_id":${JSON.stringify(id)},"type":"plugin_invoke_end","response":{"info":"plugin invoke end"}}`;
}

export function error(id: string, text: string): string {
  return `{"invoke_id":${JSON.stringify(id)},"type":"error","response":{"error":${JSON.stringify(text)}}}`;
}

/** What a recording is made of: who spoke, when, and what; or an event. */
export interface Said {
  at: number;
  from?: 'client' | 'plugin';
  connection?: number;
  stderr?: boolean;
  eol?: '' | '\r\n';
  line?: string;
  event?: string;
  fields?: Record<string, unknown>;
}

export function client(at: number, line: string, connection = 0): Said {
  return { at, from: 'client', connection, line };
}

export function plugin(at: number, line: string, connection = 0): Said {
  return { at, from: 'plugin', connection, line };
}

export function event(at: number, name: string, fields: Record<string, unknown> = {}): Said {
  return { at, event: name, fields };
}

/** The lines that a stdio program says before its first request. */
export function startUp(at = 10): Said[] {
  return [plugin(at, loading), plugin(at + 20, ready)];
}

/** A request and its answers, from `at` on, `gap` ms apart. */
export function invocation(
  at: number,
  id: string,
  value: unknown,
  texts: readonly string[],
  { connection = 0, gap = 1 } = {},
): Said[] {
  return [
    client(at, request(id, value), connection),
    plugin(at + 1, acknowledgement, connection),
    ...texts.map((text, index) => plugin(at + 1 + gap * (index + 1), response(id, text), connection)),
    plugin(at + 1 + gap * (texts.length + 1), end(id), connection),
  ];
}

/** The text of a recording. Lines that are valid JSON are kept as messages, others as text. */
export function renderRecording(said: readonly Said[]): string {
  return `${[header, ...said.map(renderSaid)].join('\n')}\n`;
}

function renderSaid({ at, from, connection = 0, stderr = false, eol, line = '', event: name, fields }: Said): string {
  if (name !== undefined) return JSON.stringify({ at, event: name, ...fields });
  const keys = [
    `"at":${at}`,
    `"from":"${from}"`,
    ...(connection > 0 ? [`"connection":${connection}`] : []),
    ...(stderr ? ['"stream":"stderr"'] : []),
    ...(eol === undefined ? [] : [`"eol":${JSON.stringify(eol)}`]),
    isJson(line) && !stderr ? `"message":${line}` : `"text":${JSON.stringify(line)}`,
  ];
  return `{${keys.join(',')}}`;
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** A recording as a file. */
export function makeRecording(said: readonly Said[]): string {
  return makeFile(renderRecording(said));
}

/** A session of one invocation that answers twice. */
export const simple = [...startUp(), ...invocation(100, 'a', { n: 1 }, ['one', 'two'])];
