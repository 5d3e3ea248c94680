import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { schemaFileOf } from '#commands';
import { fields as describedFields, type EventType, eventKinds, parts } from '#domain';
import { projectRoot } from '#event-store';
import type { Name } from './namespaces.js';

type Schema = {
  $ref?: string;
  type?: string | string[];
  description?: string;
  title?: string;
  properties?: { [name: string]: Schema };
  items?: Schema;
  allOf?: Schema[];
  oneOf?: Schema[];
  enum?: unknown[];
  format?: string;
  'x-kind'?: Kind;
};

/** The kind of values in a field, which decides how they become RDF. */
export type Kind =
  | 'text'
  | 'code'
  | 'string'
  | 'number'
  | 'decimal'
  | 'boolean'
  | 'date'
  | 'partialDate'
  | 'dateOrTime'
  | 'url'
  | 'organisation'
  | 'system'
  | 'event'
  | 'contact'
  | 'country'
  | 'nuts'
  | 'json'
  | 'withheld'
  | 'node';

/**
 * A field of a record: its property, the kind of its values and, for nodes, their class (`of`). `list`: the code list; `isOne`: it has at most
 * one value.
 */
export type Field = {
  name: string;
  property: Name;
  kind: Kind;
  description: string;
  list?: string;
  of?: Class;
  isOne?: boolean;
};
export type Class = { name: string; description: string; fields: Field[] };

const folder = join(projectRoot, 'schema/events');
const read = (file: string) =>
  JSON.parse(readFileSync(join(folder, file), 'utf8')) as Schema & { $defs: { [name: string]: Schema } };
const common = { ...read('common.schema.json').$defs, ...read('record.schema.json').$defs };
const events: { [type: string]: Schema } = Object.fromEntries(
  (Object.keys(eventKinds) as EventType[]).map((type) => [type, read(schemaFileOf(type))]),
);

/** Fields whose property is from another vocabulary, by class and field. */
const known: { [field: string]: Name } = {
  ...Object.fromEntries(
    describedFields.flatMap((field) => ('rdf' in field ? [[`System.${field.name}`, field.rdf] as const] : [])),
  ),
  'System.registeredAt': 'dct:issued',
  'System.changedAt': 'dct:modified',
  'Organisation.names': 'foaf:name',
  'Organisation.website': 'foaf:homepage',
  'Organisation.registeredAt': 'dct:issued',
  'Organisation.contact': 'dcat:contactPoint',
  'Organisation.languages': 'dct:language',
  'FormerName.names': 'foaf:name',
  'Link.title': 'dct:title',
  'Link.url': 'foaf:page',
  'LegalReference.title': 'dct:title',
  'LegalReference.url': 'foaf:page',
  'DataSource.title': 'dct:title',
  'DataSource.url': 'foaf:page',
  'Supplier.name': 'foaf:name',
  'UsedBy.name': 'foaf:name',
  'Source.url': 'dct:source',
  'Assessment.title': 'dct:title',
  'Assessment.url': 'foaf:page',
  'Procurement.title': 'dct:title',
};

const kindsOfCommon: { [name: string]: Kind } = {
  languageMap: 'text',
  date: 'date',
  partialDate: 'partialDate',
  url: 'url',
  organisationUrn: 'organisation',
  systemUrn: 'system',
  localId: 'string',
  country: 'country',
  contact: 'contact',
  count: 'string',
};
const classNames: { [name: string]: string } = {
  identifier: 'OfficialIdentifier',
  ...Object.fromEntries(
    describedFields.flatMap((field) => ('class' in field ? [[`description.${field.name}`, field.class] as const] : [])),
  ),
  'OversightAssigned.training': 'Training',
  'RiskClassified.derogation': 'Derogation',
};
const upperFirst = (name: string) => name.slice(0, 1).toUpperCase() + name.slice(1);

function classOf(
  name: string,
  description: string,
  properties: { [field: string]: Schema },
  path: string,
  more: Field[] = [],
): Class {
  const fields = Object.entries(properties).map(([field, schema]) => fieldOf(name, field, schema, `${path}.${field}`));
  return { name, description, fields: [...fields, ...more] };
}

function fieldOf(className: string, name: string, schema: Schema, path: string): Field {
  const property = known[`${className}.${name}`] ?? (`v:${name}` as Name);
  const items = schema.type === 'array' ? schema.items! : schema;
  const description = schema.description ?? items.description ?? name;
  const field = (kind: Kind, more: Partial<Field> = {}): Field => ({
    name,
    property,
    kind,
    description,
    isOne: schema.type !== 'array' && kind !== 'text',
    ...more,
  });
  if (schema['x-kind']) return field(schema['x-kind']);
  if (name === 'nuts') return field('nuts');
  if (className === 'Money' && name === 'amount') return field('decimal');
  if (items.$ref) {
    const [file, target = ''] = items.$ref.split('#/$defs/');
    if (file!.startsWith('codelists')) return field('code', { list: target });
    const kind = kindsOfCommon[target];
    if (kind) return { ...field(kind), description: schema.description ?? common[target]!.description ?? name };
    const referred = common[target]!;
    if (referred.type === 'string') return field('string');
    return field('node', {
      of: classOf(
        classNames[target] ?? upperFirst(target),
        referred.description ?? target,
        referred.properties ?? {},
        target,
      ),
    });
  }
  if (items.type === 'object' && items.properties) {
    const own = classNames[path] ?? upperFirst(name);
    return field('node', { of: classOf(own, description, items.properties, path) });
  }
  if (items.type === 'object') return field('json');
  if (items.type === 'integer' || items.type === 'number') return field('number');
  if (items.type === 'boolean') return field('boolean');
  return field('string');
}

