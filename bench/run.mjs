// node bench/run.mjs [NAME…]: how fast reprise is against the tools that do the least, side by side in one run. Needs a C
// compiler. Figures are medians; ratios are medians of the pairs. A machine that does something else meanwhile spoils them.
// BEFORE=/path/to/another/checkout node bench/run.mjs versus: the replay of this one against that one's, which is built.
import { rmSync } from 'node:fs';
import { burst, redaction, sustained } from './record.mjs';
import { tcp, versus } from './replay.mjs';
import { dropIn, ready } from './start.mjs';
import { folder } from './tools.mjs';

const usual = { ready, dropIn, burst, sustained, redaction, tcp };
const benches = { ...usual, versus };
const names = process.argv.length > 2 ? process.argv.slice(2) : Object.keys(usual);
const unknown = names.find((name) => !Object.hasOwn(benches, name));
try {
  if (unknown === undefined) for (const name of names) await benches[name]();
  else {
    console.error(`There is no bench ${unknown}. There are: ${Object.keys(benches).join(', ')}.`);
    process.exitCode = 2;
  }
} finally {
  rmSync(folder, { recursive: true });
}
