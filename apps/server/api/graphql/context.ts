import type { RecordedEvent } from '#event-store';
import {
  type CurrentSystem,
  countTimelines,
  type DutyState,
  differences,
  type GapDays,
  type Organisation,
  readContractsOf,
  readDuties,
  readGapsOf,
  readOrganisationsById,
  readOverrideCounts,
  readOversightFigures,
  readRecordsAsOf,
  readSystemsById,
  readTimelines,
  readVersions,
  type SystemRecord,
  type TimelinePage,
  type When,
} from '#projections';
import type { Register } from '../../register/register.js';
import type { Batches } from './batches.js';

/** A system as resolvers pass it on: its current record, parsed once, and its organisation, if that was read with it. */
export type System = { id: string; position: number; record: SystemRecord; organisation: Organisation | undefined };

/** `signal`: aborts when the connection of a subscription ends. */
export type Context = ReturnType<typeof createContext> & { signal?: AbortSignal | undefined };

/** The position for which an answer is true, and whether it stays true until the log grows. */
export type Answered = { position: number; epoch: string; isStable: boolean };

/** The context of the resolvers of one request. */
export function createContext(
  register: Register,
  batches: Batches,
  request: { headers: { authorization?: string }; answer?: Answered },
) {
  const { pool, store } = register;
  const load = <T>(name: string, args: unknown, read: (ids: string[]) => Promise<Map<string, T>>, id: string) =>
    batches.load(name, args, read, id);
  const loadMany = async <T>(
    name: string,
    args: unknown,
    read: (ids: string[]) => Promise<Map<string, T[]>>,
    id: string,
  ): Promise<T[]> => (await load(name, args, read, id)) ?? [];
  const context = {
    register,
    authorization: request.headers.authorization,
    request,
    organisation: (id: string): Promise<Organisation | undefined> =>
      load(
        'organisation',
        undefined,
        async (ids) => new Map((await readOrganisationsById(pool, ids)).map((one) => [one.id, one])),
        id,
      ),
    system: (id: string): Promise<System | undefined> =>
      load(
        'system',
        undefined,
        async (ids) => new Map((await readSystemsById(pool, ids)).map((one) => [one.id, toSystem(one)])),
        id,
      ),
    recordAsOf: (when: When, id: string): Promise<SystemRecord | undefined> =>
      load('recordAsOf', when, (ids) => readRecordsAsOf(pool, ids, when), id),
    /** The first versions of a system, up to a number, and how many there are. */
    versions: async (upTo: number, id: string) =>
      (await load('versions', upTo, (ids) => readSomeVersions(ids, upTo), id)) ?? { versions: [], total: 0 },
    timeline: (page: TimelinePage, id: string) =>
      loadMany('timeline', page, (ids) => readTimelines(pool, ids, page), id),
    timelineCount: async (types: string[] | undefined, id: string): Promise<number> =>
      (await load('timelineCount', types, (ids) => countTimelines(pool, ids, types), id)) ?? 0,
    contracts: (id: string) => loadMany('contracts', undefined, (ids) => readContractsOf(pool, ids), id),
    oversightFigures: (id: string) => loadMany('figures', undefined, (ids) => readOversightFigures(pool, ids), id),
    overrideCounts: (id: string) => loadMany('overrides', undefined, (ids) => readOverrideCounts(pool, ids), id),
    gaps: (days: GapDays, id: string) => loadMany('gaps', days, (ids) => readGapsOf(pool, days, ids), id),
    duties: (knownOn: string | undefined, id: string) =>
      loadMany('duties', knownOn, (ids) => readSomeDuties(ids, knownOn), id),
    /** The erasures of an event of a stream; reads them only if something was erased. */
    erasuresOf: async (stream: string, event: string, erased: string[]) =>
      erased.length === 0
        ? []
        : (await loadMany('erasures', undefined, readErasures, stream)).filter((note) => note.event === event),
    event: async (id: string) => {
      const found = isUuid(id) ? await store.readEvent(id) : undefined;
      return found && toEvent(found);
    },
    /** The differences between two versions of a system; 0 stands for no record. Undefined if there is no such version. */
    async difference(id: string, from: number, to: number) {
      const { versions } = await context.versions(Math.max(from, to, 1), id);
      const record = (number: number) => (number === 0 ? {} : versions[number - 1]?.record);
      const [before, after] = [record(from), record(to)];
      return before && after && differences(before, after);
    },
  };
  return context;

  async function readSomeDuties(ids: string[], knownOn: string | undefined) {
    const found = new Map<string, DutyState[]>();
    for (const id of ids) found.set(id, (await readDuties(pool, id, knownOn)) ?? []);
    return found;
  }

  async function readSomeVersions(ids: string[], upTo: number) {
    const found = new Map<string, Awaited<ReturnType<typeof readVersions>>>();
    for (const id of ids) found.set(id, await readVersions(pool, id, upTo));
    return found;
  }

  async function readErasures(streams: string[]) {
    const notes = await store.readErasures(streams);
    return new Map(streams.map((stream) => [stream, notes.filter((note) => note.stream === stream)]));
  }
}

export function toEvent({ position, stream, envelope, data, erased }: RecordedEvent) {
  return { id: envelope.id, position, stream, envelope, data, erased };
}

const isUuid = (id: string) => /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(id);

export function toSystem({
  id,
  record,
  position,
  organisation,
}: CurrentSystem & { organisation?: string | null }): System {
  return {
    id,
    position,
    record: JSON.parse(record) as SystemRecord,
    organisation: organisation ? parseOrganisation(organisation) : undefined,
  };
}

/** Many systems have the same organisation, so the one that was parsed last is cached. */
let lastParsed: { text: string; organisation: Organisation } | undefined;

function parseOrganisation(text: string): Organisation {
  if (lastParsed?.text !== text) lastParsed = { text, organisation: JSON.parse(text) as Organisation };
  return lastParsed.organisation;
}
