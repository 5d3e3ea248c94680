import type { Pool } from 'pg';
import { Refusal } from '#domain';
import {
  countSystems,
  type Difference,
  type Dimension,
  type GapDays,
  type OversightFigures,
  onDay,
  type PublishedCount,
  type RecordVersion,
  readFacets,
  readSignals,
  readSystems,
  type SystemFilter,
  type SystemOrder,
  type SystemQuery,
  type SystemRecord,
  type TimelineEntry,
} from '#projections';
import { fromCursor, toCursor } from '../../http/cursors.js';
import { dateOrTime, pastDay, pastTime, refuseForeignCursor } from '../../http/parameters.js';
import { toQuery } from '../../http/system-filter.js';
import type { Register } from '../../register/register.js';
import { limitOf, type PageArguments, pageSize, toConnection } from './connections.js';
import { type Context, type System, toSystem } from './context.js';

export type SystemArguments = PageArguments & {
  search?: string | null;
  language?: string | null;
  filter?: SystemFilter | null;
  order?: SystemOrder | null;
  asOf?: string | null;
};

const today = () => new Date().toISOString().slice(0, 10);

/** A day, and the day as of which something was known. */
export type DayArguments = { on?: string | null; knownOn?: string | null };

export function gapDays({ on, knownOn }: DayArguments): GapDays {
  return {
    on: (dateOrTime('on', on ?? undefined) ?? today()).slice(0, 10),
    knownOn: pastTime('knownOn', knownOn ?? undefined)?.slice(0, 10),
  };
}

/** What a page of systems was found by, and where: the systems of today, or of a day. */
type Found = { pool: Pool; query: SystemQuery };

/** A page of systems, with what the other fields of its connection need for counting. */
export async function readSystemConnection({ pool: now, days }: Register, args: SystemArguments) {
  const asOf = pastDay('asOf', args.asOf ?? undefined);
  const pool = asOf === undefined ? now : await days.at(asOf);
  const first = pageSize(args.first);
  const query = await toQuery(pool, args, 'filter/');
  const order = args.order ?? (query.search ? 'RELEVANCE' : 'NAME');
  const after = args.after ?? undefined;
  const page = await readSystems(pool, query, { order, first, after }).catch(refuseForeignCursor);
  const nodes = page.systems.map(toSystem);
  return toConnection(nodes, page.hasMore, (_, index) => page.systems[index]!.cursor, {
    pool,
    query,
    total: page.total,
    matched: nodes.length > 0 ? (query.search?.matched ?? null) : null,
    replaced: query.search?.replaced ?? [],
  });
}

