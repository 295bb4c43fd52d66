/** What `check` looks at. */
export const findingKinds = ['format', 'seal', 'order'] as const;

/** Something wrong with a recording, and where. */
export interface Finding {
  kind: (typeof findingKinds)[number];
  /** The line of the file, counted from 1. */
  line: number;
  text: string;
}

/** Takes a finding. */
export type Report = (finding: Finding) => void;
