import type { ReplayOptions } from 'reprise';
import { replay } from 'reprise';
import { expect, test } from 'vitest';
import { makeFile } from '../../support/files.ts';
import { makeRecording } from '../../support/recordings.ts';
import { session } from './wire.ts';

/** What the library says; where it takes what it should not, it says nothing. */
async function refusal(options: ReplayOptions | Readonly<Record<string, unknown>>): Promise<string> {
  try {
    await using plugin = await replay(makeRecording(session), { pace: 'instant', ...options });
    return `taken: ${JSON.stringify(plugin.report().faults)}`;
  } catch (error) {
    return error instanceof Error && error.name === 'RepriseError' ? error.message : `not its own: ${String(error)}`;
  }
}

const keys = 'at, type, action, where, invocation, connection, times, chance';
const places =
  'There are start, loading, announcement, ready, connect, request, acknowledgement, response, error, end, any; response:N, response:last, after:PLACE, and after:500ms of the request.';
const messages = 'loading, announcement, ready, acknowledgement, response, error, end, any';
const condition = 'a path and what stands there, as in /request/tool=regex_*';
const spelling = 'Write it as in `stall at=response:3 action=invoke_llm`, and values with spaces in quotes.';
const unnamed = 'it names no fault. Begin with one, as in `stall at=response:3`; `reprise faults` lists them.';

test.each<readonly [string, string]>([
  // Which.
  ['stal', "there is no fault 'stal'. Did you mean stall? `reprise faults` lists them."],
  ['rate-limit', "there is no fault 'rate-limit'. Did you mean rate-limited? `reprise faults` lists them."],
  ['something-else-entirely', "there is no fault 'something-else-entirely'. `reprise faults` lists them."],
  ['constructor', "there is no fault 'constructor'. `reprise faults` lists them."],
  ['  ', unnamed],
  ['at=end', unnamed],
  // Keys.
  ['stall att=end', `stall has no \`att\`. Did you mean at? There are ${keys}.`],
  ['stall ms=3', `stall has no \`ms\`. There are ${keys}.`],
  ['latency milli=3', `latency has no \`milli\`. There are ms, jitter, ${keys}.`],
  ['rate-limited message=x', `rate-limited has no \`message\`. There are text, ${keys}.`],
  ['stall at=end at=end', `\`at\` is given twice. ${spelling}`],
  ['stall fault=exit', `\`fault\` is given twice. ${spelling}`],
  ['stall end', `'end' stands behind the fault's name without a key. ${spelling}`],
  ['stall text="a', `'text="a' can't be read. ${spelling}`],
  ['error text="\\x"', `"\\x" is no text in JSON. ${spelling}`],
  // Values.
  ['latency ms=fast', "`ms` is 'fast'. Give a number of milliseconds, 0 or more."],
  ['latency ms=-1', "`ms` is '-1'. Give a number of milliseconds, 0 or more."],
  ['latency ms=2147483648', "`ms` is '2147483648'. Give a number of milliseconds, 0 or more."],
  ['exit code=256', "`code` is '256'. Give a whole number from 0 to 255."],
  ['exit code=1.5', "`code` is '1.5'. Give a whole number from 0 to 255."],
  [
    'kill signal=SIGSTOP',
    "`signal` is 'SIGSTOP'. Give SIGKILL or SIGTERM or SIGINT or SIGHUP or SIGQUIT or SIGSEGV or SIGABRT or SIGBUS or SIGPIPE.",
  ],
  ['truncate newline=yes', "`newline` is 'yes'. Give true or false."],
  ['missing-field field=id', "`field` is 'id'. Give invoke_id or type or response."],
  ['oversize bytes=0', "`bytes` is '0'. Give a number of bytes from 1 to 67108864."],
  ['corrupt bits=1001', "`bits` is '1001'. Give a whole number from 1 to 1000."],
  ['wrong-port port=65536', "`port` is '65536'. Give a whole number from 0 to 65535."],
  ['memory-crash bytes=10', "`bytes` is '10'. Give a whole number from 1000 to 67108864."],
  // Selections.
  ['stall times=0', "`times` is '0'. Give a whole number from 1 to 1000000000."],
  ['stall invocation=1.5', "`invocation` is '1.5'. Give a whole number from 1 to 1000000000."],
  ['stall connection=0', "`connection` is '0'. Give a whole number from 1 to 1000000000."],
  ['stall chance=0', "`chance` is '0'. Give a number above 0, up to 1."],
  ['stall chance=1.01', "`chance` is '1.01'. Give a number above 0, up to 1."],
  ['stall type=', "`type` is ''. Give a text, in which `*` stands for any."],
  ['stall where=/request/a', `\`where\` is '/request/a'. Give ${condition}.`],
  [
    'stall where=request/a=1',
    "`where`: 'request/a' is no path, which begins with '/'. Give one such as /request/user_id.",
  ],
  ['stall where=/x=1', "`where`: '/x' leads nowhere: paths begin with /request. Write it so."],
  ['stall where=/type=tool', '`where` leads into /request. Give `type` for that.'],
  ['stall where=/action=x', '`where` leads into /request. Give `action` for that.'],
  // Places.
  ['stall at=respons:1', `\`at\` is 'respons:1', which is no place. Did you mean response? ${places}`],
  ['stall at=response:0', `\`at\` is 'response:0', which is no place. Did you mean response? ${places}`],
  ['stall at=end:2', `\`at\` is 'end:2', which is no place. Did you mean end? ${places}`],
  ['stall at=', `\`at\` is '', which is no place. ${places}`],
  ['stall at=after', `\`at\` is 'after', which is no place. ${places}`],
  ['stall at=after:10m', `\`at\` is 'after:10m', which is no place. ${places}`],
  ['stray-line at=request', `\`at\` is 'request', where stray-line can't act. Give one of ${messages}.`],
  ['never-ready at=end', "`at` is 'end', where never-ready can't act. Give one of ready."],
  ['double-end at=response', "`at` is 'response any', where double-end can't act. Give one of end."],
  ['reorder at=end', "`at` is 'end', where reorder can't act. Give one of response, error."],
  ['memory-crash at=request', `\`at\` is 'request', where memory-crash can't act. Give one of ${messages}.`],
  ['drop at=after:end', `\`at\` is 'after end', and drop needs something that is due. Give one of ${messages}.`],
  ['drop at=after:0.5s', `\`at\` is 'after 500ms', and drop needs something that is due. Give one of ${messages}.`],
  [
    'memory-crash at=after:end',
    `\`at\` is 'after end', and memory-crash needs something that is due. Give one of ${messages}.`,
  ],
  ...['ready type=tool', 'start invocation=1', 'loading where=/request/a=1', 'after:ready action=x'].map(
    (aim) =>
      [
        `stall at=${aim}`,
        `at '${aim.replace(/ .*/, '').replace(':', ' ')}' there is no invocation yet. Leave \`type\`, \`action\`, \`where\` and \`invocation\` out, or give another \`at\`.`,
      ] as const,
  ),
])('refuses %s', async (spec, text) => {
  expect(await refusal({ faults: [spec] })).toBe(`Failed to read \`--fault\`: ${text}`);
});

