import { iriOf, type Name, prefixes } from './namespaces.js';

/** The value of a property: a reference by IRI, a literal (by default a plain string), or a node with its own properties. */
export type Value = { iri: string } | Literal | Node;
export type Literal = { value: string; type?: Name; language?: string };
/** A resource with its types and properties. */
export type Node = { id: string; types: Name[]; properties: [Name, Value][] };

export const literal = (value: string, type?: Name): Literal => (type ? { value, type } : { value });
export const link = (iri: string): Value => ({ iri });
/** A multilingual text as literals. */
export const texts = (map: { [language: string]: string | undefined } | undefined): Literal[] =>
  Object.entries(map ?? {}).flatMap(([language, value]) => (value === undefined ? [] : [{ value, language }]));

/** A node; properties without a value are left out. */
export function node(id: string, types: Name[], properties: [Name, Value | Value[] | undefined][]): Node {
  return {
    id,
    types,
    properties: properties.flatMap(([name, values]) =>
      [values ?? []].flat().map((value): [Name, Value] => [name, value]),
    ),
  };
}

const isNode = (value: Value): value is Node => 'id' in value;

/** Every node of a tree, the outermost first. */
export function* nodesOf(tree: Node): Generator<Node> {
  yield tree;
  for (const [, value] of tree.properties) if (isNode(value)) yield* nodesOf(value);
}

/** The same trees with each repeated node replaced by a reference, so that a document describes it only once. */
export function toldOnce(trees: Node[]): Node[] {
  const told = new Set<string>();
  const tell = (tree: Node): Node => ({
    ...tree,
    properties: tree.properties.map(([name, value]) => [name, isNode(value) ? tellOnce(value) : value]),
  });
  function tellOnce(value: Node): Value {
    const all = JSON.stringify(value);
    if (told.has(all)) return { iri: value.id };
    told.add(all);
    return tell(value);
  }
  return trees.map(tell);
}

/** A node as JSON-LD 1.1. The context has only prefixes (schema/rdf/context.jsonld), so every value states its type. */
export function toJsonLd({ id, types, properties }: Node): object {
  const members: { [name: string]: object[] } = {};
  for (const [name, value] of properties) members[name] = [...(members[name] ?? []), toJsonLdValue(value)];
  return { '@id': id, ...(types.length > 0 && { '@type': types }), ...members };
}

function toJsonLdValue(value: Value): object {
  if ('iri' in value) return { '@id': value.iri };
  if (isNode(value)) return toJsonLd(value);
  if (value.language) return { '@value': value.value, '@language': value.language };
  if (value.type === 'rdf:JSON') return { '@value': JSON.parse(value.value) as unknown, '@type': '@json' };
  return { '@value': value.value, ...(value.type && { '@type': value.type }) };
}

/** The context of all JSON-LD of the register. */
export const context = { '@context': prefixes };

type Factory = {
  namedNode(iri: string): unknown;
  literal(value: string, kind?: unknown): unknown;
};

/** The triples of a tree, with terms of an RDF/JS factory. Duplicates are not removed. */
export function* triplesOf<T extends Factory>(
  tree: Node,
  factory: T,
): Generator<[subject: string, predicate: string, object: ReturnType<T['namedNode']>]> {
  const named = (iri: string) => factory.namedNode(iri) as ReturnType<T['namedNode']>;
  for (const { id, types, properties } of nodesOf(tree)) {
    for (const type of types) yield [id, iriOf('rdf:type'), named(iriOf(type))];
    for (const [name, value] of properties) {
      const object =
        'iri' in value
          ? named(value.iri)
          : isNode(value)
            ? named(value.id)
            : (factory.literal(
                value.value,
                value.language ?? (value.type && factory.namedNode(iriOf(value.type))),
              ) as ReturnType<T['namedNode']>);
      yield [id, iriOf(name), object];
    }
  }
}
