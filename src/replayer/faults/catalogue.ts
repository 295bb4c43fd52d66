import { answerBeforeReady } from './kinds/answer-before-ready.ts';
import { badJson } from './kinds/bad-json.ts';
import { bandwidth } from './kinds/bandwidth.ts';
import { blankLine } from './kinds/blank-line.ts';
import { bom } from './kinds/bom.ts';
import { close } from './kinds/close.ts';
import { closeStdout } from './kinds/close-stdout.ts';
import { coalesce } from './kinds/coalesce.ts';
import { corrupt } from './kinds/corrupt.ts';
import { crlf } from './kinds/crlf.ts';
import { doubleEnd } from './kinds/double-end.ts';
import { drop } from './kinds/drop.ts';
import { duplicate } from './kinds/duplicate.ts';
import { earlyEnd } from './kinds/early-end.ts';
import { emptyId } from './kinds/empty-id.ts';
import { error } from './kinds/error.ts';
import { exit } from './kinds/exit.ts';
import { halfClose } from './kinds/half-close.ts';
import { ignoreSignals } from './kinds/ignore-signals.ts';
import { invalidUtf8 } from './kinds/invalid-utf8.ts';
import { kill } from './kinds/kill.ts';
import { lateAcknowledgement } from './kinds/late-acknowledgement.ts';
import { latency } from './kinds/latency.ts';
import { missingField } from './kinds/missing-field.ts';
import { neverReady } from './kinds/never-ready.ts';
import { noAcknowledgement } from './kinds/no-acknowledgement.ts';
import { noAnnouncement } from './kinds/no-announcement.ts';
import { noEnd } from './kinds/no-end.ts';
import { noNewline } from './kinds/no-newline.ts';
import { oversize } from './kinds/oversize.ts';
import { pause } from './kinds/pause.ts';
import { readyTwice } from './kinds/ready-twice.ts';
import { refuse } from './kinds/refuse.ts';
import { reorder } from './kinds/reorder.ts';
import { resetPeer } from './kinds/reset-peer.ts';
import { restart } from './kinds/restart.ts';
import { slicer } from './kinds/slicer.ts';
import { slowStart } from './kinds/slow-start.ts';
import { stall } from './kinds/stall.ts';
import { startupError } from './kinds/startup-error.ts';
import { stderrFlood } from './kinds/stderr-flood.ts';
import { stopReading } from './kinds/stop-reading.ts';
import { strayLine } from './kinds/stray-line.ts';
import { swapIds } from './kinds/swap-ids.ts';
import { truncate } from './kinds/truncate.ts';
import { unknownType } from './kinds/unknown-type.ts';
import { wrongId } from './kinds/wrong-id.ts';
import { wrongPort } from './kinds/wrong-port.ts';

/** Every kind of fault, by group. */
export const faultKinds = [
  latency,
  stall,
  pause,
  bandwidth,
  slowStart,
  exit,
  kill,
  restart,
  neverReady,
  startupError,
  ignoreSignals,
  stopReading,
  closeStdout,
  stderrFlood,
  refuse,
  close,
  resetPeer,
  halfClose,
  noAnnouncement,
  wrongPort,
  slicer,
  coalesce,
  truncate,
  corrupt,
  invalidUtf8,
  oversize,
  strayLine,
  blankLine,
  crlf,
  bom,
  noNewline,
  drop,
  duplicate,
  reorder,
  earlyEnd,
  noEnd,
  doubleEnd,
  wrongId,
  emptyId,
  swapIds,
  unknownType,
  missingField,
  badJson,
  error,
  noAcknowledgement,
  lateAcknowledgement,
  readyTwice,
  answerBeforeReady,
] as const;
