import { connect } from 'node:net';
import { createInterface } from 'node:readline';
import { readFileSync } from 'node:fs';
import { replay } from 'reprise';

const request = readFileSync('examples/llm-request.json', 'utf8');

const plugin = await replay('recordings/llm.jsonl', { mode: 'tcp', pace: 'instant' });
const socket = connect(plugin.port, '127.0.0.1');
let answer = '';
for await (const line of createInterface({ input: socket })) {
  const message = JSON.parse(line);
  if (message.type === 'plugin_ready') socket.write(request);
  answer += message.response.delta?.message.content ?? '';
  if (message.type === 'plugin_invoke_end') break;
}
await plugin.close();
console.log(answer); // Record once, play it back for ever …
