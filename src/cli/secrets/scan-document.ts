import type { Document } from 'yaml';
import { isNode, LineCounter, parseDocument } from 'yaml';
import { parseJson } from '../../foundation/parse-json.ts';
import type { Detector } from './detector.ts';
import type { LineSecret } from './scan-lines.ts';
import { scanText } from './scan-text.ts';

/** Looks for secrets in a small file of YAML or JSON: in what it means, which escapes may hide, and in its text. */
export function scanDocument(bytes: Buffer, detector: Detector): LineSecret[] {
  const value = parseJson(bytes.toString()) ?? valueOf(parse(bytes));
  const meant = locate(scanText(Buffer.from(JSON.stringify(value ?? null)), detector), bytes);
  const text = bytes.toString('latin1');
  const written = detector.find(bytes, text).secrets.map(({ start, kind }) => ({
    line: text.slice(0, start).split('\n').length,
    path: 'text',
    kind,
  }));
  const isNew = ({ line, kind }: LineSecret): boolean => !meant.some((one) => one.kind === kind && one.line === line);
  return [...meant, ...written.filter(isNew)].toSorted((a, b) => a.line - b.line);
}

function parse(bytes: Buffer, lineCounter = new LineCounter()): Document {
  return parseDocument(bytes.toString(), { lineCounter, logLevel: 'silent', uniqueKeys: false, merge: true });
}

function valueOf(document: Document): unknown {
  try {
    return document.toJS();
  } catch {
    // Too many aliases, or some to nothing: whoever takes it as a plan refuses it. Its text is looked into all the same.
    return undefined;
  }
}

function locate(places: ReturnType<typeof scanText>, bytes: Buffer): LineSecret[] {
  if (places.length === 0) return [];
  const lines = new LineCounter();
  const document = parse(bytes, lines);
  return places.map(({ path, kind }) => ({ line: lines.linePos(offsetOf(document, path)).line || 1, path, kind }));
}

/** @returns 0 where a place can't be told, as where a key is the secret */
function offsetOf(document: Document, pointer: string): number {
  const steps = pointer.split('/').slice(1);
  const node: unknown = document.getIn(
    steps.map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~')),
    true,
  );
  return (isNode(node) ? node.range?.[0] : undefined) ?? 0;
}
