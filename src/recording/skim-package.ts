/** What a package is called. */
export interface PluginNames {
  author?: string;
  name?: string;
  version?: string;
}

/** Where a package says what it is. */
export const manifestName = 'manifest.yaml';
export const largestManifest = 1 << 20;

// Signatures and sizes of the parts of a zip file (APPNOTE.TXT 4.3).
const directoryEnd = Buffer.from('PK\x05\x06', 'latin1');
const directoryEntry = 0x02014b50;
const entrySize = 46;
const localSize = 30;
const [stored, deflated] = [0, 8];

/**
 * The names in a package's manifest, where each stands on a line of its own and needs no YAML to be understood. It takes
 * 1 ms, a library for zip 4, and a parser of YAML 10 more: a client waits for that.
 * @returns undefined for all else, good or bad, which the libraries are to look at
 */
export function skimPackage(bytes: Buffer): Required<PluginNames> | undefined {
  try {
    const manifest = findManifest(bytes);
    return manifest === undefined ? undefined : skimNames(manifest.toString());
  } catch {
    // It ends where it should go on, or does not inflate.
    return undefined;
  }
}

function findManifest(bytes: Buffer): Buffer | undefined {
  const end = bytes.lastIndexOf(directoryEnd);
  const count = bytes.readUInt16LE(end + 10);
  let at = bytes.readUInt32LE(end + 16);
  for (let entry = 0; entry < count && bytes.readUInt32LE(at) === directoryEntry; entry++) {
    const length = bytes.readUInt16LE(at + 28);
    if (bytes.toString('utf8', at + entrySize, at + entrySize + length) === manifestName) return readEntry(bytes, at);
    at += entrySize + length + bytes.readUInt16LE(at + 30) + bytes.readUInt16LE(at + 32);
  }
  return undefined;
}

/** @param at where its entry of the directory stands */
function readEntry(bytes: Buffer, at: number): Buffer | undefined {
  const method = bytes.readUInt16LE(at + 10);
  const size = bytes.readUInt32LE(at + 20);
  const local = bytes.readUInt32LE(at + 42);
  const start = local + localSize + bytes.readUInt16LE(local + 26) + bytes.readUInt16LE(local + 28);
  const data = bytes.subarray(start, start + size);
  if (method === stored) return data;
  if (method !== deflated) return undefined;
  // `import()` of a built-in module would start the loader of ES modules.
  return process.getBuiltinModule('node:zlib').inflateRawSync(data, { maxOutputLength: largestManifest });
}

/** A line of YAML that means a plain text, whatever stands before and after it. */
const plainLine = /^(author|name|version):[ \t]+([A-Za-z\d][\w.@-]*)[ \t]*$/gm;

function skimNames(manifest: string): Required<PluginNames> | undefined {
  const found = new Map([...manifest.matchAll(plainLine)].map(([, key = '', value = '']) => [key, value]));
  const [author, name, version] = ['author', 'name', 'version'].map((key) => found.get(key));
  return author === undefined || name === undefined || version === undefined ? undefined : { author, name, version };
}
