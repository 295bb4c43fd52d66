import { end, error } from '../../../support/recordings.ts';
import type { Row } from '../wire.ts';
import { acknowledged, line, one, plainX, text, three, two } from '../wire.ts';

/** An exception of the SDK, as the wire has it. */
function exception(type: string, message: string): string {
  return acknowledged + line(error('x', `{"args":{},"error_type":"${type}","message":"${message}"}`), end('x'));
}

/** What the provider's presets say. */
const providers: Row[] = [
  { name: 'rate-limited', x: exception('InvokeRateLimitError', 'Rate limit reached for requests') },
  { name: 'bad-credentials', x: exception('InvokeAuthorizationError', 'Incorrect API key provided') },
  {
    name: 'server-unavailable',
    x: exception('InvokeServerUnavailableError', 'The server is overloaded or not ready yet'),
  },
  { name: 'connection-error', x: exception('InvokeConnectionError', 'Connection error') },
  { name: 'bad-request', x: exception('InvokeBadRequestError', 'Invalid request') },
  {
    name: 'invalid-tool-credentials',
    x: exception('ToolProviderCredentialValidationError', 'Invalid credentials'),
  },
  { name: 'rate-limited', spec: `text='try later'`, x: exception('InvokeRateLimitError', 'try later') },
  {
    name: 'rate-limited',
    spec: 'at=response:3',
    x: exception('InvokeRateLimitError', 'Rate limit reached for requests').replace(
      acknowledged,
      acknowledged + line(one, two),
    ),
  },
  {
    name: 'bad-request',
    text: `${text.acknowledged}[error] map[error:{"args":{},"error_type":"InvokeBadRequestError","message":"Invalid request"}]\n\n${text.end}`,
  },
];

/** The beginning of an answer of 1000 bytes, cut in its middle. */
const cutAnswer = one.replace('"text"}}', '"text","padding":"').padEnd(500, 'x');

/** Every preset that shows on the wire of one that is asked, over stdio and over TCP. */
export const presetRows: Row[] = [
  {
    name: 'json-error',
    x:
      acknowledged +
      line(
        '{"invoke_id":"x","type":"error","response":{"error":"{\\"error_type\\":\\"unmarshal_error\\",\\"message\\":\\"unmarshal json failed: invalid character \'H\' looking for beginning of value\\"}"}}',
        end('x'),
      ),
  },
  {
    name: 'json-error',
    spec: 'text=mine',
    x: acknowledged + line(error('x', '{"error_type":"unmarshal_error","message":"mine"}'), end('x')),
  },
  { name: 'missing-fields', x: acknowledged + line(error('x', 'action and type are required')) },
  // These come later: meanwhile the other one is answered.
  {
    name: 'execution-timeout',
    spec: 'ms=5',
    x: acknowledged,
    last: line(error('x', 'execution timeout exceeded'), end('x')),
  },
  {
    name: 'memory-crash',
    spec: 'bytes=1000',
    x: acknowledged + cutAnswer,
    y: '',
    exit: { code: null, signal: 'SIGKILL' },
  },
  {
    name: 'memory-crash',
    spec: 'bytes=1000 at=response:2',
    x: acknowledged + line(one) + cutAnswer.replace('"one"', '"two"'),
    y: '',
    exit: { code: null, signal: 'SIGKILL' },
  },
  { name: 'plugin-killed', spec: 'ms=5', x: acknowledged },
  { name: 'restart-mid-call', spec: 'ms=5', x: acknowledged + line(one) },
  { name: 'never-ends', x: acknowledged + line(one, two, three) },
  { name: 'exited-without-response', x: exception('Exception', 'invocation exited without response') },
  { name: 'line-too-long', spec: 'ms=5', x: acknowledged },
  { name: 'request-too-long', x: '', y: '' },
  {
    name: 'print-noise',
    x: plainX.replace(line(one), line("{'url': 'http://127.0.0.1/v1/completions', 'stream': True}", one)),
  },
  { name: 'print-noise', spec: 'text=mine at=end', x: plainX.replace(line(end('x')), line('mine', end('x'))) },
  ...providers,
];
