import N3 from 'n3';
import { context, type Node, toJsonLd, triplesOf } from './graph.js';
import { prefixes } from './namespaces.js';

const { DataFactory, Writer } = N3;

/** Serializations of RDF, by file suffix. */
export const rdfFormats = {
  ttl: { media: 'text/turtle', title: 'Turtle' },
  nt: { media: 'application/n-triples', title: 'N-Triples' },
  jsonld: { media: 'application/ld+json', title: 'JSON-LD' },
} as const;
export type RdfFormat = keyof typeof rdfFormats;

/** Media types of RDF, by suffix; the first is the default. */
export const rdfMedia = {
  ttl: rdfFormats.ttl.media,
  nt: rdfFormats.nt.media,
  jsonld: rdfFormats.jsonld.media,
  rdf: 'application/rdf+xml',
} as const;
export type RdfMedia = keyof typeof rdfMedia;

/** Nodes as a document, a page at a time. */
export function rdfOf(format: RdfFormat, pages: AsyncIterable<Node[]>): AsyncGenerator<string> {
  return format === 'jsonld' ? jsonLdOf(pages) : triplesAsText(format, pages);
}

async function* triplesAsText(format: 'ttl' | 'nt', pages: AsyncIterable<Node[]>): AsyncGenerator<string> {
  let text = '';
  // The writer needs a stream; this one only collects the text.
  const gather = {
    write(chunk: string, _: string, done?: () => void) {
      text += chunk;
      done?.();
    },
    end: (done?: () => void) => done?.(),
  };
  const options = format === 'nt' ? { format: 'N-Triples' } : { prefixes };
  const writer = new Writer(gather as never, { ...options, end: false } as never);
  for await (const page of pages) {
    for (const tree of page)
      for (const [subject, predicate, object] of triplesOf(tree, DataFactory as never))
        writer.addQuad(DataFactory.namedNode(subject), DataFactory.namedNode(predicate), object as never);
    yield text;
    text = '';
  }
  await new Promise<void>((resolve) => writer.end(() => resolve()));
  yield text;
}

async function* jsonLdOf(pages: AsyncIterable<Node[]>): AsyncGenerator<string> {
  let isFirst = true;
  yield `{"@context":${JSON.stringify(context['@context'])},"@graph":[`;
  for await (const page of pages) {
    const text = page.map((tree) => JSON.stringify(toJsonLd(tree))).join(',\n');
    if (text === '') continue;
    yield `${isFirst ? '\n' : ',\n'}${text}`;
    isFirst = false;
  }
  yield '\n]}\n';
}
