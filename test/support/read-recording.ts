import { readFileSync } from 'node:fs';
import { decodeRequestLine } from '../../src/protocol/request.ts';

/** A line of a recording. Its text is Latin-1, a character a byte, without its newline. */
interface Line {
  at: number;
  from: 'client' | 'plugin';
  connection: number;
  text: string;
  /** It came after a signal. */
  isLate: boolean;
}

/** A client's line, and the plugin's lines that answer it, the acknowledgement left out. */
export interface Exchange {
  connection: number;
  line: string;
  id: string;
  isRequest: boolean;
  answers: string[];
  hasEnded: boolean;
}

/** A recording as a test sees it: read with other means than reprise's own reader. */
export interface Read {
  lines: Line[];
  events: Record<string, unknown>[];
}

export function readRecording(file: string): Read {
  const lines: Line[] = [];
  const events: Record<string, unknown>[] = [];
  for (const text of readFileSync(file, 'latin1').trimEnd().split('\n').slice(1)) {
    if (/^\{"at":[\d.]+,"event":/.test(text)) events.push(JSON.parse(text) as Record<string, unknown>);
    else if (!text.includes('"stream":"stderr"'))
      lines.push({ ...readLine(text), isLate: events.some(({ event }) => event === 'signal') });
  }
  return { lines, events };
}

function readLine(text: string): Omit<Line, 'isLate'> {
  const [head = '', kind] = /"(message|text|base64)":/.exec(text) ?? [];
  const place = text.indexOf(head) + head.length;
  const payload = text.slice(place, -1);
  const envelope = JSON.parse(`${text.slice(0, place)}0}`) as { at: number; from: Line['from']; connection?: number };
  return {
    at: envelope.at,
    from: envelope.from,
    connection: envelope.connection ?? 0,
    text: kind === 'message' ? payload : decode(payload, kind),
  };
}

function decode(payload: string, kind: string | undefined): string {
  const value = JSON.parse(Buffer.from(payload, 'latin1').toString()) as string;
  return Buffer.from(value, kind === 'text' ? 'utf8' : 'base64').toString('latin1');
}

/** The id of a plugin's line, decoded; undefined where it is no message. */
export function idOf(text: string): string | undefined {
  const raw = /^\{"invoke_id":("(?:[^"\\]|\\.)*")/.exec(text)?.[1];
  return raw === undefined ? undefined : (JSON.parse(Buffer.from(raw, 'latin1').toString()) as string);
}

export const acknowledgement = '{"invoke_id":"","type":"info","response":{"info":"received request"}}';

/** What was asked and what was answered, by connection and id, each line to the oldest that has not ended. */
export function readExchanges({ lines }: Read): Exchange[] {
  const exchanges: Exchange[] = [];
  for (const { from, connection, text } of lines) {
    if (from === 'client') {
      const { kind, id } = decodeRequestLine(Buffer.from(text, 'latin1'));
      exchanges.push({ connection, line: text, id, isRequest: kind === 'request', answers: [], hasEnded: false });
    } else if (text !== acknowledgement) {
      const id = idOf(text);
      const open = exchanges.filter((one) => one.connection === connection && one.id === id && !one.hasEnded);
      const isRefusal = text.includes('"type":"error"') && open.some(({ isRequest }) => !isRequest);
      const one = open.find(({ isRequest }) => isRequest !== isRefusal);
      one?.answers.push(text);
      if (one !== undefined && (isRefusal || text.includes('"type":"plugin_invoke_end"'))) one.hasEnded = true;
    }
  }
  return exchanges;
}
