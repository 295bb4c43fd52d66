import type { ResponseFormatName } from '../foundation/choices.ts';
import { announcedHost, announcementLine, derivedLines, endLine, errorLine } from './derived.ts';
import type { GoValue } from './go-decoder.ts';
import { decodeGoJson } from './go-decoder.ts';
import { encodeGoString } from './go-encoder.ts';
import { formatGoResponse } from './go-text.ts';
import type { Message } from './message.ts';
import { parseMessage } from './message.ts';

/** A played line cut where the caller's id goes: bytes before it, and bytes after it with the newline. */
export interface StampedLine {
  before: Buffer;
  after: Buffer;
  /** Whether an id goes between. */
  hasId: boolean;
}

/** What the program writes for each message, newlines included. Texts are whole messages. */
export interface ResponseFormat {
  loading: (now: Date) => string;
  announcement: (port: number, now: Date) => string;
  ready: string;
  acknowledgement: string;
  error: (id: string, text: string) => string;
  end: (id: string) => string;
  /** A recorded line of an invocation, ready to be played for another caller. */
  stamp: (line: Buffer, eol: string) => StampedLine;
  /** A caller's id as it goes between the halves of a stamped line. */
  id: (id: string) => string;
  /** A recorded line from before ready, as it was. */
  raw: (line: Buffer, eol: string, now: Date) => Buffer;
  /** One from after it that belongs to nothing. */
  stray: (line: Buffer, eol: string) => Buffer;
}

const none = Buffer.alloc(0);
const newline = Buffer.from('\n');

/** `-r json`: one JSON object a line. */
const json: ResponseFormat = {
  loading: () => `${derivedLines.loading}\n`,
  announcement: (port) => `${announcementLine(port)}\n`,
  ready: `${derivedLines.ready}\n`,
  acknowledgement: `${derivedLines.acknowledgement}\n`,
  error: (id, text) => `${errorLine(id, text)}\n`,
  end: (id) => `${endLine(id)}\n`,
  stamp(line, eol) {
    const message = parseMessage(line);
    if (message === undefined) return { before: Buffer.concat([line, Buffer.from(eol)]), after: none, hasId: false };
    return {
      before: line.subarray(0, message.idStart),
      after: Buffer.concat([line.subarray(message.idEnd), Buffer.from(eol)]),
      hasId: true,
    };
  },
  id: encodeGoString,
  raw: asItWas,
  stray: asItWas,
};

/** `-r text`: Go's print of the response, without the id. Log lines carry the program's local time and its source line. */
const text: ResponseFormat = {
  loading: (now) => `${logTime(now)} run.go:167: [INFO]loading plugin\n`,
  announcement: (port, now) => `${logTime(now)} run.go:167: [INFO]plugin is running on ${announcedHost}:${port}\n`,
  ready: '[plugin_ready] map[info:plugin loaded]\n\n',
  acknowledgement: '[info] map[info:received request]\n\n',
  error: (_id, message) => `[error] map[error:${message}]\n\n`,
  end: () => '[plugin_invoke_end] map[info:plugin invoke end]\n\n',
  stamp(line) {
    const message = parseMessage(line);
    const before = message === undefined ? Buffer.concat([line, newline]) : Buffer.from(printMessage(line, message));
    return { before, after: none, hasId: false };
  },
  id: () => '',
  raw(line, eol, now) {
    const message = parseMessage(line);
    return message === undefined
      ? asItWas(line, eol)
      : Buffer.from(logMessage(line, message, now) ?? printMessage(line, message));
  },
  stray(line, eol) {
    const message = parseMessage(line);
    return message === undefined ? asItWas(line, eol) : Buffer.from(printMessage(line, message));
  },
};

/** Any other format: the program knows no way to write a message, and ends each with a newline; log lines are left out. */
export const blankFormat: ResponseFormat = {
  loading: () => '',
  announcement: () => '',
  ready: '\n',
  acknowledgement: '\n',
  error: () => '\n',
  end: () => '\n',
  stamp: () => ({ before: newline, after: none, hasId: false }),
  id: () => '',
  raw: (line, eol) => (parseMessage(line) === undefined ? asItWas(line, eol) : none),
  stray: (line, eol) => (parseMessage(line) === undefined ? asItWas(line, eol) : newline),
};

export const formats: Record<ResponseFormatName, ResponseFormat> = { json, text };

function asItWas(line: Buffer, eol: string): Buffer {
  return Buffer.concat([line, Buffer.from(eol)]);
}

function printMessage(line: Buffer, { type }: Message): string {
  return `[${type}] ${formatGoResponse(responseOf(line))}\n\n`;
}

/** Before ready, `info` and `error` are log lines. */
function logMessage(line: Buffer, { type }: Message, now: Date): string | undefined {
  const response = responseOf(line);
  if (typeof response !== 'object' || response === null || Array.isArray(response)) return undefined;
  const { info, error } = response;
  if (type === 'info' && typeof info === 'string') return `${logTime(now)} run.go:167: [INFO]${info}\n`;
  if (type === 'error' && typeof error === 'string') return `${logTime(now)} run.go:32: [ERROR]${error}\n`;
  return undefined;
}

function responseOf(line: Buffer): GoValue {
  const value = decodeGoJson(line);
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
  return isObject ? (value['response'] ?? null) : null;
}

/** Go's log package: local time, `2026/11/22 10:14:45`. */
export function logTime(now: Date): string {
  const two = (value: number): string => String(value).padStart(2, '0');
  const day = `${now.getFullYear()}/${two(now.getMonth() + 1)}/${two(now.getDate())}`;
  return `${day} ${two(now.getHours())}:${two(now.getMinutes())}:${two(now.getSeconds())}`;
}
