import type { UnfinishedPolicy } from '../foundation/choices.ts';
import type { Spelling } from '../foundation/spell-option.ts';
import { spellOption } from '../foundation/spell-option.ts';
import { errorLine, withoutQuotes } from '../protocol/derived.ts';
import type { ResponseFormat } from '../protocol/response-format.ts';
import type { Tempo } from './pace.ts';
import { waitFor } from './pace.ts';
import type { Script } from './script.ts';
import type { StartUpLine } from './script-source.ts';
import type { Step } from './step.ts';

export interface StartUpOptions {
  script: Script;
  format: ResponseFormat;
  tempo: Tempo;
  /** When the process began, on the clock's scale. */
  began: number;
  /** The port that is listened on; 0 in stdio mode. */
  port: number;
  /** What a start-up does that neither became ready nor failed in the recording: nothing more, or it fails and says why. */
  onUnfinished: UnfinishedPolicy;
  /** How options are given by those who read of it. */
  spelling?: Spelling;
  /** Ready has been sent, or the announcement in TCP mode. */
  onReady: () => void;
}

/**
 * The first step of a start-up, the others behind it. Where the recorded plugin became ready, what the program says by its rules stands at the
 * recorded times, whatever mode was recorded; otherwise the lines as they were, and the exit, or why there is none.
 */
export function startUpSteps(options: StartUpOptions): Step | undefined {
  const { script, format } = options;
  const lines = script.isReady ? inMode(script.startUp, options.port > 0) : script.startUp;
  const steps: Step[] = [];
  let [due, before] = [options.began, 0];
  for (const line of lines) {
    due += startUpWait(line.at - before, options.tempo);
    before = line.at;
    steps.push(stepOf(line, due, options));
  }
  const { startUpExit } = script;
  if (startUpExit !== undefined) {
    steps.push({
      place: 'exit',
      due: due + startUpWait(startUpExit.gap, options.tempo),
      bytes: '',
      exit: startUpExit.exit,
    });
  } else if (!script.isReady && options.onUnfinished === 'error') steps.push(...failure(due, options));
  return inOrder(steps);

  function stepOf({ role, row }: StartUpLine, at: number, { port, onReady }: StartUpOptions): Step {
    const now = new Date();
    if (role === 'loading') return { place: 'loading', due: at, bytes: format.loading(now) };
    if (role === 'announcement')
      return { place: 'announcement', due: at, bytes: format.announcement(port, now), onSent: onReady };
    if (role === 'ready') return { place: 'ready', due: at, bytes: format.ready, onSent: onReady };
    const { bytes, eol } = script.readStartUp(row);
    return { place: role, due: at, bytes: format.raw(bytes, eol, now) };
  }
}

/** The recording was cut before ready: as a start-up that fails, which nobody waits for in vain. */
function failure(due: number, { script, format, spelling }: StartUpOptions): Step[] {
  const hang = spellOption('on-unfinished', ['hang'], spelling);
  const text = `reprise: ${withoutQuotes(script.startUpFile)}: the recording ends before the plugin was ready. Record it again; to wait for ever as it did: ${hang}`;
  const bytes = format.raw(Buffer.from(errorLine('', text)), '\n', new Date());
  return [
    { place: 'start-up', due, bytes },
    { place: 'exit', due, bytes: '', exit: { code: 1, signal: null } },
  ];
}

/** Each is sent when the one before has been. */
function inOrder(steps: readonly Step[]): Step | undefined {
  return steps.reduceRight<Step | undefined>(
    (next, step) => (next === undefined ? step : { ...step, next: () => next }),
    undefined,
  );
}

/** Loading comes first, though a recording may lack it; ready, or the announcement, is the recorded one of either kind. */
function inMode(recorded: readonly StartUpLine[], isTcp: boolean): StartUpLine[] {
  const isSecond = ({ role }: StartUpLine): boolean => role === 'ready' || role === 'announcement';
  const ready = recorded.findIndex(isSecond);
  const lines = recorded.filter((line, index) => index === ready || !isSecond(line));
  const loading: StartUpLine[] = lines.some(({ role }) => role === 'loading')
    ? []
    : [{ role: 'loading', at: 0, row: -1 }];
  const here = isTcp ? 'announcement' : 'ready';
  return [
    ...loading,
    ...lines.map((line) => (isSecond(line) ? { role: here, at: line.at, row: line.row } : line) satisfies StartUpLine),
  ];
}

function startUpWait(gap: number, tempo: Tempo): number {
  return Math.min(waitFor(gap, tempo), tempo.startUpGap);
}
