// A small client of `dify plugin run`: starts COMMAND, sends one request when it is ready, and prints the answer as it comes.
//   node examples/client.mjs REQUEST.json COMMAND…
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';

const [file, command, ...args] = process.argv.slice(2);
const request = JSON.parse(readFileSync(file, 'utf8'));
const plugin = spawn(command, args, { stdio: ['pipe', 'pipe', 'inherit'] });
let status = 1; // until the answer has ended, and without an error

for await (const line of createInterface({ input: plugin.stdout })) {
  const message = JSON.parse(line);
  if (message.type === 'plugin_ready') plugin.stdin.write(`${JSON.stringify(request)}\n`);
  if (message.invoke_id !== request.invoke_id) continue;
  if (message.type === 'plugin_response')
    process.stdout.write(message.response.delta?.message.content ?? message.response.message?.text ?? '');
  if (message.type === 'error') process.stdout.write(`error: ${message.response.error}`);
  if (message.type === 'plugin_invoke_end') status = 0;
  // After an error there may be an end, for an exception in the plugin, or none, for a line that was no request.
  if (message.type === 'error' || message.type === 'plugin_invoke_end') plugin.kill('SIGTERM');
  if (message.type === 'error') break;
}
process.stdout.write('\n');
process.exitCode = status;
