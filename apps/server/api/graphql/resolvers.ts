import { GraphQLScalarType } from 'graphql';
import { type CodelistName, codelists, type EventType, eventKinds, Refusal } from '#domain';
import {
  countContracts,
  countGaps,
  countRecordsAsOf,
  type Dimension,
  dimensions,
  duties,
  dutyOf,
  type Gap,
  type GapDays,
  type GapFilter,
  gapStatuses,
  readAllFigures,
  readAllRecordsAsOf,
  readContracts,
  readCounts,
  readEventCounts,
  readGaps,
  readOrganisations,
  readStatusOverTime,
  readSuppliers,
  readTotals,
  type SystemFilter,
  type When,
} from '#projections';
import { fromCursor, toCursor } from '../../http/cursors.js';
import { dateOrTime, oneOf, pastTime } from '../../http/parameters.js';
import { codelistOf, toFilter } from '../../http/system-filter.js';
import type { Register } from '../../register/register.js';
import { type CodeValue, labelOf } from '../in-language.js';
import { submitOne } from '../submit.js';
import { limitOf, maxPage, type PageArguments, pageSize, toConnection } from './connections.js';
import type { Context } from './context.js';
import { eventResolvers, readEventConnection } from './events.js';
import { subscriptionResolvers } from './stream.js';
import {
  type DayArguments,
  gapDays,
  readSystemConnection,
  type SystemArguments,
  systemResolvers,
  toFigures,
} from './systems.js';

export type Resolvers = Record<string, unknown>;

