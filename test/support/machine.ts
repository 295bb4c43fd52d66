import { spawnSync } from 'node:child_process';
import { networkInterfaces } from 'node:os';

// What a machine may lack, so that a test which is about that can be left out there.

export const hasGit = spawnSync('git', ['--version'], { stdio: 'ignore' }).status === 0;

export const hasIpv6 = Object.values(networkInterfaces()).some((all) => all?.some(({ address }) => address === '::1'));
/** The addresses by which a machine reaches itself. */
export const loopbacks: readonly string[] = hasIpv6 ? ['127.0.0.1', '::1'] : ['127.0.0.1'];

/** So many files a process may have open. */
export const mostOpenFiles = Number(spawnSync('sh', ['-c', 'ulimit -n'], { encoding: 'utf8' }).stdout) || Infinity;
