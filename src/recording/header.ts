import { basename } from 'node:path';
import { arch, platform } from 'node:process';
import { isJsonObject, parseJson } from '../foundation/parse-json.ts';
import { RepriseError } from '../foundation/reprise-error.ts';

export const formatName = 'reprise';
/** The version that this program writes; it reads this one and all before it. */
export const formatVersion = 1;

/** The first line of a recording: what was known before the command started. */
export interface Header {
  format: typeof formatName;
  version: number;
  /** ISO 8601, UTC. */
  recorded_at: string;
  command: readonly string[];
  recorder: { name: string; version: string; node: string; platform: string };
}

/**
 * A header for a recording of `command` that begins now. Where its files are on this machine is nobody else's business:
 * absolute paths stand in it by their last name.
 */
export function createHeader(command: readonly string[], version: string, now = new Date()): Header {
  return {
    format: formatName,
    version: formatVersion,
    recorded_at: now.toISOString(),
    command: command.map(withoutFolders),
    recorder: { name: 'reprise', version, node: process.version, platform: `${platform}-${arch}` },
  };
}

/** `/home/alice/bin/dify` is `dify`, and `--config=/home/alice/x.yaml` is `--config=x.yaml`. */
function withoutFolders(word: string): string {
  const [, front = '', path] = /^([\w-]+=)?(\/.+)$/s.exec(word) ?? [];
  return path === undefined ? word : front + basename(path);
}

/**
 * Reads the first line of a file.
 * @throws RepriseError `not-a-recording`, or `newer-version` where the file was written by a later reprise
 */
export function parseHeader(text: string, file: string): Header {
  if (text === '') throw notARecording(file, 'it is empty');
  const value = parseJson(text);
  if (!isJsonObject(value) || value['format'] !== formatName) {
    throw notARecording(file, 'it is not a recording (line 1 is not a reprise header)');
  }
  const { version, recorded_at, command } = value;
  if (typeof version !== 'number' || !Number.isInteger(version) || version < 1) throw brokenHeader(file, 'version');
  if (version > formatVersion) {
    throw new RepriseError(
      'newer-version',
      `Failed to read ${file}: it has format version ${version}, and this reprise reads up to ${formatVersion}. Update reprise.`,
      { file, line: 1 },
    );
  }
  if (typeof recorded_at !== 'string') throw brokenHeader(file, 'recorded_at');
  if (!Array.isArray(command) || !command.every((word) => typeof word === 'string'))
    throw brokenHeader(file, 'command');
  if (!isRecorder(value['recorder'])) throw brokenHeader(file, 'recorder');
  return { ...value, format: formatName, version, recorded_at, command, recorder: value['recorder'] };
}

function isRecorder(value: unknown): value is Header['recorder'] {
  return isJsonObject(value) && ['name', 'version', 'node', 'platform'].every((key) => typeof value[key] === 'string');
}

function brokenHeader(file: string, key: string): RepriseError {
  return new RepriseError(
    'broken-line',
    `Failed to read ${file}:1: \`${key}\` of the header is missing or of a wrong type. Restore the file, or record it again.`,
    { file, line: 1 },
  );
}

function notARecording(file: string, what: string): RepriseError {
  return new RepriseError(
    'not-a-recording',
    `Failed to read ${file}: ${what}. Give a file made by \`reprise record\`.`,
    { file, line: 1 },
  );
}
