/** The vocabularies of the register's linked data, by prefix. `v` is its own, for terms that no other vocabulary has. */
export const prefixes = {
  v: 'https://vitrine.example/ns#',
  code: 'https://vitrine.example/codes/',
  rdf: 'http://www.w3.org/1999/02/22-rdf-syntax-ns#',
  rdfs: 'http://www.w3.org/2000/01/rdf-schema#',
  xsd: 'http://www.w3.org/2001/XMLSchema#',
  owl: 'http://www.w3.org/2002/07/owl#',
  sh: 'http://www.w3.org/ns/shacl#',
  skos: 'http://www.w3.org/2004/02/skos/core#',
  dct: 'http://purl.org/dc/terms/',
  dcatap: 'http://data.europa.eu/r5r/',
  dcat: 'http://www.w3.org/ns/dcat#',
  foaf: 'http://xmlns.com/foaf/0.1/',
  prov: 'http://www.w3.org/ns/prov#',
  vcard: 'http://www.w3.org/2006/vcard/ns#',
  hydra: 'http://www.w3.org/ns/hydra/core#',
  tree: 'https://w3id.org/tree#',
  ldes: 'https://w3id.org/ldes#',
  spdx: 'http://spdx.org/rdf/terms#',
  airo: 'https://w3id.org/airo#',
  dpv: 'https://w3id.org/dpv#',
  'dpv-ai': 'https://w3id.org/dpv/ai#',
  'eu-aiact': 'https://w3id.org/dpv/legal/eu/aiact#',
} as const;
export type Prefix = keyof typeof prefixes;
/** A name with a prefix, such as dct:title. */
export type Name = `${Prefix}:${string}`;

/** The IRI of a name. */
export function iriOf(name: Name): string {
  const at = name.indexOf(':');
  return prefixes[name.slice(0, at) as Prefix] + name.slice(at + 1);
}

/** The IRI of a code of a code list. */
export const codeIri = (list: string, code: string) => iriOf(`code:${list}/${code}`);
