import { type CodelistName, codelists, eventKinds, labels } from '#domain';
import { authorityOfLanguage } from './authorities.js';
import { type Class, type Field, organisation, system } from './fields.js';
import { link, literal, type Node, node, texts, type Value } from './graph.js';
import { codeIri, iriOf, type Name } from './namespaces.js';

const english = (text: string) => ({ value: text, language: 'en' });
const name = (it: Name) => link(iriOf(it));
const aiAct = 'http://data.europa.eu/eli/reg/2024/1689/oj';

/** Every class that records are made of. */
export function classes(): Class[] {
  const found = new Map<string, Class>();
  const add = (one: Class) => {
    if (found.has(one.name)) return;
    found.set(one.name, one);
    for (const { of } of one.fields) if (of) add(of);
  };
  add(system);
  add(organisation);
  return [...found.values()];
}

/** Properties of events for which no other vocabulary has a term. */
const eventProperties: [Name, string][] = [
  ['v:position', 'Place of an event in the log, from 0 without gaps.'],
  ['v:streamVersion', 'Number of an event among those of the system, or of the organisation, from 0.'],
  ['v:actorRole', 'Role of whoever recorded an event; never a person.'],
  ['v:previous', 'SHA-256 (hex) of the envelope of the event before it, of the same system or organisation.'],
  ['v:leafSha256', 'SHA-256 (hex) of the envelope of an event, the leaf of the log.'],
  ['v:erasedPart', 'A part of an event that was erased by law: content or contact.'],
  ['v:data', 'What an event carries, by the JSON Schema of its kind.'],
];

/** The register's own terms: classes, properties, kinds of events. */
export function vocabularyNodes(): Node[] {
  const ontology = node(
    'https://vitrine.example/ns',
    ['owl:Ontology'],
    [
      ['dct:title', english('Vitrine: terms of a register of AI systems')],
      [
        'dct:description',
        english('Only what no other vocabulary has: most of it follows from the JSON Schemas of the events.'),
      ],
      ['dct:license', link('https://joinup.ec.europa.eu/collection/eupl/eupl-text-eupl-12')],
    ],
  );
  const ownClasses = [
    ...classes(),
    { name: 'Event', description: 'A step in the life of a system or organisation, as it was recorded.', fields: [] },
  ];
  return [ontology, ...ownClasses.map(classNode), ...Object.keys(eventKinds).map(kindNode), ...propertyNodes()];
}

const term = (of: string, types: Name[], label: string, more: [Name, Value | Value[] | undefined][]) =>
  node(iriOf(`v:${of}`), types, [
    ['rdfs:label', english(label)],
    ...more,
    ['rdfs:isDefinedBy', link('https://vitrine.example/ns')],
  ]);

function classNode({ name: own, description }: Class): Node {
  const above: { [own: string]: Name } = { Organisation: 'foaf:Organization', Event: 'prov:Activity' };
  return term(own, ['rdfs:Class', 'owl:Class'], words(own), [
    ['rdfs:comment', english(description)],
    ['rdfs:subClassOf', above[own] && name(above[own])],
  ]);
}

function kindNode(kind: string): Node {
  return node(
    iriOf(`v:${kind}`),
    ['rdfs:Class', 'owl:Class'],
    [
      ['rdfs:label', texts(labels['event-type']?.[kind])],
      ['rdfs:subClassOf', name('v:Event')],
      ['rdfs:isDefinedBy', link('https://vitrine.example/ns')],
    ],
  );
}

function propertyNodes(): Node[] {
  const comments = new Map<Name, Set<string>>();
  const add = (property: Name, comment: string) =>
    comments.set(property, (comments.get(property) ?? new Set()).add(comment));
  for (const { name: of, fields } of classes())
    for (const { property, description } of fields)
      if (property.startsWith('v:')) add(property, `Of ${words(of)}: ${description}`);
  for (const [property, comment] of eventProperties) add(property, comment);
  return [...comments]
    .sort()
    .map(([property, all]) =>
      term(property.slice(2), ['rdf:Property'], words(property.slice(2)), [['rdfs:comment', [...all].map(english)]]),
    );
}

function words(own: string): string {
  return own.replaceAll(/(?<=[a-z])(?=[A-Z])/g, ' ').toLowerCase();
}