export function systemResolvers({ pool }: Register) {
  return {
    SystemConnection: {
      totalCount: ({ pool: of, query, total }: Found & { total: number | undefined }) =>
        total ?? countSystems(of, query),
      facets: async ({ pool: of, query }: Found, args: { dimensions?: Dimension[] | null; limit: number }) => {
        const facets = await readFacets(of, query, limitOf(args.limit, 1000), args.dimensions ?? undefined);
        const names = [...new Set(facets.map(({ dimension }) => dimension))];
        return names.map((dimension) => ({
          dimension,
          values: facets.filter((facet) => facet.dimension === dimension),
        }));
      },
    },
    System: {
      organisation: ({ organisation, record }: System, _: unknown, context: Context) =>
        organisation ?? context.organisation(record.organisation),
      status: ({ record }: System) => record.status,
      statusSince: ({ record }: System) => record.statusSince,
      name: ({ record }: System) => record.name,
      summary: ({ record }: System) => record.summary,
      record: ({ id, record }: System, args: { asOf?: string; recordedAsOf?: string }, context: Context) => {
        const effective = pastTime('asOf', args.asOf ?? undefined);
        const recorded = pastTime('recordedAsOf', args.recordedAsOf ?? undefined);
        return effective === undefined && recorded === undefined
          ? record
          : context.recordAsOf({ effective, recorded }, id);
      },
      versions: async ({ id }: System, { first, after }: PageArguments, context: Context) => {
        const size = pageSize(first);
        const from = fromCursor<[number]>(after, 'number')?.[0] ?? 0;
        const { versions, total } = await context.versions(from + size, id);
        const page = versions.slice(from);
        return toConnection(page, total > from + size, ({ number }) => toCursor(number), { totalCount: total });
      },
      version: async ({ id }: System, { number }: { number: number }, context: Context) =>
        number < 1 ? null : (await context.versions(number, id)).versions[number - 1],
      difference: async ({ id }: System, { from, to }: { from: number; to: number }, context: Context) =>
        (await context.difference(id, from, to))?.map(toFieldDifference) ?? null,
      timeline: async ({ id }: System, args: TimelineArguments, context: Context) => {
        const first = pageSize(args.first);
        const types = args.types ?? undefined;
        const after = fromCursor<[number]>(args.after, 'number')?.[0];
        const entries = await context.timeline({ first: first + 1, after, types, newestFirst: args.newestFirst }, id);
        const page = entries.slice(0, first);
        const cursorOf = ({ sequence }: TimelineEntry) => toCursor(sequence);
        return toConnection(page, entries.length > first, cursorOf, { system: id, types });
      },
      contracts: ({ id }: System, _: unknown, context: Context) => context.contracts(id),
      oversightFigures: async ({ id }: System, _: unknown, context: Context) =>
        (await context.oversightFigures(id)).map(toFigures),
      overrideCounts: ({ id }: System, _: unknown, context: Context) => context.overrideCounts(id),
      gaps: ({ id }: System, args: DayArguments, context: Context) => context.gaps(gapDays(args), id),
      duties: async ({ id }: System, args: DayArguments, context: Context) => {
        const { on, knownOn } = gapDays(args);
        return onDay(await context.duties(knownOn, id), on);
      },
      signals: async ({ id }: System, { on }: { on?: string | null }) =>
        (await readSignals(pool, id, pastDay('on', on ?? undefined) ?? today())) ?? [],
      dutyHistory: ({ id }: System, args: DayArguments, context: Context) => context.duties(gapDays(args).knownOn, id),
    },
    TimelineConnection: {
      totalCount: ({ system, types }: { system: string; types?: string[] }, _: unknown, context: Context) =>
        context.timelineCount(types, system),
    },
    IncidentElsewhere: {
      system: ({ system }: { system: string }, _: unknown, context: Context) => context.system(system),
    },
    SystemRecord: {
      organisationId: (record: SystemRecord) => record.organisation,
      json: (record: SystemRecord) => record,
    },
    PublishedCount: { value: ({ exact }: { exact: number | null }) => toInt(exact) },
    RecordVersion: {
      erasures: ({ system, eventId, erased }: RecordVersion, _: unknown, context: Context) =>
        context.erasuresOf(system, eventId, erased),
      difference: async ({ system, number }: RecordVersion, _: unknown, context: Context) =>
        (await context.difference(system, number - 1, number))!.map(toFieldDifference),
    },
  };
}

/** The largest Int (GraphQL, 3.5.1). */
const maxInt = 2 ** 31 - 1;

type TimelineArguments = PageArguments & { types?: string[] | null; newestFirst: boolean };

function toFieldDifference({ path, before, after }: Difference) {
  const kind = before === undefined ? 'ADDED' : after === undefined ? 'REMOVED' : 'CHANGED';
  return { path, kind, before, after };
}

function toCount(count: PublishedCount) {
  if (count === null) return null;
  return count === 'suppressed' ? { exact: null, isSuppressed: true } : { exact: count, isSuppressed: false };
}

/** A count that is too large for an Int must not look like an unknown one. Throws a Refusal. */
function toInt(count: number | null): number | null {
  if (count === null || count <= maxInt) return count;
  throw new Refusal('INVALID_PARAMETER', `The count is over ${maxInt}, more than an Int holds. Ask for "exact".`, {
    path: 'value',
  });
}

/** Figures with their counts as objects. */
export function toFigures(figures: OversightFigures) {
  const by = (counts: Record<string, PublishedCount>, list: string) =>
    Object.entries(counts).map(([code, count]) => ({ code: { list, code }, count: toCount(count) }));
  return {
    ...figures,
    outputs: toCount(figures.outputs),
    reviewed: toCount(figures.reviewed),
    overridden: toCount(figures.overridden),
    overriddenByReason: by(figures.overriddenByReason, 'override-reason'),
    overriddenByOutcome: by(figures.overriddenByOutcome, 'override-outcome'),
    objections: toCount(figures.objections),
    objectionsByOutcome: by(figures.objectionsByOutcome, 'objection-outcome'),
  };
}
