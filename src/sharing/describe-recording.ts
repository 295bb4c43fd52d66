import { nextTurn } from '../foundation/clock.ts';
import { decodeRequestLine } from '../protocol/request.ts';
import type { BundledRecording } from '../recording/bundle/bundle-manifest.ts';
import { readAbout } from '../recording/read-about.ts';
import { openRecording } from '../recording/recording-reader.ts';

type Description = Pick<BundledRecording, 'plugin' | 'program' | 'actions' | 'counts'>;

/**
 * What a bundle says of a recording: whose it is, and what is in it.
 * @throws RepriseError where it is no recording
 */
export async function describeRecording(file: string): Promise<Description> {
  const { plugin, program } = await readAbout(file);
  const counts = { lines: 1, messages: 0, invocations: 0 };
  const actions = new Set<string>();
  const inParts = new Set<number>();
  const reader = await openRecording(file);
  try {
    const scan = (): boolean =>
      reader.scan((line) => {
        counts.lines += 1;
        if (line.kind === 'event' || line.stderr) return;
        if (!line.part) counts.messages += 1;
        if (line.from !== 'client') return;
        const isWhole = !line.part && !inParts.has(line.connection);
        if (line.part) inParts.add(line.connection);
        else inParts.delete(line.connection);
        const request = isWhole ? decodeRequestLine(reader.readPayload(line)) : undefined;
        if (request?.kind === 'request') actions.add(request.action);
        if (request?.kind === 'request' || !(isWhole || line.part)) counts.invocations += 1;
      });
    while (scan()) await nextTurn();
  } finally {
    reader.close();
  }
  return {
    ...(plugin === undefined ? {} : { plugin }),
    ...(program === undefined ? {} : { program }),
    actions: [...actions].toSorted(),
    counts,
  };
}