const dated = (description: string, name = 'occurredAt', className = ''): Field => ({
  name,
  property: known[`${className}.${name}`] ?? (`v:${name}` as Name),
  kind: 'dateOrTime',
  description,
  isOne: true,
});
const occurred = dated('When it was true in the city: a date or a UTC time.');
const own = (name: string, kind: Kind, description: string, more: Partial<Field> = {}): Field => ({
  name,
  property: `v:${name}`,
  kind,
  description,
  isOne: !['text', 'node', 'withheld'].includes(kind),
  ...more,
});

/** The part of a record that comes from an event, as a class of its own. */
function ofEvent(type: string, name: string, more: Field[] = [], members: { [name: string]: Schema } = {}): Class {
  const schema = events[type]!;
  return classOf(name, schema.description ?? type, { ...members, ...schema.properties }, type, [occurred, ...more]);
}
const endsOf = (part: (typeof parts)[number]): Field[] =>
  'ends' in part ? part.ends.map((end) => list(end.name, ofEvent(end.event, end.class))) : [];
const list = (name: string, of: Class): Field => own(name, 'node', of.description, { of });

const erasure: Class = {
  name: 'Erasure',
  description: 'What is left of a part of an event that was erased by law.',
  fields: [
    occurred,
    own('event', 'event', 'The event that carried it.'),
    own('part', 'string', 'Which part: content or contact.'),
    own('basis', 'code', 'The legal basis.', { list: 'erasure-basis' }),
    own('erasedBy', 'event', 'The event that says so.'),
  ],
};

const notTakenIn: Class = {
  name: 'NotTakenIn',
  description: 'An event that this program could not take in: the record lacks what it says, the log has it.',
  fields: [
    own('event', 'event', 'The event.'),
    own('type', 'string', 'Its kind.'),
    own('position', 'number', 'Where it is in the log.'),
  ],
};

/** The current record of a system (SystemRecord). */
export const system: Class = {
  name: 'System',
  description: 'A system that a city uses: what the register says of it.',
  fields: [
    own('organisation', 'organisation', 'The organisation in charge.'),
    own('status', 'code', 'Its status.', { list: 'system-status' }),
    dated('Since when.', 'statusSince'),
    dated('When it came into the register.', 'registeredAt', 'System'),
    dated('When something in it last changed.', 'changedAt', 'System'),
    ...classOf('System', '', common['description']!.properties!, 'description').fields,
    { ...own('contact', 'contact', 'How to reach the office in charge.'), property: 'dcat:contactPoint' },
    ...parts.map((part) =>
      list(part.name, ofEvent(part.event, part.class, endsOf(part), 'members' in part ? part.members : {})),
    ),
    dated('When the record was last confirmed to be correct.', 'confirmedAt'),
    own('nextReview', 'date', 'When it is to be looked at again.'),
    list('corrections', {
      name: 'Correction',
      description: 'Something in the record was wrong.',
      fields: [
        occurred,
        own('wrong', 'text', 'What was wrong.'),
        dated('Since when the right value holds.', 'since'),
        own('eventType', 'code', 'Type of the event that was wrong.', { list: 'event-type' }),
        own('event', 'event', 'The event that was wrong.'),
        own('retracted', 'boolean', 'Whether it was retracted.'),
      ],
    }),
    own('withheld', 'withheld', 'A field that is not published, with legal basis and reason.', {
      of: classOf(
        'Withholding',
        'A field that is not published.',
        events['FieldWithheld']!.properties!,
        'FieldWithheld',
      ),
    }),
    list('erasures', erasure),
    list('incomplete', notTakenIn),
    own('statusBefore', 'code', 'While suspended: to which status a resumption leads back.', { list: 'system-status' }),
  ],
};

/** An organisation of the register. */
export const organisation: Class = {
  name: 'Organisation',
  description: 'A city or another body that answers for systems.',
  fields: [
    ...classOf('Organisation', '', events['OrganisationRegistered']!.properties!, 'OrganisationRegistered').fields,
    own('status', 'string', 'open, or closed: it has ceased to be.'),
    dated('When it joined the register.', 'registeredAt', 'Organisation'),
    list('formerNames', {
      name: 'FormerName',
      description: 'A name that it had.',
      fields: [{ ...own('names', 'text', 'The name.'), property: 'foaf:name' }, dated('Until then.', 'until')],
    }),
    list('closed', ofEvent('OrganisationClosed', 'Closing')),
    list('erasures', erasure),
  ],
};
