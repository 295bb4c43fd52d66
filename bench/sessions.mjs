/** What bench/load.c asks. */
export function loadRequest() {
  return {
    invoke_id: '1',
    type: 'tool',
    action: 'invoke_tool',
    request: { provider: 'p', tool: 't', credentials: {}, tool_parameters: { pad: 'a'.repeat(56) } },
  };
}

/** A session that holds it. */
export function loadRecording() {
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

/** Requests of 4 KB, each with one of a hundred keys. */
export function secretLines(size) {
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
