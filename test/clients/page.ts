import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Finished } from '../support/run.ts';
import { root } from '../support/run.ts';
import type { Project } from './project.ts';

/** A page of docs/, in its fenced blocks. */
export interface Page {
  /** The blocks that are files, by the names in their first comments. */
  files: ReadonlyMap<string, string>;
  /** The `sh` blocks, in their order. */
  commands: readonly string[];
}

export function readPage(name: string): Page {
  const text = readFileSync(join(root, 'docs', name), 'utf8');
  const files = new Map<string, string>();
  const commands: string[] = [];
  for (const [, language = '', code = ''] of text.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)) {
    const file = /^(?:#!.*\n)?(?:\/\/|#) (\.githooks\/[\w-]+|[\w./-]+\.\w+)/.exec(code)?.[1];
    if (file !== undefined) files.set(file, code);
    else if (language === 'sh') commands.push(code);
    else throw new Error(`a block of ${name} is neither a file nor a command:\n${code}`);
  }
  return { files, commands };
}

/** Puts a page's files into a project. */
export function writeFiles({ folder }: Project, { files }: Page): void {
  for (const [name, code] of files) {
    const file = join(folder, name);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, code);
    if (code.startsWith('#!')) chmodSync(file, 0o755);
  }
}

/** Runs commands of a page as if all were typed into one shell: variables live on from one call to the next. */
export function type(
  project: Project,
  commands: string,
  env: Readonly<Record<string, string>> = {},
): Promise<Finished> {
  const script = `if [ -f .shell ]; then . ./.shell; fi\nset -ea\n${commands}\nexport -p >.shell`;
  return project.run(['bash', '-c', script], { env });
}
