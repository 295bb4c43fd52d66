import type { Parameters } from './parameters.ts';
import { count, milliseconds, text as textOf } from './parameters.ts';

/** A fault as a preset has it: a kind, its parameters and its place. */
type PresetPart = Readonly<Record<string, string | number | boolean>> & { fault: string };

/** One or several faults under the name of what users see. */
export interface Preset {
  name: string;
  text: string;
  /** Whether it was seen on the real program, or is only known from documents. */
  known: 'seen' | 'documented';
  /** Where it was told of. */
  source?: string;
  parameters: Parameters;
  /** Where its main part acts when nothing is said; it can act wherever that can. */
  at: string;
  expand: (values: Readonly<Record<string, unknown>>, at: string) => PresetPart[];
}

const first = 'response 1';
/** Whatever is answered, even where that is nothing but an error. */
const begin = 'after acknowledgement';
const wait = milliseconds(5000, 'until the plugin is there again');
const daemon = 'https://github.com/langgenius/dify-plugin-daemon/issues';

/** The six of the troubleshooting table that plugin authors know. */
const troubleshooting = [
  {
    name: 'json-error',
    text: "the plugin's answer can't be parsed: unmarshal json failed",
    known: 'documented',
    parameters: {
      text: textOf(
        "unmarshal json failed: invalid character 'H' looking for beginning of value",
        'what the error says',
      ),
    },
    at: begin,
    expand: ({ text }, at) => [
      { fault: 'error', at, error_type: '', text: JSON.stringify({ error_type: 'unmarshal_error', message: text }) },
    ],
  },
  {
    name: 'missing-fields',
    text: 'the request is refused: action and type are required, and no end follows',
    known: 'seen',
    parameters: {},
    at: begin,
    expand: (_values, at) => [{ fault: 'error', at, error_type: '', text: 'action and type are required', end: false }],
  },
  {
    name: 'startup-fail',
    text: 'the plugin does not start: no heartbeat received, and status 1',
    known: 'documented',
    parameters: { ms: milliseconds(0, 'how much later than ready it comes; the program waits 120 s') },
    at: 'ready',
    expand: ({ ms }, at) => [
      { fault: 'startup-error', at, text: 'failed to start plugin as no heartbeat received', code: 1, ms: Number(ms) },
    ],
  },
  {
    name: 'execution-timeout',
    text: 'the invocation takes too long: execution timeout exceeded, and the end',
    known: 'documented',
    parameters: { ms: milliseconds(1000, 'how much later it comes') },
    at: begin,
    expand: ({ ms }, at) => [
      { fault: 'error', at, error_type: '', text: 'execution timeout exceeded', ms: Number(ms) },
    ],
  },
  {
    name: 'memory-crash',
    text: 'the program is killed for its memory in the middle of a large answer: half a line, and SIGKILL',
    known: 'documented',
    parameters: { bytes: count(1 << 20, 'how long the answer would have been', [1000, 64 << 20]) },
    at: first,
    expand: ({ bytes }, at) => [
      { fault: 'oversize', at, bytes: Number(bytes) },
      { fault: 'truncate', at, newline: false },
      { fault: 'kill', at: `after ${at}` },
    ],
  },
  {
    name: 'tcp-refused',
    text: 'the announced port refuses connections',
    known: 'documented',
    parameters: {},
    at: 'announcement',
    expand: (_values, at) => [{ fault: 'refuse', at }],
  },
] as const satisfies readonly Preset[];

/** What users of Dify have met. */
const met = [
  {
    name: 'plugin-killed',
    text: 'the plugin dies: silence for what was running, and a restart',
    known: 'seen',
    parameters: { ms: wait },
    at: first,
    expand: ({ ms }, at) => [{ fault: 'restart', at, ms: Number(ms) }],
  },
  {
    name: 'restart-mid-call',
    text: 'the plugin dies between two answers of an invocation, and is started again',
    known: 'seen',
    parameters: { ms: wait },
    at: 'response 2',
    expand: ({ ms }, at) => [{ fault: 'restart', at, ms: Number(ms) }],
  },
  {
    name: 'never-ends',
    text: 'all is answered, and the end never comes',
    known: 'documented',
    source: `${daemon}/760`,
    parameters: {},
    at: 'end',
    expand: (_values, at) => [{ fault: 'no-end', at }],
  },
  {
    name: 'exited-without-response',
    text: 'an exception: invocation exited without response',
    known: 'documented',
    source: 'https://github.com/langgenius/dify/issues/38912',
    parameters: {},
    at: begin,
    expand: (_values, at) => [
      { fault: 'error', at, error_type: 'Exception', text: 'invocation exited without response' },
    ],
  },
  {
    name: 'line-too-long',
    text: 'an answer over 5 MiB: the program kills the plugin, and nothing more comes until it is there again',
    known: 'seen',
    source: `${daemon}/423`,
    parameters: { ms: wait },
    at: first,
    expand: ({ ms }, at) => [{ fault: 'restart', at, ms: Number(ms) }],
  },
  {
    name: 'request-too-long',
    text: 'as after a request over 15 MiB: no acknowledgement, no error, and nothing more is read',
    known: 'seen',
    parameters: {},
    at: 'request',
    expand: (_values, at) => [
      { fault: 'stop-reading', at },
      { fault: 'stall', at },
    ],
  },
  {
    name: 'print-noise',
    text: 'what the plugin prints comes between the messages',
    known: 'documented',
    source: 'https://github.com/langgenius/dify-official-plugins/issues/1000',
    parameters: { text: textOf("{'url': 'http://127.0.0.1/v1/completions', 'stream': True}", 'the line') },
    at: first,
    expand: ({ text }, at) => [{ fault: 'stray-line', at, text: String(text) }],
  },
] as const satisfies readonly Preset[];

/** What a model or tool provider does, as the SDK names it in `error_type`. */
const providers = (
  [
    [
      'rate-limited',
      'InvokeRateLimitError',
      'Rate limit reached for requests',
      'the provider has a limit, and it is reached',
    ],
    ['bad-credentials', 'InvokeAuthorizationError', 'Incorrect API key provided', 'the provider does not know the key'],
    [
      'server-unavailable',
      'InvokeServerUnavailableError',
      'The server is overloaded or not ready yet',
      'the provider is overloaded',
    ],
    ['connection-error', 'InvokeConnectionError', 'Connection error', 'the provider is not reached'],
    ['bad-request', 'InvokeBadRequestError', 'Invalid request', 'the provider takes the request for a wrong one'],
    [
      'invalid-tool-credentials',
      'ToolProviderCredentialValidationError',
      'Invalid credentials',
      'the tool refuses its credentials',
    ],
  ] as const
).map(([name, type, message, words]) => ({
  name,
  text: `${words}: ${type}`,
  known: 'documented',
  parameters: { text: textOf(message, 'what the error says') },
  at: begin,
  expand: ({ text }, at) => [{ fault: 'error', at, error_type: type, text: String(text) }],
})) satisfies readonly Preset[];

/** Every preset, in the order of the catalogue. */
export const presets = [...troubleshooting, ...met, ...providers];
