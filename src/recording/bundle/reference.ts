import { RepriseError } from '../../foundation/reprise-error.ts';

/** Where a bundle is had from. */
export type Reference =
  /** A registry's artifact; `digest` says which for ever, `tag` which at the time. */
  | { kind: 'oci'; text: string; host: string; name: string; tag: string; digest: string | undefined }
  /** An archive on a server. */
  | { kind: 'https'; text: string; url: string }
  /** An archive or a folder. */
  | { kind: 'path'; text: string; path: string };

const oci = /^oci:\/\/([^/@?#\s]+)\/([^:@?#\s]+)(?::([^:@/\s]+))?(?:@(sha256:[0-9a-f]{64}))?$/;
const hostPattern = /^(\[[0-9a-f:]+\]|[a-z0-9]+([.-][a-z0-9]+)*)(:\d{1,5})?$/i;
const namePattern = /^[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*(\/[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*)*$/;
const tagPattern = /^\w[\w.-]{0,127}$/;

/** Whether a word means a bundle elsewhere; anything else is a path. */
function isReference(word: string): boolean {
  return /^(oci|https?|file):/.test(word);
}

/**
 * Reads a reference.
 * @throws RepriseError `usage` where it is none
 */
export function parseReference(text: string): Reference {
  if (text.startsWith('oci:')) return parseOci(text);
  if (text.startsWith('file:')) return { kind: 'path', text, path: pathOf(text) };
  if (!isReference(text)) return { kind: 'path', text, path: text };
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined) throw refuse(text, 'it is no address', 'https://HOST/FILE.tgz');
  if (url.username !== '' || url.password !== '')
    throw new RepriseError(
      'usage',
      `Failed to read the reference https://${url.host}${url.pathname}: there is a name or a password in it, which would stand in lock files and logs. Leave it out.`,
    );
  return { kind: 'https', text, url: text };
}

function parseOci(text: string): Reference {
  const [, host = '', name = '', tag, digest] = oci.exec(text) ?? [];
  if (!hostPattern.test(host)) throw refuse(text, 'it names no host', 'oci://HOST/NAME:TAG');
  if (!namePattern.test(name)) throw refuse(text, 'it names nothing that a registry can hold', 'oci://HOST/NAME:TAG');
  if (tag === undefined && digest === undefined) throw refuse(text, 'it has no tag', 'oci://HOST/NAME:TAG');
  if (tag !== undefined && !tagPattern.test(tag)) throw refuse(text, 'its tag is none', 'oci://HOST/NAME:TAG');
  return { kind: 'oci', text, host, name, tag: tag ?? '', digest };
}

function pathOf(text: string): string {
  const path = text.replace(/^file:(\/\/(localhost)?(?=\/))?/, '');
  try {
    return decodeURIComponent(path);
  } catch {
    throw refuse(text, 'it is no path', 'file:fixtures.tgz');
  }
}

function refuse(text: string, reason: string, example: string): RepriseError {
  return new RepriseError('usage', `Failed to read the reference '${text}': ${reason}. Write it as ${example}.`);
}
