// Whole words of a name in snake, kebab or camel case: `total_tokens` and `tokenizer` are none of them. What credentials
// hold counts as secret too, whatever it is called.
const secretWords = new Set([
  'secret',
  'secrets',
  'password',
  'passwords',
  'passwd',
  'passphrase',
  'pwd',
  'token',
  'authorization',
  'auth',
  'cookie',
  'cookies',
  'jwt',
  'bearer',
  'credentials',
]);
/** `apikey`; with a word before it, as in `api_key` and `service_account_key`, any key. */
const joinedKey = /^(?:api|secret|auth|access|private)keys?$/;
/** Keys that open nothing. */
const openKeys = new Set(['public', 'primary', 'foreign', 'sort', 'partition']);
const longestName = 1000;

/** Whether a text under this name is likely to be a secret. */
export function isSecretName(name: string): boolean {
  const words = name
    .slice(0, longestName)
    .replace(/([a-z\d])([A-Z])/g, '$1 $2')
    .replace(/([A-Z])([A-Z][a-z])/g, '$1 $2')
    .replace(/\d+$/, '')
    .toLowerCase()
    .split(/[^a-z\d]+/);
  const isKey = words.some((word, at) => /^keys?$/.test(word) && at > 0 && !openKeys.has(words[at - 1] ?? ''));
  const isSession = words.some((word, at) => word === 'session' && words[at + 1] === 'id');
  return isKey || isSession || words.some((word) => secretWords.has(word) || joinedKey.test(word));
}
