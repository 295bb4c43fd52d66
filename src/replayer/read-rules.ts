import { RepriseError } from '../foundation/reprise-error.ts';
import { loadExpressions } from '../protocol/expression.ts';
import type { PatternRule } from '../protocol/match-rules.ts';
import { MatchRules } from '../protocol/match-rules.ts';
import { parsePathPattern } from '../protocol/path-pattern.ts';
import type { CompileExpression } from '../protocol/value-set.ts';
import { isExpression, parseValueSet, splitMatch } from '../protocol/value-set.ts';

/** What is ignored and loosened, as it is written. */
export interface RuleTexts {
  /** Paths, as `/request/user_id`. */
  ignore: readonly string[];
  /** Paths with their sets, as `/request/id=uuid`. */
  match: readonly string[];
}

/** So many steps all paths together may have. */
const mostSegments = 10_000;
/** So many those with `**` in them: all of their steps may have to be followed at once. */
const mostDeepSegments = 1000;

/**
 * Reads rules.
 * @throws RepriseError `usage` where a path, a set or a regular expression is none
 */
export async function readRules({ ignore, match }: RuleTexts): Promise<MatchRules> {
  const loosened = match.map(splitMatch);
  const compile = loosened.some(({ set }) => isExpression(set)) ? await loadCompiler() : refuse;
  const rules: PatternRule[] = [
    ...ignore.map((path): PatternRule => ({ segments: parsePathPattern(path, '--ignore'), value: 'ignored' })),
    ...loosened.map(({ path, set }) => ({
      segments: parsePathPattern(path, '--match'),
      value: parseValueSet(set, compile),
    })),
  ];
  const deep = rules.filter(({ segments }) => segments.some(({ kind }) => kind === 'deep'));
  if (countSegments(rules) > mostSegments || countSegments(deep) > mostDeepSegments)
    throw new RepriseError(
      'usage',
      `Failed to read what is ignored and loosened: ${rules.length} paths are too many. Join some of them by \`*\` and \`**\`.`,
    );
  return new MatchRules(rules);
}

function countSegments(rules: readonly PatternRule[]): number {
  return rules.reduce((sum, { segments }) => sum + segments.length, 0);
}

async function loadCompiler(): Promise<CompileExpression> {
  const compile = await loadExpressions();
  return (source, flags) => compile(source, flags, '--match').test;
}

function refuse(): never {
  throw new Error('An expression came without its compiler.');
}
