import { expect, test } from 'vitest';
import { redactLines } from '../../support/redact-lines.ts';

const value = 'Zx81kPq9LmVtQQ';

/** Where `§` stands, a value is put: as people, models, markup and commands tell secrets. */
const secret: readonly (readonly [what: string, text: string])[] = [
  ['a label in Markdown', '**API Key:** §'],
  ['a label in Markdown, its colon outside', '**API Key**: §'],
  ['a list in Markdown', '- Access Token: `§`'],
  ['a row in Markdown', '| API Key | `§` |'],
  ['two words', 'API Key: §'],
  ['three words', 'Secret Access Key: §'],
  ['a sentence', 'Your API key is: §'],
  ['XML', '<password>§</password>'],
  ['XML with a namespace', '<ns:apiKey>§</ns:apiKey>'],
  ['an entry in XML', '<entry key="password">§</entry>'],
  ['an attribute in XML', '<add key="ApiKey" value="§"/>'],
  ['a field of a form', '<input type="hidden" name="csrf_token" value="§">'],
  ['a property in XML', '<property name="connection.password">§</property>'],
  ['Kubernetes', '- name: DB_PASSWORD\n  value: §\n'],
  ['Kubernetes in quotes', '- name: "API_TOKEN"\n  value: "§"\n'],
  ['curl', 'curl -s -u admin:§ https://x.example'],
  ['curl in quotes', "curl --user 'admin:§' https://x.example"],
  ['curl and a header', "curl -H 'X-Api-Key: §' https://x.example"],
  ['mysql', 'mysql -h db -uroot -p§ shop'],
  ['sshpass', "sshpass -p '§' ssh a@b"],
  ['docker', 'docker login -u me -p § registry.example'],
  ['a variable before a command', 'PGPASSWORD=§ psql -h db'],
  ['what a server says', "Invalid API key '§00' was given"],
  ['PHP', "'api_key' => '§',"],
  ['Ruby', ':api_key => "§"'],
  ['headers in Go', 'map[X-Api-Key:[§] Accept:[*/*]]'],
  ['Chinese', '密码：§'],
  ['Chinese with a plain colon', '数据库密码: §'],
  ['Chinese with letters', 'API 密钥：§，请保密'],
  ['a sentence in Chinese', '您的访问令牌是：§。'],
  ['quotes in Chinese', '“口令”：“§”'],
  ['Markdown in Chinese', '**密钥**：`§`'],
  ['English with a Chinese colon', 'API Key：§，有效'],
  ['Japanese', 'パスワード：§'],
  ['Korean', '비밀번호: §'],
  ['JSON in Chinese', '{"访问令牌":"§"}'],
  ['JSON in Japanese', '{"APIキー": "§"}'],
];

test.each(secret)('%s: %s', (_, text) => {
  const line = JSON.stringify({ text: text.replace('§', value) });
  for (const raw of [line, asGo(line), asAscii(line), JSON.stringify({ inner: asAscii(line) })]) {
    const [redacted = ''] = redactLines(raw);
    expect(redacted).not.toContain(value);
    expect(redacted.split('<').at(0)).toBe(raw.split('<').at(0)?.split(value).at(0));
    expect(() => void JSON.parse(redacted)).not.toThrow();
  }
});

test.each([
  '密码：请输入您的密码 密码: 8-20 密码：至少8位abc123 密钥：见控制台 口令：必填',
  '{"密码":"请输入密码","密码长度":"8-16","最大令牌":"4096","令牌数":"1024"}',
  'パスワード：8文字以上で入力してください トークン：1024 シークレット: なし',
  'API Key: required **API Key:** Get it from https://x.example/keys2024 API Key：在 https://x.example/keys2024 获取',
  '**Password**: must contain 1 digit; Primary Key: order_id2024; press any key: F12345678',
  '| Password | string | required |\n| password | 8-20 chars |\n| token | varchar(255) |',
  `Unexpected token 'function2', token "with 5 words and more" API key "my_key", secret "db-credentials-2024" not found`,
  'type Key = Alg | HmacKeyParams | Pbkdf2Params | undefined',
  '<password>string</password><password></password><token>the next word2024</token> Vec<Token> tool --token <token>',
  '<input name="password" value=""><string name="password">Password</string><property name="password" value="${pw1}"/>',
  '- name: DB_PASSWORD\n  valueFrom:\n- name: AUTH_ENABLED\n  value: "true"\n- name: API_KEY\n  value: $API_KEY\n',
  'curl -u $USER:$PASS x; curl -u user x; curl -u username:password x; docker run -u 1000:1000 -p 8080:80 x',
  'mysql -h db -P3306 -u root -p shop; mysql --port=3306; mysql -p$PASS; sshpass -p $PASS ssh; ssh -p 2222 x',
  "'password' => 'required|min:8', 'password' => bcrypt($x), \"password\" => \"required\", token => token.value1",
])('nothing is a secret in %s', (text) => {
  const line = JSON.stringify({ text });
  for (const raw of [line, asGo(line), asAscii(line)]) expect(redactLines(raw)).toEqual([raw]);
});

test.each(['sshpass -p ', 'mysql -p', 'tool --password ', 'TOKEN=', 'login -u x -p '])(
  'a string of JSON that ends with %s ends there',
  (text) => {
    const line = JSON.stringify({ inner: JSON.stringify({ a: text, b: ['</password>'], c: text }) });
    expect(redactLines(line)).toEqual([line]);
  },
);

test('an element of XML goes on to no other string', () => {
  const line = JSON.stringify({ inner: JSON.stringify(['<password>', '</password>']) });
  expect(redactLines(line)).toEqual([line]);
});

function asGo(line: string): string {
  return line.replace(/[<>&]/g, (mark) => `\\u00${mark.charCodeAt(0).toString(16)}`);
}

function asAscii(line: string): string {
  return line.replace(/[^ -~]/g, (mark) => `\\u${mark.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
