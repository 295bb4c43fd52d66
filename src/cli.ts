import { main } from './cli/main.ts';

main(process.argv.slice(2), process.env).then(
  (status) => process.exit(status),
  (error: unknown) => {
    // Not a mistake of the user's: the stack tells us where.
    process.stderr.write(
      `reprise: a fault of reprise itself; please report it.\n${error instanceof Error ? error.stack : String(error)}\n`,
    );
    process.exit(70);
  },
);
