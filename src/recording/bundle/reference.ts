import { RepriseError } from '../../foundation/reprise-error.ts';

/** Where a bundle is had from; `digest` says which for ever, where the text does. */
export type Reference = { text: string; digest: string | undefined } & (
  | { kind: 'oci'; host: string; name: string; tag: string }
  /** An archive on a server. */
  | { kind: 'https'; url: string }
  /** An archive or a folder. */
  | { kind: 'path'; path: string }
);

const oci = /^oci:\/\/([^/@?#\s]+)\/([^:@?#\s]+)(?::([^:@/\s]+))?(?:@(sha256:[0-9a-f]{64}))?$/;
const hostPattern = /^(\[[0-9a-f:]+\]|[a-z0-9]+([.-][a-z0-9]+)*)(:\d{1,5})?$/i;
const namePattern = /^[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*(\/[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*)*$/;
const tagPattern = /^\w[\w.-]{0,127}$/;

/** Whether a word means a bundle of a registry or a server. */
export function isElsewhere(word: string): boolean {
  return /^(oci|https?):/.test(word);
}

/**
 * Reads a reference. That of an address or a `file:` may end in `#sha256:…`.
 * @throws RepriseError `usage` where it is none
 */
export function parseReference(text: string): Reference {
  if (text.startsWith('oci:')) return parseOci(text);
  if (!/^(https?|file):/.test(text)) return { kind: 'path', text, path: text, digest: undefined };
  const [, place = '', digest] = /^(.*?)(?:#(sha256:[0-9a-f]{64}))?$/s.exec(text) ?? [];
  if (text.startsWith('file:')) return { kind: 'path', text, path: pathOf(place), digest };
  const url = URL.canParse(place) ? new URL(place) : undefined;
  if (url === undefined) throw refuse(text, 'it is no address', 'https://HOST/FILE.tgz');
  if (url.username !== '' || url.password !== '')
    throw new RepriseError(
      'usage',
      `Failed to read the reference https://${url.host}${url.pathname}: there is a name or a password in it, which would stand in lock files and logs. Leave it out.`,
    );
  return { kind: 'https', text, url: place, digest };
}

/** A path as a reference, with `/`. */
export function fileReference(path: string, digest?: string): string {
  const place = encodeURI(path.replaceAll('\\', '/')).replace(/[?#]/g, encodeURIComponent);
  return `file:${place}${digest === undefined ? '' : `#${digest}`}`;
}

function parseOci(text: string): Reference {
  const [, host = '', name = '', tag, digest] = oci.exec(text) ?? [];
  if (!hostPattern.test(host) || !URL.canParse(`https://${host}`))
    throw refuse(text, 'it names no host', 'oci://HOST/NAME:TAG');
  if (!namePattern.test(name) && namePattern.test(name.toLowerCase()))
    throw refuse(text, 'a registry takes no capital letters in a name', `oci://${host}/${name.toLowerCase()}:TAG`);
  if (!namePattern.test(name)) throw refuse(text, 'it names nothing that a registry can hold', 'oci://HOST/NAME:TAG');
  if (tag === undefined && digest === undefined) throw refuse(text, 'it has no tag', 'oci://HOST/NAME:TAG');
  if (tag !== undefined && !tagPattern.test(tag)) throw refuse(text, 'its tag is none', 'oci://HOST/NAME:TAG');
  return { kind: 'oci', text, host, name, tag: tag ?? '', digest };
}

function pathOf(text: string): string {
  const path = text.replace(/^file:(\/\/(localhost)?(?=\/))?/i, '');
  if (path.startsWith('//')) throw refuse(text, 'it names another machine', 'file:fixtures.tgz');
  try {
    return decodeURIComponent(path);
  } catch {
    throw refuse(text, 'it is no path', 'file:fixtures.tgz');
  }
}

function refuse(text: string, reason: string, example: string): RepriseError {
  return new RepriseError('usage', `Failed to read the reference '${text}': ${reason}. Write it as ${example}.`);
}
