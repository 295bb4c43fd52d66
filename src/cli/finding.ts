/** Something wrong with a recording, and where. */
export interface Finding {
  kind: 'format' | 'seal' | 'order' | 'secret';
  /** The line of the file, counted from 1. */
  line: number;
  text: string;
  /** Where in the line a secret is, and what kind of secret. */
  path?: string;
  secret?: string;
}

/** Takes a finding. */
export type Report = (finding: Finding) => void;
