import { foreignKind } from './foreign-names.ts';

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
  'credential',
  'credentials',
  'sessionid',
  'jsessionid',
  'phpsessid',
]);
/** `apikey`; with a word before it, as in `api_key` and `service_account_key`, any key. */
const joinedKey =
  /^(?:api|secret|auth|access|private|encryption|signing|aes|account|master)keys?$|^(?:access|refresh|auth|id|bot|user|api|csrf|xsrf|session|oauth|bearer)token$/;
/** `clientsecret`, `userpassword`. */
const joinedSecret = /^[a-z]+(?:secret|password|passwd)$|^(?:db|smtp|user|admin)pass$/;
/** `smtp_pass`; alone it may be anything that has been passed. */
const passOwners = new Set(
  'smtp imap pop3 ftp sftp ssh ldap db database mysql pg postgres redis mongo mail email user admin auth proxy'.split(
    ' ',
  ),
);
/** Tokens by which lists go on: `next_page_token`. */
const placeOwners = new Set(
  'input output completion cached page next prev previous continuation cursor sync start end'.split(' '),
);
/** Keys that open nothing. */
const openKeys = new Set(
  'limit public primary foreign sort partition cache storage idempotency row column group unique object lookup routing issue project space file image photo message event dict json search node field doc document item entity entry record setting settings localization translation i18n locale label template variable param parameter property attribute metadata tag error status enum option menu shortcut hot answer dedup dedupe deduplication natural composite range start end next last first prev previous s3 parent child product jira ticket memory input output question prompt context content text value map filter group result data chat history'.split(
    ' ',
  ),
);
/** What is told of a secret, and is none: `token_type`, `auth_url`. */
const openEndings = new Set(
  'at in on time date changed used created expiration lifetime timeout enabled required secure domain server issuer user model symbol address decimal decimals price source hint fingerprint minutes seconds hours days sock arn identifier expression attribute attributes condition config configuration flow flows alias sequences chars button hdr state type method mode count limit name url uri endpoint scheme expires expiry ttl usage budget scope scopes path file label help placeholder format algorithm kind status length size field header provider prefix'.split(
    ' ',
  ),
);
/** Tokens that are counted, or mark a place: `max_token`, `eos_token`. */
const openBeginnings = new Set(
  'max min total num stop eos bos pad unk sep mask is has use uses need needs require requires enable enables show hide allow xdg'.split(
    ' ',
  ),
);
const longestName = 1000;
/** The same few names come again and again. */
const known = new Map<string, boolean>();
const mostKnown = 1000;

/** Whether a text under this name is likely to be a secret. */
export function isSecretName(name: string): boolean {
  const before = known.get(name);
  if (before !== undefined) return before;
  const isSecret = judgeName(name);
  if (known.size < mostKnown && name.length <= longestName) known.set(name, isSecret);
  return isSecret;
}

/** The words of a name in snake, kebab or camel case, in lower case. */
export function wordsOf(name: string): string[] {
  return name
    .slice(0, longestName)
    .replace(/([a-z\d])([A-Z])/g, '$1 $2')
    .replace(/([A-Z])([A-Z][a-z])/g, '$1 $2')
    .replace(/\d+$/, '')
    .toLowerCase()
    .split(/[^a-z\d]+/);
}

function judgeName(name: string): boolean {
  if (foreignKind(name) !== undefined) return true;
  const words = wordsOf(name);
  if (openEndings.has(words.at(-1) ?? '') || openBeginnings.has(words[0] ?? '')) return false;
  const isKey = words.some((word, at) => /^keys?$/.test(word) && at > 0 && !openKeys.has(words[at - 1] ?? ''));
  const follows = (word: string, next: string): boolean =>
    words.some((one, at) => one === word && words[at + 1] === next);
  if (words.some((word, at) => word === 'token' && placeOwners.has(words[at - 1] ?? ''))) return false;
  // Which key it is, but for those that are half of a secret.
  if (words.at(-1) === 'id' && words.at(-2) === 'key' && words.at(-3) !== 'access') return false;
  const isPass = words.at(-1) === 'pass' && passOwners.has(words.at(-2) ?? '');
  return (
    isKey ||
    isPass ||
    follows('session', 'id') ||
    follows('code', 'verifier') ||
    follows('oauth', 'verifier') ||
    follows('device', 'code') ||
    words.some((word) => secretWords.has(word) || joinedKey.test(word) || joinedSecret.test(word))
  );
}
