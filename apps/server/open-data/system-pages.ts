import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { Refusal } from '#domain';
import { headings, systemPage, systemsPage, toHtml } from '#exports';
import { readOrganisationsById, readSystem, readSystems, readTimelines, type SystemRecord } from '#projections';
import { carriedLanguage, languagesOf, negotiate, pickLanguage } from '../negotiation.js';
import { only, refuseForeignCursor } from '../parameters.js';
import type { Published } from '../published.js';
import type { Register } from '../register.js';
import { rdfMedia } from './rdf.js';

const systemsAPage = 100;

/** All systems by name, for people, at /systems; who takes no page is led to the same as JSON. */
export function serveSystemPages(routes: FastifyInstance, register: Register, { url }: Published): void {
  routes.get('/systems', async (request, reply) => {
    void reply.header('vary', 'accept, accept-language');
    if (negotiate(request.headers.accept, { html: 'text/html', json: 'application/json' }) !== 'html')
      return reply.redirect('/v1/systems', 303);
    const { after } = only(request.query as Record<string, unknown>, ['after', 'language']);
    const page = await readSystems(register.pool, { filter: {} }, { order: 'NAME', first: systemsAPage, after }).catch(
      refuseForeignCursor,
    );
    const language = pickLanguage(request);
    const carried = carriedLanguage(request);
    const listed = page.systems.map(({ id, record }) => ({
      href: `/systems/${id}${carried}`,
      record: JSON.parse(record) as SystemRecord,
    }));
    const next = new URLSearchParams(carried);
    if (page.hasMore) next.set('after', page.systems.at(-1)!.cursor);
    const { next: words, start } = headings[language]!;
    const more = page.hasMore
      ? `<p><a rel="next" href="/systems?${toHtml(next.toString())}">${toHtml(words!)}</a></p>`
      : '';
    const home = `<p><a href="/${carried}">${toHtml(start!)}</a></p>`;
    return sendPage(
      reply,
      systemsPage(listed, language, register.origin, more + home, after ? [] : languagesOf(`${url}/systems`)),
    );
  });
}

/** A system for people. Throws NOT_FOUND. */
export async function sendSystemPage(
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
  const facts = {
    record,
    organisation,
    timeline: pages.get(id)!,
    alternates: [json, ...alternates],
    home: `/systems${carriedLanguage(request)}`,
    languages: languagesOf(`${url}/systems/${id}`),
  };
  void reply.header('vary', 'accept, accept-language');
  return sendPage(reply, systemPage(facts, pickLanguage(request)));
}

function sendPage(reply: FastifyReply, html: string): FastifyReply {
  return reply
    .header('content-type', 'text/html; charset=utf-8')
    .header('cache-control', 'no-cache')
    .header(
      'content-security-policy',
      "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'",
    )
    .send(html);
}
