#!/usr/bin/env node
// A drop-in `dify` that replays recordings: see docs/drop-in.md.
'use strict';

// Node >= 22.1 keeps compiled code between runs.
require('node:module').enableCompileCache?.();

const program = require('node:path').join(__dirname, '../dist/dify.cjs');
if (require('node:fs').existsSync(program)) {
  require(program).start();
} else {
  process.stderr.write(
    `reprise: Failed to start: ${program} is missing. Run \`npm run build\` first, in ${require('node:path').join(__dirname, '..')}.\n`,
  );
  process.exitCode = 2;
}
