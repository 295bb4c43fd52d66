// node bench/run.mjs [NAME…]: how fast reprise is against the tools that do the least, side by side in one run. Needs a C
// compiler. Figures are medians; ratios are medians of the pairs. A machine that does something else meanwhile spoils them.
// BEFORE=/path/to/another/checkout node bench/run.mjs versus: the replay of this one against that one's, which is built.
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const pathOf = (name) => fileURLToPath(new URL(name, import.meta.url));
const program = pathOf('../bin/reprise.js');
const folder = mkdtempSync(join(tmpdir(), 'reprise-bench-'));
const stdioRequests = 100_000;
const pairs = Number(process.env.PAIRS ?? 9);
const compiled = Object.fromEntries(['lines', 'load'].map((name) => [name, compile(name)]));

const benches = { ready, dropIn, burst, sustained, redaction, tcp };
const names = process.argv.length > 2 ? process.argv.slice(2) : Object.keys(benches);
try {
  for (const name of names) await (name === 'versus' ? versus : benches[name])();
} finally {
  rmSync(folder, { recursive: true });
}

/** From the start of the process to its ready line, against a Node that does nothing. */
async function ready() {
  const recording = pathOf('../recordings/llm.jsonl');
  await compare('start to ready, ms', 'node -e 0', {
    theirs: () => timeOf([process.execPath, '-e', '0']),
    ours: () => timeOf([process.execPath, program, 'replay', recording, '--pace', 'instant'], 'plugin_ready'),
  });
}

/** The same of the drop-in, and of stubs; the package's names are enough to find the recording. */
async function dropIn() {
  const recording = pathOf('../recordings/regex.jsonl');
  const [plugin, file] = [join(folder, 'regex'), join(folder, 'regex.difypkg')];
  mkdirSync(plugin);
  writeFileSync(join(plugin, 'manifest.yaml'), 'version: 0.0.8\nauthor: langgenius\nname: regex\n');
  const dify = pathOf('../bin/dify.js');
  execFileSync(process.execPath, [dify, 'plugin', 'package', plugin, '-o', file], { stdio: 'ignore' });
  const run = (command, env) => timeOf([...command, 'plugin', 'run', file, '-r', 'json'], 'plugin_ready', env);
  const stubs = ['stub', 'embedded'].map((name) => join(folder, name));
  for (const [index, stub] of stubs.entries())
    execFileSync(process.execPath, [program, 'stub', recording, '-o', stub, ...(index === 1 ? ['--embed'] : [])], {
      stdio: 'ignore',
    });
  const theirs = () => timeOf([process.execPath, '-e', '0']);
  const other = 'node -e 0';
  await compare('drop-in, start to ready, ms', other, {
    theirs,
    ours: () => run([process.execPath, dify], { REPRISE_RECORDINGS: recording }),
  });
  await compare('stub, start to ready, ms', other, { theirs, ours: () => run([process.execPath, stubs[0]]) });
  await compare('embedded stub, start to ready, ms', other, { theirs, ours: () => run([process.execPath, stubs[1]]) });
}

/** A burst of 64 MB in lines of 4 KB, as its reader sees it. */
async function burst() {
  const gen = `${compiled.lines} write 4096 67108864`;
  const out = join(folder, 'burst.jsonl');
  const rate = (command) =>
    Number(
      spawnSync('sh', ['-c', `${command} | ${compiled.lines} read`])
        .stderr.toString()
        .trim()
        .split('\n')
        .at(-1),
    );
  await compare('burst of 64 MB, 4 KB lines, MB/s', 'tee', {
    theirs: () => rate(`${gen} | tee ${out}`),
    ours: () => rate(`node ${program} record -q --force -o ${out} -- ${gen}`),
  });
}

/** What reaches the file, validated, in a session too long for a burst. */
async function sustained() {
  const out = join(folder, 'sustained.jsonl');
  const rates = [];
  for (let run = 0; run < 3; run++) {
    const began = performance.now();
    execFileSync(
      'node',
      [program, 'record', '-q', '--force', '-o', out, '--', compiled.lines, 'write', '4096', String(512 << 20)],
      { stdio: ['ignore', 'ignore', 'inherit'] },
    );
    rates.push(statSync(out).size / 1e3 / (performance.now() - began));
  }
  console.log(`recording 512 MB, 4 KB lines, MB/s: ${median(rates).toFixed(0)}`);
}

