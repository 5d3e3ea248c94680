import { type Standard, standards } from '#standards';
import type { Dump } from '../dump/folders.js';
import type { Manifest } from '../dump/manifest-file.js';
import { authorityOfLanguage } from '../rdf/authorities.js';
import { type Literal, link, literal, type Node, node, texts, toldOnce, type Value } from '../rdf/graph.js';
import { iriOf, type Name } from '../rdf/namespaces.js';
import { inAllLanguages, type TextKey } from '../texts.js';
import { services } from './services.js';
import {
  asLicence,
  authority,
  type CatalogueFacts,
  concept,
  contactPoint,
  datasetIri,
  keywords,
  publisher,
  spatial,
  term,
  themes,
} from './terms.js';

/** A data set of the catalogue. `key`: its permanent name; `changedAt`: milliseconds since 1970; `node`: undefined if it was removed. */
export type DatasetEntry = { key: string; set: 'current' | 'dumps'; changedAt: number; node: Node | undefined };

const languages = ['en', 'fr', 'nl', 'de', 'es', 'ca', 'it'];
/** Codes of the EU authority table of file types. For a type that is not in it, only the media type is given. */
const fileTypes: { [ending: string]: string } = {
  csv: 'CSV',
  json: 'JSON',
  xlsx: 'XLSX',
  parquet: 'PARQUET',
  ttl: 'RDF_TURTLE',
  nt: 'RDF_N_TRIPLES',
  jsonld: 'JSON_LD',
};
/** Media types that are registered with IANA. */
const registered =
  /^(text\/(csv|turtle)|application\/(json|n-triples|ld\+json|vnd\.openxmlformats.*|vnd\.apache\.parquet|vnd\.sqlite3))$/;

/**
 * All data sets: the current ones first, then the dumps by position, including removed ones. A dump of today is not a data set yet, because the
 * next one of the same day replaces it.
 */
export function datasetEntries(facts: CatalogueFacts, now: Date): DatasetEntry[] {
  const today = now.toISOString().slice(0, 10);
  const latest = facts.dumps.findLast(({ manifest }) => !manifest.removed);
  // Before the first dump they count as unchanged since the first event.
  const began = latest?.builtAt ?? (facts.since ? Date.parse(facts.since) : 0);
  const current = (['systems', 'organisations', 'events'] as const).map(
    (key): DatasetEntry => ({
      key,
      set: 'current',
      changedAt: began,
      node: currentNode(key, latest, facts),
    }),
  );
  const inStandards = Object.values(standards).map(
    (standard): DatasetEntry => ({
      key: `standard-${standard.id}`,
      set: 'current',
      changedAt: began,
      node: standardNode(standard, latest, facts),
    }),
  );
  const dumps = facts.dumps
    .filter(({ manifest }) => manifest.removed || manifest.created.slice(0, 10) < today)
    .map(
      (dump): DatasetEntry => ({
        key: `dump-${dump.at}`,
        set: 'dumps',
        // A dump becomes a data set at the end of its day. Its manifest is written again when it is removed.
        changedAt: dump.manifest.removed ? dump.builtAt : Math.max(dump.builtAt, endOf(dump.manifest.created)),
        node: dump.manifest.removed ? undefined : dumpNode(dump, facts),
      }),
    );
  return [...current, ...inStandards, ...dumps];
}

const endOf = (time: string) => Date.parse(time.slice(0, 10)) + 86_400_000;

const said = (key: TextKey) => texts(inAllLanguages(key));

function currentNode(
  key: 'systems' | 'organisations' | 'events',
  latest: Dump | undefined,
  facts: CatalogueFacts,
): Node {
  const iri = datasetIri(facts.origin, key);
  const files = latest?.manifest.resources.filter(({ path }) => path.startsWith(`${key}.`)) ?? [];
  return datasetNode(iri, said(`catalogue.${key}.title`), said(`catalogue.${key}.description`), facts, [
    ['dct:accrualPeriodicity', term(`${authority}/frequency/CONT`, 'dct:Frequency')],
    ['dct:modified', latest && literal(latest.manifest.created, 'xsd:dateTime')],
    [
      'dcat:distribution',
      files.map((file) =>
        distributionNode(`${iri}#${file.path.split('.')[1]}`, `${facts.url}/exports/latest`, file, facts),
      ),
    ],
  ]);
}

