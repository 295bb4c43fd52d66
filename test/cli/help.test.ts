import { expect, test } from 'vitest';
import { reprise } from '../support/run.ts';

test.each([
  ['replay', ['Options:', 'Pace and place:', 'Matching:', 'Faults:', 'Journal and report:']],
  ['stub', ['Options:', 'Recording:', 'Pace and place:', 'Matching:', 'Faults:', 'Journal and report:']],
  ['inspect', ['Options:']],
])('the options of %s stand under %j', async (name, headings) => {
  const { exitCode, stdout } = await reprise(['help', name]);
  expect([exitCode, stdout.match(/^[A-Z][a-z ]+:$/gm)]).toEqual([0, headings]);
});

test.each([
  ['--versoin', "There is no option '--versoin'. Did you mean --version? See `reprise --help`."],
  ['--nothing', "There is no option '--nothing'. See `reprise --help`."],
  ['repaly', "There is no command 'repaly'. Did you mean replay? See `reprise --help`."],
])('a misspelt first word, %s, is told what is near', async (word, text) => {
  expect(await reprise([word])).toEqual({ exitCode: 2, stdout: '', stderr: `reprise: ${text}` });
});
