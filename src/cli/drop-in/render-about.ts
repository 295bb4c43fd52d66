import { escapeText } from '../escape-text.ts';
import type { Stub } from './stub.ts';

/** What a stub says of itself, on `FILE --about`. */
export function renderAbout(stub: Stub, env: NodeJS.ProcessEnv): string {
  const { version, embedded, variables } = stub;
  const lines = [
    `A drop-in \`dify\` that replays recordings, made by \`reprise stub\` (reprise ${version}).`,
    ...(embedded ?? []).map(({ name, about }) => `  holds ${name}${namePlugin(about.plugin)}`),
    ...Object.keys(variables).flatMap((name) => (env[name] ?? '').split('\n').map((value) => `  ${name}=${value}`)),
    'What is set in the environment outranks what is written into it. `FILE --help` is the program’s own.',
  ];
  return lines.map((line) => `${escapeText(line)}\n`).join('');
}

function namePlugin({ author, name, version }: Readonly<Record<string, string>> = {}): string {
  return name === undefined ? '' : ` (${author}/${name}:${version})`;
}
