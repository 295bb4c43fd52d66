import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Choice, Wanted } from '../../../src/cli/drop-in/choose-recording.ts';
import { explainChoice } from '../../../src/cli/drop-in/explain-choice.ts';
import { chooseRecording } from '../../../src/cli/drop-in/choose-recording.ts';
import { slugOf } from '../../../src/cli/drop-in/session-name.ts';
import type { Shelved } from '../../../src/cli/drop-in/shelved.ts';

const header = {
  format: 'reprise',
  version: 1,
  recorded_at: '',
  command: [],
  recorder: { name: '', version: '', node: '', platform: '' },
} as const;

/** A recording on the shelf: its name, its plugin as `author/name:version@digest`, and more. */
function shelve(stem: string, plugin = '', more: Partial<Shelved['about']> & { isNamed?: boolean } = {}): Shelved {
  const { isNamed = false, ...about } = more;
  const [, author = '', name = '', version = '', sha256 = ''] = /^(.*)\/(.*):(.*)@(.*)$/.exec(plugin) ?? [];
  return {
    file: `${stem}.jsonl`,
    stem,
    isNamed,
    about: { header, ...about, ...(plugin === '' ? {} : { plugin: { author, name, version, sha256 } }) },
  };
}

const time: Wanted = {
  session: undefined,
  plugin: { author: 'a', name: 'time', version: '2', sha256: 'x' },
  stem: 'package',
};

/** What was chosen, in short. */
function show(choice: Choice): string {
  if (choice.kind === 'session') return choice.starts.map(({ one, start }) => `${one.stem} as ${start}`).join(', ');
  if (choice.kind === 'plugin')
    return choice.recordings.map(({ stem }) => stem).join(', ') + (choice.note === undefined ? '' : ' with a note');
  return choice.kind;
}

const shelf = [
  shelve('one', 'a/time:2@x'),
  shelve('two', 'a/time:2@y'),
  shelve('three', 'a/time:1@z'),
  shelve('time', ''),
  shelve('time-errors', ''),
  shelve('timezone', ''),
];

test.each([
  ['the digest', shelf, 'one'],
  ['author, name and version', shelf.slice(1), 'two'],
  ['author and name, and tells that the version is another', shelf.slice(2), 'three with a note'],
  ["the file's name", shelf.slice(3), 'time'],
  ["the beginning of the file's name", shelf.slice(4), 'time-errors'],
  ['nothing, where a name only begins with the same letters', shelf.slice(5), 'none'],
  ['nothing, where there is nothing', [], 'none'],
  ['what was named by itself and tells nothing of its plugin', [shelve('other', '', { isNamed: true })], 'other'],
  ['nothing, where that tells of another plugin', [shelve('other', 'a/tides:1@q', { isNamed: true })], 'none'],
  ['nothing of another author', [shelve('other', 'b/time:2@q')], 'none'],
  ['all that fit equally', [shelve('one', 'a/time:2@x'), shelve('copy', 'a/time:2@x')], 'one, copy'],
  [
    'no two that were made for tests',
    [shelve('one', 'a/time:2@x', { session: 't/a' }), shelve('two', 'a/time:2@x', { session: 't/b' })],
    'several',
  ],
  [
    'all such, where each was named by itself',
    [
      shelve('one', 'a/time:2@x', { session: 't/a', isNamed: true }),
      shelve('two', 'a/time:2@x', { session: 't/b', isNamed: true }),
    ],
    'one, two',
  ],
])('a package is found by %s', (_how, recordings, chosen) => {
  expect(show(chooseRecording(recordings, time))).toBe(chosen);
});

test.each([
  ['time', 'a/time:2@x', 'one'],
  ['a-time_2', 'a/time:2@x', 'one'],
  ['a-time_3', 'a/time:2@x', 'none'],
  ['one', '', 'one'],
])('a package that is not there, %s.difypkg, is found by its name: %s, %s', (stem, plugin, chosen) => {
  expect(
    show(
      chooseRecording([shelve('one', plugin), shelve('far', 'a/tides:1@q')], { session: undefined, plugin: {}, stem }),
    ),
  ).toBe(chosen);
});

