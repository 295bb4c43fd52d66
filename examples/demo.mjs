// `npm start`: a model plugin that was recorded once streams its answer again to a small client, at its recorded pace.
// Each line of the conversation is shown with its time and its direction: → to the plugin, ← from it.
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { styleText } from 'node:util';

const pathOf = (file) => fileURLToPath(new URL(`../${file}`, import.meta.url));
const recording = 'recordings/llm.jsonl';
const request = readFileSync(pathOf('examples/llm-request.json'), 'utf8').trim();
const isColoured = process.stdout.isTTY && !process.env.NO_COLOR;
const width = process.stdout.columns ?? 120;
const colours = { plugin_response: 'green', plugin_invoke_end: 'cyan', plugin_ready: 'cyan', error: 'red' };
const began = performance.now();

process.stdout.write(`reprise replay ${recording} is the plugin:\n`);
const plugin = spawn(process.execPath, [pathOf('bin/reprise.js'), 'replay', pathOf(recording)], {
  stdio: ['pipe', 'pipe', 'inherit'],
});
let answer = '';
for await (const line of createInterface({ input: plugin.stdout })) {
  const message = JSON.parse(line);
  show('←', line, colours[message.type] ?? 'gray');
  if (message.type === 'plugin_ready') {
    plugin.stdin.write(`${request}\n`);
    show('→', request, 'yellow');
  }
  answer += message.response.delta?.message.content ?? '';
  if (message.type === 'plugin_invoke_end') plugin.kill('SIGTERM');
}
process.stdout.write(`the model says: ${answer}\n`);

function show(direction, line, colour) {
  const time = `${((performance.now() - began) / 1000).toFixed(3)} s`.padStart(8);
  const token = /"content":"(?:[^"\\]|\\.)*"/.exec(line)?.[0] ?? '';
  const room = width - time.length - token.length - 6;
  const shown = `${time} ${direction} ${line.length > room ? `${line.slice(0, room)}… ${token}` : line}`;
  process.stdout.write(`${isColoured ? styleText(colour, shown) : shown}\n`);
}
