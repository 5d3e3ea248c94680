import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { schemaFileOf } from '#commands';
import { type EventType, eventKinds } from '#domain';
import { projectRoot } from '#event-store';
import type { JsonSchema } from '../parameter.js';

type EventSchema = JsonSchema & {
  title: string;
  description: string;
  properties: JsonSchema;
  allOf?: JsonSchema[];
  'x-command': string;
  'x-stream': 'organisation' | 'system' | 'either';
};
type Definitions = { [name: string]: JsonSchema };

const folder = join(projectRoot, 'schema/events');
const read = (file: string) => JSON.parse(readFileSync(join(folder, file), 'utf8')) as JsonSchema;

export const refTo = (component: string): JsonSchema => ({ $ref: `#/components/schemas/${component}` });

/**
 * Components from the event schemas: common definitions, code lists, the data of each command (named after the command), and what a record keeps
 * of each event (named after the event; nothing in it is required, because it may be erased).
 */
export function schemaComponents(): { components: Definitions; commands: EventSchema[]; description: Definitions } {
  const common = {
    ...(read('common.schema.json')['$defs'] as Definitions),
    ...(read('record.schema.json')['$defs'] as Definitions),
  };
  const lists = read('codelists.schema.json')['$defs'] as Definitions;
  const commands = (Object.keys(eventKinds) as EventType[]).map((type) => read(schemaFileOf(type)) as EventSchema);
  const components: Definitions = {};
  for (const [name, schema] of Object.entries(lists))
    components[pascal(name)] = { description: `Code of ${name}: see /codelists/${name}/codes.`, ...schema };
  for (const [name, schema] of Object.entries(common)) components[pascal(name)] = rewrite(schema);
  for (const schema of commands) {
    // Conditions are left out: refusals explain them in words, and client generators do not use them.
    const { $schema, $id, title, if: _, then: __, else: ___, anyOf: ____, ...needed } = schema;
    components[schema['x-command']] = rewrite(needed);
    const properties = { occurredAt: refTo('DateOrTime'), ...(rewrite(schema.properties) as object) };
    components[title] = { type: 'object', description: schema.description, properties };
  }
  const description = rewrite(common['description']!)['properties'] as Definitions;
  return { components, commands, description };
}

/** Points references to the components, and drops the project's own keywords (x-). */
function rewrite(schema: JsonSchema): JsonSchema {
  return map(schema) as JsonSchema;
}

function map(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(map);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).filter(([key]) => !key.startsWith('x-'));
  return Object.fromEntries(
    entries.map(([key, inner]) =>
      key === '$ref' && typeof inner === 'string'
        ? [key, `#/components/schemas/${pascal(inner.split('#/$defs/')[1]!)}`]
        : [key, map(inner)],
    ),
  );
}

/** risk-class and languageMap -> RiskClass and LanguageMap */
function pascal(name: string): string {
  return name.replaceAll(/(?:^|-)(\w)/g, (_, letter: string) => letter.toUpperCase());
}

/** Only the components that something refers to, directly or through others. */
export function usedComponents(components: Definitions, paths: unknown): Definitions {
  const used = new Set<string>();
  const visit = (value: unknown): void => {
    for (const [, name] of JSON.stringify(value).matchAll(/#\/components\/schemas\/(\w+)"/g)) {
      if (used.has(name!)) continue;
      used.add(name!);
      if (!components[name!]) throw new Error(`There is no component ${name}.`);
      visit(components[name!]);
    }
  };
  visit(paths);
  return Object.fromEntries(Object.entries(components).filter(([name]) => used.has(name)));
}
