import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { Refusal } from '#domain';
import { projectRoot } from '#event-store';
import {
  type EventRow,
  eventColumns,
  eventNode,
  irisOf,
  type Node,
  organisationNode,
  systemNode,
  systemPage,
} from '#exports';
import { readOrganisationsById, readSystem, readTimelines, type SystemRecord } from '#projections';
import { languagesOf, negotiate, pickLanguage } from '../negotiation.js';
import type { Published } from '../published.js';
import type { Register } from '../register.js';
import { type RdfMedia, rdfMedia, sendRdf, splitSuffix } from './rdf.js';

type Asked = { Params: { id: string } };

/**
 * Everything under its own address, as linked data: /systems/<urn>, /organisations/<urn>, /events/<id>, by Accept or with .ttl, .nt, .jsonld,
 * .rdf; a system for people as a page. Who takes none of these is led to the same as JSON. /schema has the vocabulary, the codes, the shapes, the context, and the contract of GraphQL.
 */
export function serveLinkedData(routes: FastifyInstance, register: Register, { url }: Published): void {
  const iris = irisOf(register.origin);
  const serve = (kind: string, find: (id: string) => Promise<Node | undefined>) => {
    // People come first where there is a page.
    const pages: { html?: string } = kind === 'systems' ? { html: 'text/html' } : {};
    const forms = { ...pages, json: 'application/json', ...rdfMedia } as {
      [form in 'html' | 'json' | RdfMedia]: string;
    };
    routes.get<Asked>(`/${kind}/:id`, async (request: FastifyRequest<Asked>, reply: FastifyReply) => {
      const split = splitSuffix(request.params.id);
      // A name may itself end like a suffix.
      const isWhole = !split.format || (await find(request.params.id)) !== undefined;
      const name = isWhole ? request.params.id : split.name;
      const format = isWhole ? (negotiate(request.headers.accept, forms) ?? 'json') : split.format!;
      if (format === 'html') return sendPage(register, url, name, request, reply);
      const node = await find(name);
      if (!node) throw new Refusal('NOT_FOUND', `There is no "${name.slice(0, 200)}" in this register.`);
      if (format === 'json') {
        void reply.header('vary', 'accept').header(
          'link',
          Object.entries(rdfMedia)
            .map(([ending, media]) => `<${url}/${kind}/${name}.${ending}>; rel="alternate"; type="${media}"`)
            .join(', '),
        );
        return reply.redirect(`/v1/${kind}/${encodeURIComponent(name)}`, 303);
      }
      void reply
        .header('cache-control', 'no-cache')
        .header('link', `<${url}/schema/rdf/shapes.ttl>; rel="describedby"`);
      return sendRdf(reply, format, [node]);
    });
  };
  serve('systems', async (id) => {
    const found = await readSystem(register.pool, id);
    return found && systemNode(JSON.parse(found.record) as SystemRecord, iris);
  });
  serve('organisations', async (id) => {
    const [found] = await readOrganisationsById(register.pool, [id]);
    return found && organisationNode(found, iris);
  });
  serve('events', async (id) => {
    const isId = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(id);
    const event = isId ? await register.store.readEvent(id) : undefined;
    if (!event) return undefined;
    const row = Object.fromEntries(Object.entries(eventColumns).map(([name, cell]) => [name, cell(event) ?? null]));
    return eventNode(row as unknown as EventRow, iris);
  });
  for (const [file, type] of [
    ['rdf/context.jsonld', rdfMedia.jsonld],
    ['rdf/vocabulary.ttl', rdfMedia.ttl],
    ['rdf/codes.ttl', rdfMedia.ttl],
    ['rdf/shapes.ttl', rdfMedia.ttl],
    ['published.graphql', 'application/graphql'],
  ] as const) {
    const text = readFileSync(join(projectRoot, 'schema', file), 'utf8');
    routes.get(`/schema/${file}`, (_, reply) =>
      reply
        .header('content-type', `${type}; charset=utf-8`)
        .header('cache-control', 'public, max-age=86400')
        .send(text),
    );
  }
}

/** A system for people, in the language that their browser asks for. */
async function sendPage(
  register: Register,
  url: string,
  id: string,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const found = await readSystem(register.pool, id);
  if (!found) throw new Refusal('NOT_FOUND', `There is no "${id.slice(0, 200)}" in this register.`);
  const record = JSON.parse(found.record) as SystemRecord;
  const [organisation] = await readOrganisationsById(register.pool, [record.organisation]);
  const pages = await readTimelines(register.pool, [id], { first: 1000, newestFirst: true });
  const alternates = Object.entries(rdfMedia).map(([ending, type]) => ({
    href: `/systems/${id}.${ending}`,
    type,
    title: ending.toUpperCase(),
  }));
  const json = { href: `/v1/systems/${id}`, type: 'application/json', title: 'JSON' };
  const facts = { record, organisation, timeline: pages.get(id)!, alternates: [json, ...alternates], home: '/' };
  const languages = languagesOf(`${url}/systems/${id}`);
  return reply
    .header('content-type', 'text/html; charset=utf-8')
    .header('vary', 'accept, accept-language')
    .header('cache-control', 'no-cache')
    .header(
      'content-security-policy',
      "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'",
    )
    .send(systemPage({ ...facts, languages }, pickLanguage(request)));
}
