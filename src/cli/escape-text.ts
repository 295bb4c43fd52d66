// What a terminal or a reader's eye would take for more than text: control characters, marks that turn the direction of
// writing, separators of lines, halves of a surrogate pair.
const unsafe =
  // oxlint-disable-next-line no-control-regex -- control characters are what it looks for
  /[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;
const plain = /^[ -~]*$/;
const short: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/** Text of a recording, fit for a terminal: what could steer it is shown as JSON would write it, never sent. */
export function escapeText(text: string): string {
  return text.replace(unsafe, (character) => short[character] ?? escapeUnit(character));
}

/** JSON text with nothing in it that could steer a terminal; its meaning is the same. */
export function escapeJson(json: string): string {
  return json.replace(unsafe, (character) => (/[\t\n\r]/.test(character) ? ' ' : escapeUnit(character)));
}

/** Escaped text, cut to `width` characters with an ellipsis. */
export function shorten(text: string, width: number): string {
  if (text.length <= width && plain.test(text)) return text;
  // A character has at most two units, and escaping makes none shorter.
  const characters = Array.from(escapeText(text.slice(0, width * 2 + 2)));
  return characters.length <= width ? characters.join('') : `${characters.slice(0, width - 1).join('')}…`;
}

function escapeUnit(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
