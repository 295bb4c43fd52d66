import type { RecordingAbout } from '../../recording/read-about.ts';

/** A recording that may be played. */
export interface Shelved {
  file: string;
  /** The file's name without its ending. */
  stem: string;
  about: RecordingAbout;
  /** Whether it was named by itself, not by a folder or a pattern. */
  isNamed: boolean;
  /** Its bytes, where a stub holds it in itself: packed with gzip, in base64. */
  packed?: string;
}
