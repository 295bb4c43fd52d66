import type { Stub } from './stub.ts';
import { dropInMark } from './stub.ts';

/** The first words of every stub, by which it is known again. */
export const stubMark = `${dropInMark}, made by \`reprise stub\`.`;
/** Between these stands what a stub holds. */
export const stubStart = '\n  const stub = ';
export const stubEnd = '\n  };';

/** Where a stub has the program from. */
export type StubProgram =
  /** A path from the stub's folder to the built program; where that is gone, the installed package is looked for. */
  { kind: 'file'; path: string } | { kind: 'embedded'; modules: EmbeddedModules };

/** The built program's files by their names. */
interface EmbeddedModules {
  /** Those that every start loads, as they are. */
  sources: Readonly<Record<string, string>>;
  /** The others, packed with gzip, in base64. */
  packed: Readonly<Record<string, string>>;
}

/**
 * The text of a stub. It is a module or none, whatever `package.json` stands above it: there are only globals in it.
 */
export function renderStub(stub: Omit<Stub, 'file'>, program: StubProgram): string {
  return `#!/usr/bin/env node
${stubMark} \`--about\` tells which; make it again rather than change it.
(() => {
  const fs = process.getBuiltinModule('node:fs');
  const path = process.getBuiltinModule('node:path');
  const file = fs.realpathSync(process.argv[1]);
  const load = process.getBuiltinModule('node:module').createRequire(file);${stubStart}${toSource(stub)};
${program.kind === 'file' ? renderFile(program.path) : renderEmbedded(program.modules)}
  start({ ...stub, file });
})();
`;
}

function renderFile(program: string): string {
  return `  const find = () => {
    const built = path.resolve(path.dirname(file), ${toSource(program)});
    if (fs.existsSync(built)) return built;
    try {
      return path.join(path.dirname(load.resolve('reprise/package.json')), 'dist/dify.cjs');
    } catch {
      process.stderr.write('reprise: Failed to start ' + file + ': ' + built + ' is missing, and reprise is not installed. Make the stub again, or with --embed.\\n');
      process.exit(2);
    }
  };
  const { start } = load(find());`;
}

/** What a start needs stands there as it is, and is quick to load; the rest is unpacked when it is wanted. */
function renderEmbedded({ sources, packed }: EmbeddedModules): string {
  const functions = Object.entries(sources).map(
    ([name, source]) =>
      `    ${toSource(name)}: (function (exports, require, module, __filename, __dirname) {${source}\n    }),\n`,
  );
  return `  const sources = {
${functions.join('')}  };
  const packed = ${toSource(packed)};
  const loaded = new Map();
  const folder = path.dirname(file);
  const unpack = (name) => {
    const source = process.getBuiltinModule('node:zlib').gunzipSync(Buffer.from(packed[name], 'base64')).toString();
    return new Function('exports', 'require', 'module', '__filename', '__dirname', source);
  };
  const open = (id) => {
    if (!id.startsWith('./')) return load(id);
    const name = id.slice(2);
    if (loaded.has(name)) return loaded.get(name).exports;
    const module = { exports: {} };
    loaded.set(name, module);
    const run = sources[name] ?? unpack(name);
    run(module.exports, open, module, file, folder);
    return module.exports;
  };
  const { start } = open('./dify.cjs');`;
}

/** JSON, which is JavaScript; laid out for people. */
function toSource(value: unknown): string {
  return JSON.stringify(value, undefined, 2).replaceAll('\n', '\n  ');
}
