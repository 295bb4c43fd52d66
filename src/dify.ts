import { dirname, resolve } from 'node:path';
import { RepriseError } from './foundation/reprise-error.ts';
import { runDify } from './cli/drop-in/run-dify.ts';
import type { Stub } from './cli/drop-in/stub.ts';
import { mapPaths } from './cli/drop-in/stub.ts';

/** Is the drop-in `dify`; a stub calls it with what was written into it. */
export function start(stub?: Stub): void {
  const call = { args: process.argv.slice(2), env: environmentOf(stub), stub };
  runDify(call).then(
    (status) => process.exit(status),
    async (error: unknown) => process.exit(await explain(error)),
  );
}

/** What a stub has baked in holds where nothing else is said. */
function environmentOf(stub: Stub | undefined): NodeJS.ProcessEnv {
  if (stub === undefined) return process.env;
  const folder = dirname(stub.file);
  return { ...mapPaths(stub.variables, stub.paths, (path) => resolve(folder, path)), ...process.env };
}

async function explain(error: unknown): Promise<number> {
  try {
    const { explainError } = await import('./cli/drop-in/explain-error.ts');
    process.stderr.write(`${explainError(error)}\n`);
    return error instanceof RepriseError ? error.exitStatus : 2;
  } catch {
    // Not a mistake of the user's: the stack tells us where.
    process.stderr.write(
      `reprise: a fault of reprise itself; please report it.\n${error instanceof Error ? error.stack : String(error)}\n`,
    );
    return 70;
  }
}
