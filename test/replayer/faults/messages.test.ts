import { expect, test } from 'vitest';
import { bytesRows } from './tables/bytes.ts';
import { protocolRows } from './tables/protocol.ts';
import type { Row } from './wire.ts';
import { askX, expectedOf, line, loadingLength, overStdio, overTcp, plainX, plainY, specOf, text } from './wire.ts';
import { acknowledgement, loading, ready } from '../../support/recordings.ts';

const rows = [...bytesRows, ...protocolRows];
const named = (chosen: readonly Row[]): (readonly [string, Row])[] => chosen.map((row) => [specOf(row), row]);
const json = named(rows.filter((row) => row.text === undefined));

test('without a fault the wire is as recorded', async () => {
  const wire = line(loading, ready) + plainX + plainY;
  expect(await overStdio({}, { length: wire.length })).toMatchObject({ wire });
  const over = await overTcp({}, { length: (line(ready) + plainX + plainY).length });
  expect(over).toMatchObject({ wire: line(ready) + plainX + plainY, stdout: line(loading) + over.announced });
  expect(plainX.startsWith(line(acknowledgement))).toBe(true);
});

test.each(json)('over stdio: %s', async (spec, row) => {
  const { start, ready: readyLines, answers, exit } = expectedOf(row);
  const wire = start + readyLines + answers;
  expect(await overStdio({ faults: [spec] }, { length: wire.length })).toEqual({ wire, exit });
});

test.each(json)('over TCP: %s', async (spec, row) => {
  const { start, ready: readyLines, answers, exit } = expectedOf(row);
  const wire = readyLines + answers;
  const over = await overTcp({ faults: [spec] }, { length: wire.length });
  const announced = row.all?.(over.announced) ?? over.announced;
  expect(over).toEqual({ wire, exit, stdout: start + announced, announced: over.announced });
});

test.each(named(rows.filter((row) => row.text !== undefined)))('in the text format: %s', async (spec, row) => {
  const wire = text.ready + (row.text ?? '');
  const over = await overStdio(
    { faults: [spec], responseFormat: 'text' },
    { asked: askX, length: loadingLength + wire.length },
  );
  expect(over.wire.slice(loadingLength)).toBe(wire);
});
