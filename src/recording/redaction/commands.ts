import { takeWord } from './bare-names.ts';
import { endOf } from './end-of.ts';
import type { TakeValue } from './give-value.ts';

/** Three letters with which flags and programs begin that take a password; `sshpass` is found by its own. */
export const commandTrigrams = [' -u', '--u', 'mys'];

const userFlag = /(?:[ ]-u[ ]{0,3}|--user(?:name)?(?:=|[ ]{1,3}))/y;
const userAndColon = /\\{0,16}["']?[^ \t-\r:"'\\$<{]{1,200}:/y;
const passwordFlag = /[ ](?:-p|--password)(?:=|[ ]{1,3})/g;
const sshPassword = /pass[ ]{1,3}-p[ ]{0,3}/y;
const mysqlPassword = /[ ]-p(?!ort\b|rotocol|lugin|ager|assword|rompt|rint)(?=[^ \t-\r-])/g;
/** What stands between a program and its flags, at most. */
const longestCommand = 300;
const commandEnd = /[\r\n;|]|\\{1,16}[rn]/;

/**
 * Takes the password that a program's flag is followed by: `curl -u user:…`, `docker login -u user -p …`, `sshpass -p …`,
 * `mysql -p…`. @returns where to look on; undefined where `at` is none of these
 */
export function takeCommand(text: string, at: number, found: TakeValue): number | undefined {
  const code = text.charCodeAt(at);
  if (code === 0x20 || code === 0x2d) return takeUser(text, at, found);
  const isMysql = text.startsWith('mysql', at);
  if (isMysql) return takeBehind(text, { at, flag: mysqlPassword }, found);
  if (code !== 0x70 || !text.startsWith('ssh', at - 3)) return undefined;
  const password = endOf(sshPassword, text, at);
  return password === undefined ? undefined : takeWord(text, { name: 'password', at: password }, found);
}

function takeUser(text: string, at: number, found: TakeValue): number | undefined {
  const from = endOf(userFlag, text, at);
  if (from === undefined) return undefined;
  const before = lastLine(text.slice(Math.max(0, at - longestCommand), at));
  if (/\blogin\b/.test(before)) return takeBehind(text, { at: from, flag: passwordFlag }, found);
  if (!/\bcurl\b/.test(before)) return from;
  const password = endOf(userAndColon, text, from);
  return password === undefined ? from : takeWord(text, { name: 'password', at: password }, found);
}

/** The value of a flag that stands farther behind. */
function takeBehind(text: string, { at, flag }: { at: number; flag: RegExp }, found: TakeValue): number {
  const window = text.slice(at, at + longestCommand);
  flag.lastIndex = 0;
  const match = flag.exec(window.slice(0, commandEnd.exec(window)?.index ?? window.length));
  if (match === null) return at + 1;
  takeWord(text, { name: 'password', at: at + match.index + match[0].length }, found);
  return at + 1;
}

function lastLine(text: string): string {
  return text.split(commandEnd).at(-1) ?? '';
}
