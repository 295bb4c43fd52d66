import type { GoMember, GoObject } from './go-decoder.ts';
import { decodeGoMembers, GoSyntaxError, kindOfGo } from './go-decoder.ts';

/** A line from the client, as the program reads it: a request, or what the program refuses, in its words. */
export type RequestLine =
  | {
      kind: 'request';
      id: string;
      type: string;
      action: string;
      request: GoObject | null;
      /** Its match key, once that has been made. */
      key?: string | undefined;
    }
  | { kind: 'refused'; id: string; error: string };

/** `InvokePluginPayload` in the program's package `run`: the fields by their JSON names, with their Go types. */
const goTypes = {
  invoke_id: 'string',
  type: 'access_types.PluginAccessType',
  action: 'access_types.PluginAccessAction',
  request: 'map[string]interface {}',
} as const;
type Field = keyof typeof goTypes;

/** From so many bytes on, it matters that an id does not hold its line in memory. */
const longLine = 64 << 10;

interface Payload {
  invoke_id: string;
  type: string;
  action: string;
  request: GoObject | null;
}

/**
 * Decodes a line from the client, without its `\n`, as the program does: `json.Unmarshal` into a struct, then a look at
 * whether type and action are there. Nothing is thrown: a bad line is a refusal.
 */
export function decodeRequestLine(line: Buffer): RequestLine {
  const payload: Payload = { invoke_id: '', type: '', action: '', request: null };
  const error = unmarshal(withoutReturn(line), payload);
  const { type, action, request } = payload;
  const id = line.length > longLine ? detached(payload.invoke_id) : payload.invoke_id;
  if (error !== null) return { kind: 'refused', id, error };
  if (type === '' || action === '') return { kind: 'refused', id, error: 'action and type are required' };
  return { kind: 'request', id, type, action, request, key: undefined };
}

/** V8's substrings keep the whole text alive. An id lives as long as its invocation, for which 15 MiB would be too much. */
function detached(text: string): string {
  return Buffer.from(text).toString();
}

/** bufio.ScanLines takes one carriage return off. */
function withoutReturn(line: Buffer): Buffer {
  return line[line.length - 1] === 0x0d ? line.subarray(0, -1) : line;
}

/** Fills the payload and returns the first error. Go looks for syntax errors first, so that after one nothing is filled. */
function unmarshal(line: Buffer, payload: Payload): string | null {
  try {
    const outermost = decodeGoMembers(line);
    if (outermost.kind === 'object') return fill(payload, outermost.members);
    if (outermost.kind === 'null') return null;
    return `json: cannot unmarshal ${outermost.kind} into Go value of type run.InvokePluginPayload`;
  } catch (error) {
    if (error instanceof GoSyntaxError) return error.message;
    throw error;
  }
}

function fill(payload: Payload, members: GoMember[]): string | null {
  let first: string | null = null;
  for (const member of members) {
    const field = fieldOf(member.key);
    if (field === undefined) continue;
    // Go goes on after a wrong type: the id may still come.
    const error = field === 'request' ? fillRequest(payload, member) : fillText(payload, field, member);
    first ??= error;
  }
  return first;
}

function fillText(payload: Payload, field: Exclude<Field, 'request'>, { value }: GoMember): string | null {
  if (typeof value === 'string') payload[field] = value;
  else if (value !== null) return explainType(kindOfGo(value), field, goTypes[field]);
  return null;
}

/** A second object is merged into the first; a null takes the map away, where it would leave a string as it is. */
function fillRequest(payload: Payload, { value, overflow }: GoMember): string | null {
  if (value === null) payload.request = null;
  else if (typeof value !== 'object' || Array.isArray(value))
    return explainType(kindOfGo(value), 'request', goTypes.request);
  else payload.request = payload.request === null ? value : Object.assign(payload.request, value);
  // However deep the number is, Go names the field of the struct.
  return overflow === null ? null : explainType(`number ${overflow}`, 'request', 'float64');
}

function explainType(found: string, field: Field, wanted: string): string {
  return `json: cannot unmarshal ${found} into Go struct field InvokePluginPayload.${field} of type ${wanted}`;
}

/** Go takes a key exactly or, failing that, by Unicode's simple folding: ſ is an s, and the Kelvin sign a k. */
function fieldOf(key: string): Field | undefined {
  if (isField(key)) return key;
  if (key.length > 'invoke_id'.length) return undefined;
  // toLowerCase folds the Kelvin sign, but not the long s.
  const folded = key.toLowerCase().replaceAll('ſ', 's');
  return isField(folded) ? folded : undefined;
}

function isField(key: string): key is Field {
  return key === 'invoke_id' || key === 'type' || key === 'action' || key === 'request';
}
