import { keepStart } from '../../foundation/characters.ts';
import { RepriseError, systemCode } from '../../foundation/reprise-error.ts';
import { errorLine, withoutQuotes } from '../../protocol/derived.ts';
import type { ResponseFormat } from '../../protocol/response-format.ts';
import { blankFormat, formats } from '../../protocol/response-format.ts';
import { play } from '../play.ts';
import { settle } from '../../replayer/settings.ts';
import { isPipe } from '../../transport/own-descriptor.ts';
import { isParentGone, readStdinNow } from '../../transport/parent.ts';
import type { ReplayPlan, Start } from './plan.ts';
import { planStart } from './plan-start.ts';
import { StartUpFault } from './read-package.ts';
import type { DropInSettings } from './settings.ts';
import { readSettings } from './settings.ts';

/** Whatever a name in it is, no more is said of a failure, in characters. */
const longestText = 4000;

/**
 * Is the plugin of a package: plays what was recorded of it, or records it.
 * @returns the exit status; what hinders a start is told on stdout, as the program tells it, and has status 1
 */
export async function runPlugin(call: Start): Promise<number> {
  const { flags, env } = call;
  const format = formatOf(flags.get('response-format') ?? env['REPRISE_RESPONSE_FORMAT']);
  let settings: DropInSettings | undefined;
  try {
    settings = await readSettings(env);
    const plan = await planStart(call, settings);
    const mode = flags.get('mode') ?? settings.options.mode ?? 'stdio';
    if (mode !== 'stdio' && mode !== 'tcp') return failMode(mode, format);
    if (plan.kind === 'record') {
      const { recordSession } = await import('./record-session.ts');
      return await recordSession(plan, call);
    }
    const manner = { settings, mode, format } as const;
    return await play(() => prepare(plan, manner));
  } catch (error) {
    const { text, isTold } = await explainFailure(error);
    // Before it is told: a client may end this process as soon as it has seen that.
    if (settings !== undefined) await noteQuietly(settings, withoutQuotes(text));
    if (isTold) tell(text);
    failStart(isTold ? withoutQuotes(text) : text, format);
    return error instanceof RepriseError && error.code === 'would-record' ? error.exitStatus : 1;
  }
}

/** What hinders a start: the program's own words, or a sentence that is told on stderr, too. */
async function explainFailure(error: unknown): Promise<{ text: string; isTold: boolean }> {
  if (error instanceof StartUpFault) return { text: keepStart(error.message, longestText), isTold: false };
  const { explainError } = await import('./explain-error.ts');
  return { text: keepStart(explainError(error), longestText), isTold: true };
}

function tell(text: string): void {
  process.stderr.on('error', () => undefined); // nobody reads it
  process.stderr.write(`${text}\n`);
}

/** Where the journal is the fault, it can't be told there. */
async function noteQuietly(settings: DropInSettings, text: string): Promise<void> {
  const { noteFailure } = await import('./note-failure.ts');
  try {
    noteFailure(settings, text);
  } catch (error) {
    if (!(error instanceof RepriseError) && systemCode(error) === undefined) throw error;
  }
}

interface Manner {
  settings: DropInSettings;
  mode: 'stdio' | 'tcp';
  format: ResponseFormat;
}

/** What the drop-in does where nothing else was asked for: no waits, and nothing that hangs. */
async function prepare(plan: ReplayPlan, { settings, mode, format }: Manner) {
  // What a stub holds in itself has its options with it, and no configuration beside it.
  const { files, options } =
    plan.onOpen === undefined
      ? await settle(plan.files, settings.options)
      : { files: plan.files, options: settings.options };
  const { session } = settings;
  const supplement = plan.supplement?.();
  return {
    files,
    format,
    // What was started in the background and left alone has no such stdin.
    ...(isPipe(0) ? { client: { isGone: isParentGone, readLeft: readStdinNow } } : {}),
    spelling: 'variables' as const,
    tellsGoodEnd: false, // a client that shows stderr would show it for each test
    warnings: plan.note === undefined ? [] : [plan.note],
    ...(plan.onOpen === undefined ? {} : { onOpen: plan.onOpen }),
    ...(supplement === undefined ? {} : { passOn: supplement.passOn, onExit: supplement.end }),
    options: {
      pace: 'instant' as const,
      onUnfinished: 'error' as const,
      ...(session === undefined ? {} : { session: session.name }),
      ...options,
      mode,
    },
  };
}

/** The program takes any format, and writes empty lines in one that it does not know. */
function formatOf(name = 'text'): ResponseFormat {
  return name === 'json' || name === 'text' ? formats[name] : blankFormat;
}

/** The program looks at its mode when all else has been loaded. */
function failMode(mode: string, format: ResponseFormat): number {
  process.stdout.write(format.loading(new Date()));
  failStart(`invalid run mode: ${mode}`, format);
  return 1;
}

/** A start-up error, in the format that the client reads. */
function failStart(text: string, format: ResponseFormat): void {
  process.stdout.on('error', () => undefined); // nobody reads it
  process.stdout.write(format.raw(Buffer.from(errorLine('', text)), '\n', new Date()));
}
