import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ValidateFunction } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { root } from './run.ts';

/** A JSON Schema that is shipped, or one of its definitions. */
export function shippedSchema(name: string, definition?: string): ValidateFunction {
  const file = join(root, 'schema', `${name}.schema.json`);
  const schema = JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>;
  const ajv = new Ajv2020({ allowUnionTypes: true }).addSchema(schema, name);
  return ajv.compile({ $ref: definition === undefined ? name : `${name}#/$defs/${definition}` });
}
