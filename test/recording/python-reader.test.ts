import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { createHeader } from '../../src/recording/header.ts';
import { encodeLine, lineTail } from '../../src/recording/line-encoder.ts';
import { openRecording } from '../../src/recording/recording-reader.ts';
import { makeFile } from '../support/files.ts';
import { hasPython } from '../support/recorder.ts';
import { root } from '../support/run.ts';

const python = join(root, 'test/fixtures/reader.py');
const folder = join(root, 'test/fixtures/recordings');

test('the reader in Python has at most 15 lines', () => {
  expect(readFileSync(python, 'utf8').trimEnd().split('\n').length).toBeLessThanOrEqual(15);
});

test('the reader in Python is shown in docs/format.md', () => {
  expect(readFileSync(join(root, 'docs/format.md'), 'utf8')).toContain(readFileSync(python, 'utf8').trimEnd());
});

test.skipIf(!hasPython).each(readdirSync(folder))('a reader in Python finds the bytes of %s', async (name) => {
  const file = join(folder, name);
  expect(await readInPython(file)).toEqual(await readHere(file));
});

test.skipIf(!hasPython)('a reader in Python finds the bytes of lines of every kind', async () => {
  const json = fc.oneof(
    fc.json(),
    fc.constantFrom(
      '{"message":{"message":"}"}}',
      '{"a":12345678901234567890,"b":1.0,"c":1e-9}',
      '"\\u2028\u2028 é 🎬"',
      ' { } ',
      '{"a":1,"a":2}',
      '{}\r',
      '1e400',
    ),
  );
  const content = fc.oneof(
    json.map((text) => Buffer.from(text)),
    fc.string({ unit: 'binary' }).map((text) => Buffer.from(text)),
    fc.uint8Array().map((bytes) => Buffer.from(bytes)),
  );
  const ending = fc.constantFrom('\n', '\r\n', '');
  const lines = fc.sample(fc.tuple(content, ending, fc.nat(2), fc.boolean()), { numRuns: 2000, seed: 1 });
  const wire: string[] = [];
  const pieces: (string | Buffer)[] = [`${JSON.stringify(createHeader(['dify'], '0.1.0'))}\n`];
  for (const [index, [bytes, eol, connection, isPlugin]] of lines.entries()) {
    const line = Buffer.concat([Buffer.from(bytes.filter((byte) => byte !== 0x0a)), Buffer.from(eol)]);
    const from = isPlugin ? 'plugin' : 'client';
    const { head, payload } = encodeLine({
      channel: { from, connection, stderr: false },
      at: index / 8,
      bytes: line,
      kind: 'line',
    });
    pieces.push(head, payload, lineTail);
    wire.push(`${from} ${connection} ${line.toString('hex')}`);
  }
  const file = makeFile(Buffer.concat(pieces.map((piece) => Buffer.from(piece))));
  const read = await readInPython(file);
  expect(read).toEqual(await readHere(file));
  expect(read.map((line) => line.replace(/^\S+ /, ''))).toEqual(wire);
});

test.skipIf(!hasPython)('a reader in Python finds the parts of a line over 16 MiB', async () => {
  const part = '{"at":1,"from":"client","part":true,"text":"{\\"a\\":"}\n{"at":2,"from":"client","text":"1}"}\n';
  const file = makeFile(`${JSON.stringify(createHeader(['dify'], '0.1.0'))}\n${part}`);
  const bytes = (await readInPython(file)).map((line) => Buffer.from(line.split(' ')[3] ?? '', 'hex').toString());
  expect(bytes.join('')).toBe('{"a":1}\n');
});

async function readInPython(file: string): Promise<string[]> {
  const { stdout } = await execa('python3', [python, file]);
  return stdout === '' ? [] : stdout.split('\n').map((line) => line.replace(/^\S+/, (at) => String(Number(at))));
}

async function readHere(file: string): Promise<string[]> {
  const reader = await openRecording(file, { strict: true });
  const lines: string[] = [];
  const goesOn = (): boolean =>
    reader.scan((line) => {
      if (line.kind === 'event') return;
      const bytes = Buffer.concat([reader.readPayload(line), Buffer.from(line.part ? '' : line.eol)]);
      lines.push(`${line.at} ${line.from} ${line.connection} ${bytes.toString('hex')}`);
    });
  while (goesOn());
  reader.close();
  return lines;
}
