import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { isJsonObject, parseJson } from '../../foundation/parse-json.ts';
import { RepriseError } from '../../foundation/reprise-error.ts';
import { stubEnd, stubMark, stubStart } from './render-stub.ts';
import type { Stub } from './stub.ts';
import { hasMark, mapPaths } from './stub.ts';

/** A stub as it stands in its file. */
export interface StubText {
  /** What it holds, as JSON. */
  json: string;
  /** The line of the file in which that begins, counted from 1. */
  line: number;
  stub: Omit<Stub, 'file'>;
}

/** Whether a file that can be read was written by `reprise stub`. */
export function isStub(file: string): boolean {
  return hasMark(file, stubMark);
}

/** @throws RepriseError where what it holds is not as it was written */
export function readStub(file: string): StubText {
  const text = readFileSync(file, 'utf8');
  const start = text.indexOf(stubStart) + stubStart.length;
  const json = text.slice(start, text.indexOf(stubEnd, start) + stubEnd.length - 1);
  const stub = parseJson(json);
  if (!isJsonObject(stub) || !isJsonObject(stub['variables']))
    throw new RepriseError(
      'not-a-recording',
      `Failed to read ${file}: it is a stub that somebody has changed. Make it again with \`reprise stub\`.`,
      { file },
    );
  // `reprise stub` wrote it.
  return { json, line: text.slice(0, start).split('\n').length, stub: stub as unknown as Omit<Stub, 'file'> };
}

/** The recordings that a stub plays and does not hold in itself: files, folders and patterns. */
export function recordingsOf(file: string): readonly string[] {
  const { variables, paths } = readStub(file).stub;
  const { REPRISE_RECORDINGS = '' } = mapPaths(variables, paths, (path) => resolve(dirname(file), path));
  return REPRISE_RECORDINGS.split('\n').filter((word) => word !== '');
}
