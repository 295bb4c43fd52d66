import { existsSync, realpathSync } from 'node:fs';
import { basename } from 'node:path';
import { findFile } from './find-file.ts';

const envProgram = '/usr/bin/env';
/** Variables that a shell sets anew for itself, and hands on. */
const shellOwn = ['IFS', 'OPTIND', 'PPID'] as const;
/** dash, the `sh` of Debian and Ubuntu, leaves these alone; bash, which is that of others, and BusyBox don't. */
const ownOfOthers = ['OLDPWD', 'SHLVL', '_'] as const;

/**
 * The same command, such that the shell which starts it does not show in its environment: a shell drops variables whose
 * names it can't use (`foo.bar`), and corrects some others. Those few are put back by `env`, which then becomes the command.
 */
export function keepEnvironment(command: readonly string[], env: NodeJS.ProcessEnv): readonly string[] {
  const ofShell: readonly string[] = isDash() ? [] : ownOfOthers;
  const own = new Set<string>([...shellOwn, ...ofShell]);
  const lost = Object.keys(env).filter((name) => !/^[A-Za-z_]\w*$/.test(name) || own.has(name));
  const directory = env['PWD'];
  if (directory !== undefined && !isHere(directory)) lost.push('PWD');
  const unset = ['PWD', ...ofShell].flatMap((name) => (env[name] === undefined ? ['-u', name] : []));
  // `env` would take a command with such a name for a variable.
  if ((lost.length === 0 && unset.length === 0) || command[0]?.includes('=') === true || !existsSync(envProgram))
    return command;
  return [envProgram, ...unset, ...lost.map((name) => `${name}=${env[name]}`), ...command];
}

function isDash(): boolean {
  try {
    return basename(realpathSync('/bin/sh')) === 'dash';
  } catch {
    return false; // there is none, which starting it will tell
  }
}

/** A shell leaves PWD alone where it names the directory that it is in. */
function isHere(directory: string): boolean {
  const there = directory.startsWith('/') ? findFile(directory) : undefined;
  const here = findFile('.');
  return there?.ino === here?.ino && there?.dev === here?.dev;
}
