// Whole words, or neighbours, of a name in snake, kebab or camel case: `total_tokens` and `tokenizer` are none of them.
const secretWords = new Set([
  'secret',
  'secrets',
  'password',
  'passwords',
  'pwd',
  'auth',
  'passwd',
  'passphrase',
  'token',
  'authorization',
  'cookie',
  'cookies',
  'apikey',
  'apikeys',
  'jwt',
  'bearer',
]);
const secretPairs = new Set([
  'api key',
  'api keys',
  'access key',
  'private key',
  'secret key',
  'signing key',
  'session id',
]);

/** Whether a text under this name is likely to be a secret. */
export function isSecretName(name: string): boolean {
  const words = name
    .slice(0, 200)
    .replace(/([a-z\d])([A-Z])/g, '$1 $2')
    .replace(/([A-Z])([A-Z][a-z])/g, '$1 $2')
    .replace(/\d+$/, '')
    .toLowerCase()
    .split(/[^a-z\d]+/);
  return words.some((word, at) => secretWords.has(word) || secretPairs.has(`${word} ${words[at + 1] ?? ''}`));
}
