// Writes everything that follows from the codelists (CSV) and the event schemas (JSON Schema), so that each fact is
// written by hand in one place only. `npm run generate` writes; `npm run generate -- --check` fails on a difference.
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { makeVectors } from './log/make-vectors.mjs';

const root = join(import.meta.dirname, '..');
const check = process.argv.includes('--check');
const banner = 'Written by schema/generate.mjs. Do not edit.';
const stale = [];

const languageArgument = '"The language to read it in." language: LanguageCode';
const commandArguments = {
  organisation: '"The organisation that it belongs to." organisation: ID!',
  occurredAt: '"When it was true in the city: a date or a UTC time." occurredAt: String!',
  idempotencyKey: '"The same key again does nothing again and gives the first result." idempotencyKey: String!',
};

const codelists = readCodelists();
emit('schema/events/codelists.schema.json', `${JSON.stringify(codelistSchema(codelists), null, 2)}\n`);
const events = readEvents();
emit('libs/domain/generated/codelists.ts', codelistModule(codelists));
emit('libs/domain/generated/labels.ts', labelModule(codelists));
emit('libs/domain/generated/events.ts', eventModule(events));
emit('schema/graphql/commands.graphql', graphqlCommands(events));
emit('schema/graphql/record.graphql', graphqlRecord(events));
emit('schema/graphql/codes.graphql', graphqlCodes(codelists, events));
emit('schema/log/vectors.json', `${JSON.stringify(makeVectors(), null, 2)}\n`);
if (stale.length > 0) {
  console.error(`Out of date, run "npm run generate": ${stale.join(', ')}`);
  process.exit(1);
}

function emit(path, text) {
  const file = join(root, path);
  if (existsSync(file) && readFileSync(file, 'utf8') === text) return;
  if (check) {
    stale.push(path);
    return;
  }
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}

function readCodelists() {
  const folder = join(root, 'schema/codelists');
  const files = readdirSync(folder).filter((name) => name.endsWith('.csv'));
  return files.sort().map((file) => ({
    name: file.replace('.csv', ''),
    rows: parse(readFileSync(join(folder, file)), { columns: true, skip_empty_lines: true }),
  }));
}

function codelistSchema(lists) {
  const $defs = Object.fromEntries(
    lists.map(({ name, rows }) => [name, { type: 'string', enum: rows.map((row) => row.code) }]),
  );
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $id: 'https://vitrine.example/schema/events/codelists.schema.json',
    $comment: banner,
    title: 'Codelists',
    $defs,
  };
}

function readEvents() {
  const folder = join(root, 'schema/events');
  const names = readdirSync(folder).filter((name) => name.endsWith('.v1.schema.json'));
  return names.map((name) => JSON.parse(readFileSync(join(folder, name), 'utf8')));
}

function codelistModule(lists) {
  const codes = lists.map(({ name, rows }) => `  '${name}': ${JSON.stringify(rows.map((row) => row.code))},`);
  const dates = lists.find((list) => list.name === 'application-date').rows;
  const schemes = lists.find((list) => list.name === 'organisation-identifier-scheme').rows;
  return [
    `// ${banner}`,
    'export const codelists = {',
    ...codes,
    '} as const;',
    'export type CodelistName = keyof typeof codelists;',
    'export type Code<L extends CodelistName> = (typeof codelists)[L][number];',
    '/** From when each part of the AI Act applies, with its legal source. */',
    'export const applicationDates = {',
    ...dates.map((r) => `  '${r.code}': { from: '${r.date}', source: ${JSON.stringify(r.source)} },`),
    '} as const;',
    '/** How an identifier of each scheme must look. */',
    'export const identifierPatterns: Record<Code<"organisation-identifier-scheme">, RegExp> = {',
    ...schemes.map((r) => `  '${r.code}': new RegExp(${JSON.stringify(r.pattern || '.')}, 'u'),`),
    '};',
    '',
  ].join('\n');
}

/** What people read in place of a code, language by language. Lists that nobody reads have none. */
function labelModule(lists) {
  const labelled = lists.filter(({ rows }) => rows.some((row) => row.label_en));
  const labelsOf = (row) =>
    Object.fromEntries(
      Object.entries(row).flatMap(([column, text]) =>
        column.startsWith('label_') && text ? [[column.slice(6), text]] : [],
      ),
    );
  return [
    `// ${banner}`,
    "import type { CodelistName } from './codelists.js';",
    '/** Labels of codes: code list, code, language (ISO 639-1). */',
    'export const labels: { [list in CodelistName]?: { [code: string]: { [language: string]: string } } } = {',
    ...labelled.map(
      ({ name, rows }) =>
        `  '${name}': ${JSON.stringify(Object.fromEntries(rows.map((row) => [row.code, labelsOf(row)])))},`,
    ),
    '};',
    '',
  ].join('\n');
}

