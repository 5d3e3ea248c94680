import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { schemaFileOf } from '#commands';
import type { EventType } from '#domain';
import { projectRoot } from '#event-store';

type Schema = {
  $ref?: string;
  type?: string;
  enum?: unknown[];
  const?: unknown;
  oneOf?: Schema[];
  items?: Schema;
  properties?: Record<string, Schema | false>;
  required?: string[];
  allOf?: Schema[];
  additionalProperties?: Schema | boolean;
  propertyNames?: Schema;
  pattern?: string;
  anyOf?: Schema[];
  format?: string;
  minimum?: number;
  maximum?: number;
};

const read = (file: string) =>
  JSON.parse(readFileSync(join(projectRoot, 'schema/events', file), 'utf8')) as Schema & {
    $defs: Record<string, Schema>;
  };

/** Random data that fit an event's schema apart from its conditions (if, anyOf), which may still refuse some. */
export function dataFor(event: EventType): fc.Arbitrary<Record<string, unknown>> {
  return arbitrary(read(schemaFileOf(event))) as fc.Arbitrary<Record<string, unknown>>;
}

function arbitrary(schema: Schema): fc.Arbitrary<unknown> {
  if (schema.$ref) return arbitrary(resolve(schema.$ref));
  if (schema.anyOf && schema.type === 'string') return fc.oneof(...schema.anyOf.map(arbitrary));
  if (schema.oneOf) return fc.oneof(...schema.oneOf.map(arbitrary));
  if (schema.const !== undefined) return fc.constant(schema.const);
  if (schema.enum) return fc.constantFrom(...schema.enum);
  switch (schema.type) {
    case 'object':
      return objectOf(schema);
    case 'array':
      return fc.uniqueArray(arbitrary(schema.items!), {
        minLength: 1,
        maxLength: 3,
        selector: (item) => JSON.stringify(item),
      });
    case 'boolean':
      return fc.boolean();
    case 'integer':
      return fc.integer({ min: 0, max: 10_000 });
    case 'number':
      return fc.double({ min: 0, max: 1e6, noNaN: true });
    default:
      return stringOf(schema);
  }
}

function objectOf(schema: Schema): fc.Arbitrary<unknown> {
  const properties = Object.assign(
    {},
    ...(schema.allOf ?? []).map((part) => resolve(part.$ref!).properties),
    schema.properties,
  ) as Record<string, Schema | false>;
  const fields = Object.entries(properties).filter((entry): entry is [string, Schema] => entry[1] !== false);
  if (fields.length > 0)
    return fc.record(Object.fromEntries(fields.map(([name, value]) => [name, arbitrary(value)])), {
      requiredKeys: schema.required ?? [],
    });
  if (!schema.additionalProperties)
    return fc.dictionary(fc.stringMatching(/^[a-z]{1,8}$/), fc.jsonValue({ maxDepth: 1 }));
  const keys = schema.propertyNames ? arbitrary(schema.propertyNames) : fc.stringMatching(/^[a-z]{1,8}$/);
  return fc.dictionary(keys as fc.Arbitrary<string>, arbitrary(schema.additionalProperties as Schema), {
    minKeys: 1,
    maxKeys: 3,
  });
}

function stringOf({ pattern, format }: Schema): fc.Arbitrary<string> {
  if (format === 'date')
    return fc
      .date({ min: new Date('2000-01-01'), max: new Date('2026-01-01'), noInvalidDate: true })
      .map((date) => date.toISOString().slice(0, 10));
  if (format === 'uri') return fc.webUrl();
  if (format === 'email') return fc.constant('office@city.example.org');
  if (format === 'uuid') return fc.uuid();
  if (pattern) return fc.stringMatching(new RegExp(pattern, 'u'));
  return fc.string({ minLength: 1, maxLength: 30, unit: 'grapheme' });
}

function resolve(ref: string): Schema {
  const [file, name] = ref.split('#/$defs/') as [string, string];
  return read(file || 'common.schema.json').$defs[name]!;
}
