import { libraryName } from '../foundation/check-options.ts';
import type { OptionSpec } from '../foundation/option-spec.ts';
import { configName } from './project-config.ts';

/** The JSON Schema of `reprise.config.json`, made from the option table, so that editors complete it. */
export function createConfigJsonSchema(table: readonly OptionSpec[]): Record<string, unknown> {
  const options = table.filter(({ inConfig }) => inConfig === true);
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: configName,
    description: 'What a project has settled for its fixtures. Paths of files count from the folder of this file.',
    type: 'object',
    additionalProperties: false,
    properties: {
      $schema: { type: 'string' },
      recordings: { type: 'string', minLength: 1, description: 'The folder of the recordings.', default: 'recordings' },
      bundles: {
        type: 'array',
        items: { type: 'string', minLength: 1 },
        description: 'References of bundles that `reprise pull` brings, such as oci://HOST/NAME:TAG.',
      },
      ...Object.fromEntries(options.map((spec) => [libraryName(spec), describeOption(spec)])),
    },
  };
}

function describeOption(spec: OptionSpec): Record<string, unknown> {
  const { kind, choices = [], text, usually } = spec;
  const description = usually === undefined ? text : `${text} (usually ${usually})`;
  return { ...shapes[kind], ...(kind === 'choice' ? { enum: choices } : {}), description };
}

const shapes: Record<OptionSpec['kind'], Record<string, unknown>> = {
  switch: { type: 'boolean' },
  text: { type: 'string', minLength: 1 },
  texts: { type: 'array', items: { type: 'string', minLength: 1 } },
  path: { type: 'string', minLength: 1 },
  choice: {},
  milliseconds: { type: 'number', minimum: 0 },
  port: { type: 'integer', minimum: 0, maximum: 65_535 },
  seed: { type: 'integer', minimum: 0 },
  faults: { type: 'array' },
};
