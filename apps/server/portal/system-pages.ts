import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { Refusal } from '#domain';
import { rdfMedia, say, systemPage, systemsPage, toHtml } from '#exports';
import {
  readOrganisationsById,
  readRecordAsOf,
  readSystem,
  readSystems,
  readTimelines,
  type SystemRecord,
} from '#projections';
import { carriedLanguage, languagesOf, negotiate, pickLanguage } from '../http/negotiation.js';
import { parametersOf, pastDay, pastTime, refuseForeignCursor } from '../http/parameters.js';
import type { Published } from '../http/published.js';
import type { Register } from '../register/register.js';

const systemsAPage = 100;
const stepsAPage = 1000;

/** The page of all systems by name, at /systems: now, or as they were on a day (`asOf`). A client that does not accept HTML is redirected to JSON. */
export function serveSystemPages(routes: FastifyInstance, register: Register, { url }: Published): void {
  routes.get('/systems', async (request, reply) => {
    const { after, asOf: asked } = parametersOf(request, ['after', 'asOf', 'language']);
    const asOf = pastDay('asOf', asked);
    const kept = new URLSearchParams({ ...(after !== undefined && { after }), ...(asOf !== undefined && { asOf }) });
    void reply.header('vary', 'accept, accept-language');
    if (negotiate(request.headers.accept, { html: 'text/html', json: 'application/json' }) !== 'html')
      return reply.redirect(`/v1/systems${kept.size === 0 ? '' : `?${kept}`}`, 303);
    const pool = asOf === undefined ? register.pool : await register.days.at(asOf);
    const page = await readSystems(pool, { filter: {} }, { order: 'NAME', first: systemsAPage, after }).catch(
      refuseForeignCursor,
    );
    const language = pickLanguage(request);
    const carried = carriedLanguage(request);
    const listed = page.systems.map(({ id, record }) => ({
      href: `/systems/${id}${withDay(carried, asOf)}`,
      record: JSON.parse(record) as SystemRecord,
    }));
    const next = new URLSearchParams(withDay(carried, asOf));
    if (page.hasMore) next.set('after', page.systems.at(-1)!.cursor);
    const more = page.hasMore
      ? `<p><a rel="next" href="/systems?${toHtml(next.toString())}">${toHtml(say(language, 'page.next'))}</a></p>`
      : '';
    const home = `<p><a href="/${carried}">${toHtml(say(language, 'page.start'))}</a></p>`;
    const ids = [...new Set(listed.map(({ record }) => record.organisation))];
    return sendPage(
      reply,
      systemsPage(listed, language, register.origin, more + home, {
        organisations: await readOrganisationsById(register.pool, ids),
        languages: languagesOf(`${url}/systems`),
        kept: kept.size === 0 ? '' : `&${kept}`,
        asOf,
      }),
    );
  });
}

/** A query that keeps the day, too. */
function withDay(query: string, asOf: string | undefined): string {
  const kept = new URLSearchParams(query);
  if (asOf !== undefined) kept.set('asOf', asOf);
  return kept.size === 0 ? '' : `?${kept}`;
}

/** The page of a system: now, or as it was on a day (`asOf`). Throws NOT_FOUND, INVALID_PARAMETER. */
export async function sendSystemPage(
  register: Register,
  url: string,
  id: string,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const asOf = pastTime('asOf', parametersOf(request, ['asOf', 'language']).asOf);
  const record = await readRecord(register, id, asOf);
  if (!record)
    throw new Refusal(
      'NOT_FOUND',
      `There ${asOf === undefined ? 'is' : `was, on ${asOf},`} no "${id.slice(0, 200)}" in this register.`,
    );
  const [organisation] = await readOrganisationsById(register.pool, [record.organisation]);
  const timeline = (await readTimelines(register.pool, [id], { first: stepsAPage, newestFirst: true })).get(id)!;
  // Only the current state is available as RDF.
  const alternates = Object.entries(asOf === undefined ? rdfMedia : {}).map(([ending, type]) => ({
    href: `/systems/${id}.${ending}`,
    type,
    title: ending.toUpperCase(),
  }));
  const day = asOf === undefined ? '' : `?asOf=${encodeURIComponent(asOf)}`;
  const json = { href: `/v1/systems/${id}${day}`, type: 'application/json', title: 'JSON' };
  const facts = {
    record,
    organisation,
    timeline,
    more: timeline.length === stepsAPage ? `/v1/systems/${id}/events` : undefined,
    asOf,
    alternates: [json, ...alternates],
    home: `/systems${withDay(carriedLanguage(request), asOf?.slice(0, 10))}`,
    languages: languagesOf(`${url}/systems/${id}`),
  };
  void reply.header('vary', 'accept, accept-language');
  return sendPage(reply, systemPage(facts, pickLanguage(request)));
}

async function readRecord(register: Register, id: string, asOf: string | undefined): Promise<SystemRecord | undefined> {
  if (asOf !== undefined) return readRecordAsOf(register.pool, id, { effective: asOf });
  const found = await readSystem(register.pool, id);
  return found && (JSON.parse(found.record) as SystemRecord);
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
