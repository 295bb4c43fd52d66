/** What a field of an event must be, in words and as a test; `?` after its name makes it one that may be missing. */
type Fields = Readonly<Record<string, readonly [words: string, isRight: (value: unknown) => boolean]>>;

const connection = ['a number from 1', (value: unknown) => isCount(value)] as const;
const side = ['client or plugin', (value: unknown) => value === 'client' || value === 'plugin'] as const;
const text = ['a string', (value: unknown) => typeof value === 'string'] as const;
const flag = ['true or false', (value: unknown) => typeof value === 'boolean'] as const;
const integer = ['a whole number', (value: unknown) => Number.isSafeInteger(value)] as const;
const count = ['a number from 1', (value: unknown) => isCount(value)] as const;
const digest = ['a SHA-256 in hexadecimal', (value: unknown) => /^[0-9a-f]{64}$/.test(String(value))] as const;
const transport = ['stdio or tcp', (value: unknown) => value === 'stdio' || value === 'tcp'] as const;
const format = ['json or text', (value: unknown) => value === 'json' || value === 'text'] as const;
const stream = ['stdin, stdout or stderr', (value: unknown) => isStream(value)] as const;
const names = ['an object of strings', (value: unknown) => isNames(value)] as const;

/** The events of this version of the format. Others, and other fields of these, are kept as they are. */
const events: ReadonlyMap<string, Fields> = new Map<string, Fields>([
  ['connect', { connection }],
  ['disconnect', { connection, 'from?': side, 'reset?': flag }],
  ['eof', { from: side, 'stream?': stream, 'connection?': connection }],
  ['signal', { from: side, signal: text }],
  ['exit', { 'code?': integer, 'signal?': text }],
  [
    'about',
    {
      'transport?': transport,
      'response_format?': format,
      'plugin?': names,
      'program?': names,
      'session?': text,
      'start?': count,
      'redaction?': names,
    },
  ],
  ['end', { reason: text, lines: count, sha256: digest }],
]);

/** @returns in words what is wrong with the fields of an event, or undefined */
export function explainEvent(event: string, fields: Readonly<Record<string, unknown>>): string | undefined {
  for (const [key, [words, isRight]] of Object.entries(events.get(event) ?? {})) {
    const name = key.replace('?', '');
    if (!Object.hasOwn(fields, name) && key !== name) continue;
    if (!isRight(fields[name])) return `\`${name}\` of the event ${event} is not ${words}`;
  }
  const isBare = event === 'exit' && !Object.hasOwn(fields, 'code') && !Object.hasOwn(fields, 'signal');
  return isBare ? 'the event exit has neither `code` nor `signal`' : undefined;
}

function isCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && Number(value) >= 1;
}

function isStream(value: unknown): boolean {
  return value === 'stdin' || value === 'stdout' || value === 'stderr';
}

function isNames(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  return Object.values(value).every((name) => typeof name === 'string');
}
