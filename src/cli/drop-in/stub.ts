import { closeSync, openSync, readSync } from 'node:fs';
import { fileReference, isElsewhere, parseReference } from '../../recording/bundle/reference.ts';
import type { RecordingAbout } from '../../recording/read-about.ts';

/** The words near the beginning of every drop-in, by which it is known: bin/dify.js has them too. */
export const dropInMark = '// A drop-in `dify` that replays recordings';
const markWithin = 200;

/** A recording that a stub holds in itself. */
export interface EmbeddedRecording {
  /** The name of its file, when it was embedded. */
  name: string;
  about: RecordingAbout;
  /** Whether it was named by itself, not by a folder or a pattern. */
  isNamed: boolean;
  /** Its bytes, packed with gzip, in base64. */
  packed: string;
}

/** What `reprise stub` has written into a file. */
export interface Stub {
  /** The file itself, links followed. */
  file: string;
  /** The reprise that made it. */
  version: string;
  /** Options by their environment variables, and the recordings among them; paths count from the stub's folder. */
  variables: Readonly<Record<string, string>>;
  /** Those of the variables that hold paths. */
  paths: readonly string[];
  /** Where it needs no other file. */
  embedded?: readonly EmbeddedRecording[];
}

/**
 * Whether a mark stands near the beginning of a file.
 * @throws the system's error where it can't be read
 */
export function hasMark(file: string, mark: string): boolean {
  const start = Buffer.alloc(markWithin);
  const fd = openSync(file, 'r');
  try {
    return start.toString('utf8', 0, readSync(fd, start)).includes(mark);
  } finally {
    closeSync(fd);
  }
}

/** The same variables, each path in them changed; a list has one a line. */
export function mapPaths(
  variables: Stub['variables'],
  names: readonly string[],
  change: (path: string) => string,
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(variables).map(([name, text]) => [
      name,
      names.includes(name)
        ? text
            .split('\n')
            .map((word) => mapPath(word, change))
            .join('\n')
        : text,
    ]),
  );
}

/** Bundles of registries and servers have no path; that of a `file:` stands behind it. */
function mapPath(word: string, change: (path: string) => string): string {
  if (isElsewhere(word)) return word;
  if (!word.startsWith('file:')) return change(word);
  const reference = parseReference(word);
  return reference.kind === 'path' ? fileReference(change(reference.path), reference.digest) : word;
}
