import { banner, readCommon } from './sources.mjs';
import { upperFirst } from './words.mjs';

/** TypeScript types for the data of events. Conditions (if, anyOf) are left to validation. */
export function eventModule(schemas) {
  const common = readCommon();
  const kinds = schemas.map(
    (s) => `  ${s.title}: { command: '${s['x-command']}', stream: '${s['x-stream']}', version: ${s['x-version']} },`,
  );
  return [
    `// ${banner}`,
    "import type { Code } from './codelists.js';",
    ...Object.entries(common).map(
      ([name, schema]) => `/** ${schema.description} */\nexport type ${upperFirst(name)} = ${toType(schema)};`,
    ),
    `/** ${common.country.description} */`,
    `export const countries: readonly string[] = ${JSON.stringify(common.country.enum)};`,
    '/** What each event carries: the schemas in schema/events. */',
    'export type EventData = {',
    ...schemas.map((s) => `  /** ${s.description} */\n  ${s.title}: ${toType(s)};`),
    '};',
    '/** The command that leads to each event, the kind of stream that the event is on, its schema version. */',
    'export const eventKinds = {',
    ...kinds,
    '} as const;',
    '',
  ].join('\n');
}

/** A longer list of codes becomes a plain string type; validation checks the codes. */
const mostNamed = 100;

function toType(schema) {
  if (schema.$ref) return refType(schema.$ref);
  if (schema.oneOf) return schema.oneOf.map(toType).join(' | ');
  if (schema.const) return JSON.stringify(schema.const);
  if (schema.enum?.length > mostNamed) return 'string';
  if (schema.enum) return schema.enum.map((value) => JSON.stringify(value)).join(' | ');
  if (schema.type === 'array') return `(${toType(schema.items)})[]`;
  if (schema.type === 'object') return [objectType(schema), ...(schema.allOf ?? []).map(toType)].join(' & ');
  return { string: 'string', integer: 'number', number: 'number', boolean: 'boolean' }[schema.type];
}

function refType(ref) {
  const [file, name] = ref.split('#/$defs/');
  return file.startsWith('codelists') ? `Code<'${name}'>` : upperFirst(name);
}

function objectType(schema) {
  if (!schema.properties && !schema.additionalProperties) return 'Record<string, unknown>';
  if (!schema.properties) {
    const keys = schema.propertyNames?.$ref ? refType(schema.propertyNames.$ref) : 'string';
    return `{ [key in ${keys}]?: ${toType(schema.additionalProperties)} }`;
  }
  const required = new Set(schema.required);
  const fields = Object.entries(schema.properties).map(
    ([name, value]) => `${name}${required.has(name) ? '' : '?'}: ${toType(value)}`,
  );
  const inherited = (schema.required ?? []).filter((name) => !(name in schema.properties));
  const inheritedFields = inherited.map((name) => `${name}: ${toType(readCommon().description.properties[name])}`);
  return `{ ${[...fields, ...inheritedFields].join('; ')} }`;
}
