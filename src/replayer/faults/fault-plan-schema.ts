import { mostSeed } from '../../foundation/option-spec.ts';
import { faultKinds } from './catalogue.ts';
import { presets } from './presets.ts';
import type { Parameters } from './parameters.ts';

const positive = { type: 'integer', minimum: 1 };

/** The keys that every fault has, beside its parameters. */
const aim = {
  at: {
    type: 'string',
    description: 'Where it acts: ready, response 3, response last, after response 3, after 500ms, …',
  },
  type: { type: 'string', description: 'The type of the request; * stands for any text.' },
  action: { type: 'string', description: 'The action of the request; * stands for any text.' },
  where: {
    anyOf: [{ type: 'string' }, { type: 'array', items: { type: 'string' } }],
    description: 'A place of the request, and what stands there: /request/tool=regex_*. Of several, all must hold.',
  },
  invocation: { ...positive, description: 'Only the n-th invocation that fits, as they arrive.' },
  connection: { ...positive, description: 'Only on this TCP connection, counted from 1.' },
  times: { ...positive, description: 'In so many invocations at most.' },
  chance: { type: 'number', exclusiveMinimum: 0, maximum: 1, description: 'How likely it is, each time.' },
};

/** The JSON Schema of a fault plan, made from the catalogue, so that editors complete it. */
export function createFaultPlanJsonSchema(): Record<string, unknown> {
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'A fault plan of reprise',
    description: 'What goes wrong in a replay, in YAML or JSON. See docs/faults.md.',
    type: 'object',
    additionalProperties: false,
    properties: {
      $schema: { type: 'string' },
      seed: { type: 'integer', minimum: 0, maximum: mostSeed, description: 'Repeats what is random.' },
      faults: { type: 'array', items: { oneOf: [...faultKinds, ...presets].map(describe) } },
    },
  };
}

function describe({ name, text, at, parameters }: { name: string; text: string; at: string; parameters: Parameters }) {
  const own = Object.entries(parameters).map(([key, { schema, usually, text: description }]) => [
    key,
    { ...schema, description, ...(usually === undefined ? {} : { default: usually }) },
  ]);
  return {
    description: text,
    type: 'object',
    additionalProperties: false,
    required: ['fault'],
    properties: {
      fault: { const: name, description: text },
      ...(Object.fromEntries(own) as Record<string, unknown>),
      ...aim,
      at: { ...aim.at, default: at },
    },
  };
}
