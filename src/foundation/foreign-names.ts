/** What secrets are called in Chinese, Japanese and Korean, and by the kind that they are. */
export const foreignNames: ReadonlyMap<string, string> = new Map([
  ['密码', 'password'],
  ['密碼', 'password'],
  ['口令', 'password'],
  ['密钥', 'secret_key'],
  ['密鑰', 'secret_key'],
  ['秘钥', 'secret_key'],
  ['令牌', 'token'],
  ['パスワード', 'password'],
  ['シークレット', 'secret'],
  ['シークレットキー', 'secret_key'],
  ['アクセスキー', 'access_key'],
  ['トークン', 'token'],
  ['APIキー', 'api_key'],
  ['비밀번호', 'password'],
]);

/** Tokens that are counted: `最大令牌`. */
const counted = /(?:最大|最小|最多|总|總|剩余|输入|输出|入力|出力)(?:令牌|トークン)$/;

/** The kind of a secret whose name ends with one of these: `数据库密码`, `API密钥`; undefined where it does not. */
export function foreignKind(name: string): string | undefined {
  if (counted.test(name)) return undefined;
  for (const [ending, kind] of foreignNames) if (name.endsWith(ending)) return kind;
  return undefined;
}