function standardNode({ id, title, source }: Standard, latest: Dump | undefined, facts: CatalogueFacts): Node {
  const iri = datasetIri(facts.origin, `standard-${id}`);
  const files = latest?.manifest.resources.filter(({ path }) => path.startsWith(`standard-${id}.`)) ?? [];
  const titles = said('catalogue.systems.title').map(
    ({ value, language }): Literal => ({ value: `${value} (${title})`, language: language! }),
  );
  return datasetNode(iri, titles, said('catalogue.systems.description'), facts, [
    ['dct:conformsTo', term(source, 'dct:Standard')],
    ['dct:modified', latest && literal(latest.manifest.created, 'xsd:dateTime')],
    [
      'dcat:distribution',
      files.map((file) =>
        distributionNode(`${iri}#${file.path.split('.').at(-1)}`, `${facts.url}/exports/latest`, file, facts),
      ),
    ],
  ]);
}

function dumpNode({ at, manifest }: Dump, facts: CatalogueFacts): Node {
  const iri = datasetIri(facts.origin, `dump-${at}`);
  const titles = said('catalogue.dump.title').map(
    ({ value, language }): Literal => ({
      value: `${value} ${manifest.created.slice(0, 16).replace('T', ' ')} UTC`,
      language: language!,
    }),
  );
  return datasetNode(iri, titles, said('catalogue.dump.description'), facts, [
    ['dcat:version', literal(String(at))],
    ['dct:issued', literal(manifest.created, 'xsd:dateTime')],
    ['dcat:landingPage', term(`${facts.url}/${facts.isArchive ? '' : 'exports'}`, 'foaf:Document')],
    [
      'dcat:distribution',
      manifest.resources.map((file) =>
        distributionNode(`${iri}#${file.path}`, `${facts.url}/exports/${at}`, file, facts),
      ),
    ],
  ]);
}

function datasetNode(
  iri: string,
  title: Literal[],
  description: Literal[],
  facts: CatalogueFacts,
  more: [Name, Value | Value[] | undefined][],
): Node {
  return node(
    iri,
    ['dcat:Dataset'],
    [
      ['dct:identifier', literal(iri)],
      ['dct:title', title],
      ['dct:description', description],
      ['dct:publisher', publisher(facts)],
      ['dcat:contactPoint', contactPoint(facts)],
      ['dcat:theme', themes],
      ['dcat:keyword', keywords],
      ['dct:spatial', spatial(facts)],
      ['dct:language', languages.map((language) => term(authorityOfLanguage(language), 'dct:LinguisticSystem'))],
      ['dct:accessRights', term(`${authority}/access-right/PUBLIC`, 'dct:RightsStatement')],
      [
        'dct:temporal',
        facts.since
          ? node(`${iri}#period`, ['dct:PeriodOfTime'], [['dcat:startDate', literal(facts.since, 'xsd:dateTime')]])
          : undefined,
      ],
      ...more,
    ],
  );
}

function distributionNode(
  iri: string,
  folder: string,
  file: Manifest['resources'][number],
  { licence }: CatalogueFacts,
): Node {
  const ending = file.path.split('.').at(-1)!;
  const url = `${folder}/${file.path}`;
  const checksum = node(
    `${iri}-sha256`,
    ['spdx:Checksum'],
    [
      ['spdx:algorithm', term(iriOf('spdx:checksumAlgorithm_sha256'), 'spdx:ChecksumAlgorithm')],
      ['spdx:checksumValue', literal(file.hash.replace('sha256:', ''), 'xsd:hexBinary')],
    ],
  );
  return node(
    iri,
    ['dcat:Distribution'],
    [
      ['dct:title', { value: file.title, language: 'en' }],
      ['dct:description', { value: `${file.title}: ${file.path}`, language: 'en' }],
      ['dcatap:availability', concept(`${authority}/planned-availability/STABLE`, 'Stable')],
      ['dcat:accessURL', term(url, 'rdfs:Resource')],
      ['dcat:downloadURL', term(url, 'rdfs:Resource')],
      ['dct:license', asLicence(licence)],
      [
        'dct:format',
        fileTypes[ending] ? term(`${authority}/file-type/${fileTypes[ending]}`, 'dct:MediaTypeOrExtent') : undefined,
      ],
      [
        'dcat:mediaType',
        registered.test(file.mediatype)
          ? term(`http://www.iana.org/assignments/media-types/${file.mediatype}`, 'dct:MediaType')
          : undefined,
      ],
      ['dcat:byteSize', literal(String(file.bytes), 'xsd:nonNegativeInteger')],
      ['spdx:checksum', checksum],
    ],
  );
}