test.each([
  [{ fault: 3 }, unnamed],
  [{}, '`fault` is missing. Name one, as in `fault: stall`.'],
  [{ fault: 'stall', at: 5 }, `\`at\` is 5, which is no place. ${places}`],
  [{ fault: 'stall', type: null }, '`type` is null. Give a text, in which `*` stands for any.'],
  [{ fault: 'stall', where: ['/request/a=1', 3] }, `\`where\` is 3. Give ${condition}.`],
  [{ fault: 'latency', ms: Number.NaN }, '`ms` is null. Give a number of milliseconds, 0 or more.'],
  [{ fault: 'latency', ms: [5] }, '`ms` is [5]. Give a number of milliseconds, 0 or more.'],
  [{ fault: 'x'.repeat(200) }, `there is no fault '${'x'.repeat(100)}'. \`reprise faults\` lists them.`],
])('refuses the second of a list: %j', async (spec, text) => {
  expect(await refusal({ faults: ['latency', spec] })).toBe(`Failed to read \`faults[1]\`: ${text}`);
});

test.each([
  ['close', 'close'],
  ['tcp-refused', 'tcp-refused'],
  ['stall at=connect', 'stall'],
  ['stall at=after:announcement', 'stall'],
])('refuses over stdio what needs connections: %s', async (spec, name) => {
  expect(await refusal({ faults: [spec] })).toBe(
    `Failed to read \`--fault\`: ${name} acts where there are TCP connections, and this is stdio. Use it in TCP mode, or leave it out.`,
  );
});

test.each([
  ['faults:\n  - fault: stal\n', 2, "there is no fault 'stal'. Did you mean stall? `reprise faults` lists them."],
  [
    'faults:\n  - fault: stall\n  - ms: fast\n    fault: latency\n',
    3,
    "`ms` is 'fast'. Give a number of milliseconds, 0 or more.",
  ],
  [
    '{"faults":[{"fault":"stall"},\n\n{"fault":"exit","code":300}]}',
    3,
    '`code` is 300. Give a whole number from 0 to 255.',
  ],
  ['faults:\n\n  - stall\n', 3, 'this is no fault. Write `- fault: stall`.'],
  ['faults: 3\n', 1, '`faults` is no list. Write each with a dash.'],
  ['# all\nfalts: []\n', 2, 'there is no key `falts`. Did you mean faults? There are seed and faults.'],
  ['faults: []\nseed: -1\n', 2, '`seed` is no whole number from 0 to 4294967295. Give one.'],
  ['- a\n', 1, 'it is no fault plan. Write `faults:` and a list of them.'],
  ['', 1, 'it is no fault plan. Write `faults:` and a list of them.'],
  ['? <<: *a', 1, 'Merge sources must be maps or map aliases. Write it without aliases.'],
  ['faults:\n- fault: stall\n  fault: exit\n', 3, '`fault` is given twice. Give it once.'],
])('names the line of a plan: %j', async (plan, line, text) => {
  const faultPlan = makeFile(plan, 'plan.yaml');
  expect(await refusal({ faultPlan })).toBe(`Failed to read ${faultPlan}:${line}: ${text}`);
});

test('names a plan that can not be read', async () => {
  expect(await refusal({ faultPlan: '/nowhere/plan.yaml' })).toBe(
    'Failed to read /nowhere/plan.yaml: there is no such file. Check `--fault-plan`.',
  );
  const large = makeFile(' '.repeat((1 << 20) + 1), 'plan.yaml');
  expect(await refusal({ faultPlan: large })).toBe(
    `Failed to read ${large}:1: it is larger than 1 MiB. Name a fault plan.`,
  );
});
