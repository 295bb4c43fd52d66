import { RepriseError, reasonOf } from '../foundation/reprise-error.ts';

/** A regular expression: RE2's, which takes a time that grows with the text and no more. None can be made to backtrack. */
interface Expression {
  /** Whether it fits somewhere in a text. */
  test: (text: string) => boolean;
  /** All places that it fits, but for those of nothing. */
  findAll: (text: string) => { start: number; end: number }[];
}

/** Makes an expression; `option` names it in the error. @throws RepriseError `usage` where it is none */
export type CompileExpressions = (source: string, flags: string, option: string) => Expression;

const longestShown = 200;

/** Loads the compiler: nobody waits for it who has no expression. */
export async function loadExpressions(): Promise<CompileExpressions> {
  const { RE2JS } = await import('re2js');
  const flagOf: Readonly<Record<string, number>> = { i: RE2JS.CASE_INSENSITIVE, m: RE2JS.MULTILINE, s: RE2JS.DOTALL };
  return (source, flags, option) => {
    try {
      const expression = RE2JS.compile(
        source,
        flags.split('').reduce((sum, flag) => sum | (flagOf[flag] ?? 0), 0),
      );
      return {
        test: (text) => expression.matcher(text).find(),
        findAll(text) {
          const found: { start: number; end: number }[] = [];
          for (const matcher = expression.matcher(text); matcher.find();)
            if (matcher.end() > matcher.start()) found.push({ start: matcher.start(), end: matcher.end() });
          return found;
        },
      };
    } catch (error) {
      throw new RepriseError(
        'usage',
        `Failed to read \`${option}\`: /${source.slice(0, longestShown)}/ is no regular expression that RE2 takes: ${reasonOf(error).slice(0, longestShown)}. Mend it; there are no look-arounds and no back-references.`,
        { cause: error },
      );
    }
  };
}
