import { styleText } from 'node:util';

type Style = Parameters<typeof styleText>[0];

/** Colours a text, or leaves it as it is. */
export type Paint = (style: Style, text: string) => string;

/** In colour only on a terminal, and not where `NO_COLOR` is set. */
export function createPaint({ isTTY }: { isTTY?: boolean }, env: NodeJS.ProcessEnv): Paint {
  const isColoured = isTTY === true && (env['NO_COLOR'] ?? '') === '';
  // Node would look at stdout, which is the wire.
  return isColoured ? (style, text) => styleText(style, text, { validateStream: false }) : (_style, text) => text;
}
