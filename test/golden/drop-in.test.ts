import { copyFileSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { dify, makePackage, makeScript, namesIn } from '../support/drop-in.ts';
import { makeFolder } from '../support/files.ts';
import { driveReplay } from '../support/golden-sessions.ts';
import { createTurns, drive, playCommand, sessionFile } from '../support/programs.ts';

interface Session {
  session: string;
  argv: string[];
  format: 'json' | 'text';
}

const inTurn = createTurns(3);
const timeout = 120_000;
const equal = { status: 0, output: expect.stringMatching(/: equal, \d+ lines\n$/) as string };
const sessions = readdirSync(new URL('../fixtures/golden/sessions/', import.meta.url))
  .map((file) => readFileSync(sessionFile(file.replace('.jsonl', '')), 'utf8'))
  .filter((text) => text.includes('plugin_ready'))
  .map((text) => JSON.parse(text.split('\n', 1)[0] ?? '') as Session);
/** A client of the text format is recorded in JSON, of which there is one session; the others were captured in text alone. */
const recordable = sessions.filter(
  ({ session, format }) => session === 'text-values' || (format === 'json' && session !== 'bad-format'),
);
const sourceOf = (session: string): string => (session === 'text-values' ? 'text-values-as-json' : session);

test('so many sessions become ready', () => {
  expect(recordable.length).toBeGreaterThan(25);
});

test.concurrent.each(recordable)(
  'the drop-in records $session without changing a byte, and is that program from then on',
  { timeout },
  ({ session, argv }) =>
    inTurn(async () => {
      const folder = makeFolder();
      const file = join(folder, 'probe.difypkg');
      copyFileSync(await makePackage('probe'), file);
      const real = makeScript(
        'dify',
        `exec ${playCommand(sourceOf(session))
          .map((word) => `'${word}'`)
          .join(' ')}`,
      );
      const environment = (mode: string): string[] => [
        'env',
        'CI=',
        `REPRISE_RECORDINGS=${join(folder, 'recordings')}`,
        `REPRISE_SESSION=${session}`,
        `REPRISE_RECORD_MODE=${mode}`,
        `REPRISE_REAL_DIFY=${real}`,
        `TMPDIR=${makeFolder()}`,
        'REPRISE_ON_UNFINISHED=hang',
      ];
      const args = argv.slice(1).map((word) => (word.endsWith('.difypkg') ? file : word));
      expect(await drive(session, [], [...environment('once'), dify, ...args])).toEqual(equal);
      expect(namesIn(join(folder, 'recordings'))).toEqual([`${session}.jsonl`]);
      expect(await driveReplay(session, ['--new-ids'], [...environment('none'), dify, ...args])).toEqual(equal);
    }),
);
