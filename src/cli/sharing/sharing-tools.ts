import { systemClock } from '../../foundation/clock.ts';
import { RepriseError } from '../../foundation/reprise-error.ts';
import { planFaults } from '../../replayer/faults/plan-faults.ts';
import { readPlan } from '../../replayer/faults/read-plan.ts';
import { readChecked } from '../../replayer/settings.ts';
import type { SharingTools } from '../../sharing/tools.ts';
import { escapeText } from '../escape-text.ts';
import { requireFit } from '../judge-recording.ts';
import { openProgress } from '../progress.ts';
import { completeRedaction } from '../../recorder/complete-redaction.ts';
import { findSecrets } from '../secrets/find-secrets.ts';

/** What the commands give to those who make and move bundles. */
export const sharingTools: SharingTools = {
  findSecrets,
  isPlan,
  requireFit,
  async checkPlan(file) {
    await planFaults({ faultPlan: file });
  },
  async checkConfig(file) {
    await readChecked(file);
    await completeRedaction({ redact: [], keep: [], noRedact: false }, { folder: '', config: file });
  },
  openProgress: (label, size) => openProgress(label, size, process.stderr),
  clock: systemClock,
  onWarning: (text) => void process.stderr.write(`reprise: ${escapeText(text)}\n`),
};

function isPlan(file: string): boolean {
  try {
    readPlan(file);
    return true;
  } catch (error) {
    if (error instanceof RepriseError) return false;
    throw error;
  }
}
