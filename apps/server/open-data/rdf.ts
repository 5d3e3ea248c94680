import type { FastifyReply } from 'fastify';
import { type Node, type RdfMedia, rdfMedia, rdfOf, toRdfXml } from '#exports';

const suffix = /\.(ttl|nt|jsonld|rdf)$/;

/** A name without its format suffix, and the format, if it has one. */
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