/** One function per field; each reads its arguments, calls one function and returns. */
export function createResolvers(register: Register): Resolvers {
  const { pool } = register;
  return {
    LanguageMap: new GraphQLScalarType({ name: 'LanguageMap' }),
    JSON: new GraphQLScalarType({ name: 'JSON' }),
    LanguageCode: Object.fromEntries(codelists.language.map((code) => [code.toUpperCase(), code])),
    Dimension: Object.fromEntries(dimensions.map((dimension) => [toEnum(dimension), dimension])),
    Node: { __resolveType: (node: { typeName: string }) => node.typeName },
    Code: { label: (code: CodeValue, { language }: { language?: string }) => labelOf(code, language) },
    Count: {
      label: async ({ value, dimension }: CountSource, { language }: { language?: string }, context: Context) =>
        labelOfValue(dimension, value, language, context),
    },
    Query: {
      register: async () => ({
        origin: register.origin,
        head: await register.store.head(),
        position: await register.projected.position(),
      }),
      node: (_: unknown, { id }: { id: string }, context: Context) => readNode(id, context),
      nodes: (_: unknown, { ids }: { ids: string[] }, context: Context) => {
        if (ids.length > maxPage)
          throw new Refusal('INVALID_PARAMETER', `At most ${maxPage} ids at once.`, { path: 'ids' });
        return Promise.all(ids.map((id) => readNode(id, context)));
      },
      systems: (_: unknown, args: SystemArguments) => readSystemConnection(register, args),
      system: (_: unknown, { id }: { id: string }, context: Context) => context.system(id),
      recordsAsOf: (_: unknown, args: PageArguments & { asOf?: string; recordedAsOf?: string }) =>
        readRecordConnection(args),
      oversightFigures: async (_: unknown, args: PageArguments & { organisation?: string | null }) => {
        const from = fromCursor<[string, string, string]>(args.after, 'string', 'string', 'string');
        const page = { first: pageSize(args.first), after: from };
        const { figures, hasMore } = await readAllFigures(pool, args.organisation ?? undefined, page);
        const cursorOf = ({ system, period }: ReturnType<typeof toFigures>) => toCursor(system, period.from, period.to);
        return toConnection(figures.map(toFigures), hasMore, cursorOf, {});
      },
      organisations: (_: unknown, args: PageArguments) => readOrganisationConnection(args),
      organisation: (_: unknown, { id }: { id: string }, context: Context) => context.organisation(id),
      events: (_: unknown, args: PageArguments & { afterPosition: number }) => readEventConnection(register, args),
      event: (_: unknown, { id }: { id: string }, context: Context) => context.event(id),
      contracts: (_: unknown, args: ContractArguments) => readContractConnection(args),
      suppliers: async (_: unknown, { first, after }: PageArguments) => {
        const from = fromCursor<[number, string]>(after, 'number', 'string');
        const { suppliers, total, hasMore } = await readSuppliers(pool, { first: pageSize(first), after: from });
        return toConnection(suppliers, hasMore, ({ contracts, name }) => toCursor(contracts, name), {
          totalCount: total,
        });
      },
      gaps: (_: unknown, args: GapArguments) => readGapConnection(args),
      duties: () => duties.map(({ id, version }) => toDuty({ duty: id, dutyVersion: version })),
      statistics: async (_: unknown, { filter }: { filter?: SystemFilter }) => ({
        filter: toFilter(filter, 'filter/'),
        ...(await readTotals(pool, toFilter(filter, 'filter/'))),
      }),
      codelists: () => Object.keys(codelists).map(toCodelist),
      codelist: (_: unknown, { name }: { name: string }) => (Object.hasOwn(codelists, name) ? toCodelist(name) : null),
      exports: () => exportFiles,
    },
    Organisation: {
      name: ({ names }: { names: object }) => names,
      nameOn: ({ names, formerNames }: OrganisationNames, { date }: { date: string }) => {
        const day = dateOrTime('date', date)!.slice(0, 10);
        return formerNames.find(({ until }) => day < until.slice(0, 10))?.names ?? names;
      },
      systems: ({ id }: { id: string }, args: SystemArguments) =>
        readSystemConnection(register, { ...args, filter: { ...args.filter, organisation: [id] } }),
      contracts: ({ id }: { id: string }, args: PageArguments) => readContractConnection({ ...args, organisation: id }),
      gaps: ({ id }: { id: string }, args: GapArguments) => readGapConnection({ ...args, organisation: id }),
    },
    FormerName: { name: ({ names }: { names: object }) => names },
    SystemRecordConnection: { totalCount: ({ when }: { when: When }) => countRecordsAsOf(pool, when) },
    OversightFigures: {
      system: ({ system }: { system: string }, _: unknown, context: Context) => context.system(system),
    },
    GapConnection: {
      totalCount: ({ days, filter }: { days: GapDays; filter: GapFilter }) => countGaps(pool, days, filter),
    },
    ContractConnection: {
      totalCount: ({ filter }: { filter: ContractFilter }) => countContracts(pool, filter),
    },
    Contract: {
      system: ({ system }: { system: string }, _: unknown, context: Context) => context.system(system),
      organisation: ({ organisation }: { organisation: string }, _: unknown, context: Context) =>
        context.organisation(organisation),
      award: (contract: object) => contract,
    },
    DutyState: { duty: toDuty },
    Gap: {
      duty: toDuty,
      system: ({ system }: Gap, _: unknown, context: Context) => context.system(system),
      organisation: ({ organisation }: Gap, _: unknown, context: Context) => context.organisation(organisation),
    },
    Statistics: {
      by: async ({ filter }: { filter: SystemFilter }, args: { dimension: Dimension; limit: number }) => {
        const counts = await readCounts(pool, filter, args.dimension, limitOf(args.limit, 1000));
        return counts.map(({ key, count }) => ({ dimension: args.dimension, value: key, count }));
      },
      statusByMonth: ({ filter }: { filter: SystemFilter }) => readStatusOverTime(pool, filter),
      eventsByMonth: () => readEventCounts(pool),
    },
    ...systemResolvers(register),
    ...eventResolvers(register),
    ...subscriptionResolvers(register),
    Mutation: mutations(register),
  };

  async function readRecordConnection(args: PageArguments & { asOf?: string; recordedAsOf?: string }) {
    const when = {
      effective: pastTime('asOf', args.asOf ?? undefined),
      recorded: pastTime('recordedAsOf', args.recordedAsOf ?? undefined),
    };
    const after = fromCursor<[string]>(args.after, 'string')?.[0];
    const page = await readAllRecordsAsOf(pool, when, { first: pageSize(args.first), after });
    return toConnection(page.records, page.hasMore, ({ id }) => toCursor(id), { when });
  }

  async function readOrganisationConnection({ first, after }: PageArguments) {
    const from = fromCursor<[string]>(after, 'string');
    const page = await readOrganisations(pool, pageSize(first), from?.[0] ?? '');
    return toConnection(page.organisations, page.hasMore, ({ id }) => toCursor(id), { totalCount: page.total });
  }

  async function readContractConnection({ first, after, supplier, organisation }: ContractArguments) {
    const from = fromCursor<[string, number]>(after, 'string', 'number');
    const filter = { supplier: supplier ?? undefined, organisation: organisation ?? undefined };
    const page = await readContracts(pool, filter, { first: pageSize(first), after: from });
    return toConnection(page.contracts, page.hasMore, ({ system, number }) => toCursor(system, number), { filter });
  }

  async function readGapConnection({ first, after, organisation, obligation, status, ...args }: GapArguments) {
    const days = gapDays(args);
    const statuses = status?.map((one) => oneOf('status', one, gapStatuses, gapStatuses[0]));
    const filter = {
      organisation: organisation ?? undefined,
      obligations: obligation ? [obligation] : undefined,
      statuses,
    };
    const from = fromCursor<[string, string]>(after, 'string', 'string');
    const page = await readGaps(pool, days, filter, { first: pageSize(first), after: from });
    return toConnection(page.gaps, page.hasMore, ({ system, duty }: Gap) => toCursor(system, duty), { days, filter });
  }
}

