/** Something wrong with a recording, and where. */
export interface Finding {
  kind: 'format' | 'seal' | 'order';
  /** The line of the file, counted from 1. */
  line: number;
  text: string;
}

/** Takes a finding. */
export type Report = (finding: Finding) => void;
