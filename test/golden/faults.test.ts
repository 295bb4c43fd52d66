import { describe, expect, test } from 'vitest';
import { take } from '../support/disturbed.ts';
import { driveReplay, inJson, recorded, sessions } from '../support/golden-sessions.ts';
import { createTurns, drive, reprise } from '../support/programs.ts';
import { readExchanges, readRecording } from '../support/read-recording.ts';

const inTurn = createTurns(3); // many of them do nothing but wait for a signal
const timeout = 120_000;
const equal = { status: 0, output: expect.stringMatching(/: equal, \d+ lines\n$/) as string };

describe('a slicer of one byte changes nothing for a client that reads lines', () => {
  const leftOut = new Set(['large']); // its lines have up to 1 MB: two million writes would take minutes
  const sliced = inJson.filter(({ name }) => !leftOut.has(name));

  // The client's SIGTERM may meet a slow machine in the middle of a line that nobody waits for.
  test.concurrent.each(sliced)('$name', { timeout, retry: 3 }, (session) =>
    inTurn(async () => {
      await recorded(session);
      const { name, recording, transport } = session;
      const command = [
        ...reprise,
        'replay',
        recording,
        '-m',
        transport,
        '--pace',
        'instant',
        '--fault',
        'slicer bytes=1',
      ];
      expect(await driveReplay(name, [], command)).toEqual(equal);
    }),
  );
});

/** Go's clock stands in log lines of the text format. */
const withoutTime = (text: string): string => text.replace(/^\d{4}\/\d\d\/\d\d \d\d:\d\d:\d\d /gm, 'TIME ');

describe.each(['json', 'text'] as const)(
  'a fault that never acts changes nothing in the %s format',
  (responseFormat) => {
    const faults = ['stall at=response:999999'];

    test.concurrent.each(inJson)('$name', { timeout }, (session) =>
      inTurn(async () => {
        await recorded(session);
        const lines = readExchanges(readRecording(session.recording)).map(({ line }) =>
          Buffer.from(`${line}\n`, 'latin1'),
        );
        for (const batches of [[Buffer.alloc(0), ...lines], [Buffer.concat(lines)]])
          for (const pace of ['instant', 'recorded'] as const) {
            const bare = await take(session.recording, batches, { responseFormat, pace });
            const { text, exit, report } = await take(session.recording, batches, { responseFormat, pace, faults });
            expect(bare.report.counts.missed).toBe(0);
            expect(withoutTime(text)).toBe(withoutTime(bare.text));
            expect([exit, report.counts.idle, report.counts.used]).toEqual([bare.exit, 1, bare.report.counts.used]);
          }
      }),
    );
  },
);

test('the text format through a fault that never acts is what the real program printed', { timeout }, async () => {
  const session = sessions.find(({ name }) => name === 'text-values-as-json');
  if (session === undefined) throw new Error('the session is missing');
  await recorded(session);
  const options = ['--pace', 'instant', '-r', 'text', '--fault', 'stall at=response:999999'];
  expect(await drive('text-values', [], [...reprise, 'replay', session.recording, ...options])).toEqual(equal);
});