/** A duty as GraphQL shows it. */
function toDuty({ duty, dutyVersion }: { duty: string; dutyVersion: number }) {
  const { settled, article, ...entry } = dutyOf(duty, dutyVersion)!;
  return {
    ...entry,
    ...article,
    isSettled: settled.is,
    note: settled.note,
    definition: { ...entry, article, settled },
  };
}

type ContractFilter = { supplier?: string | undefined; organisation?: string | undefined };
type ContractArguments = PageArguments & { supplier?: string | null; organisation?: string | null };
type GapArguments = PageArguments &
  DayArguments & { organisation?: string | null; obligation?: string | null; status?: string[] | null };
type OrganisationNames = { names: object; formerNames: { names: object; until: string }[] };
/** A value of a dimension with its count. */
export type CountSource = { dimension: Dimension; value: string; count: number };

async function readNode(id: string, context: Context): Promise<object | null> {
  const found = id.startsWith('urn:vitrine:sys:')
    ? { typeName: 'System', node: await context.system(id) }
    : id.startsWith('urn:vitrine:org:')
      ? { typeName: 'Organisation', node: await context.organisation(id) }
      : { typeName: 'Event', node: await context.event(id) };
  return found.node ? { ...found.node, typeName: found.typeName } : null;
}

async function labelOfValue(dimension: Dimension, value: string, language: string | undefined, context: Context) {
  const list = codelistOf[dimension];
  if (list) return labelOf({ list, code: value }, language);
  if (dimension !== 'organisation') return value;
  const names = (await context.organisation(value))?.names as { [language: string]: string } | undefined;
  return names?.[language ?? 'en'] ?? names?.['en'] ?? Object.values(names ?? {})[0] ?? value;
}

function toCodelist(name: string) {
  return { name, codes: codelists[name as CodelistName].map((code) => ({ list: name, code })) };
}

/** annexIII -> ANNEX_III */
function toEnum(dimension: Dimension): string {
  return dimension.replaceAll(/(?<=[a-z])(?=[A-Z0-9])/g, '_').toUpperCase();
}

const exportFiles = ['systems', 'events'].flatMap((name) => [
  { name, mediaType: 'application/x-ndjson', path: `/exports/${name}.jsonl` },
  { name, mediaType: 'text/csv', path: `/exports/${name}.csv` },
]);

/** One mutation per command, from the same table as everything else. */
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
