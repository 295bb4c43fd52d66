import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** Letters and digits of no meaning, always the same; put together here, so that nobody takes them for a leak. */
function letters(length: number, alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'): string {
  let state = length * 7919;
  return Array.from({ length }, () => {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
    return alphabet[Math.floor(state / 65_536) % alphabet.length];
  }).join('');
}
const hex = '0123456789abcdef';

/** Tokens that are known by their shape, wherever they stand. */
export const shapedSecrets: readonly string[] = [
  `sk-${letters(48)}`,
  `sk-proj-${letters(60)}`,
  `sk-ant-api03-${letters(80)}`,
  `sk-or-v1-${letters(64, hex)}`,
  `sk-reprise-${letters(20)}`,
  `AIza${letters(35)}`,
  `ya29.${letters(60)}`,
  `GOCSPX-${letters(28)}`,
  `AKIA${letters(16, 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567')}`,
  `ghp_${letters(36)}`,
  `github_pat_${letters(70)}`,
  `glpat-${letters(20)}`,
  `xoxb-${letters(12, '0123456789')}-${letters(24)}`,
  `sk_live_${letters(24)}`,
  `SG.${letters(22)}.${letters(43)}`,
  `npm_${letters(36)}`,
  `hf_${letters(34)}`,
  `gsk_${letters(52)}`,
  `xai-${letters(80)}`,
  `pplx-${letters(48)}`,
  `r8_${letters(37)}`,
  `eyJ${letters(20)}.eyJ${letters(40)}.${letters(43)}`,
  `-----BEGIN RSA PRIVATE KEY-----\n${letters(64)}\n${letters(64)}\n-----END RSA PRIVATE KEY-----`,
];

/** Secrets that are known by the name they stand under. */
export const namedSecrets: readonly (readonly [name: string, value: string])[] = [
  ['api_key', 'plain-and-simple-1'],
  ['openai_api_key', 'with "quotes" and \\ backslashes'],
  ['apiKey', 'with <angle> & ampersand'],
  ['password', 'pässwörd mit Ümläuten'],
  ['passwd', 'новый-секрет-слово'],
  ['client_secret', '日本語の秘密の言葉です'],
  ['access_token', 'slash/es+plus=es/and?more'],
  ['refresh_token', 'percent%20already%2Fthere'],
  ['token', 'tab\there and\nnewline'],
  ['secret', '!@#$%^&*()!@#$'],
  ['private_key', 'emoji 🔑🔑🔑 inside it'],
  ['authorization', `Bearer-less-${letters(20)}`],
  ['Authorization', `${letters(30)}.x`],
  ['X-Api-Key', letters(40, hex)],
  ['cookie', `sid=${letters(24)}; theme=dark`],
  ['passphrase', 'four words make it'],
  ['aws_secret_access_key', `${letters(38)}/+`],
  ['db_password', "it's an apostrophe's"],
  ['session_id', letters(26)],
  ['id_token', letters(100)],
  ['secretAccessKey', letters(40)],
  ['pwd', '12345678'],
  ['bearer', `${letters(22)}==`],
  ['auth', `user:${letters(12)}`],
  ['signing-key', letters(33)],
  ['jwt', letters(64)],
  ['webhookSecret', `<script>${letters(8)}`],
];

/** How a value may be written in a file. */
function notationsOf(value: string): string[] {
  const inner = (text: string): string => JSON.stringify(text).slice(1, -1);
  const html = inner(value).replace(/[<>&]/g, (one) => `\\u00${one.charCodeAt(0).toString(16)}`);
  const base64 = [0, 1, 2].map((shift) => {
    const whole = Buffer.concat([Buffer.alloc(shift), Buffer.from(value)]);
    return whole.toString('base64').slice(shift === 0 ? 0 : shift + 1, Math.floor((whole.length * 8) / 6));
  });
  return [
    value,
    inner(value),
    inner(inner(value)),
    inner(inner(inner(value))),
    html,
    encodeURIComponent(value),
    Buffer.from(value).toString('hex'),
    ...base64,
  ];
}

/** The secrets that stand somewhere in the bytes of some file of a folder, in whatever notation. */
export function leaksIn(folder: string, secrets: readonly string[]): string[] {
  const texts = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((file) => statSync(file).isFile())
    .map((file) => readFileSync(file, 'latin1'));
  return secrets.filter((secret) =>
    notationsOf(secret).some((notation) =>
      texts.some((text) => text.includes(Buffer.from(notation).toString('latin1'))),
    ),
  );
}
