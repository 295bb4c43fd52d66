import { expect, test } from 'vitest';
import { createRedactor, redactLines } from '../../support/redact-lines.ts';

const value = 'Zx81kPq9LmVtQQ';
const uuid = '693a91f6-7ab2-4c4f-8fba-3f7b4a0d1c2e';

/** Where `§` stands, a value is put: secrets under names, as they stand in logs, source code, commands and files. */
const secret: readonly (readonly [what: string, text: string])[] = [
  ['a line of source code', '    api_key = "§"'],
  ['a constant', "SECRET_KEY = '§'"],
  ['an attribute', 'config.api_key = "§"'],
  ['a typed assignment', 'api_key: str = "§"'],
  ['a typed assignment with a list', "api_key: Optional[str] = '§'"],
  ['an optional one', "const apiKey: string = '§'"],
  ['an assignment in Go', 'apiKey := "§"'],
  ['the environment', "os.environ['API_KEY'] = '§'"],
  ['a header that is set', "headers['Authorization'] = 'Bearer §'"],
  ['a default', "os.getenv('API_KEY', '§')"],
  ['an object in JavaScript', "new OpenAI({ apiKey: '§', timeout: 5 })"],
  ['a member of one word', "{ token: '§' }"],
  ['YAML in quotes', 'password: "§"'],
  ['YAML', 'api_key: §'],
  ['a scheme in quotes', 'Authorization: "Bearer §"'],
  ['a log of headers as bytes', "[(b'set-cookie', b'__cf_bm=§; path=/')]"],
  ['a log of one header as bytes', "[(b'x-api-key', b'§')]"],
  ['a fragment', 'https://app.example/cb#access_token=§&token_type=Bearer'],
  ['an encoded query', 'redirect=https%3A%2F%2Fx.example%3Faccess_token%3D§%26state%3D1'],
  ['a code in an encoded query', 'to=https%3A%2F%2Fx.example%3Fcode%3D§%26state%3D1'],
  ['encoded JSON', 'q=%7B%22api_key%22%3A%22§%22%7D'],
  ['a query that Go has escaped', String.raw`https://x.example/?a=1\u0026token=§\u0026b=2`],
  ['a query in HTML', 'https://x.example/?a=1&amp;token=§&amp;b=2'],
  ['a signed URL', 'https://s3.example/f?X-Amz-Date=20260101&X-Amz-Signature=§'],
  ['a key in a URL', `https://qyapi.example/cgi-bin/webhook/send?key=${uuid.replace('693a', '§')}`],
  ['a connection string', 'Server=db;User ID=sa;Password=§;Database=x'],
  ['a list of settings', 'host=db user=x password=§ dbname=app'],
  ['an access key', 'AccessKeyId=abc, AccessKeySecret=§'],
  ['a configuration of npm', '//registry.example/:_authToken=§'],
  ['a map in Go', 'map[api_key:§ base_url:https://x.example]'],
  ['a flag', 'tool --api-key § --verbose'],
  ['a flag with an equals sign', 'tool --api-key=§'],
  ['a list of words', "['tool', '--password', '§', '-v']"],
  ['a pair for basic authentication', "requests.get(url, auth=('user', '§'))"],
  ['a key that was refused', 'Incorrect API key provided: §. You can find'],
  ['a text that was cut off', "body={'model': 'x', 'api_key': '§"],
  ['a text that was cut off and says so', "{'api_key': '§...(truncated)"],
  ['a text in three quotes', "token='''§'''"],
  ['a key with dots', `{'smtp.password': '§'}`],
  ['a name with a space', `{'API Key': '§'}`],
  ['a subscription', 'Ocp-Apim-Subscription-Key: §'],
  ['names that are joined', 'corpsecret=§&x=1'],
];

test.each(secret)('%s: %s', (_, text) => {
  const line = JSON.stringify({ text: text.replace('§', value) });
  const [inJson = '', plain = ''] = [redactLines(line)[0], redactLines(text.replace('§', value))[0]];
  expect(inJson).not.toMatch(/Zx81|LmVtQQ/);
  expect(inJson).toContain('<');
  expect(() => void JSON.parse(inJson)).not.toThrow();
  expect(plain).not.toMatch(/Zx81|LmVtQQ/);
  // Nothing but the value.
  const around = text.split('§').map((part) => part.trim().replace(/^.*[=:]/, ''));
  expect(plain).toContain(around[0]?.slice(0, 3));
});

test.each([
  [
    'smtp.password',
    'spring.datasource.password',
    'auth.token',
    'x/api_key',
    'aws:secret_key',
    '$token',
    'API Key',
    '密码_token',
  ],
  ['smtp_pass', 'db_pass', 'credential', 'sessionid', 'accesstoken', 'refreshToken', 'appsecret', 'clientsecret'],
])('members: %s, %s, …', (...names) => {
  for (const name of names) expect(redactLines(JSON.stringify({ [name]: value }))[0]).not.toContain(value);
});

