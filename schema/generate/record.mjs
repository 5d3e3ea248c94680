import { banner } from './sources.mjs';
import { doc } from './words.mjs';

const common = (name) => ({ $ref: `common.schema.json#/$defs/${name}` });
const codes = (list) => ({ $ref: `codelists.schema.json#/$defs/${list}` });

/** The description of a system as JSON Schema, and which of its fields can be removed and withheld. */
export function recordSchema({ fields, parts }) {
  const names = fields.filter(({ isFixed }) => !isFixed).map(({ name }) => name);
  const parted = parts.flatMap(({ withholdable = {} }) => Object.keys(withholdable));
  const described = fields.filter(({ type }) => type !== 'contact');
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $id: 'https://vitrine.example/schema/events/record.schema.json',
    $comment: banner,
    title: 'The record of a system',
    $defs: {
      description: {
        description: 'The description of a system. Every field is optional here; what is absent is unknown.',
        type: 'object',
        minProperties: 1,
        properties: Object.fromEntries(described.map((field) => [field.name, schemaOf(field)])),
      },
      removableField: { description: 'A field that can be empty.', type: 'string', enum: names },
      withholdableField: {
        description: 'A field that can be withheld, or a part of what is known of its purchase and its assessments.',
        type: 'string',
        enum: [...names, ...parted],
      },
    },
  };
}

function schemaOf({ many, description, ...field }) {
  const one = oneOf(field);
  return many
    ? { type: 'array', items: one, minItems: 1, maxItems: many, uniqueItems: true, description }
    : { ...one, description };
}

function oneOf({ type, list, maxLength, required, properties }) {
  if (type === 'text') return common('languageMap');
  if (type === 'code') return codes(list);
  if (type === 'string') return { type, minLength: 1, maxLength };
  if (type === 'object') return { type, required, additionalProperties: false, properties };
  return common(type);
}

/** A TypeScript module with the declared record, without what only the schemas need. */
export function recordModule({ groups, fields, parts, facets }) {
  const shown = fields.map(({ required: _, properties: __, ...field }) => field);
  const literal = (values) => values.map((value) => `  ${JSON.stringify(value)},`);
  return [
    `// ${banner}`,
    '/** Groups of fields and parts, in the order of reading. */',
    `export const groups = ${JSON.stringify(groups)} as const;`,
    '/** The fields of a description (schema/record/fields.json). */',
    'export const fields = [',
    ...literal(shown),
    '] as const;',
    '/** What the events of a life leave in a record (schema/record/parts.json). */',
    'export const parts = [',
    ...literal(parts),
    '] as const;',
    '/** What systems are filtered and counted by (schema/record/facets.json). */',
    'export const facets = [',
    ...literal(facets),
    '] as const;',
    '',
  ].join('\n');
}

/** The GraphQL filter and enumeration of the dimensions by which systems are filtered and counted. */
export function graphqlFacets(facets) {
  const type = ({ values }) => (values === 'urn' ? 'ID' : 'String');
  const inputs = facets.map((facet) => `  ${doc(facet.filter)}\n  ${facet.name}: [${type(facet)}!]`);
  const names = facets.map(({ name, description }) => `  ${doc(description)}\n  ${toEnum(name)}`);
  return [
    `# ${banner}`,
    '"Which systems are meant. They have one of the values in every filter that is set."',
    `input SystemFilter {\n${inputs.join('\n')}\n}`,
    '"What systems are counted and filtered by; see SystemFilter."',
    `enum Dimension {\n${names.join('\n')}\n}`,
    '',
  ].join('\n');
}

function toEnum(name) {
  return name.replaceAll(/[A-Z0-9]+/g, (letters) => `_${letters}`).toUpperCase();
}
