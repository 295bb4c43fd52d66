import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

export const pathOf = (name) => fileURLToPath(new URL(name, import.meta.url));
export const program = pathOf('../bin/reprise.js');
/** For all that is made meanwhile. */
export const folder = mkdtempSync(join(tmpdir(), 'reprise-bench-'));
/** What bench/NAME.c is compiled to. */
export const compiled = Object.fromEntries(['lines', 'load'].map((name) => [name, compile(name)]));
const pairs = Number(process.env.PAIRS ?? 9);

/** Measures both in turn, and prints the medians of the figures and of their ratios. */
export async function compare(what, other, { theirs, ours }) {
  const [a, b] = [[], []];
  for (let pair = 0; pair < pairs; pair++) {
    a.push(await theirs());
    b.push(await ours());
  }
  const ratios = b.map((value, index) => value / a[index]);
  console.log(
    `${what}: ${median(b).toFixed(1)} (${other} ${median(a).toFixed(1)}), ratio ${median(ratios).toFixed(2)} (${Math.min(...ratios).toFixed(2)} to ${Math.max(...ratios).toFixed(2)})`,
  );
}

export function median(values) {
  return values.toSorted((a, b) => a - b)[values.length >> 1];
}

/** Milliseconds from the start of a command until it says something, or else ends. */
export async function timeOf([command, ...args], until, env = {}) {
  const began = performance.now();
  const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'inherit'], env: { ...process.env, ...env } });
  if (until === undefined) await once(child, 'exit');
  else for await (const line of createInterface({ input: child.stdout })) if (line.includes(until)) break;
  const took = performance.now() - began;
  child.kill('SIGKILL');
  return took;
}

/** The port that a server says. */
export async function portOf(child, pattern) {
  for await (const line of createInterface({ input: child.stdout })) {
    const port = pattern.exec(line)?.[1];
    if (port) return Number(port);
  }
  throw new Error('it said no port');
}

/** Requests a second that a server answers, each with a line in which the mark is. */
export function rateOf(port, connections, ...rest) {
  const args = ['-p', String(port), '-c', String(connections), '-d', '1', '-w', '0.5', ...rest];
  return JSON.parse(execFileSync(compiled.load, args)).rps;
}

function compile(name) {
  const file = join(folder, name);
  execFileSync('cc', ['-O2', '-o', file, pathOf(`${name}.c`)]);
  return file;
}
