import type { FastifyInstance } from 'fastify';
import type { Pool } from 'pg';
import { endOf, Refusal, settleText, startOf } from '#domain';
import { type Find, filters, pathIn, rdfMedia, shortCodeOf, systemPage, systemsPage } from '#exports';
import {
  countSystems,
  type Dossier,
  type Facet,
  type GapDays,
  type MarkedEntry,
  readDossier,
  readFacets,
  readFiguresKnown,
  readGapsOf,
  readLife,
  readOrganisationKnown,
  readOrganisationsById,
  readOversightFigures,
  readRecordAsOf,
  readRegistration,
  readSignals,
  readSystem,
  readSystems,
  readTimelines,
  type SystemFilter,
  type SystemQuery,
  type SystemRecord,
} from '#projections';
import { negotiate } from '../http/negotiation.js';
import { only, pastDay, pastTime, refuseForeignCursor, text } from '../http/parameters.js';
import type { Published } from '../http/published.js';
import { toFilter, toQuery } from '../http/system-filter.js';
import type { Register } from '../register/register.js';
import { listed } from './listed.js';
import { type Asked, leadToPage, servePage } from './serve-page.js';
import { systemOf } from './signs.js';
import { queryOf } from './table.js';

const systemsAPage = 30;
const stepsAPage = 1000;
/** How many values of each dimension a list can be narrowed down by. */
const choicesShown = 50;
const dimensions = filters.map(({ dimension }) => dimension);

/** The pages of systems: of all of them, at /systems, and of each. /systems leads a client that does not accept HTML to the API. */
export function serveSystemPages(routes: FastifyInstance, register: Register, published: Published): void {
  routes.get('/systems', (request, reply) => {
    if (negotiate(request.headers.accept, { html: 'text/html', json: 'application/json' }) === 'html')
      return leadToPage(request, reply);
    const query = new URLSearchParams(entriesOf(request.query as Query));
    return reply
      .header('vary', 'accept, accept-language')
      .redirect(`/v1/systems${query.size === 0 ? '' : `?${query}`}`, 303);
  });
  servePage(routes, register, '/systems', (asked) => makeSystemsPage(register, published, asked), { isLed: false });
  servePage(routes, register, '/systems/:id', (asked) => makeSystemPage(register, published, asked), {
    isLed: false,
  });
}

/** All systems: searched, narrowed down, page by page; now, or as they were on a day (`asOf`). */
async function makeSystemsPage(
  register: Register,
  { url, themes }: Published,
  { language, query: given, position }: Asked,
): Promise<string> {
  const { filter, rest } = splitQuery(given as Query);
  const { after, asOf: asked, search = '' } = only(rest, ['after', 'asOf', 'search']);
  const asOf = pastDay('asOf', asked);
  const kept = new URLSearchParams(entriesOf(filter));
  if (search !== '') kept.set('search', search);
  if (asOf !== undefined) kept.set('asOf', asOf);
  const pool = asOf === undefined ? register.pool : await register.days.at(asOf);
  const query = await toQuery(pool, { search, language, filter, after });
  const order = query.search ? 'RELEVANCE' : 'NAME';
  const page = await readSystems(pool, query, { order, first: systemsAPage, after }).catch(refuseForeignCursor);
  const systems = await listed(register, page.systems, { language, asOf });
  const choices = await choicesOf(pool, query);
  const offered = choices.flatMap(({ dimension, value }) => (dimension === 'organisation' ? [value] : []));
  const bodies = [...new Set([...offered, ...(filter.organisation ?? [])])];
  const next = new URLSearchParams(kept);
  if (page.hasMore) next.set('after', page.systems.at(-1)!.cursor);
  return systemsPage(
    {
      systems,
      origin: register.origin,
      organisations: [...new Set(systems.flatMap(({ organisation }) => organisation ?? []))],
      theme: themes.register,
      at: { url, position, path: '/systems', query: kept.size === 0 ? '' : `?${kept}` },
      asOf,
      isLater: after !== undefined,
      next: page.hasMore ? pathIn(language, '/systems', `?${next}`) : undefined,
      find: {
        search,
        byCode: await namedByCode(register, search),
        filter: filter as Find['filter'],
        choices,
        organisations: await readOrganisationsById(register.pool, bodies),
        total: page.total ?? (await countSystems(pool, query)),
        replaced: (query.search?.replaced ?? []).map(({ searchedFor }) => searchedFor),
        table: `/v1/systems.csv?${new URLSearchParams([...kept, ['language', language]])}`,
      },
    },
    language,
  );
}

/** The system that the words typed are the short code of, if they are one. */
async function namedByCode(register: Register, typed: string): Promise<Find['byCode']> {
  const id = await systemOf(register, typed);
  const found = id === undefined ? undefined : await readSystem(register.pool, id);
  return found && { id: id!, code: typed, name: (JSON.parse(found.record) as SystemRecord).name };
}

/** What the systems found can be narrowed down by: of a dimension that has a filter, what there would be without that. */
async function choicesOf(pool: Pool, query: SystemQuery): Promise<Facet[]> {
  const chosen = dimensions.filter((dimension) => query.filter[dimension] !== undefined);
  const others = dimensions.filter((dimension) => !chosen.includes(dimension));
  const found = await readFacets(pool, query, choicesShown, others);
  for (const dimension of chosen) {
    const { [dimension]: _, ...filter } = query.filter;
    found.push(...(await readFacets(pool, { ...query, filter }, choicesShown, [dimension])));
  }
  return found;
}

