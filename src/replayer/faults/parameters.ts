/** A parameter of a fault: what it takes, and what holds where nothing is given. */
export interface Parameter<T> {
  /** What it takes, in words. */
  wanted: string;
  /** undefined means none. */
  usually: T;
  text: string;
  /** Its JSON Schema. */
  schema: Readonly<Record<string, unknown>>;
  /** @returns undefined where a value, of a plan or as text, is not allowed */
  read: (value: unknown) => NonNullable<T> | undefined;
}

export type Parameters = Readonly<Record<string, Parameter<unknown>>>;

/** The values of parameters, by their names. */
export type ValuesOf<P extends Parameters> = { readonly [K in keyof P]: P[K] extends Parameter<infer T> ? T : never };

/** What may be given of parameters. */
export type GivenOf<P extends Parameters> = {
  readonly [K in keyof P]?: P[K] extends Parameter<infer T> ? NonNullable<T> : never;
};

/** The longest wait, in milliseconds: what Node's timers take. */
const longestWait = 2 ** 31 - 1;
/** More bytes than these are made by no fault. */
const mostBytes = 64 << 20;

export function milliseconds<T extends number | undefined>(usually: T, text: string): Parameter<T | number> {
  return number({ usually, text, wanted: 'a number of milliseconds, 0 or more', least: 0, most: longestWait });
}

/** How many bytes: 1 up to 64 MiB. */
export function bytes<T extends number | undefined>(usually: T, text: string): Parameter<T | number> {
  return number({
    usually,
    text,
    wanted: 'a number of bytes from 1 to 67108864',
    least: 1,
    most: mostBytes,
    isWhole: true,
  });
}

/** A whole number of a range. */
export function count(usually: number, text: string, [least, most]: readonly [number, number]): Parameter<number> {
  return number({ usually, text, wanted: `a whole number from ${least} to ${most}`, least, most, isWhole: true });
}

export function text(usually: string, words: string): Parameter<string> {
  return {
    wanted: 'a text',
    usually,
    text: words,
    schema: { type: 'string' },
    read: (value) => (typeof value === 'string' ? value : undefined),
  };
}

export function flag(usually: boolean, words: string): Parameter<boolean> {
  return {
    wanted: 'true or false',
    usually,
    text: words,
    schema: { type: 'boolean' },
    read: (value) => (typeof value === 'boolean' ? value : switches.get(value)),
  };
}

const switches: ReadonlyMap<unknown, boolean> = new Map([
  ['true', true],
  ['false', false],
]);

export function choice<const T extends string>(usually: T, choices: readonly T[], words: string): Parameter<T> {
  return {
    wanted: choices.join(' or '),
    usually,
    text: words,
    schema: { enum: choices },
    read: (value) => choices.find((one) => one === value),
  };
}

interface NumberOptions<T> {
  usually: T;
  text: string;
  wanted: string;
  least: number;
  most: number;
  isWhole?: boolean;
}

function number<T extends number | undefined>(options: NumberOptions<T>): Parameter<T | number> {
  const { usually, text, wanted, least, most, isWhole = false } = options;
  return {
    wanted,
    usually,
    text,
    schema: { type: isWhole ? 'integer' : 'number', minimum: least, maximum: most },
    read(value) {
      const read = readNumber(value);
      return read >= least && read <= most && (!isWhole || Number.isInteger(read)) ? read : undefined;
    },
  };
}

/** A number, or the digits of one; NaN where it is none. */
export function readNumber(value: unknown): number {
  if (typeof value === 'number') return value;
  return typeof value === 'string' && /^\d+(\.\d+)?$/.test(value) ? Number(value) : Number.NaN;
}
