import { environmentName } from '../../foundation/option-spec.ts';

/** The same text about the environment: `--max-gap` is `REPRISE_MAX_GAP` there. */
export function nameVariables(message: string): string {
  return message.replace(/`--([a-z][a-z-]*)`/g, (_, flag: string) => `\`${environmentName({ flag })}\``);
}
