import { decodeQuoted, readQuoted, skipSpace } from './quoted-text.ts';

/** What was asked for a place of a message: that it is redacted, or that it is kept. */
export type PlaceWish = 'redact' | 'keep';

/** Where in a message one is, as far as wishes go. */
export interface PlaceState {
  readonly accepted: readonly PlaceWish[];
  readonly isDead: boolean;
  next: (key: string) => PlaceState;
}

/** A string at a place for which something was asked. */
export interface WishedString {
  start: number;
  end: number;
  value: string;
  wish: PlaceWish;
  /** The key that it stands under. */
  key: string;
}

interface Frame {
  state: PlaceState;
  wish: PlaceWish | undefined;
  key: string;
  /** Counts the members of a list; -1 in an object. */
  index: number;
  child: Pick<Frame, 'state' | 'wish' | 'key'> | undefined;
}

/**
 * Finds the strings of a JSON text that wishes are for: those at their places, and below them. The innermost wish holds,
 * and of two at one place the one to keep it.
 * @param text raw, as Latin-1; where it stops being JSON, nothing more is found
 */
export function findWished(text: string, start: PlaceState): WishedString[] {
  const found: WishedString[] = [];
  const stack: Frame[] = [];
  let here: Frame['child'] = { state: start, wish: undefined, key: '' };
  for (let at = skipSpace(text, 0); at < text.length; at = skipSpace(text, at)) {
    const mark = text.charAt(at);
    const frame = stack.at(-1);
    if (mark === '"') {
      const quoted = readQuoted(text, at);
      if (quoted === undefined) return found;
      at = quoted.next;
      const value = decodeQuoted(text, quoted);
      if (frame !== undefined && frame.index < 0 && text[skipSpace(text, at)] === ':') {
        frame.child = childOf(frame, value);
        at = skipSpace(text, at) + 1;
        continue;
      }
      const { wish, key } = placeOf(frame, here);
      if (wish !== undefined && value !== '') found.push({ start: quoted.start, end: quoted.end, value, wish, key });
    } else {
      if (mark === '{' || mark === '[') {
        const place: Pick<Frame, 'state' | 'wish' | 'key'> = placeOf(frame, here);
        stack.push({ ...place, index: mark === '[' ? 0 : -1, child: undefined });
      } else if (mark === '}' || mark === ']') stack.pop();
      else if (mark === ',' && frame !== undefined && frame.index >= 0) frame.index++;
      at++;
    }
    here = undefined;
  }
  return found;
}

function placeOf(frame: Frame | undefined, here: Frame['child']): Pick<Frame, 'state' | 'wish' | 'key'> {
  if (frame === undefined) return here ?? nowhere;
  return frame.index < 0 ? (frame.child ?? nowhere) : childOf(frame, String(frame.index), frame.key);
}

const nowhere = {
  state: { accepted: [], isDead: true, next: (): PlaceState => nowhere.state },
  wish: undefined,
  key: '',
};

function childOf({ state, wish }: Frame, step: string, key = step): Pick<Frame, 'state' | 'wish' | 'key'> {
  const next = state.isDead ? nowhere.state : state.next(step);
  const own = next.accepted.includes('keep') ? 'keep' : next.accepted[0];
  return { state: next, wish: own ?? wish, key };
}
