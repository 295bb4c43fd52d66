import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { mayBecomeAnnouncement, parseAnnouncement, rewriteAnnouncement } from '../../src/protocol/announcement.ts';
import { announcementLine } from '../../src/protocol/derived.ts';
import { formats } from '../../src/protocol/response-format.ts';
import { readGoldenLines } from '../fixtures/go/tables.ts';

const hosts = ['::', '0.0.0.0', '127.0.0.1', '::1', 'localhost', '', 'fe80::1%eth0', '10.0.0.7'];

function json(host: string, port: number): string {
  return `{"invoke_id":"","type":"info","response":{"host":"${host}","info":"plugin is running on ${host}:${port}","port":${port}}}`;
}
function text(host: string, port: number): string {
  return `2026/11/22 10:14:45 run.go:167: [INFO]plugin is running on ${host}:${port}`;
}

test.each(hosts)('reads and rewrites the host %j in both formats', (host) => {
  for (const form of [json, text]) {
    for (const ending of ['', '\r']) {
      const line = form(host, 34_187) + ending;
      expect(parseAnnouncement(line)).toEqual({ host, port: 34_187 });
      // A port that begins with 1 to 9 stands behind a group's number in the replacement.
      for (const port of [10_000, 23_456, 34_567, 45_678, 56_789, 60_001, 7, 80, 9]) {
        for (const other of hosts) {
          expect(rewriteAnnouncement(line, { host: other, port })).toBe(form(other, port) + ending);
        }
      }
    }
  }
});

test('reads the announcements of the real program', () => {
  const [tcp, textTcp] = ['tcp', 'text-tcp'].map((session) => readGoldenLines(session, 'stdout').map(String));
  expect(tcp?.map(parseAnnouncement)[1]).toEqual({ host: '::', port: 34_187 });
  const [said] = textTcp?.filter((line) => line.includes('running on')) ?? [];
  expect(parseAnnouncement(said ?? '')).toMatchObject({ host: '::' });
});

test('reads what the replay itself announces', () => {
  expect(parseAnnouncement(announcementLine(80))).toEqual({ host: '::', port: 80 });
  expect(parseAnnouncement(formats.json.announcement(81, new Date()).trimEnd())).toEqual({ host: '::', port: 81 });
  expect(parseAnnouncement(formats.text.announcement(82, new Date()).trimEnd())).toEqual({ host: '::', port: 82 });
});

test.each([
  '',
  '{"invoke_id":"","type":"info","response":{"info":"loading plugin"}}',
  json('::', 1).slice(0, -1),
  `${json('::', 1)}x`,
  ` ${json('::', 1)}`,
  json('::', 1).replace('"invoke_id":""', '"invoke_id":"a"'),
  '2026/11/22 10:14:45 run.go:167: [INFO]loading plugin',
  '2026/11/22 10:14:45 run.go:167: [ERROR]plugin is running on :::1',
  'plugin is running on :::1',
])('reads %j as no announcement, and leaves it as it is', (line) => {
  expect(parseAnnouncement(line)).toBeUndefined();
  expect(rewriteAnnouncement(line, { host: '::', port: 5 })).toBe(line);
});

test('holds every true beginning of an announcement back', () => {
  const announcement = fc.tuple(
    fc.constantFrom(...hosts),
    fc.integer({ min: 1, max: 65_535 }),
    fc.constantFrom(json, text),
    fc.constantFrom('', '\r'),
  );
  fc.assert(
    fc.property(announcement, ([host, port, form, ending]) => {
      const line = form(host, port) + ending;
      const refused = Array.from({ length: line.length }, (_, index) => line.slice(0, index + 1)).filter(
        (start) => !mayBecomeAnnouncement(start),
      );
      expect(refused).toEqual([]);
    }),
  );
});

test.each([
  '{"invoke_id":"a',
  '{"invoke_id":"","type":"info","response":{"i',
  'W',
  ' ',
  '2026/11/22 10:14:45 run.go:167: [INFO]loading p',
  '2026/11/22 10:14:45 run.go:32: [ERROR]plugin is running on',
  '2026/11/22 10:14:45 some words',
  `2026/11/22 10:14:45 ${'x'.repeat(300)}`,
  '5 words',
])('passes a line that begins with %j on at once', (start) => {
  expect(mayBecomeAnnouncement(start)).toBe(false);
});
