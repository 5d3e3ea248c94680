import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { Refusal, settleText } from '#domain';
import { projectRoot } from '#event-store';
import {
  type EventRow,
  eventColumns,
  eventNode,
  irisOf,
  type Node,
  organisationNode,
  type RdfMedia,
  rdfMedia,
  systemNode,
} from '#exports';
import { readOrganisationsById, readSystem, type SystemRecord } from '#projections';
import { negotiate } from '../http/negotiation.js';
import { parametersOf } from '../http/parameters.js';
import type { Published } from '../http/published.js';
import { leadToPage } from '../portal/serve-page.js';
import type { Register } from '../register/register.js';
import { sendRdf, splitSuffix } from './rdf.js';

type Asked = { Params: { id: string } };

/** A name as a part of a path; a URN stays legible. */
const pathPart = (name: string) => encodeURIComponent(name).replaceAll('%3A', ':');

/**
 * Every resource as linked data under its own address: /systems/<urn>, /organisations/<urn>, /events/<id>, by Accept or with .ttl, .nt, .jsonld,
 * .rdf; a system and an organisation also as a page. Other clients are redirected to JSON. /schema has the vocabulary, the codes, the shapes, the context, and the
 * GraphQL contract.
 */
export function serveLinkedData(routes: FastifyInstance, register: Register, { url }: Published): void {
  const iris = irisOf(register.origin);
  const serve = (kind: string, find: (id: string) => Promise<Node | undefined>) => {
    const [page, data] = [{ html: 'text/html' }, { json: 'application/json', ...rdfMedia }];
    // The first is the default.
    const forms = (
      kind === 'systems' ? { ...page, ...data } : kind === 'organisations' ? { ...data, ...page } : data
    ) as {
      [form in 'html' | 'json' | RdfMedia]: string;
    };
    routes.get<Asked>(`/${kind}/:id`, async (request: FastifyRequest<Asked>, reply: FastifyReply) => {
      const id = settleText(request.params.id);
      const split = splitSuffix(id);
      // A name may itself end in something like a suffix.
      const isWhole = !split.format || (await find(id)) !== undefined;
      const name = isWhole ? id : split.name;
      const format = isWhole ? (negotiate(request.headers.accept, forms) ?? 'json') : split.format!;
      // Besides the page, only JSON has the record of another day.
      const hasDays = kind === 'systems' && (format === 'html' || format === 'json');
      const { asOf } = parametersOf(request, hasDays ? ['asOf', 'language'] : ['language']);
      const day = asOf === undefined ? '' : `asOf=${encodeURIComponent(asOf)}`;
      if (format === 'html') return leadToPage(request, reply, `/${kind}/${pathPart(name)}`);
      const node = await find(name);
      if (!node) throw new Refusal('NOT_FOUND', `There is no "${name.slice(0, 200)}" in this register.`);
      if (format === 'json') {
        void reply.header('vary', 'accept').header(
          'link',
          Object.entries(rdfMedia)
            .map(([ending, media]) => `<${url}/${kind}/${name}.${ending}>; rel="alternate"; type="${media}"`)
            .join(', '),
        );
        return reply.redirect(`/v1/${kind}/${encodeURIComponent(name)}${day && `?${day}`}`, 303);
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
