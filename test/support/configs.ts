import { expect } from 'vitest';
import { configOptions } from '../../src/foundation/redaction-option-table.ts';
import type { ProjectConfig } from '../../src/recording/project-config.ts';
import { configName, readConfig } from '../../src/recording/project-config.ts';
import { makeFile } from './files.ts';

export function makeConfig(content: string | Buffer): string {
  return makeFile(content, configName);
}

export function readWhole(file: string): Omit<ProjectConfig, 'lineOf'> {
  const { lineOf, ...config } = readConfig(file, configOptions);
  expect(lineOf('none')).toBe(1);
  return config;
}

/** What a configuration is refused with; `FILE` stands for its path. */
export function refusalOf(content: string, file = makeConfig(content)): { text: string; line: unknown; code: unknown } {
  try {
    readWhole(file);
  } catch (error) {
    const { name, message, ...facts } = error as Error & { line: unknown; code: unknown; file: unknown };
    if (name === 'RepriseError' && facts.file === file)
      return { text: message.replaceAll(file, 'FILE'), line: facts.line, code: facts.code };
    throw error;
  }
  throw new Error('It was not refused.');
}
