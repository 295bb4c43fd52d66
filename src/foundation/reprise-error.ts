import { showPlaces } from './places.ts';

/** What went wrong, for programs. People read the message. */
const errorCodes = [
  'usage',
  'not-found',
  'not-a-recording',
  'newer-version',
  'broken-line',
  'exists',
  'port-in-use',
  'no-command',
  'not-executable',
  'start-failed',
  'not-writable',
  'not-a-journal',
  'would-record',
  'bad-bundle',
  'wrong-digest',
  'too-large',
  'not-pinned',
  'lock-differs',
  'secret-found',
  'denied',
  'registry',
  'not-reached',
  'not-scanned',
] as const;
export type ErrorCode = (typeof errorCodes)[number];

export interface ErrorFacts {
  /** The file that is meant. */
  file?: string;
  /** The line in it, counted from 1. */
  line?: number;
  /** The exit status that the command line gives. @default 2 */
  exitStatus?: number;
  cause?: unknown;
}

/**
 * A mistake that its user can mend: one sentence that says what failed, why, and what to do.
 * Anything else that is thrown is a bug of reprise, and keeps its stack.
 */
export class RepriseError extends Error {
  override readonly name = 'RepriseError';
  readonly code: ErrorCode;
  readonly file: string | undefined;
  readonly line: number | undefined;
  readonly exitStatus: number;

  constructor(code: ErrorCode, message: string, facts: ErrorFacts = {}) {
    super(showPlaces(message), facts.cause === undefined ? undefined : { cause: facts.cause });
    this.code = code;
    this.file = facts.file;
    this.line = facts.line;
    this.exitStatus = facts.exitStatus ?? 2;
  }
}

/** The system's own word for an error (`ENOENT`), or undefined where it has none. */
export function systemCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}

/** What was thrown, as an error. */
export function asError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown));
}

/** An error's text in one line, whatever was thrown. */
export function reasonOf(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).replace(/\s*\n\s*/g, ' ');
}
