/** What a bundle may be: more is an attack, not fixtures. */
export const bundleLimits = {
  /** Files, the manifest among them. */
  files: 10_000,
  /** Bytes of all files together. */
  bytes: 4 * 2 ** 30,
  /** Bytes of the manifest, of the configuration, and of each fault plan. */
  smallFile: 4 << 20,
  /** An archive may unpack to so many times its size, once it is beyond what is harmless. */
  ratio: 1000,
  harmless: 256 << 20,
  /** Bytes of an archive that belong to no file: headers and padding, apart from 1 KiB a file. */
  overhead: 1 << 20,
} as const;
