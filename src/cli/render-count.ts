/** A number of things: `1 message`, `2 messages`. */
export function renderCount(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? '' : 's'}`;
}