/** What redaction costs, with a secret in each line of 4 KB: of a burst as its reader sees it, and in what reaches the file. */
async function redaction() {
  const [input, out] = [join(folder, 'secrets.jsonl'), join(folder, 'redacted.jsonl')];
  writeFileSync(input, secretLines(64 << 20));
  const record = (more, files) => `node ${program} record -q --force -o ${out} ${more} -- cat ${files}`;
  const rate = (more) =>
    Number(
      spawnSync('sh', ['-c', `${record(more, input)} 2>/dev/null | ${compiled.lines} read 2>&1`])
        .stdout.toString()
        .trim()
        .split('\n')
        .at(-1),
    );
  await compare('burst of 64 MB with secrets, 4 KB lines, MB/s', 'without redaction', {
    theirs: () => rate('--no-redact'),
    ours: () => rate(''),
  });
  const size = 8 * (64 << 20);
  const sustainedRate = (more) => {
    const began = performance.now();
    execFileSync('sh', ['-c', record(more, `${input} `.repeat(8))], { stdio: ['ignore', 'ignore', 'ignore'] });
    return size / 1e3 / (performance.now() - began);
  };
  await compare('recording 512 MB with secrets, 4 KB lines, MB/s', 'without redaction', {
    theirs: () => sustainedRate('--no-redact'),
    ours: () => sustainedRate(''),
  });
}

/** Requests of 4 KB, each with one of a hundred keys. */
function secretLines(size) {
  const keys = Array.from(
    { length: 100 },
    (_, index) => `sk-proj-${String(index).padStart(3, '0')}${'aB3dE5gH'.repeat(5)}`,
  );
  const pad = 'The quick brown fox jumps over "the" lazy dog, path/to/file and a token of regard. '.repeat(46);
  const lines = keys.map((api_key, index) =>
    JSON.stringify({ ...loadRequest(), request: { credentials: { api_key, mode: 'chat' }, index, text: pad } }),
  );
  const block = `${lines.join('\n')}\n`;
  return block.repeat(Math.ceil(size / block.length));
}

/** Requests a second over TCP, one at a time on each connection, against a server that echoes. */
async function tcp() {
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
async function versus() {
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

function rateOf(port, connections, ...rest) {
  const args = ['-p', String(port), '-c', String(connections), '-d', '1', '-w', '0.5', ...rest];
  return JSON.parse(execFileSync(compiled.load, args)).rps;
}

async function compare(what, other, { theirs, ours }) {
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

function median(values) {
  return values.toSorted((a, b) => a - b)[values.length >> 1];
}

async function timeOf([command, ...args], until, env = {}) {
  const began = performance.now();
  const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'inherit'], env: { ...process.env, ...env } });
  if (until === undefined) await once(child, 'exit');
  else for await (const line of createInterface({ input: child.stdout })) if (line.includes(until)) break;
  const took = performance.now() - began;
  child.kill('SIGKILL');
  return took;
}

async function portOf(child, pattern) {
  for await (const line of createInterface({ input: child.stdout })) {
    const port = pattern.exec(line)?.[1];
    if (port) return Number(port);
  }
  throw new Error('it said no port');
}

function compile(name) {
  const file = join(folder, name);
  execFileSync('cc', ['-O2', '-o', file, pathOf(`${name}.c`)]);
  return file;
}

/** What bench/load.c asks. */
function loadRequest() {
  return {
    invoke_id: '1',
    type: 'tool',
    action: 'invoke_tool',
    request: { provider: 'p', tool: 't', credentials: {}, tool_parameters: { pad: 'a'.repeat(56) } },
  };
}

/** A session that holds it. */
function loadRecording() {
  const request = loadRequest();
  const message = (type, response, id = '1') => ({ from: 'plugin', message: { invoke_id: id, type, response } });
  const lines = [
    message('plugin_ready', { info: 'plugin loaded' }, ''),
    { from: 'client', message: request },
    message('info', { info: 'received request' }, ''),
    message('plugin_response', { message: { text: 'b'.repeat(60) }, meta: null, type: 'text' }),
    message('plugin_invoke_end', { info: 'plugin invoke end' }),
  ];
  const header = {
    format: 'reprise',
    version: 1,
    recorded_at: new Date().toISOString(),
    command: ['bench'],
    recorder: { name: 'bench', version: '0', node: process.version, platform: 'any' },
  };
  return [header, ...lines.map((line, at) => Object.assign({ at }, line))]
    .map((line) => `${JSON.stringify(line)}\n`)
    .join('');
}
