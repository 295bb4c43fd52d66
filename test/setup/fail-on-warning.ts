import { setImmediate } from 'node:timers/promises';
import { afterAll, afterEach } from 'vitest';

// A Node warning (a listener leak, a deprecation, a promise handled late) is a bug, even where the test passes.
const warnings: Error[] = [];

process.on('warning', (warning) => {
  warnings.push(warning);
});

async function failOnWarning(): Promise<void> {
  await setImmediate(); // Node emits a warning in a later tick
  const [first] = warnings.splice(0);
  if (first) throw new Error(`Node warned: ${String(first)}`, { cause: first });
}

afterEach(failOnWarning);
afterAll(failOnWarning);
