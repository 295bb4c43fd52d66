import { readRules } from './read-rules.ts';
import type { ReplayOptions } from './replay-options.ts';
import { Script } from './script.ts';

/**
 * Opens recordings with the rules that options tell.
 * @throws RepriseError where a recording can't be read, or a rule is none
 */
export async function openScript(files: readonly string[], options: ReplayOptions): Promise<Script> {
  const { ignore = [], match = [], order = 'any', onExhausted = 'repeat', secrets = 'any' } = options;
  return Script.open(files, { rules: await readRules({ ignore, match }), order, onExhausted, secrets });
}