type Query = Record<string, unknown>;

/** The filter of a query, in which a dimension may be given several times, and what else is in it. */
function splitQuery(query: Query): { filter: SystemFilter; rest: Query } {
  const isOfFilter = (name: string) => (dimensions as string[]).includes(name);
  const entries = Object.entries(query);
  const given = entries.flatMap(([name, values]) =>
    isOfFilter(name) ? [[name, [values].flat().flatMap((value) => text(name, value) ?? [])] as const] : [],
  );
  return {
    filter: toFilter(Object.fromEntries(given)),
    rest: Object.fromEntries(entries.filter(([name]) => !isOfFilter(name))),
  };
}

/** The names and values of a query, in which a name may have several. */
const entriesOf = (query: { [name: string]: unknown }): [string, string][] =>
  Object.entries(query).flatMap(([name, values]) =>
    [values].flat().map((value): [string, string] => [name, String(value)]),
  );

/**
 * The page of a system: now, or as it was on a day (`asOf`), by everything recorded so far or by what had been recorded by a day (`knownOn`; without `asOf`, of
 * that day). Throws NOT_FOUND, INVALID_PARAMETER.
 */
async function makeSystemPage(
  register: Register,
  { url, themes }: Published,
  { language, query, params, position }: Asked,
): Promise<string> {
  const { pool } = register;
  const id = settleText(params['id']!);
  const given = only(query as Query, ['asOf', 'knownOn']);
  const knownOn = pastDay('knownOn', given.knownOn);
  const asOf = pastTime('asOf', given.asOf) ?? knownOn;
  const today = register.today();
  const on = asOf?.slice(0, 10) ?? today;
  const [found, { timeline, isWhole }] = await Promise.all([
    asOf === undefined
      ? readDossier(pool, register.origin, id, today)
      : readDossierThen(register, id, { on: asOf, knownOn }),
    readHistory(pool, id, knownOn),
  ]);
  if (!found)
    throw new Refusal(
      'NOT_FOUND',
      `There ${asOf === undefined ? 'is' : `was, on ${asOf},`} no "${id.slice(0, 200)}" in this register${knownOn === undefined ? '' : `, as known on ${knownOn}`}.`,
    );
  const { record, registered, figures, ...dossier } = found;
  // Only the current state is available as RDF.
  const alternates = Object.entries(asOf === undefined ? rdfMedia : {}).map(([ending, type]) => ({
    href: `/systems/${id}.${ending}`,
    type,
    title: ending.toUpperCase(),
  }));
  const day = queryOf({ asOf, knownOn });
  const json = {
    href: `/v1/systems/${id}${queryOf({ asOf, recordedAsOf: knownOn })}`,
    type: 'application/json',
    title: 'JSON',
  };
  const facts = {
    ...dossier,
    record,
    timeline,
    figures: figures.filter(({ period }) => period.to <= on),
    more: isWhole ? undefined : `/v1/systems/${id}/events`,
    asOf,
    knownOn,
    code: registered === undefined ? undefined : shortCodeOf(registered),
    receipt: register.log && knownOn === undefined && on <= today ? `/v1/systems/${id}/decision?on=${on}` : undefined,
    today,
    alternates: [json, ...alternates],
    home: pathIn(language, '/systems', asOf && `?asOf=${asOf.slice(0, 10)}`),
    theme: themes.organisations.get(record.organisation) ?? themes.register,
    at: { url, position, path: `/systems/${id}`, query: day },
  };
  return systemPage(facts, language);
}

/** What the register says of a system as it was on a day, by everything recorded so far or by what had been recorded by a day (`knownOn`). */
async function readDossierThen(
  { pool, origin }: Register,
  id: string,
  { on, knownOn }: GapDays,
): Promise<Dossier | undefined> {
  const when = { effective: on, recorded: knownOn };
  const record = await readRecordAsOf(pool, id, when);
  if (!record) return undefined;
  const { organisation } = record;
  return {
    record,
    organisation:
      knownOn === undefined
        ? (await readOrganisationsById(pool, [organisation]))[0]
        : await readOrganisationKnown(pool, organisation, knownOn),
    life: await readLife(pool, id, when),
    figures:
      knownOn === undefined
        ? ((await readOversightFigures(pool, [id])).get(id) ?? [])
        : await readFiguresKnown(pool, id, knownOn),
    gaps: (await readGapsOf(pool, { on: on.slice(0, 10), knownOn }, [id])).get(id) ?? [],
    signals: knownOn === undefined ? ((await readSignals(pool, id, on.slice(0, 10))) ?? []) : [],
    registered: await readRegistration(pool, origin, id),
  };
}

/** The events of a system, newest first, each with the last word on it; those recorded by a day, with the words by then. */
async function readHistory(
  pool: Pool,
  id: string,
  knownOn: string | undefined,
): Promise<{ timeline: MarkedEntry[]; isWhole: boolean }> {
  const page = { first: stepsAPage, newestFirst: true };
  const timeline = (await readTimelines(pool, [id], page)).get(id)!;
  const isWhole = timeline.length < stepsAPage;
  if (knownOn === undefined) return { timeline, isWhole };
  const limit = endOf(knownOn);
  const last = timeline.find(({ recordedAt }) => startOf(recordedAt) <= limit);
  if (!last) return { timeline: [], isWhole };
  const then = (await readTimelines(pool, [id], { ...page, after: last.sequence + 1, upTo: last.sequence })).get(id)!;
  return { timeline: then, isWhole: then.length < stepsAPage };
}
