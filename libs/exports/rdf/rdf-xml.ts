import { escapeXml } from '../feeds/feed.js';
import { type Node, nodesOf, type Value } from './graph.js';
import { iriOf, type Prefix, prefixes } from './namespaces.js';

/**
 * Nodes as RDF/XML (W3C, 2014): one description per node, without nesting. `inner`: without the XML declaration, to be embedded in another
 * document.
 */
export function toRdfXml(trees: Node[], inner = false): string {
  const all = trees.flatMap((tree) => [...nodesOf(tree)]);
  const used = new Set<Prefix>(['rdf']);
  for (const { properties } of all) for (const [name] of properties) used.add(name.split(':')[0] as Prefix);
  const namespaces = [...used].sort().map((prefix) => ` xmlns:${prefix}="${escapeXml(prefixes[prefix])}"`);
  const body = all.map(toDescription).join('\n');
  return `${inner ? '' : '<?xml version="1.0" encoding="UTF-8"?>\n'}<rdf:RDF${namespaces.join('')}>\n${body}\n</rdf:RDF>${inner ? '' : '\n'}`;
}

function toDescription({ id, types, properties }: Node): string {
  const kinds = types.map((type) => `<rdf:type rdf:resource="${escapeXml(iriOf(type))}"/>`);
  const values = properties.map(([name, value]) => toElement(name, value));
  return `<rdf:Description rdf:about="${escapeXml(id)}">${[...kinds, ...values].join('')}</rdf:Description>`;
}

function toElement(name: string, value: Value): string {
  if ('iri' in value || 'id' in value)
    return `<${name} rdf:resource="${escapeXml('iri' in value ? value.iri : value.id)}"/>`;
  const kind = value.language
    ? ` xml:lang="${value.language}"`
    : value.type
      ? ` rdf:datatype="${escapeXml(iriOf(value.type))}"`
      : '';
  return `<${name}${kind}>${escapeXml(value.value)}</${name}>`;
}