test.each([
  'You know basic JavaScript and Basic TypeScript, Basic HTML5CSS3.',
  'if (token) { token = next(); } // a token of regard: see token.type',
  'Unexpected token: "else" at line 3; secret: "none"; password = getpass()',
  'def connect(password=password, token=config.token, auth=None): api_key = os.environ["API_KEY"]',
  'API_KEY=<your key> TOKEN=$TOKEN PASSWORD=${PASSWORD} SECRET_KEY=*** api_key="YOUR_API_KEY"',
  'PWD=/home/user/app OLDPWD=/srv SSH_AUTH_SOCK=/tmp/ssh-1/agent.2 XDG_SESSION_ID=c2',
  'usage: tool --token TOKEN --password to be asked; --api-key sets the key',
  'https://x.example/?key=name&sort=key=asc https://x.example:8080/a@b http://[::1]:8080/x@y',
  '{"required":["token","password"],"type":"object","properties":{"token":{"type":"string"}}}',
  '{"errors":{"api_key":"Field required","token":"This is missing"},"auth":"required"}',
  '{"memory_key":"chat_history","input_key":"question","next_page_token":"CAUQAA","has_token":"yes","is_secret":"no"}',
  '{"text":"The signature of this function, a design; significant: sign = 1, sig=2"}',
])('nothing is a secret in %s', (text) => {
  expect(redactLines(text)).toEqual([text]);
  expect(redactLines(JSON.stringify({ text }))).toEqual([JSON.stringify({ text })]);
});

test('what is said of secrets, in lists of cookies and in objects of them, is none', () => {
  const cookies = [{ name: 'sid', value, domain: '.example.com', path: '/dashboard', sameSite: 'Strict' }];
  const account = {
    type: 'service_account',
    project_id: 'my-project',
    client_email: 'a@b.example',
    private_key: value,
  };
  const line = JSON.stringify({ cookies, service_account_key: account });
  expect(redactLines(line)[0]).toBe(line.replace(value, '<cookies>').replace(value, '<cookies>'));
});

test('whole passwords of URLs and of variables are secrets, whatever is in them', () => {
  expect(
    redactLines(
      'postgres://u:Pa55@word9@h/db',
      'postgres://u:Pa55/word9@h/db',
      'DB_PASSWORD=Str0ng#Pass&wo)rd',
      'DB_PASSWORD=Str0ng,Pass<wo>rd; next',
      'a=1&password=hunter2;hunter3&x=1',
      'DB_PASSWORD=ab1 X-Api-Key: ab12',
      '(see https://x.example/?token=abcdef1234).',
    ),
  ).toEqual([
    'postgres://u:<url_password>@h/db',
    'postgres://u:<url_password>@h/db',
    'DB_PASSWORD=<db_password>',
    'DB_PASSWORD=<db_password>; next',
    'a=1&password=<password>&x=1',
    'DB_PASSWORD=<db_password> X-Api-Key: <x-api-key>',
    '(see https://x.example/?token=<token>).',
  ]);
});

test('common words, one character and words in words are replaced where they stood, and nowhere else', () => {
  const lines = [
    'postgresql://postgres:postgres@localhost/db',
    '{"password":"password","token":"        ","api_key":"********","secret":"swordfish"}',
    'use postgres, the postgresql driver; the password of swordfishes is swordfish',
    '{"password":"R3al-Secret-Value","db_password":"An0ther-Secret"}',
  ];
  expect(redactLines(...lines)).toEqual([
    'postgresql://postgres:<url_password>@localhost/db',
    '{"password":"<password>","token":"<token>","api_key":"<api_key>","secret":"<secret>"}',
    'use postgres, the postgresql driver; the password of swordfishes is <secret>',
    '{"password":"<password>","db_password":"<db_password>"}',
  ]);
});

test('a longer key that begins as a known secret is replaced as a whole', () => {
  expect(redactLines('{"api_key":"sk-proj-abcd"}', 'key sk-proj-abcdEFGH1234567890abcdXYZ')[1]).toMatch(/^key <\w+>$/);
});

test('placeholders stay as they are, wherever they stand', () => {
  const lines = [
    { token: value, 'x-api-key': `${value}1`, secret: `${value}2` },
    { url: `https://x.example/?a=1&token=${value}3&b=2`, text: `PASSWORD=${value}4 (token: ${value}5)` },
    { text: `Authorization: Bearer ${value}6`, cookie: `sid=${value}7; theme=dark` },
  ].map((line) => JSON.stringify(line));
  const redactor = createRedactor();
  const once = lines.map((line) => redactor.redactText(line));
  expect(once.join()).not.toContain(value);
  expect(once.map((line) => redactor.redactText(line))).toEqual(once);
  const other = createRedactor('another key, long enough too');
  expect(once.map((line) => other.redactText(line))).toEqual(once);
});

test.each([
  ['JSON in a secret', '{"secret":"null,null,null"}', '{"v":[null,null,null]}'],
  ['the end of an object', '{"api_key":"12345678}"}', '{"p":-12345678}'],
  [
    'a number in a list in JSON in a string',
    '{"password":"12345678"}',
    String.raw`{"a":"{\"a\": [12345678, 12345678]}"}`,
  ],
])('%s takes nothing from a line that is JSON', (_, first, line) => {
  expect(redactLines(first, line)[1]).toBe(line);
});
