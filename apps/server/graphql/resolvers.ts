import { GraphQLScalarType } from 'graphql';
import { type EventType, eventKinds, Refusal } from '#domain';
import {
  decodeCursor,
  type Gap,
  type Organisation,
  readContracts,
  readGaps,
  readOrganisations,
  readOverrideCounts,
  readOversightFigures,
  readRecordAsOf,
  readStatistics,
  readSuppliers,
  readSystem,
  readSystems,
  readTimeline,
  readVersions,
  type SystemFilter,
  type SystemOrder,
  type SystemRecord,
} from '#projections';
import type { Register } from '../register.js';
import { dateOrTime } from '../rest/parameters.js';
import { submitOne } from '../submit.js';
import { toConnection } from './connection.js';
import type { Context } from './context.js';

type PageArguments = { first: number; after?: string | null };
type SystemArguments = PageArguments & { filter?: SystemFilter | null; order: SystemOrder };
type Resolvers = Record<string, unknown>;

/** One function a field; each reads its arguments, calls one function and returns. */
export function createResolvers(register: Register): Resolvers {
  const { pool, store } = register;
  return {
    LanguageMap: new GraphQLScalarType({ name: 'LanguageMap' }),
    JSON: new GraphQLScalarType({ name: 'JSON' }),
    Query: {
      register: async () => ({
        origin: register.origin,
        head: await store.head(),
        position: await register.position(),
      }),
      organisations: async (_: unknown, { first, after }: PageArguments) => {
        const page = await readOrganisations(pool, pageSize(first), after ? cursor(after)[0] : '');
        return toConnection(page.organisations, page, (organisation) => encode(organisation.id));
      },
      organisation: async (_: unknown, { id }: { id: string }, context: Context) => context.organisations(id),
      systems: (_: unknown, args: SystemArguments) => systems({}, args),
      system: async (_: unknown, { id }: { id: string }) => {
        const found = await readSystem(pool, id);
        return found && toSystem(found.record);
      },
      events: async (_: unknown, { after, first }: { after: number; first: number }) => {
        const events = await store.readAll(Math.max(after, -1), pageSize(first));
        const erasures = await erasuresOf(
          events.map(({ stream, erased, envelope }) => ({ stream, erased, eventId: envelope.id })),
        );
        return events.map(({ position, envelope, data, erased }) => ({
          position,
          envelope,
          data,
          erased,
          erasures: erasures(envelope.id),
        }));
      },
      gaps: async (
        _: unknown,
        { organisation, on, first, after }: PageArguments & { organisation?: string; on?: string },
      ) => {
        const page = await readGaps(
          pool,
          dateOrTime('on', on ?? undefined) ?? today(),
          { ...(organisation && { organisation }) },
          {
            first: pageSize(first),
            ...(after && { after: cursor(after) }),
          },
        );
        return toConnection(page.gaps, page, (gap: Gap) => encode(gap.system, gap.obligation));
      },
      suppliers: (_: unknown, { first }: { first: number }) => readSuppliers(pool, pageSize(first)),
      statistics: () => readStatistics(pool),
    },
    Organisation: {
      systems: ({ id }: Organisation, args: SystemArguments) => systems({ organisation: id }, args),
    },
    System: {
      organisation: ({ record }: System, _: unknown, context: Context) => context.organisations(record.organisation),
      record: async ({ id, record }: System, { asOf, recordedAsOf }: { asOf?: string; recordedAsOf?: string }) => {
        const effective = dateOrTime('asOf', asOf ?? undefined);
        const recorded = dateOrTime('recordedAsOf', recordedAsOf ?? undefined);
        if (effective === undefined && recorded === undefined) return record;
        return readRecordAsOf(pool, id, { ...(effective && { effective }), ...(recorded && { recorded }) });
      },
      versions: ({ id }: System) => readVersions(pool, id),
      timeline: async ({ id }: System, { after, first }: { after: number; first: number }) => {
        const entries = await readTimeline(pool, id, after, pageSize(first));
        const erasures = await erasuresOf(entries.map((entry) => ({ ...entry, stream: id })));
        return entries.map((entry) => ({ ...entry, erasures: erasures(entry.eventId) }));
      },
      contracts: ({ id }: System) => readContracts(pool, id),
      oversightFigures: ({ id }: System) => readOversightFigures(pool, id),
      overrideCounts: ({ id }: System) => readOverrideCounts(pool, id),
      gaps: async ({ id }: System, { on }: { on?: string }) =>
        (await readGaps(pool, dateOrTime('on', on ?? undefined) ?? today(), { system: id }, { first: 100 })).gaps,
    },
    SystemRecord: {
      organisationId: (record: SystemRecord) => record.organisation,
      json: (record: SystemRecord) => record,
    },
    Mutation: mutations(register),
  };

  /** The erasures by event id; asks only when something is erased, once for all. */
  async function erasuresOf(events: { stream: string; eventId: string; erased: string[] }[]) {
    const streams = new Set(events.filter(({ erased }) => erased.length > 0).map(({ stream }) => stream));
    const found = streams.size > 0 ? await store.readErasures([...streams]) : [];
    return (eventId: string) => found.filter(({ event }) => event === eventId);
  }

  async function systems(fixed: SystemFilter, { filter, order, first, after }: SystemArguments) {
    if (after) cursor(after);
    const given = Object.fromEntries(Object.entries(filter ?? {}).filter(([, value]) => value !== null));
    const page = await readSystems(
      pool,
      { ...given, ...fixed },
      { order: order ?? 'NAME', first: pageSize(first), ...(after && { after }) },
    );
    return toConnection(
      page.systems.map((system) => ({ ...toSystem(system.record), cursor: system.cursor })),
      page,
      (system) => system.cursor,
    );
  }
}

type System = { id: string; record: SystemRecord };

function toSystem(json: string) {
  const record = JSON.parse(json) as SystemRecord;
  return { id: record.id, status: record.status, name: record.name ?? {}, record };
}

/** A mutation a command, from the same table as everything else. */
function mutations(register: Register): Resolvers {
  const run = (type: string) => async (_: unknown, args: Record<string, unknown>, context: Context) => {
    const actor = await register.keys.authenticate(context.authorization);
    return submitOne(register, { type, ...(withoutNulls(args) as object) }, actor);
  };
  const types = Object.keys(eventKinds) as EventType[];
  return Object.fromEntries(
    types
      .map((event) => eventKinds[event].command)
      .map((command) => [command[0]!.toLowerCase() + command.slice(1), run(command)]),
  );
}

/** GraphQL lets a client say null for "absent"; the event schemas do not. */
function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, inner]) => inner !== null)
      .map(([key, inner]) => [key, withoutNulls(inner)]),
  );
}

function pageSize(first: number): number {
  if (first >= 1 && first <= 100) return first;
  throw new Refusal('INVALID_PARAMETER', '"first" must be from 1 to 100.', { path: 'first' });
}

function encode(one: string, two = ''): string {
  return Buffer.from(JSON.stringify([one, two])).toString('base64url');
}

function cursor(text: string): [string, string] {
  try {
    return decodeCursor(text);
  } catch {
    throw new Refusal('INVALID_PARAMETER', '"after" is not a cursor of this register. Use one that a page gave.', {
      path: 'after',
    });
  }
}

const today = () => new Date().toISOString().slice(0, 10);
