#!/usr/bin/env node
'use strict';

// Node >= 22.1 keeps compiled code between runs.
require('node:module').enableCompileCache?.();

const program = require('node:path').join(__dirname, '../dist/cli.cjs');
if (require('node:fs').existsSync(program)) {
  require(program);
} else {
  process.stderr.write(
    `reprise: Failed to start: ${program} is missing. Run \`npm run build\` first, in ${require('node:path').join(__dirname, '..')}.\n`,
  );
  process.exitCode = 2;
}
