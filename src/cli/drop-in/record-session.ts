import { renameSync, rmSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { Writable } from 'node:stream';
import { statusOf } from '../end-like.ts';
import { forwardSignals } from '../forward-signals.ts';
import { openNotes } from '../notes.ts';
import type { Notes } from '../notes.ts';
import { completeRedaction } from '../../recorder/complete-redaction.ts';
import { renderRecordSummary } from '../render-record.ts';
import { watchClient } from './watch-client.ts';
import { RepriseError, reasonOf, systemCode } from '../../foundation/reprise-error.ts';
import { blankFormat, formats } from '../../protocol/response-format.ts';
import type { RecordResult } from '../../recorder/start-recording.ts';
import { startRecording } from '../../recorder/start-recording.ts';
import { hasFaults } from '../../replayer/load-faults.ts';
import { isPipe } from '../../transport/own-descriptor.ts';
import { openOwnStdin, openOwnStdoutStream } from '../../transport/own-stdio.ts';
import type { RecordPlan, Start } from './plan.ts';
import { realDify } from './real-dify.ts';
import { openFolder, partOf, placeRecording } from './recording-folder.ts';
import { recordedBy } from './settings.ts';
import { stemOf } from './stem-of.ts';
import { createTextView } from './text-view.ts';

/**
 * Records a session of the program itself, for the client that has started this one.
 * @returns the program's status, or 1 where the recording was lost and the program's is 0
 */
export async function recordSession(plan: RecordPlan, start: Start): Promise<number> {
  const { settings, session } = plan;
  const folder = resolve(plan.replaces === undefined ? openFolder(settings) : dirname(plan.replaces));
  const [part, stem] = [partOf(folder, plan.name), join(folder, plan.name)];
  const notes = openNotes(process.env);
  if (hasFaults(settings.options))
    notes.say('reprise: this session is recorded, and nothing goes wrong in it: faults act in replays\n');
  const { command, stdout } = commandOf(start, realDify(settings, start.env));
  const stdin = openOwnStdin();
  const redaction = await completeRedaction(settings.redaction, { folder, config: settings.options.config });
  if (redaction.noRedact)
    notes.say('reprise: secrets are NOT redacted: this session is recorded with keys and passwords as they are\n');
  const recorder = await startRecording({
    command,
    ...redaction,
    file: part,
    force: true,
    writeFirst: true,
    env: { ...process.env, [recordedBy]: String(process.pid) },
    stdin,
    stdout,
    stderr: capped(notes),
    ...(session === undefined ? {} : { about: { session, start: plan.start } }),
    lastWill: {
      client: process.ppid,
      from: part,
      stem: plan.replaces === undefined ? stem : join(folder, stemOf(plan.replaces)),
      first: plan.start,
      replaces: plan.replaces !== undefined,
    },
    onKeyLoss: (error) =>
      notes.say(`reprise: the key of this recording is lost, its placeholders match any value: ${reasonOf(error)}\n`),
    onLoss: (error) =>
      notes.say(`reprise: the recording is lost from here on, the session goes on: ${reasonOf(error)}\n`),
  });
  forwardSignals(recorder);
  let isAbandoned = false;
  // What was started in the background and left alone has no such stdin.
  const stopWatching = isPipe(0)
    ? watchClient(stdin, () => {
        isAbandoned = true;
        void recorder.close();
      })
    : undefined;
  const result = await recorder.finished;
  stopWatching?.();
  const status = statusOf(result.exit);
  const [isKept, text] = isAbandoned
    ? [false, `the client is gone; what was recorded stays in ${part}`]
    : keep(result, plan, stem);
  notes.say(`reprise: ${text}\n`);
  await notes.flushed();
  return status === 0 && !isKept && !isAbandoned ? 1 : status;
}

/**
 * A start-up that fails is not what a test was to be given ever after.
 * @returns whether there is a recording, or none was to be; and what became of it, in words
 */
function keep(result: RecordResult, plan: RecordPlan, stem: string): [boolean, string] {
  const { file: part, isReady, loss } = result;
  if (!isReady || loss !== undefined) {
    rmSync(part, { force: true });
    const why = loss === undefined ? 'the plugin never became ready' : reasonOf(loss);
    return [loss === undefined, `nothing is kept of this session: ${why}`];
  }
  try {
    return [true, renderRecordSummary({ ...result, file: place(part, plan, stem) })];
  } catch (error) {
    if (systemCode(error) === undefined) throw error;
    return [false, `the recording is lost: ${reasonOf(error)}`];
  }
}

function place(part: string, { replaces, start }: RecordPlan, stem: string): string {
  if (replaces === undefined) return placeRecording(part, stem, start);
  const file = replaces.replace(/\.gz$/, ''); // it grows as plain lines
  renameSync(part, file);
  if (file !== replaces) rmSync(replaces);
  return file;
}

/** The same command for the program itself; only in JSON is it recorded so that it can be replayed. */
function commandOf({ args, flags, file }: Start, real: string): { command: string[]; stdout: Writable } {
  const stdout = openOwnStdoutStream();
  const format = flags.get('response-format') ?? 'text';
  if (format === 'json') return { command: [real, ...args], stdout };
  const mode = flags.get('mode') ?? 'stdio';
  if (mode === 'tcp')
    throw new RepriseError(
      'usage',
      'Failed to record: over TCP only JSON can be recorded so that it can be replayed. Start the client with `-r json`.',
    );
  const view = createTextView(format === 'text' ? formats.text : blankFormat);
  view.pipe(stdout);
  stdout.once('error', () => view.destroy());
  return { command: [real, 'plugin', 'run', file, '-m', mode, '-r', 'json'], stdout: view };
}

/** What the program logs goes into the recording whole, and to a client that may never read it only so far. */
function capped(notes: Notes): Writable {
  return new Writable({
    write(chunk: Buffer, _encoding, done) {
      notes.say(chunk.toString());
      done();
    },
  });
}