const asked = (name: string): Wanted => ({ ...time, session: { name, isAsked: true } });
const tested = (name: string): Wanted => ({ ...time, session: { name, isAsked: false } });
const sessions = [
  shelve('t-a', 'a/time:2@x', { session: 't/a', start: 1 }),
  shelve('t-a-2', 'a/time:2@x', { session: 't/a', start: 2 }),
  shelve('t-b', 'a/time:2@x', { session: 't/b', start: 1 }),
  shelve('t-c', 'a/tides:1@q', { session: 't/c', start: 1 }),
];

test.each([
  ['a test has its recordings, by start', sessions, tested('t/a'), 't-a as 1, t-a-2 as 2'],
  ['a test that was not recorded gets no other test’s', sessions, tested('t/d'), 'none'],
  ['a test whose recording is of another plugin gets none', sessions, tested('t/c'), 'none'],
  [
    'a test that was not recorded gets what is for all',
    [...sessions, shelve('common', 'a/time:2@x')],
    tested('t/d'),
    'common',
  ],
  ['a session that was asked for must be there', [...sessions, shelve('common', 'a/time:2@x')], asked('t/d'), 'none'],
  ['a session is asked for by its file', sessions, asked('t-b'), 't-b as 1'],
  [
    'files that tell of no session are of the one that they are named after',
    [shelve('x'), shelve('x-2'), shelve('x-y')],
    asked('x'),
    'x as 1, x-2 as 2',
  ],
  ['a session that was asked for plays whatever the package is', [shelve('x', 'b/other:1@q')], asked('x'), 'x as 1'],
  [
    'without a test, tests have no claim on their recordings',
    [shelve('t-a', 'a/time:2@x', { session: 't/a' })],
    time,
    't-a',
  ],
])('%s', (_what, recordings, wanted, chosen) => {
  expect(show(chooseRecording(recordings, wanted))).toBe(chosen);
});

test('where nothing fits, the reason names what there is, and what is nearly it', () => {
  const why = (recordings: readonly Shelved[], wanted: Wanted): string => {
    const choice = chooseRecording(recordings, wanted);
    return choice.kind === 'none' || choice.kind === 'several' ? explainChoice(choice, wanted, recordings).message : '';
  };
  expect(why([shelve('one', 'a/tides:1@q'), shelve('two')], time)).toBe(
    'Failed to choose a recording: no recording of a/time:2 is among one.jsonl (a/tides:1), two.jsonl. Record it with `REPRISE_RECORD_MODE=once`, or name a recording by `REPRISE_SESSION`.',
  );
  const many = Array.from({ length: 20 }, (_, index) => shelve(`r${index}`, 'a/time:2@x', { session: `t${index}` }));
  expect(why(many, time)).toContain(`: 20 recordings fit a/time:2 equally: t0, t1, `);
  expect(why(many, time)).toContain(', t7 and 12 more. Name one of them by `REPRISE_SESSION`');
  expect(why(many, asked('t7o'))).toContain(' and 12 more. Did you mean t7? Record it with');
  const made = [shelve('x', '', { session: 'tests/test_a.py::test_b' })];
  expect(why(made, tested('test_a.py::test_b'))).toContain(' Did you mean tests/test_a.py::test_b? ');
});

test.each([
  ['alpha', 'alpha'],
  ['tests/test_time.py::test_now', 'tests-test_time.py-test_now'],
  ['TestTime/utc', 'TestTime-utc'],
])('the session %s is kept in %s', (session, slug) => {
  expect(slugOf(session)).toBe(slug);
});

test('names of sessions make names of files, short and their own', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', minLength: 1, maxLength: 400 }), (session) => {
      const slug = slugOf(session);
      expect(slug).toMatch(/^[\w@-][\w.@-]{0,130}$/);
    }),
  );
  expect(slugOf('now[a b]')).not.toBe(slugOf('now[a-b]'));
  expect(slugOf('x'.repeat(200))).not.toBe(slugOf('x'.repeat(201)));
  expect(slugOf('../../etc/passwd')).toBe('etc-passwd');
});
