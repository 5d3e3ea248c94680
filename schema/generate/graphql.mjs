import { banner, readCommon } from './sources.mjs';
import { doc, lowerFirst, upperFirst, words } from './words.mjs';

const languageArgument = '"The language to read it in." language: LanguageCode';
const commandArguments = {
  organisation: '"The organisation that it belongs to." organisation: ID!',
  occurredAt: '"When it was true in the city: a date or a UTC time." occurredAt: String!',
  idempotencyKey: '"The same key again does nothing again and gives the first result." idempotencyKey: String!',
};

/** GraphQL input types and one mutation per command, from the same schemas. */
export function graphqlCommands(schemas) {
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

/** GraphQL types for a record: the description and the events that it contains. */
export function graphqlRecord(schemas, { others, parts }) {
  const { define, text } = graphqlTypes('type', '');
  const occurredAt = { type: 'string', description: 'When it was true in the city: a date or a UTC time.' };
  for (const schema of schemas) {
    if (schema['x-stream'] !== 'system' || others.includes(schema.title)) continue;
    define(schema.title, { ...schema, required: [], properties: { occurredAt, ...schema.properties } });
  }
  const typeOf = ({ type, event }) => type ?? event;
  for (const part of parts.filter(({ type }) => type)) {
    const { properties } = schemas.find(({ title }) => title === part.event);
    define(part.type, { description: part.description, properties: { ...part.members, occurredAt, ...properties } });
  }
  const { description, contact } = readCommon();
  define('SystemRecord', {
    description: 'What the register says of a system. A field that is null is unknown.',
    properties: {
      ...description.properties,
      contact: { $ref: 'common.schema.json#/$defs/contact', description: contact.description },
    },
  });
  const ofParts = parts.map((part) => {
    const type = part.many ? `[${typeOf(part)}!]` : typeOf(part);
    const deprecated = part.deprecated ? ` @deprecated(reason: ${doc(part.deprecated)})` : '';
    return `  ${doc(part.description)}\n  ${part.name}: ${type}${deprecated}`;
  });
  const ends = parts.flatMap((part) =>
    (part.ends ?? []).map(
      ({ name, event, description }) => `extend type ${typeOf(part)} {\n  ${doc(description)}\n  ${name}: ${event}\n}`,
    ),
  );
  return [`# ${banner}`, text(), `extend type SystemRecord {\n${ofParts.join('\n')}\n}`, ...ends, ''].join('\n');
}

/** GraphQL enumerations of languages and kinds of events. */
export function graphqlCodes(lists, schemas) {
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

  /** Output types give a text in one language and a code with its label; input types take the whole text and the bare code. */
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

/** The code list of a field, if its values are codes. */
function codelistOf(schema) {
  const ref = schema.$ref ?? schema.items?.$ref;
  return ref?.startsWith('codelists') ? ref.split('#/$defs/')[1] : undefined;
}
