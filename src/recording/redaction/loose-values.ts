/** White space of ASCII, as in a class: what is read as Latin-1 has bytes of letters among JavaScript's own. */
export const blank = String.raw` \t-\r`;
/** Where a sentence goes on in Chinese or Japanese, or behind a dash: UTF-8 taken as Latin-1. */
export const wideMark =
  '\\xe3\\x80[\\x80-\\x91]|\\xef\\xbc[\\x81\\x88\\x89\\x8c\\x9a\\x9b\\x9f]|\\xe2\\x80[\\x90-\\xa6]';

// Behind a name in running text stands much that is no secret. These tell what looks like one there.

/** Words as in names and sentences, with a number behind the last of them. */
const words = /^[A-Za-z]+(?:[ _./:-]+[A-Za-z]+)*\d{0,2}[.!?:]*$/;
const changeOfCase = /[a-z\d][A-Z]/g;
/** A variable, a gap to be filled, stars. */
const standIn =
  /^(?:[$<{(%[].*|\*+|[xX]+|\.+|(?:your|my|the|some|any|insert|replace|enter|put)(?:[-_ ][A-Za-z]+)+[-_ ]?|(?:basic|bearer|token|digest) ?(?:[%{$].*)?)$/i;
/** Code that gets a value from elsewhere. */
const code = /^[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)+$|^[\w.]+[([]/;
const pathOrAddress = /^(?:~|\.{0,2})\/|^[A-Za-z]:\\|^[a-z][a-z\d+.-]*:\/\//;

/** Whether somebody might read it. */
export function isWords(value: string): boolean {
  return words.test(value);
}

/** Whether it stands for a value that is told elsewhere. */
export function isStandIn(value: string): boolean {
  return standIn.test(value) || code.test(value);
}

/** Whether it is the path of a file, or a URL. */
export function isPath(value: string): boolean {
  return pathOrAddress.test(value);
}

/** Whether nobody reads it: it has digits among its letters, or is long and of both cases in disorder. */
export function isUnreadable(value: string): boolean {
  if (value.length < 8 || isStandIn(value) || isPath(value) || isWords(value)) return false;
  if (/\d/.test(value) && /[A-Za-z]/.test(value)) return true;
  return value.length >= 20 && (value.match(changeOfCase)?.length ?? 0) >= 3;
}

/** The same of a password, which may be short. */
export function isLikePassword(value: string): boolean {
  return value.length >= 4 && !isStandIn(value) && !/^[A-Za-z_]*$/.test(value);
}

const passwordName = /(?:pass(?:word|wd|phrase)?|pwd)$/i;
/** `8-20` says how long one may be. */
const extent = /^\d{1,3}[-~]\d{1,3}$/;

/** Whether it looks like what stands under a name: passwords may be short. */
export function isSecretLike(name: string, value: string): boolean {
  return passwordName.test(name) ? isLikePassword(value) && !extent.test(value) : isUnreadable(value);
}
