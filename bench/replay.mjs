import { spawn, spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadRecording, loadRequest } from './sessions.mjs';
import { compare, folder, portOf, program, rateOf, timeOf } from './tools.mjs';

const stdioRequests = 100_000;

/** Requests a second over TCP, one at a time on each connection, against a server that echoes. */
export async function tcp() {
  const echo = spawn(process.execPath, [
    '-e',
    "require('net').createServer({noDelay:true},s=>s.on('error',()=>{}).on('data',b=>s.write(b))).listen({port:0,host:'127.0.0.1',backlog:2048},function(){console.log(this.address().port)})",
  ]);
  const recording = join(folder, 'load.jsonl');
  writeFileSync(recording, loadRecording());
  const replay = spawn(process.execPath, [program, 'replay', recording, '-m', 'tcp', '--pace', 'instant']);
  const [echoPort, replayPort] = [await portOf(echo, /^(\d+)/), await portOf(replay, /"port":(\d+)/)];
  for (const connections of [1, 100, 1000]) {
    await compare(`TCP, ${connections} connections, requests/s`, 'Node echo', {
      theirs: () => rateOf(echoPort, connections),
      ours: () => rateOf(replayPort, connections, '-m', 'plugin_invoke_end'),
    });
  }
  for (const child of [echo, replay]) child.kill('SIGKILL');
}

/** What a change costs a replay: start, and requests a second over TCP and stdio. */
export async function versus() {
  const programs = { theirs: join(process.env.BEFORE ?? '.', 'bin/reprise.js'), ours: program };
  const recording = join(folder, 'load.jsonl');
  writeFileSync(recording, loadRecording());
  const both = (measure) =>
    Object.fromEntries(Object.entries(programs).map(([who, file]) => [who, () => measure(file, who)]));
  const command = (file, ...rest) => [process.execPath, file, 'replay', recording, '--pace', 'instant', ...rest];
  await compare(
    'start to ready, ms',
    'before',
    both((file) => timeOf(command(file), 'plugin_ready')),
  );
  const request = `${JSON.stringify(loadRequest())}\n`;
  const requests = Buffer.from(request.repeat(stdioRequests));
  await compare(
    'stdio, requests/s',
    'before',
    both((file) => {
      const began = performance.now();
      spawnSync(process.execPath, command(file, '--exit-on-eof').slice(1), { input: requests, maxBuffer: 1 << 30 });
      return (stdioRequests * 1000) / (performance.now() - began);
    }),
  );
  const children = Object.entries(programs).map(([who, file]) => {
    const [node, ...rest] = command(file, '-m', 'tcp');
    return [who, spawn(node, rest)];
  });
  const ports = {};
  for (const [who, child] of children) ports[who] = await portOf(child, /"port":(\d+)/);
  for (const connections of [1, 100, 1000])
    await compare(
      `TCP, ${connections} connections, requests/s`,
      'before',
      both((_file, who) => rateOf(ports[who], connections, '-m', 'plugin_invoke_end')),
    );
  for (const [, child] of children) child.kill('SIGKILL');
}
