import { systemClock } from '../../foundation/clock.ts';
import { readPlan } from '../../replayer/faults/read-plan.ts';
import type { SharingTools } from '../../sharing/tools.ts';
import { escapeText } from '../escape-text.ts';
import { openProgress } from '../progress.ts';
import { findSecrets } from '../secrets/find-secrets.ts';

/** What the commands give to those who make and move bundles. */
export const sharingTools: SharingTools = {
  findSecrets,
  readPlan,
  openProgress: (label, size) => openProgress(label, size, process.stderr),
  clock: systemClock,
  onWarning: (text) => void process.stderr.write(`reprise: ${escapeText(text)}\n`),
};