/** A page of the catalogue (DCAT-AP 3.0.1): the catalogue with the data sets of this page, its services (on the first page), and Hydra paging. */
export function cataloguePage(
  facts: CatalogueFacts,
  entries: DatasetEntry[],
  page: number,
  perPage: number,
  self: string,
): Node[] {
  const { origin, url, licence } = facts;
  const there = entries.filter((entry): entry is DatasetEntry & { node: Node } => entry.node !== undefined);
  const pages = Math.max(1, Math.ceil(there.length / perPage));
  const datasets = there.slice((page - 1) * perPage, page * perPage).map(({ node: dataset }) => dataset);
  const changed = Math.max(...there.map(({ changedAt }) => changedAt), 0);
  const catalogue = node(
    `https://${origin}/catalog`,
    ['dcat:Catalog'],
    [
      ['dct:title', said('register.title')],
      ['dct:description', said('register.description')],
      ['dct:publisher', publisher(facts)],
      ['dcat:contactPoint', contactPoint(facts)],
      ['dct:language', languages.map((language) => term(authorityOfLanguage(language), 'dct:LinguisticSystem'))],
      ['dct:license', asLicence(licence)],
      ['foaf:homepage', term(`${url}/`, 'foaf:Document')],
      [
        'dcat:themeTaxonomy',
        node(
          `${authority}/data-theme`,
          ['skos:ConceptScheme'],
          [['dct:title', { value: 'Data theme', language: 'en' }]],
        ),
      ],
      ['dct:issued', facts.since ? literal(facts.since, 'xsd:dateTime') : undefined],
      ['dct:spatial', spatial(facts)],
      ['dct:modified', changed > 0 ? literal(new Date(changed).toISOString(), 'xsd:dateTime') : undefined],
      ['dcat:dataset', datasets],
      ['dcat:service', page === 1 && !facts.isArchive ? services(facts) : undefined],
    ],
  );
  return toldOnce([catalogue, hydraNode(self, page, pages, perPage, there.length)]);
}

/** How many pages the catalogue has. */
export function countPages(entries: DatasetEntry[], perPage: number): number {
  return Math.max(1, Math.ceil(entries.filter(({ node: dataset }) => dataset).length / perPage));
}

/**
 * Hydra paging in both forms, as a harvester knows only one of them: PagedCollection with nextPage, or PartialCollectionView with next. The page
 * is a query parameter.
 */
function hydraNode(self: string, page: number, pages: number, perPage: number, total: number): Node {
  const to = (number: number) => link(`${self}?page=${number}`);
  const number = (value: number) => literal(String(value), 'xsd:integer');
  const next = page < pages ? to(page + 1) : undefined;
  const previous = page > 1 ? to(page - 1) : undefined;
  return node(
    `${self}?page=${page}`,
    ['hydra:PagedCollection', 'hydra:PartialCollectionView'],
    [
      ['hydra:totalItems', number(total)],
      ['hydra:itemsPerPage', number(perPage)],
      ['hydra:firstPage', to(1)],
      ['hydra:first', to(1)],
      ['hydra:lastPage', to(pages)],
      ['hydra:last', to(pages)],
      ['hydra:nextPage', next],
      ['hydra:next', next],
      ['hydra:previousPage', previous],
      ['hydra:previous', previous],
    ],
  );
}
