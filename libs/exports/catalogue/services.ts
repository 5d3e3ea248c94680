import { link, type Node, node, type Value } from '../rdf/graph.js';
import type { Name } from '../rdf/namespaces.js';
import {
  asLicence,
  type CatalogueFacts,
  contactPoint,
  datasetIri,
  keywords,
  publisher,
  term,
  themes,
} from './terms.js';

/** The interfaces of the register as data services. */
export function services(facts: CatalogueFacts): Node[] {
  const { origin, url, licence } = facts;
  const service = (key: string, title: string, endpoint: string, more: [Name, Value | undefined][]) =>
    node(
      `https://${origin}/services/${key}`,
      ['dcat:DataService'],
      [
        ['dct:title', { value: title, language: 'en' }],
        ['dcat:endpointURL', term(`${url}${endpoint}`, 'rdfs:Resource')],
        ['dcat:servesDataset', ['systems', 'events'].map((served) => link(datasetIri(origin, served)))],
        ['dct:license', asLicence(licence)],
        ['dct:publisher', publisher(facts)],
        ['dcat:contactPoint', contactPoint(facts)],
        ['dcat:theme', themes],
        ['dcat:keyword', keywords],
        ...more,
      ],
    );
  const conformsTo = (iri: string): [Name, Value] => ['dct:conformsTo', term(iri, 'dct:Standard')];
  const described = (path: string): [Name, Value] => [
    'dcat:endpointDescription',
    term(`${url}${path}`, 'rdfs:Resource'),
  ];
  return [
    service('graphql', 'GraphQL', '/graphql', [
      conformsTo('https://spec.graphql.org/October2021/'),
      described('/schema/published.graphql'),
    ]),
    service('rest', 'REST', '/v1', [conformsTo('https://spec.openapis.org/oas/v3.1.0'), described('/v1/openapi.json')]),
    service('log', 'Transparency log', '/log', [
      conformsTo('https://c2sp.org/tlog-tiles'),
      described('/log/checkpoint'),
    ]),
    service('ldes', 'Linked Data Event Stream', '/ldes/root.trig', [
      conformsTo('https://w3id.org/ldes/specification'),
      described('/ldes/root.trig'),
    ]),
    service('oai', 'OAI-PMH', '/oai', [
      conformsTo('http://www.openarchives.org/OAI/2.0/openarchivesprotocol.htm'),
      described('/oai?verb=Identify'),
    ]),
    service('feeds', 'Atom feeds', '/feeds/register.atom', [
      conformsTo('https://www.rfc-editor.org/rfc/rfc4287'),
      described('/feeds/register.atom'),
    ]),
  ];
}
