import { encodeGoString } from './go-encoder.ts';

/** The program's own messages, as its encoder writes them. Each without its newline. */
export const derivedLines = {
  loading: '{"invoke_id":"","type":"info","response":{"info":"loading plugin"}}',
  ready: '{"invoke_id":"","type":"plugin_ready","response":{"info":"plugin loaded"}}',
  acknowledgement: '{"invoke_id":"","type":"info","response":{"info":"received request"}}',
} as const;

/** Every interface: what the program always announces. */
export const announcedHost = '::';

/** The line on stdout that tells TCP clients where to connect. */
export function announcementLine(port: number): string {
  return `{"invoke_id":"","type":"info","response":{"host":"${announcedHost}","info":"plugin is running on ${announcedHost}:${port}","port":${port}}}`;
}

/** An error, for one invocation or, with an empty id, for a line that was no request. */
export function errorLine(id: string, text: string): string {
  return `{"invoke_id":${encodeGoString(id)},"type":"error","response":{"error":${encodeGoString(text)}}}`;
}

/** What ends an invocation. */
export function endLine(id: string): string {
  return `{"invoke_id":${encodeGoString(id)},"type":"plugin_invoke_end","response":{"info":"plugin invoke end"}}`;
}

/** An exception in the plugin, as the SDK gives it: an error whose text is JSON. */
export function exceptionText(errorType: string, message: string): string {
  return `{"args":{},"error_type":${encodeGoString(errorType)},"message":${encodeGoString(message)}}`;
}

/** One line, without double quotes, so that it survives being printed inside an exception of another language. */
export function withoutQuotes(text: string): string {
  return text
    .replaceAll('"', '`')
    .replace(/[\n\r\t]/g, (character) => whiteSpace[character] ?? ' ')
    .replace(/[\p{Cc}\p{Surrogate}\u2028-\u202e\u2066-\u2069]/gu, '?');
}

const whiteSpace: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/** What the program says on stdout of each message that it could not write to a connection. */
export function failedWriteText(local: string, remote: string, reason: string): string {
  return `write tcp ${local}->${remote}: write: ${reason}`;
}

const failedWrite = /^\{"invoke_id":"","type":"error","response":\{"error":"write tcp [^"]*: write: [^"]*"\}\}$/;

/** Whether a line, taken as Latin-1, is such a report. */
export function isFailedWrite(line: string): boolean {
  return failedWrite.test(line);
}
