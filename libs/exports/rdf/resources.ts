import { canonicalize } from 'json-canonicalize';
import type { Organisation, SystemRecord } from '#projections';
import { mailtoOf } from '../mailto.js';
import { authorityOfCountry, authorityOfLanguage } from './authorities.js';
import { type Class, type Field, organisation as organisationClass, system as systemClass } from './fields.js';
import { link, literal, type Node, node, texts, type Value } from './graph.js';
import { codeIri, iriOf, type Name } from './namespaces.js';

/** IRIs of the resources of a register. They derive from its origin and never change. */
export const irisOf = (origin: string) => ({
  register: `https://${origin}/`,
  system: (urn: string) => `https://${origin}/systems/${urn}`,
  organisation: (urn: string) => `https://${origin}/organisations/${urn}`,
  event: (id: string) => `https://${origin}/events/${id}`,
});
export type Iris = ReturnType<typeof irisOf>;

/** The current record of a system as linked data: every field and, where AIRO or DPV has a term, that as well. */
export function systemNode(record: SystemRecord, iris: Iris): Node {
  const iri = iris.system(record.id);
  return node(iri, typesOf(record), [
    ['dct:identifier', literal(record.id)],
    ...properties(record, systemClass, iri, iris),
    ...alignments(record, iri, iris),
  ]);
}

export function organisationNode(record: Organisation, iris: Iris): Node {
  const iri = iris.organisation(record.id);
  return node(
    iri,
    ['v:Organisation', 'foaf:Organization', 'prov:Organization', 'airo:AIDeployer'],
    [['dct:identifier', literal(record.id)], ...properties(record, organisationClass, iri, iris)],
  );
}

/** A row of the table of events. */
export type EventRow = {
  position: number;
  event_id: string;
  organisation: string;
  system: string | null;
  stream_version: number;
  type: string;
  occurred_at: string;
  recorded_at: string;
  actor_organisation: string;
  actor_role: string;
  previous: string | null;
  leaf_sha256: string;
  erased: string;
  data: string | null;
};

/** An event of the log as linked data. `withData`: with its data as JSON, for documents from which it can be erased. */
export function eventNode(event: EventRow, iris: Iris, withData = true): Node {
  const subject = event.system ? iris.system(event.system) : iris.organisation(event.organisation);
  return node(
    iris.event(event.event_id),
    ['prov:Activity', 'v:Event', `v:${event.type}`],
    [
      ['dct:identifier', literal(event.event_id)],
      ['dct:isVersionOf', link(subject)],
      ['dct:created', literal(event.recorded_at, 'xsd:dateTime')],
      ['prov:wasAssociatedWith', link(iris.organisation(event.actor_organisation))],
      ['v:organisation', link(iris.organisation(event.organisation))],
      ['v:position', literal(String(event.position), 'xsd:integer')],
      ['v:streamVersion', literal(String(event.stream_version), 'xsd:integer')],
      ['v:occurredAt', dateOrTime(event.occurred_at)],
      ['v:actorRole', literal(event.actor_role)],
      ['v:previous', event.previous ? literal(event.previous) : undefined],
      ['v:leafSha256', literal(event.leaf_sha256)],
      [
        'v:erasedPart',
        (event.erased || '')
          .split(' ')
          .filter(Boolean)
          .map((part) => literal(part)),
      ],
      ['v:data', withData && event.data ? json(JSON.parse(event.data)) : undefined],
    ],
  );
}

function properties(record: object, { fields }: Class, base: string, iris: Iris): [Name, Value[]][] {
  return fields.flatMap((field) => {
    const value = (record as { [name: string]: unknown })[field.name];
    if (value === undefined || value === null) return [];
    const path = `${base}${base.includes('#') ? '-' : '#'}${field.name}`;
    if (field.kind === 'withheld')
      return [[field.property, withheld(value as object, field.of!, path, iris)] as [Name, Value[]]];
    if (!Array.isArray(value)) return [[field.property, toValues(value, field, path, iris)] as [Name, Value[]]];
    return [
      [field.property, value.flatMap((item, i) => toValues(item, field, `${path}-${i + 1}`, iris))] as [Name, Value[]],
    ];
  });
}

function toValues(value: unknown, field: Field, path: string, iris: Iris): Value[] {
  const text = String(value);
  switch (field.kind) {
    case 'text':
      return texts(value as { [language: string]: string });
    case 'code':
      return [link(field.list === 'language' ? authorityOfLanguage(text) : codeIri(field.list!, text))];
    case 'number':
      return [literal(inDigits(value as number), Number.isInteger(value) ? 'xsd:integer' : 'xsd:decimal')];
    case 'decimal':
      return [literal(text, 'xsd:decimal')];
    case 'boolean':
      return [literal(text, 'xsd:boolean')];
    case 'date':
      return [literal(text, 'xsd:date')];
    case 'partialDate':
      return [literal(text, text.length === 4 ? 'xsd:gYear' : text.length === 7 ? 'xsd:gYearMonth' : 'xsd:date')];
    case 'dateOrTime':
      return [dateOrTime(text)];
    case 'url':
      return [link(toIri(text))];
    case 'organisation':
      return [link(iris.organisation(text))];
    case 'system':
      return [link(iris.system(text))];
    case 'event':
      return [link(iris.event(text))];
    case 'country':
      return [authorityOfCountry(text)];
    case 'nuts':
      return [link(`http://data.europa.eu/nuts/code/${text}`)];
    case 'contact':
      return [contact(value as { [name: string]: string }, path)];
    case 'json':
      return [json(value)];
    case 'node':
      return [node(path, [`v:${field.of!.name}`], properties(value as object, field.of!, path, iris))];
    default:
      return [literal(text)];
  }
}

