import { dirname, resolve } from 'node:path';
import { RepriseError } from './foundation/reprise-error.ts';
import { nameVariables } from './cli/drop-in/name-variables.ts';
import { runDify } from './cli/drop-in/run-dify.ts';
import type { Stub } from './cli/drop-in/stub.ts';

/** Is the drop-in `dify`; a stub calls it with what was written into it. */
export function start(stub?: Stub): void {
  const call = { args: process.argv.slice(2), env: environmentOf(stub), stub };
  runDify(call).then(
    (status) => process.exit(status),
    (error: unknown) => process.exit(explain(error)),
  );
}

/** What a stub has baked in holds where nothing else is said; a list has one value a line. */
function environmentOf(stub: Stub | undefined): NodeJS.ProcessEnv {
  if (stub === undefined) return process.env;
  const folder = dirname(stub.file);
  const baked = Object.entries(stub.variables).map(([name, text]) => [
    name,
    stub.paths.includes(name)
      ? text
          .split('\n')
          .map((path) => resolve(folder, path))
          .join('\n')
      : text,
  ]);
  return { ...(Object.fromEntries(baked) as Record<string, string>), ...process.env };
}

function explain(error: unknown): number {
  if (error instanceof RepriseError) {
    process.stderr.write(`reprise: ${nameVariables(error.message)}\n`);
    return error.exitStatus;
  }
  process.stderr.write(
    `reprise: a fault of reprise itself; please report it.\n${error instanceof Error ? error.stack : String(error)}\n`,
  );
  return 70;
}
