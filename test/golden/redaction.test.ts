import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { Redactor } from '../../src/recording/redaction/redactor.ts';
import { sessions } from '../support/golden-sessions.ts';
import { sessionFile } from '../support/programs.ts';

interface Chunk {
  channel?: string;
  text?: string;
  base64?: string;
  parts?: [text: string, times: number][];
}

/** What passed on each channel of a session, as bytes. */
function channelsOf(name: string): Buffer[] {
  const chunks = new Map<string, Buffer[]>();
  for (const line of readFileSync(sessionFile(name), 'utf8').trim().split('\n').slice(1)) {
    const { channel = '', text, base64, parts } = JSON.parse(line) as Chunk; // its own format
    const whole = parts?.map(([part, times]) => part.repeat(times)).join('') ?? text ?? '';
    const bytes = base64 === undefined ? Buffer.from(whole) : Buffer.from(base64, 'base64');
    chunks.set(channel, [...(chunks.get(channel) ?? []), bytes]);
  }
  return [...chunks.values()].map((all) => Buffer.concat(all));
}

function linesOf(bytes: Buffer): Buffer[] {
  return bytes
    .toString('latin1')
    .split('\n')
    .map((line) => Buffer.from(line, 'latin1'));
}

/** The made-up keys of the sessions. */
const secret = /sk-reprise-[\w-]+|(?<="api_key":")(?:right|wrong)(?=")/g;

test.each(sessions)('of $name nothing but the secrets is redacted, byte by byte', ({ name }) => {
  const redactor = new Redactor({ key: 'a key for these tests', rules: { fields: new Set() } });
  for (const line of channelsOf(name).flatMap(linesOf)) {
    const before = line.toString('latin1');
    const secrets = before.match(secret) ?? [];
    const after = redactor.redact(line).toString('latin1');
    let next = 0;
    expect(after.replace(/\[redacted:[a-z0-9_-]+:[0-9a-f]{32}\]/g, () => secrets[next++] ?? 'too many')).toBe(before);
    expect(next).toBe(secrets.length);
  }
});
