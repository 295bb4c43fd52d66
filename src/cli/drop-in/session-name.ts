import { replaceShapes } from '../../foundation/find-shapes.ts';

/** A file's name may have 255 bytes; a number, an ending and a digest go with this. */
const longestSlug = 120;
const digestLength = 8;

/**
 * The name that recordings of a session get: `tests/test_time.py::test_now[utc]` becomes `tests-test_time.py-test_now-utc`.
 * Where that could be another session's too, or is too long, a digest makes it its own.
 */
export function slugOf(session: string): string {
  const slug = session.replace(/[^\w.@-]+/g, '-').replace(/^[-.]+|-+$/g, '');
  const isPlain = /^[\w.@/:-]+$/.test(session) && slug.length <= longestSlug && slug !== '';
  return isPlain ? slug : `${slug.slice(0, longestSlug)}-${digestOf(session)}`;
}

/** So much tells a few secrets apart, and is too little to try out which they were. */
const secretDigest = 3;

/**
 * The name of a session without what is written as a token: a test's name has its parameters in it, and stands in
 * recordings, in journals, and in the names of files. It hangs on no key, since other teams have the name, too.
 */
export function hideInName(session: string): string {
  return replaceShapes(session, (secret) => `secret-${digestOf(secret).slice(0, secretDigest)}`);
}

/** FNV-1a over UTF-16: nobody attacks the names of tests, and node:crypto would cost a start 3 ms. */
function digestOf(text: string): string {
  let hash = 0xcbf29ce484222325n;
  for (let at = 0; at < text.length; at++)
    hash = BigInt.asUintN(64, (hash ^ BigInt(text.charCodeAt(at))) * 0x100000001b3n);
  return hash.toString(16).padStart(16, '0').slice(0, digestLength);
}
