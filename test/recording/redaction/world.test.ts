import { expect, test } from 'vitest';
import { redactLines } from '../../support/redact-lines.ts';

const value = 'Zx81kPq9LmVtQQ7w';

test.each([
  [`请访问 https://x.example/?token=${value}，谢谢你的配合`, '请访问 https://x.example/?token=<token>，谢谢你的配合'],
  [`打开 https://x.example/?a=1&key=${value}加入`, '打开 https://x.example/?a=1&key=<key>加入'],
  [`设置 API_KEY=${value}，然后重启。`, '设置 API_KEY=<api_key>，然后重启。'],
  [`Authorization: Bearer ${value}0011，你好`, 'Authorization: Bearer <authorization>，你好'],
  ['PASSWORD=voilà-secret9 next', 'PASSWORD=<password> next'],
  ['password=我的密码123', 'password=<password>'],
  ['https://bob:密码Zx81@h.example/x', 'https://bob:<url_password>@h.example/x'],
])('in other languages than English: %s', (text, expected) => {
  expect(redactLines(text)).toEqual([expected]);
  expect(redactLines(JSON.stringify({ text }))).toEqual([JSON.stringify({ text: expected })]);
});

test.each([
  [
    `curl 'https://x.example' -H 'Cookie: sid=${value}; theme=dark' -H 'Accept: */*' --data 'q=1'`,
    `curl 'https://x.example' -H 'Cookie: <cookie>' -H 'Accept: */*' --data 'q=1'`,
  ],
  [`Send \`Cookie: sid=${value}\` with each request`, 'Send `Cookie: <cookie>` with each request'],
  [`cookie: sid=${value}, status 200`, 'cookie: <cookie>, status 200'],
  [
    `Set-Cookie: sid=${value}; Expires=Wed, 21 Oct 2026 07:28:00 GMT; HttpOnly\r\nDate: x`,
    'Set-Cookie: <set-cookie>\r\nDate: x',
  ],
])('a cookie ends where it ends: %s', (text, expected) => {
  const [first, later] = redactLines(text, `and ${value}, 'password': '${value}', too`);
  expect(first).toBe(expected);
  expect(later).not.toContain(value);
  expect(later).toMatch(/'password': '<[\w-]+>', too$/);
});

test.each([
  'curl -H "Authorization: Bearer $OPENAI_API_KEY" and echo $OPENAI_API_KEY',
  `headers = {"Authorization": f"Bearer {api_key}"}, 'Authorization': 'Bearer ' + token, "Bearer YOUR_API_KEY"`,
  '{"tokens":[{"token":"information","start_offset":0},{"logprob":-0.1,"token":"information"}]}',
  '{"PasswordLastUsed":"2026-01-01T00:00:00Z","password_changed_at":"2026-01-01","auth_server":"https://sso.example.com"}',
  '{"token_symbol":"USDT","tokenDecimal":"18","jwt_expires_in":"7d","cookie_domain":"x.example","cached_token":"abc"}',
  'AUTH_ENABLED=true COOKIE_SECURE=true ACCESS_TOKEN_EXPIRE_MINUTES=30 JWT_EXPIRES_IN=7d PASSWORD_HASHES=1000',
  'GOOGLE_APPLICATION_CREDENTIALS=/etc/gcp/key.json secret: /run/secrets/db1',
])('nothing is a secret in %s', (text) => {
  expect(redactLines(text)).toEqual([text]);
});

test('what is in objects of secrets is one, whatever it is called', () => {
  const secrets = { gmail: `${value}1`, plaid: `${value}2`, android: `${value}3`, transport: `${value}4` };
  const [line] = redactLines(
    JSON.stringify({ passwords: secrets, cookies: { sid: `${value}5`, csrftoken: `${value}6` } }),
  );
  expect(line).not.toContain(value);
});

test('a secret that is a name, too, is no kind', () => {
  const [line] = redactLines(`{"api_key":"my-secret-token-9","my-secret-token-9":"abcdef"}`);
  expect(line).not.toContain('my-secret');
});

test('a password in YAML is all of its line', () => {
  expect(redactLines('password: Str0ng#Pass&wo)rd9\nuser: x', 'password: Tr0ub4dor&3')).toEqual([
    'password: <password>\nuser: x',
    'password: <password>',
  ]);
});

test('parts of cookies that anybody may say are not looked for', () => {
  expect(redactLines(`Cookie: sid=${value}; tz=Asia/Shanghai; host=shop.example.com`, 'Asia/Shanghai')[1]).toBe(
    'Asia/Shanghai',
  );
});

test.each(['your-azurecognitiveservicessubscription-key (see portal)', `your_${'a'.repeat(200)}1`])(
  'what may be a gap to be filled takes no time: %s',
  (text) => {
    expect(redactLines(JSON.stringify({ text: `client = Client(api_key="${text}")` }))).toHaveLength(1);
  },
);
