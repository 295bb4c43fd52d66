import { RepriseError } from '../../foundation/reprise-error.ts';
import { errorLine, withoutQuotes } from '../../protocol/derived.ts';
import type { ResponseFormat } from '../../protocol/response-format.ts';
import { blankFormat, formats } from '../../protocol/response-format.ts';
import { play } from '../play.ts';
import { settle } from '../../replayer/settings.ts';
import { isParentGone, readStdinNow } from '../../transport/parent.ts';
import { nameVariables } from './name-variables.ts';
import type { ReplayPlan } from './plan-start.ts';
import { planStart } from './plan-start.ts';
import { StartUpFault } from './read-package.ts';
import type { DropInSettings } from './settings.ts';
import { readSettings } from './settings.ts';
import type { Stub } from './stub.ts';

/** `dify plugin run FILE`, as it was called. */
export interface RunCall {
  file: string;
  flags: ReadonlyMap<string, string>;
  args: readonly string[];
  env: NodeJS.ProcessEnv;
  stub: Stub | undefined;
}

/**
 * Is the plugin of a package: plays what was recorded of it, or records it.
 * @returns the exit status; what hinders a start is told on stdout, as the program tells it, and has status 1
 */
export async function runPlugin(call: RunCall): Promise<number> {
  const { flags, env } = call;
  const format = formatOf(flags.get('response-format') ?? env['REPRISE_RESPONSE_FORMAT']);
  try {
    const settings = await readSettings(env);
    const plan = await planStart(call, settings);
    const mode = flags.get('mode') ?? settings.options.mode ?? 'stdio';
    if (mode !== 'stdio' && mode !== 'tcp') return failMode(mode, format);
    if (plan.kind === 'record') {
      const { recordSession } = await import('./record-session.ts');
      return await recordSession(plan, call);
    }
    return await play(() => prepare(plan, { settings, mode, format }));
  } catch (error) {
    if (error instanceof StartUpFault) return failStart(error.message, format);
    if (!(error instanceof RepriseError)) throw error;
    const text = nameVariables(error.message);
    process.stderr.write(`reprise: ${text}\n`);
    failStart(withoutQuotes(`reprise: ${text}`), format);
    return error.code === 'would-record' ? error.exitStatus : 1;
  }
}

interface Manner {
  settings: DropInSettings;
  mode: 'stdio' | 'tcp';
  format: ResponseFormat;
}

/** What the drop-in does where nothing else was asked for: no waits, and nothing that hangs. */
async function prepare(plan: ReplayPlan, { settings, mode, format }: Manner) {
  const { files, options } = await settle(plan.files, settings.options);
  const { session } = settings;
  const supplement = plan.supplement === undefined ? undefined : await plan.supplement();
  return {
    files,
    format,
    client: { isGone: isParentGone, readLeft: readStdinNow },
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
  return failStart(`invalid run mode: ${mode}`, format);
}

/** A start-up error, in the format that the client reads. */
function failStart(text: string, format: ResponseFormat): number {
  process.stdout.on('error', () => undefined); // nobody reads it
  process.stdout.write(format.raw(Buffer.from(errorLine('', text)), '\n', new Date()));
  return 1;
}
