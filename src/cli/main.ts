import type { CommandName } from '../foundation/option-table.ts';
import { environmentName } from '../foundation/option-spec.ts';
import { commandTable } from '../foundation/option-table.ts';
import type { ReadOptions } from '../foundation/read-options.ts';
import { readOptions } from '../foundation/read-options.ts';
import { RepriseError } from '../foundation/reprise-error.ts';
import { runReplay } from './replay-command.ts';

/** A command's run gives the exit status. */
type Run = (options: ReadOptions) => Promise<number>;

/** Replay is at hand, since a client waits for it; the others are loaded when they are wanted. */
const runs: Record<CommandName, () => Promise<Run>> = {
  replay: () => Promise.resolve(runReplay),
  record: async () => (await import('./record-command.ts')).runRecord,
  redact: async () => (await import('./redact-command.ts')).runRedact,
  inspect: async () => (await import('./inspect-command.ts')).runInspect,
  check: async () => (await import('./check-command.ts')).runCheck,
  explain: async () => (await import('./explain-command.ts')).runExplain,
  report: async () => (await import('./report-command.ts')).runReport,
  faults: async () => (await import('./faults/faults-command.ts')).runFaults,
  stub: async () => (await import('./stub-command.ts')).runStub,
  bundle: async () => (await import('./sharing/bundle-command.ts')).runBundle,
  push: async () => (await import('./sharing/push-command.ts')).runPush,
  pull: async () => (await import('./sharing/pull-command.ts')).runPull,
};

/**
 * Runs a command line.
 * @returns the exit status: 0 good, 1 a finding, 2 wrong use or unreadable input
 */
export async function main(args: readonly string[], env: NodeJS.ProcessEnv): Promise<number> {
  const [name = '', ...rest] = args;
  try {
    const spec = commandTable.find((command) => command.name === name);
    if (spec === undefined || asksForHelp(rest)) {
      const { runHelp } = await import('./help.ts');
      return runHelp(name, rest);
    }
    const run = await runs[spec.name]();
    return await run(readOptions(spec, rest, env));
  } catch (error_) {
    const error = await explain(error_);
    const message = nameSource(error.message, rest, env);
    // Names of files, and what stands in them, are not ours.
    const { escapeText } = await import('./escape-text.ts');
    process.stderr.write(`reprise: ${escapeText(message)}${await suggestOption(message, name)}\n`);
    return error.exitStatus;
  }
}

/** @throws what was thrown, where it is no mistake that its user can mend */
async function explain(thrown: unknown): Promise<RepriseError> {
  if (thrown instanceof RepriseError) return thrown;
  const error = (await import('./explain-system-error.ts')).explainSystemError(thrown);
  if (error instanceof RepriseError) return error;
  throw thrown;
}

/** A bad value of an option that was not given on the command line came from the environment. */
function nameSource(message: string, args: readonly string[], env: NodeJS.ProcessEnv): string {
  return message.replace(/^(Failed to [^`]*)`--([a-z-]+)`/, (whole, start: string, flag: string) => {
    const isGiven = args.some((word) => word === `--${flag}` || word.startsWith(`--${flag}=`));
    const variable = environmentName({ flag });
    return isGiven || (env[variable] ?? '') === '' ? whole : `${start}\`${variable}\``;
  });
}

/** Behind `--` it is the recorded command that is asked. */
function asksForHelp(args: readonly string[]): boolean {
  const end = args.indexOf('--');
  return args.slice(0, end < 0 ? args.length : end).some((word) => word === '--help' || word === '-h');
}

/** The nearest option, where one was mistyped. */
async function suggestOption(message: string, name: string): Promise<string> {
  const unknown = /Unknown option '(--[^']*)'/.exec(message)?.[1];
  const options = commandTable.find((command) => command.name === name)?.options ?? [];
  if (unknown === undefined) return '';
  return (await import('../foundation/suggest.ts')).suggest(
    unknown,
    options.map(({ flag }) => `--${flag}`),
  );
}
