/** A value that was found in a text may be written as that text's notation wants it. So often it is read again. */
const mostTimes = 4;
/** A value that comes so long is told from others, wherever it comes. */
const leastTelling = 8;
const longestBase64 = 1 << 16;

/** What a text may be a notation of: itself first; JSON's escapes undone, at any depth, and percent signs; a plus is a space in forms. */
export function readingsOf(text: string): string[] {
  const readings = new Set([text]);
  for (const reading of readings) {
    if (readings.size > mostTimes) break;
    if (reading.includes('\\')) readings.add(withoutEscapes(reading));
    if (reading.includes('%')) readings.add(withoutPercents(reading));
    if (reading.includes('+')) readings.add(withoutPercents(reading.replaceAll('+', ' ')));
  }
  return [...readings];
}

/** Whether a text is a secret, in whatever notation, or a run of base64 or hexadecimal digits with it inside. */
export function isReadAs(text: string, secret: string): boolean {
  const readings = readingsOf(text);
  if (readings.includes(secret)) return true;
  if (secret.length < leastTelling) return false;
  return readings.some((reading) => unpacked(reading).some((inner) => inner.includes(secret)));
}

function withoutEscapes(text: string): string {
  try {
    return String(JSON.parse(`"${text}"`));
  } catch {
    return text; // it is no part of a JSON text
  }
}

function withoutPercents(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text; // it is no part of a URL
  }
}

function unpacked(text: string): string[] {
  if (text.length > longestBase64) return [];
  return [
    ...(/^[\w+/=-]+$/.test(text) ? [Buffer.from(text, 'base64').toString()] : []),
    ...(/^(?:[\da-f]{2})+$/i.test(text) ? [Buffer.from(text, 'hex').toString()] : []),
  ];
}
