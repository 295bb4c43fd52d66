import type { Clock } from '../foundation/clock.ts';

/** A place in a file that looks like a secret; the value itself is not told. */
export interface SecretFinding {
  line: number;
  path: string;
  kind: string;
}

/** What the making and moving of bundles is given, so that it knows nothing of where it comes from. */
export interface SharingTools {
  findSecrets: (file: string) => Promise<readonly SecretFinding[]>;
  /** Whether a file is a fault plan by its form. */
  isPlan: (file: string) => boolean;
  /** @throws RepriseError where a replay would refuse a fault plan */
  checkPlan: (file: string) => Promise<void>;
  /** @throws RepriseError where a replay would refuse a configuration */
  checkConfig: (file: string) => Promise<void>;
  /**
   * Whether a recording is fit to be given to others; `purpose` is what is being done, as errors say it.
   * @returns what its user should know of it
   * @throws RepriseError where it is not
   */
  requireFit: (file: string, purpose: string) => Promise<string | undefined>;
  /** Shows how far a transfer of `size` bytes is. */
  openProgress: (label: string, size: number) => Promise<Meter>;
  /** By which a busy server is waited for. */
  clock: Clock;
  /** Called for what its user should know. */
  onWarning: (text: string) => void;
}

/** How far a transfer is. */
interface Meter {
  update: (position: number) => void;
  stop: () => void;
}