function withheld(fields: object, of: Class, path: string, iris: Iris): Value[] {
  return Object.entries(fields).map(([field, why]: [string, object]) => {
    const own = `${path}-${field}`;
    return node(own, [`v:${of.name}`], properties({ field, ...why }, of, own, iris));
  });
}

const dateOrTime = (text: string) => literal(text, text.includes('T') ? 'xsd:dateTime' : 'xsd:date');
const json = (value: unknown) => literal(canonicalize(value), 'rdf:JSON');

/** A URL as an IRI (RFC 3987): characters that an IRI must not contain are escaped. */
export function toIri(url: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they may not stand in an IRI
  return url.replaceAll(/[\u0000-\u0020<>"{}|\\^`]/g, (character) => encodeURIComponent(character));
}

function contact({ email, phone, url, address, office }: { [part: string]: string | undefined }, id: string): Node {
  const street = address && node(`${id}-address`, ['vcard:Address'], [['vcard:street-address', literal(address)]]);
  return node(
    id,
    ['vcard:Organization'],
    [
      ['vcard:fn', office ? literal(office) : undefined],
      ['vcard:hasEmail', email ? link(mailtoOf(email)) : undefined],
      ['vcard:hasTelephone', phone ? link(`tel:${phone.replaceAll(/[^+0-9]/g, '')}`) : undefined],
      ['vcard:hasURL', url ? link(toIri(url)) : undefined],
      ['vcard:hasAddress', street || undefined],
    ],
  );
}

/** DPV has the Annex III points and the prohibitions of the original AI Act, but not yet those of 2026. */
function typesOf({ aiSystem, risk }: SystemRecord): Name[] {
  const high = (risk?.annexIII ?? []).map(
    (code): Name => `eu-aiact:HighRiskAISystem-${code.replace('AIII', 'AnnexIII')}`,
  );
  const prohibited = (risk?.article5 ?? [])
    .filter((code) => !['A5-1-ba', 'A5-1-bb'].includes(code))
    .map((code): Name => `eu-aiact:ProhibitedAISystem-${code}`);
  return [
    'v:System',
    ...(aiSystem === 'yes' ? (['airo:AISystem', 'dpv-ai:AISystem'] as const) : []),
    ...(risk?.class === 'high' ? high : []),
    ...(risk?.class === 'prohibited' ? prohibited : []),
  ];
}

const riskLevels: { [code: string]: Name } = {
  prohibited: 'eu-aiact:RiskLevelProhibited',
  high: 'eu-aiact:RiskLevelHigh',
  limited: 'eu-aiact:RiskLevelTransparencyRequired',
  minimal: 'eu-aiact:RiskLevelMinimal',
};
const activity: { [status: string]: Name } = {
  registered: 'dpv:ActivityPlanned',
  procured: 'dpv:ActivityPlanned',
  piloted: 'dpv:ActivityOngoing',
  'in-use': 'dpv:ActivityOngoing',
  suspended: 'dpv:ActivityHalted',
  retired: 'dpv:ActivityCompleted',
};
const involvement: { [mode: string]: Name } = {
  'human-decides': 'dpv:HumanInvolvementForDecision',
  'human-executes': 'dpv:HumanInvolvementForIntervention',
  autonomous: 'dpv:HumanNotInvolved',
};

function alignments(record: SystemRecord, iri: string, iris: Iris): [Name, Value | Value[] | undefined][] {
  const { organisation, provider, purpose, risks, affectedPeople, risk, status, oversight } = record;
  const told = (part: string, type: Name, map: SystemRecord['purpose']) =>
    map && node(`${iri}#${part}`, [type], [['dct:description', texts(map)]]);
  const named = (name: Name | undefined) => name && link(iriOf(name));
  const modes = new Set((oversight ?? []).map(({ mode }) => mode));
  return [
    ['airo:isDeployedBy', link(iris.organisation(organisation))],
    [
      'airo:isProvidedBy',
      provider
        ? node(`${iri}#provider`, ['airo:AIProvider', 'foaf:Agent'], [['foaf:name', literal(provider)]])
        : undefined,
    ],
    ['airo:hasPurpose', told('its-purpose', 'airo:Purpose', purpose)],
    ['airo:hasRisk', told('its-risks', 'airo:Risk', risks)],
    ['airo:hasAISubject', told('its-subjects', 'airo:AISubject', affectedPeople)],
    ['eu-aiact:hasRiskLevel', named(risk && riskLevels[risk.class])],
    ['dpv:hasActivityStatus', named(activity[status])],
    ['dpv:hasHumanInvolvement', [...modes].flatMap((mode) => named(involvement[mode]) ?? [])],
  ];
}

/** A number without an exponent, as XML Schema's decimal requires. */
function inDigits(value: number): string {
  const text = String(value);
  return text.includes('e') ? value.toLocaleString('en', { useGrouping: false, maximumSignificantDigits: 15 }) : text;
}
