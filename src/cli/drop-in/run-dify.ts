import type { DifyCommand } from './commands.ts';
import { globalFlags, root } from './commands.ts';
import type { FoundCommand } from './find-command.ts';
import { findCommand } from './find-command.ts';
import { parseFlags } from './parse-flags.ts';
import { runPlugin } from './run-plugin.ts';
import type { Stub } from './stub.ts';
import { nameOf, renderHelp, renderUsage } from './usage.ts';

/** What the drop-in is started with. */
export interface DropInCall {
  args: readonly string[];
  /** With what a stub has baked in. */
  env: NodeJS.ProcessEnv;
  /** Where it is a file that `reprise stub` made. */
  stub: Stub | undefined;
}

/**
 * Answers a command line as the program does: wrong use is told on stderr, and has status 0.
 * @returns the exit status
 */
export async function runDify({ args, env, stub }: DropInCall): Promise<number> {
  if (args[0] === '--about' && stub !== undefined)
    return say((await import('./render-about.ts')).renderAbout(stub, env));
  const found = findCommand(args);
  if (typeof found === 'string') return complain((await import('./explain-unknown.ts')).explainUnknown(found));
  const { command, path } = found;
  if (command.role === 'not-imitated') return refuse(found, env);
  const parsed = parseFlags(found.args, [...command.flags, ...globalFlags]);
  if (typeof parsed === 'string') return misuse(path, parsed);
  const { values, words } = parsed;
  if (values.get('help') === 'true') return say(renderHelp(path));
  if (command.takes !== undefined && words.length !== command.takes)
    return misuse(path, `accepts ${command.takes} arg(s), received ${words.length}`);
  const [word = ''] = words;
  const run: Record<typeof command.role, () => number | Promise<number>> = {
    group: () => say(renderHelp(path)),
    help: () => helpOn(words),
    version: async () => say(`${await (await import('./check-version.ts')).checkVersion(env, stub)}\n`),
    package: async () => (await import('./package-command.ts')).runPackage(word, values),
    run: () => runPlugin({ file: word, flags: values, args, env, stub }),
  };
  return run[command.role]();
}

/** Of what is no command, the one above is told; the topic is written as Go writes a list of words. */
function helpOn(topic: readonly string[]): number {
  const asked = findCommand(topic);
  if (typeof asked !== 'string') return say(renderHelp(asked.path));
  return complain(`Unknown help topic [${topic.map((word) => `\`${word}\``).join(' ')}]\n${renderUsage([root])}`);
}

function misuse(path: readonly DifyCommand[], fault: string): number {
  return complain(`Error: ${fault}\n${renderUsage(path)}\n`);
}

/** What the program can and this one can't. */
async function refuse({ path }: FoundCommand, env: NodeJS.ProcessEnv): Promise<number> {
  const { findRealDify } = await import('./find-real-dify.ts');
  const real = findRealDify(env);
  const advice = real === undefined ? 'Use the program itself for it.' : `Use the program itself for it: ${real}.`;
  process.stderr.write(
    `reprise: \`${nameOf(path)}\` is not imitated: this is a replay, with \`version\`, \`plugin run\` and \`plugin package\`. ${advice}\n`,
  );
  return 1;
}

function say(text: string): number {
  process.stdout.on('error', () => undefined); // nobody reads it
  process.stdout.write(text);
  return 0;
}

function complain(text: string): number {
  process.stderr.on('error', () => undefined); // nobody reads it
  process.stderr.write(text);
  return 0;
}
