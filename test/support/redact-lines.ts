import { isUtf8 } from 'node:buffer';
import { expect } from 'vitest';
import { Redactor } from '../../src/recording/redaction/redactor.ts';

export function createRedactor(key = 'the key of these tests, long enough'): Redactor {
  return new Redactor({ key, rules: { fields: new Set() } });
}

/** What lines become, one after the other, with short placeholders: UTF-8 as before. */
export function redactLines(...lines: string[]): string[] {
  const redactor = createRedactor();
  return lines.map((line) => {
    const bytes = redactor.redact(Buffer.from(line));
    expect(isUtf8(bytes)).toBe(true);
    return bytes.toString().replaceAll(/\[redacted:([\w-]+):[0-9a-f]{32}\]/g, '<$1>');
  });
}
