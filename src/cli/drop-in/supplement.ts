import { dirname } from 'node:path';
import { rmSync } from 'node:fs';
import { completeRedaction } from '../../recorder/complete-redaction.ts';
import { renderCount } from '../render-count.ts';
import { reasonOf } from '../../foundation/reprise-error.ts';
import { endLine, errorLine, exceptionText } from '../../protocol/derived.ts';
import { parseMessage } from '../../protocol/message.ts';
import type { Recorder, RecordResult } from '../../recorder/start-recording.ts';
import { startRecording } from '../../recorder/start-recording.ts';
import type { PassedRequest } from '../../replayer/responder.ts';
import { LineSplitter } from '../../transport/line-splitter.ts';
import { addToRecording } from './add-to-recording.ts';
import type { Start, Supplement } from './plan.ts';
import { realDify } from './real-dify.ts';
import { partOf } from './recording-folder.ts';
import type { DropInSettings } from './settings.ts';
import { recordedBy } from './settings.ts';
import { stemOf } from './stem-of.ts';

/**
 * Stands between a replay and the program itself, which answers what no recording knows: it is started at the first such
 * request, and what it is asked and says is added to `base` when the replay ends.
 */
export function startSupplement(base: string, start: Start, settings: DropInSettings): Supplement {
  const real = realDify(settings, start.env);
  const part = partOf(dirname(base), `${stemOf(base)}.more`);
  const waiting: PassedRequest[] = []; // not sent yet: the program is not ready, or answers another request with that id
  const asked = new Map<string, PassedRequest>();
  let program: Promise<Recorder> | undefined;
  let isReady = false;
  let failure: string | undefined;

  return {
    passOn(request) {
      waiting.push(request);
      program ??= begin();
      program.then(send, (error: unknown) => fail(reasonOf(error)));
    },
    async end() {
      if (program === undefined) return undefined;
      try {
        const recorder = await program;
        await recorder.close();
        const told = await add(await recorder.finished);
        rmSync(part, { force: true });
        return told;
      } catch (error) {
        return `nothing was added to ${base}: ${reasonOf(error)}`; // what there was to add stays in its file
      }
    },
  };

  /** @returns what was added, in words */
  async function add({ isReady: wasReady, invocations, unfinished, loss }: RecordResult): Promise<string> {
    const answered = invocations - unfinished.length;
    if (loss !== undefined) throw loss;
    if (!wasReady) return `nothing was added to ${base}: the program never became ready`;
    if (answered === 0) return `nothing was added to ${base}: nothing was answered`;
    const isAdded = await addToRecording(base, part, new Set(unfinished.map(({ id }) => id)));
    return isAdded
      ? `${renderCount(answered, 'invocation')} added to ${base}`
      : `nothing was added to ${base}: it ends with a crash, after which nothing can be asked`;
  }

  async function begin(): Promise<Recorder> {
    const recorder = await startRecording({
      command: [real, 'plugin', 'run', start.file, '-m', 'stdio', '-r', 'json'],
      ...(await completeRedaction(settings.redaction, { folder: dirname(base), config: settings.options.config })),
      file: part,
      force: true,
      writeFirst: true, // a request is written as soon as the program is ready, and noted behind that
      env: { ...process.env, [recordedBy]: String(process.pid) },
    });
    const splitter = new LineSplitter(Infinity);
    recorder.stdout.on('data', (chunk: Buffer) => splitter.push(chunk, (line) => take(line, recorder)));
    recorder.stderr.resume();
    void recorder.finished.then(() => fail('the program has exited'));
    return recorder;
  }

  function take(line: Buffer, recorder: Recorder): void {
    const message = parseMessage(line);
    if (message === undefined) return;
    const { id, type } = message;
    if (!isReady) {
      if (type === 'plugin_ready') isReady = true;
      else if (type === 'error') fail(line.toString());
      send(recorder);
      return;
    }
    const request = asked.get(id);
    if (request === undefined || (type === 'info' && id === '')) return; // an acknowledgement: the replay has given its own
    request.answer(line);
    if (type !== 'plugin_invoke_end') return;
    asked.delete(id);
    send(recorder);
  }

  /** Two requests with one id are asked one after the other, since only the id tells their answers apart. */
  function send(recorder: Recorder): void {
    if (failure !== undefined) return fail(failure);
    if (!isReady) return;
    for (const request of waiting.splice(0)) {
      if (asked.has(request.id)) waiting.push(request);
      else {
        asked.set(request.id, request);
        recorder.stdin.write(Buffer.concat([request.line, Buffer.from('\n')]));
      }
    }
  }

  /** Whoever waits is told. */
  function fail(reason: string): void {
    failure = reason;
    const text = exceptionText('NoRecordedInvocation', `reprise: no match, and ${real} could not be asked: ${reason}`);
    for (const { id, answer } of [...asked.values(), ...waiting.splice(0)]) {
      answer(Buffer.from(errorLine(id, text)));
      answer(Buffer.from(endLine(id)));
    }
    asked.clear();
  }
}
