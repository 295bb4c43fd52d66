// Placeholder, until the demo is written.
process.stderr.write('reprise: the demo is not written yet.\n');
