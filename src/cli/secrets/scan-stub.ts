import { closeSync } from 'node:fs';
import { openPlain } from '../../recording/recording-reader.ts';
import { shelveEmbedded, unpackAll } from '../drop-in/embedded.ts';
import type { StubText } from '../drop-in/read-stub.ts';
import type { Detector } from './detector.ts';
import type { LineSecret } from './scan-lines.ts';
import { scanLines } from './scan-lines.ts';
import { scanText } from './scan-text.ts';

/** Looks for secrets in a stub: in its options, and in the recordings that are packed in it. */
export async function scanStub({ json, line, stub }: StubText, detector: Detector): Promise<LineSecret[]> {
  const { embedded = [], ...rest } = stub;
  const lineOf = (mark: string): number => line + json.slice(0, Math.max(json.indexOf(mark), 0)).split('\n').length - 1;
  const found = scanText(Buffer.from(JSON.stringify(rest)), detector).map(({ path, kind }) => ({
    line: lineOf(`"${path.split('/').at(2) ?? ''}": `),
    path,
    kind,
  }));
  const { files, onOpen } = unpackAll(shelveEmbedded(embedded));
  try {
    for (const [index, { name }] of embedded.entries()) {
      const secrets = await scanPacked(files[index] ?? name, detector);
      const at = lineOf(`"name": ${JSON.stringify(name)}`);
      for (const { path, kind, line: inner } of secrets)
        found.push({ line: at, path: `${name}:${inner}:${path}`, kind });
    }
  } finally {
    onOpen();
  }
  return found;
}

async function scanPacked(file: string, detector: Detector): Promise<LineSecret[]> {
  const fd = await openPlain(file);
  try {
    return await scanLines(fd, { detector });
  } finally {
    closeSync(fd);
  }
}
