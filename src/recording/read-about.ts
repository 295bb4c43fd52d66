import { closeSync, fstatSync, readSync } from 'node:fs';
import { isJsonObject, parseJson } from '../foundation/parse-json.ts';
import { explainEvent } from './event-fields.ts';
import type { Header } from './header.ts';
import { parseHeader } from './header.ts';
import { openPlain } from './recording-reader.ts';

/** What was learned of a session stands near its beginning, or at its end where it was short: so much of either is read. */
const window = 64 << 10;

/** Names of what was recorded; each may be missing. */
type Names = Readonly<Record<string, string>>;

/** What a recording says of itself, as far as it was learned. */
export interface RecordingAbout {
  header: Header;
  /** `author`, `name`, `version`, and `sha256` of the package. */
  plugin?: Names;
  /** `name` and `version`. */
  program?: Names;
  /** The test that it was recorded for, and which start of the plugin in it, counted from 1. */
  session?: string;
  start?: number;
  /** `key`: the fingerprint of the key that its placeholders were made with. */
  redaction?: Names;
}

/**
 * Reads what a recording says of itself, and of the rest as little as may be.
 * @throws RepriseError where it is missing, unreadable, no recording, or of a newer version
 */
export async function readAbout(file: string): Promise<RecordingAbout> {
  const fd = await openPlain(file);
  try {
    const { size } = fstatSync(fd);
    const head = readText(fd, 0, window);
    const tail = size > window ? readText(fd, Math.max(window, size - window), window) : '';
    const [first = ''] = head.split('\n', 1);
    const about: RecordingAbout = { header: parseHeader(first, file) };
    for (const line of `${head}\n${tail}`.split('\n')) Object.assign(about, learnedFrom(line));
    return about;
  } finally {
    closeSync(fd);
  }
}

function readText(fd: number, position: number, length: number): string {
  const bytes = Buffer.allocUnsafe(length);
  return bytes.toString('utf8', 0, readSync(fd, bytes, 0, length, position));
}

function learnedFrom(line: string): Partial<RecordingAbout> {
  if (!line.includes('"about"')) return {};
  const fields = parseJson(line); // the first and the last line read may be cut
  if (!isJsonObject(fields) || fields['event'] !== 'about' || explainEvent('about', fields) !== undefined) return {};
  const known = ['plugin', 'program', 'session', 'start', 'redaction'].filter((key) => fields[key] !== undefined);
  return Object.fromEntries(known.map((key) => [key, fields[key]]));
}
