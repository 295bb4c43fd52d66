/** Which end a line came from. */
export type Side = 'client' | 'plugin';

/** How a line ended: `''` for a last line without a newline. */
export type LineEnding = '\n' | '\r\n' | '';

/** How the payload stands in the file: spliced JSON, a JSON string, or base64 of bytes that are not UTF-8. */
export const payloadKinds = ['message', 'text', 'base64'] as const;
export type PayloadKind = (typeof payloadKinds)[number];

/** What stands before a line's payload, in this order in the file. */
export interface EnvelopeHead {
  /** Milliseconds since the recording began, when the line's last byte arrived. */
  at: number;
  from: Side;
  /** The TCP connection, counted from 1; 0 is stdio, where the key is left out. */
  connection: number;
  stderr: boolean;
  /** More of the same line follows in the next line of the same channel. */
  part: boolean;
  eol: LineEnding;
}

/** One line of the conversation, where it stands in the file; `readPayload` brings its bytes. */
export interface MessageLine extends EnvelopeHead {
  kind: 'message';
  /** The line of the file, counted from 1. */
  line: number;
  payload: PayloadKind;
  /** Where the payload stands in the file: a byte offset and a length. */
  offset: number;
  length: number;
}

/** Something that happened: `connect`, `disconnect`, `eof`, `signal`, `exit`, `about`, `end`, or what a later version adds. */
export interface EventLine {
  kind: 'event';
  line: number;
  at: number;
  event: string;
  /** The whole line, unknown keys included. */
  fields: Readonly<Record<string, unknown>>;
}

export type RecordedLine = MessageLine | EventLine;
