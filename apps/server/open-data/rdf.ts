import type { FastifyReply } from 'fastify';
import { type Node, rdfFormats, rdfOf, toRdfXml } from '#exports';

/** In which forms linked data is given, by suffix or Accept; the first is what comes if nothing is asked for. */
export const rdfMedia = {
  ttl: rdfFormats.ttl.media,
  nt: rdfFormats.nt.media,
  jsonld: rdfFormats.jsonld.media,
  rdf: 'application/rdf+xml',
} as const;
export type RdfMedia = keyof typeof rdfMedia;

const suffix = /\.(ttl|nt|jsonld|rdf)$/;

/** A name without the suffix that says in which form it is wanted, and that form, if it has one. */
export function splitSuffix(name: string): { name: string; format: RdfMedia | undefined } {
  return { name: name.replace(suffix, ''), format: suffix.exec(name)?.[1] as RdfMedia | undefined };
}

export async function sendRdf(reply: FastifyReply, format: RdfMedia, nodes: Node[]): Promise<FastifyReply> {
  void reply.header('content-type', `${rdfMedia[format]}; charset=utf-8`).header('vary', 'accept');
  if (format === 'rdf') return reply.send(toRdfXml(nodes));
  let text = '';
  for await (const piece of rdfOf(format, once(nodes))) text += piece;
  return reply.send(text);
}

async function* once<T>(page: T): AsyncGenerator<T> {
  yield page;
}