/** The code lists as SKOS: one scheme per list, one concept with labels per code. */
export function codeNodes(): Node[] {
  return (Object.keys(codelists) as CodelistName[]).flatMap((list) => [
    node(iriOf(`code:${list}`), ['skos:ConceptScheme'], [['dct:title', english(list)]]),
    ...codelists[list].map((code) => {
      const label = labels[list]?.[code];
      return node(
        codeIri(list, code),
        ['skos:Concept'],
        [
          ['skos:notation', literal(code)],
          ['skos:prefLabel', label ? texts(label) : english(code)],
          ['skos:inScheme', name(`code:${list}`)],
          ['skos:exactMatch', list === 'language' ? link(authorityOfLanguage(code)) : undefined],
          ['dct:source', /^(annex-|article-)/.test(list) ? link(aiAct) : undefined],
        ],
      );
    }),
  ]);
}

/** SHACL shapes of all classes that records are made of. */
export function shapeNodes(): Node[] {
  return classes().map(({ name: own, description, fields }) => {
    const id = iriOf(`v:${own}Shape`);
    return node(
      id,
      ['sh:NodeShape'],
      [
        ['sh:targetClass', name(`v:${own}`)],
        ['sh:description', english(description)],
        ['sh:property', fields.map((field) => shapeOf(`${id}-${field.name}`, field, own))],
      ],
    );
  });
}

const always = new Set(['System.organisation', 'System.status', 'Organisation.status']);

function shapeOf(id: string, field: Field, own: string): Node {
  return node(
    id,
    ['sh:PropertyShape'],
    [
      ['sh:path', name(field.property)],
      ['sh:name', english(field.name)],
      ['sh:description', english(field.description)],
      ['sh:minCount', always.has(`${own}.${field.name}`) ? literal('1', 'xsd:integer') : undefined],
      ['sh:maxCount', field.isOne ? literal('1', 'xsd:integer') : undefined],
      ...constraintOf(id, field),
    ],
  );
}

function constraintOf(id: string, { kind, list, of }: Field): [Name, Value | undefined][] {
  const oneOf = (types: Name[]): [Name, Value][] => {
    // An RDF list: rdf:first and rdf:rest.
    const items = types.map((type, i) => ({
      at: `${id}-or-${i}`,
      what: node(`${id}-is-${i}`, [], [['sh:datatype', name(type)]]),
    }));
    const rest = items.reduceRight<Value>(
      (tail, { at, what }) =>
        node(
          at,
          [],
          [
            ['rdf:first', what],
            ['rdf:rest', tail],
          ],
        ),
      name('rdf:nil'),
    );
    return [['sh:or', rest]];
  };
  switch (kind) {
    case 'text':
      return [
        ['sh:datatype', name('rdf:langString')],
        ['sh:uniqueLang', literal('true', 'xsd:boolean')],
      ];
    case 'code':
      return list === 'language'
        ? [['sh:nodeKind', name('sh:IRI')]]
        : [
            ['sh:nodeKind', name('sh:IRI')],
            ['sh:pattern', literal(`^${codeIri(list!, '')}`)],
          ];
    case 'number':
      return oneOf(['xsd:integer', 'xsd:decimal']);
    case 'decimal':
      return [['sh:datatype', name('xsd:decimal')]];
    case 'boolean':
      return [['sh:datatype', name('xsd:boolean')]];
    case 'date':
      return [['sh:datatype', name('xsd:date')]];
    case 'partialDate':
      return oneOf(['xsd:gYear', 'xsd:gYearMonth', 'xsd:date']);
    case 'dateOrTime':
      return oneOf(['xsd:date', 'xsd:dateTime']);
    case 'url':
    case 'organisation':
    case 'system':
    case 'event':
    case 'nuts':
      return [['sh:nodeKind', name('sh:IRI')]];
    case 'country':
      return [];
    case 'contact':
      return [['sh:class', name('vcard:Organization')]];
    case 'json':
      return [['sh:datatype', name('rdf:JSON')]];
    case 'node':
    case 'withheld':
      return [['sh:class', name(`v:${of!.name}`)]];
    case 'string':
      return [['sh:datatype', name('xsd:string')]];
  }
}