/** TypeScript types of what events carry. Conditions (if, anyOf) are left to validation. */
function eventModule(schemas) {
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

function toType(schema) {
  if (schema.$ref) return refType(schema.$ref);
  if (schema.oneOf) return schema.oneOf.map(toType).join(' | ');
  if (schema.const) return JSON.stringify(schema.const);
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

function readCommon() {
  return JSON.parse(readFileSync(join(root, 'schema/events/common.schema.json'), 'utf8')).$defs;
}

/** GraphQL input types and one mutation a command, from the same schemas. */
function graphqlCommands(schemas) {
  const { define, text } = graphqlTypes('input', 'Input');
  const mutations = schemas.map((schema) => {
    const input = define(schema['x-command'], {
      ...schema,
      description: `What ${words(schema['x-command']).trim()} needs.`,
    });
    const about = '"The system that it is about." system: ';
    const system = { organisation: [], system: [`${about}ID!`], either: [`${about}ID`] }[schema['x-stream']];
    const { organisation, occurredAt, idempotencyKey } = commandArguments;
    const list = [organisation, ...system, occurredAt, idempotencyKey, `"What happened." data: ${input}!`];
    return `  ${doc(schema.description)}\n  ${lowerFirst(schema['x-command'])}(${list.join(', ')}): CommandResult!`;
  });
  return [
    `# ${banner}`,
    text(),
    '"One mutation a command. Each needs an API key: Authorization: Bearer KEY."',
    'type Mutation {',
    ...mutations,
    '}',
    '',
  ].join('\n');
}

/** GraphQL types of what a record is made of: the description and the events that it holds. */
function graphqlRecord(schemas) {
  const { define, text } = graphqlTypes('type', '');
  const noEvent = { type: 'string', description: 'When it was true in the city: a date or a UTC time.' };
  for (const schema of schemas) {
    if (schema['x-stream'] !== 'system' || notInRecord().includes(schema.title)) continue;
    define(schema.title, { ...schema, required: [], properties: { occurredAt: noEvent, ...schema.properties } });
  }
  const { description, contact } = readCommon();
  define('SystemRecord', {
    description: 'What the register says of a system. A field that is null is unknown.',
    properties: {
      ...description.properties,
      contact: { $ref: 'common.schema.json#/$defs/contact', description: contact.description },
    },
  });
  return [`# ${banner}`, text(), ''].join('\n');
}

/** Enumerations that follow from code lists. */
function graphqlCodes(lists, schemas) {
  const languages = lists.find(({ name }) => name === 'language').rows;
  const codes = languages.map(({ code, label_en }) => `  ${doc(label_en)}\n  ${code.toUpperCase()}`);
  const types = schemas.map(({ title, description }) => `  ${doc(description)}\n  ${title}`);
  return [
    `# ${banner}`,
    `${doc('A language (ISO 639-1).')}\nenum LanguageCode {\n${codes.join('\n')}\n}`,
    `${doc('A kind of event.')}\nenum EventType {\n${types.join('\n')}\n}`,
    '',
  ].join('\n');
}

function notInRecord() {
  return [
    'SystemRegistered',
    'SystemDescribed',
    'RecordCorrected',
    'FieldWithheld',
    'HumanOverrideRecorded',
    'OversightFiguresReported',
    'RecordConfirmed',
  ];
}

function graphqlTypes(kind, suffix) {
  const common = readCommon();
  const defined = new Map();
  return { define, text: () => [...defined.values()].join('\n') };

  function define(name, schema) {
    const inherited = [...(schema.allOf ?? []), ...(schema.$ref ? [schema] : [])].map(
      (part) => resolve(part.$ref).properties,
    );
    const properties = Object.assign({}, ...inherited, schema.properties);
    const required = new Set(schema.required ?? []);
    const fields = Object.entries(properties)
      .filter(([, value]) => value !== false)
      .map(([key, value]) => {
        const field = fieldOf(key, name, value, required.has(key) ? '!' : '');
        const list = codelistOf(value);
        const text = value.description ?? (value.$ref ? resolve(value.$ref).description : undefined);
        return `  ${doc(text ?? (list ? `Code of ${list}.` : `The ${words(key)}.`))}\n  ${field}`;
      });
    const about = `${doc(schema.description ?? `Part of a record:${words(`X${name}`).replace(/^ x/, '')}.`)}\n`;
    defined.set(name, `${about}${kind} ${name}${suffix} {\n${fields.join('\n')}\n}`);
    return name + suffix;
  }

  /** What is read of a text is one language of it, of a code its label; what is written is the whole text and the bare code. */
  function fieldOf(key, owner, schema, required) {
    const list = kind === 'type' && codelistOf(schema);
    if (list) {
      const type = schema.type === 'array' ? '[Code!]' : 'Code';
      return `${key}: ${type}${required} @codelist(name: "${list}")`;
    }
    const type = typeOf(owner + upperFirst(key), schema);
    if (kind === 'type' && type === 'LanguageMap') return `${key}(${languageArgument}): Text${required}`;
    return `${key}: ${type}${required}`;
  }

  function typeOf(name, schema) {
    if (schema.$ref) return refTypeOf(schema.$ref);
    if (schema.type === 'array') return `[${typeOf(name, schema.items)}!]`;
    if (schema.type === 'object') return schema.properties ? define(name, schema) : 'JSON';
    return { integer: 'Float', number: 'Float', boolean: 'Boolean' }[schema.type] ?? 'String';
  }

  function refTypeOf(ref) {
    const name = upperFirst(ref.split('#/$defs/')[1]);
    const target = resolve(ref);
    if (name === 'LanguageMap') return name;
    if (name.endsWith('Urn')) return 'ID';
    if (target.oneOf) return 'JSON';
    if (target.type !== 'object') return 'String';
    return defined.has(name) ? name + suffix : define(name, target);
  }

  function resolve(ref) {
    return ref.startsWith('codelists') ? {} : common[ref.split('#/$defs/')[1]];
  }
}

/** The code list of a field whose values are codes, if they are. */
function codelistOf(schema) {
  const ref = schema.$ref ?? schema.items?.$ref;
  return ref?.startsWith('codelists') ? ref.split('#/$defs/')[1] : undefined;
}

function words(name) {
  return name.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}

function doc(text) {
  return JSON.stringify(text);
}
function lowerFirst(text) {
  return text[0].toLowerCase() + text.slice(1);
}
function upperFirst(text) {
  return text[0].toUpperCase() + text.slice(1);
}
