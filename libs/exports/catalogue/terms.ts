import type { Code } from '#domain';
import type { Dump } from '../dump/folders.js';
import type { Licence } from '../dump/licences.js';
import { mailtoOf } from '../mailto.js';
import { authorityOfCountry } from '../rdf/authorities.js';
import { type Literal, link, literal, type Node, node, texts, type Value } from '../rdf/graph.js';
import type { Name } from '../rdf/namespaces.js';

/** What the catalogue is made from. `url`: the public address of the register; `publisher`: the names and the kind of its organisation, if it has only one. */
export type CatalogueFacts = {
  origin: string;
  url: string;
  contact?: string | undefined;
  publisher?: { names: { [language: string]: string }; kind: Code<'organisation-kind'> } | undefined;
  /** Countries of its organisations (ISO 3166-1 alpha-2). `since`: when the first event was recorded. */
  countries: string[];
  since?: string | undefined;
  licence: Licence;
  dumps: Dump[];
  /** An archive consists of files alone, without services. */
  isArchive?: boolean;
};

export const authority = 'http://publications.europa.eu/resource/authority';

/** The IRI of a data set. */
export const datasetIri = (origin: string, key: string) => `https://${origin}/datasets/${key}`;

/** A resource named by its IRI, with its type and, if it is from an EU authority table, that table: some readers look up no IRIs. */
export function term(iri: string, type: Name, more: [Name, Value | Value[]][] = []): Node {
  const table = iri.startsWith(`${authority}/`) ? iri.slice(0, iri.lastIndexOf('/')) : undefined;
  return node(iri, [type], [...more, ['skos:inScheme', table ? link(table) : undefined]]);
}

export const concept = (iri: string, label: string) =>
  term(iri, 'skos:Concept', [['skos:prefLabel', { value: label, language: 'en' }]]);
export const themes = [
  concept(`${authority}/data-theme/GOVE`, 'Government and public sector'),
  concept(`${authority}/data-theme/TECH`, 'Science and technology'),
];
export const keywords: Literal[] = [
  { value: 'artificial intelligence', language: 'en' },
  { value: 'algorithm register', language: 'en' },
];
export const spatial = ({ countries }: CatalogueFacts) =>
  countries.map(authorityOfCountry).flatMap((value) => ('iri' in value ? [term(value.iri, 'dct:Location')] : []));
const adms = (list: string, code: string, label: string) =>
  node(
    `http://purl.org/adms/${list}/${code}`,
    ['skos:Concept'],
    [
      ['skos:prefLabel', { value: label, language: 'en' }],
      ['skos:inScheme', link(`http://purl.org/adms/${list}/1.0`)],
    ],
  );
export const asLicence = ({ id, iri }: Licence) =>
  term(iri, 'dct:LicenseDocument', [
    [
      'dct:type',
      id === 'CC0-1.0'
        ? adms('licencetype', 'PublicDomain', 'Work in the public domain')
        : adms('licencetype', 'Attribution', 'Attribution'),
    ],
  ]);

const [local, regional, national] = [
  adms('publishertype', 'LocalAuthority', 'Local Authority'),
  adms('publishertype', 'RegionalAuthority', 'Regional Authority'),
  adms('publishertype', 'NationalAuthority', 'National Authority'),
];
/** The type of a publisher, where its kind tells it: police, for example, are local in one country and national in another. */
const publisherTypes: { [kind in Code<'organisation-kind'>]?: Node } = {
  municipality: local,
  district: local,
  'metropolitan-area': local,
  'intermunicipal-body': local,
  region: regional,
  province: regional,
  ministry: national,
};

/** The publisher of the register. */
export function publisher({ origin, publisher: its }: CatalogueFacts): Node {
  return node(
    `https://${origin}/#operator`,
    ['foaf:Agent'],
    [
      ['foaf:name', its ? texts(its.names) : literal(origin)],
      ['dct:type', its && publisherTypes[its.kind]],
    ],
  );
}

/** The contact point of the register. */
export function contactPoint({ origin, url, contact }: CatalogueFacts): Node {
  return node(
    `https://${origin}/#contact`,
    ['vcard:Kind', 'vcard:Organization'],
    [
      ['vcard:fn', literal(origin)],
      ['vcard:hasEmail', contact ? link(mailtoOf(contact)) : undefined],
      ['vcard:hasURL', link(`${url}/`)],
    ],
  );
}
