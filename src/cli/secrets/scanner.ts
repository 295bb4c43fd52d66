import type { FoundSecret } from '../../foundation/find-shapes.ts';
import { placeholderPattern, placeholderStart } from '../../foundation/placeholder.ts';
import { asError } from '../../foundation/reprise-error.ts';

/** Finds secrets in a text, as Latin-1 with whatever escapes are in it. @returns where they stand, in any order */
export type Scan = (text: string) => FoundSecret[];

/** What a rule is given at once, so that no expression of it can run away, and how much of it again with what follows. */
const longestChunk = 256 << 10;
const overlap = 12 << 10;
/** Those of files that are no recordings, and the one by which a text could ask not to be looked at. */
const leftOut = /-(?:gcp|filter-comments)$/;

/**
 * What has to stand in a text for a rule to find anything: most rules are slow, and this is quick. A rule that is not
 * named here, as one that a later version brings, looks at every text.
 */
const needs: Readonly<Record<string, RegExp>> = {
  aws: /secret_?access_?key/i,
  privatekey: /-----BEGIN/,
  npm: /npm_|x-oauth-basic/,
  basicauth: /:\/\/[^/\s]{3,600}@/,
  'database-connection-string': /:\/\/[^/\s]{3,600}@/,
  slack: /xox[a-z]-|xapp-|hooks\.slack/i,
  sendgrid: /SG\.\w/,
  shopify: /shp[a-z]{2}_/,
  github: /gh[a-z]_|github_pat_/,
  openai: /T3BlbkFJ/,
  anthropic: /sk-ant-/,
  linear: /lin_api_/,
  '1password': /ops_ey/,
};

/** As much of a rule of secretlint as is used. Its core would keep a measurement of every rule for every line. */
interface ScannerRule {
  meta: { id: string };
  create: (context: RuleContext, options: Record<string, never>) => { file: (source: { content: string }) => unknown };
}

interface RuleContext {
  createTranslator: () => (messageId: string) => string;
  report: (report: { message: string; range: readonly [number, number] }) => void;
}

/** Loads the rules of secretlint, a scanner that is kept up to date by others. */
export async function openScanner(): Promise<Scan> {
  const { rules } = await import('@secretlint/secretlint-rule-preset-recommend');
  return createScanner(rules); // as any: their types are those of a package that is not needed
}

/** Makes one search of rules. What they say of a secret holds the secret; only the kind is taken. */
export function createScanner(rules: readonly ScannerRule[]): Scan {
  let found: FoundSecret[] = [];
  let base = 0;
  const context: RuleContext = {
    createTranslator: () => (messageId) => messageId,
    report: ({ message, range: [start, end] }) =>
      found.push({ kind: kindOf(message), start: base + start, end: base + end }),
  };
  const running = rules
    .filter(({ meta }) => !leftOut.test(meta.id))
    .map(({ meta, create }) => ({
      id: meta.id,
      needed: needs[meta.id.replace(/^.*-rule-/, '')],
      file: create(context, {}).file,
    }));
  return (text) => {
    found = [];
    const wanted = running.filter(({ needed }) => needed?.test(text) !== false);
    if (wanted.length === 0) return found;
    const plain = withoutEscapes(text);
    for (base = 0; base < plain.length; base += longestChunk - overlap) {
      const content = plain.slice(base, base + longestChunk);
      for (const { id, file } of wanted) runRule(id, () => file({ content }));
      if (base + longestChunk >= plain.length) break;
    }
    return found;
  };
}

function runRule(id: string, run: () => unknown): void {
  try {
    run();
  } catch (error) {
    // oxlint-disable-next-line preserve-caught-error -- its text could hold the secret
    throw new Error(`the rule ${id} of secretlint failed (${asError(error).name})`);
  }
}

/** White space that is escaped, and placeholders, become spaces: the rules know neither. Nothing moves. */
function withoutEscapes(text: string): string {
  const plain = text.includes(placeholderStart)
    ? text.replace(new RegExp(placeholderPattern, 'g'), (whole) => ' '.repeat(whole.length))
    : text;
  return plain.includes('\\') ? plain.replace(/\\+[nrt]/g, (whole) => ' '.repeat(whole.length)) : plain;
}

/** `AWSSecretAccessKey` and `GITHUB_TOKEN` as kinds. */
function kindOf(messageId: string): string {
  return messageId
    .replace(/([a-z\d])([A-Z])/g, '$1_$2')
    .replace(/([A-Z])([A-Z][a-z])/g, '$1_$2')
    .toLowerCase();
}
