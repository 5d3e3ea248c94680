import type { Pool, PoolClient } from 'pg';
import {
  type DomainEvent,
  endOf,
  type Fact,
  inOrderOfEffect,
  isWord,
  readWords,
  settle,
  startOf,
  type Word,
} from '#domain';
import { type FoldedRecord, groupBy, type History, type Presence, type RecordedRow } from './projection.js';
import { evolveRecord } from './record.js';
import { markIncomplete } from './set-aside.js';
import type { SystemRecord } from './system-record.js';
import { eventOfRow } from './timeline.js';

/** A point in both times: what was true at `effective` (for a date: at its end), going by what had been recorded by `recorded`. Default: no limit. */
export type When = { effective?: string | undefined; recorded?: string | undefined };

/** `is_later`: an erasure that was recorded later than what was asked for. */
type FactRow = RecordedRow & { is_later: boolean };

/**
 * The rows from which the records of systems are folded, by system and in the order of recording, up to a sequence or a time of recording. The
 * erasures that were recorded later are included: a past record shows them too.
 */
async function readFactRows(
  db: Pick<Pool, 'query'>,
  systems: string[],
  { sequence, recorded }: { sequence?: number; recorded?: string | undefined } = {},
): Promise<FactRow[]> {
  const { rows } = await db.query<FactRow>({
    name: 'facts',
    text: `SELECT system, sequence, position, event_id, type, occurred_at, organisation, data, erased,
        extract(epoch FROM recorded_at)::float8 * 1000 AS recorded_ms, sequence > $2 OR recorded_at > $3 AS is_later
      FROM timeline
      WHERE system = ANY ($1) AND changes_record AND (sequence <= $2 AND recorded_at <= $3 OR type = 'PayloadErased')
      ORDER BY system, sequence`,
    values: [systems, sequence ?? Number.MAX_SAFE_INTEGER, toTimestamp(recorded)],
  });
  return rows;
}

/** The records as they were then. A system that was not in the register, and not in use either, is left out. */
export async function readRecordsAsOf(pool: Pool, systems: string[], when: When): Promise<Map<string, SystemRecord>> {
  const rows = await readFactRows(pool, systems, { recorded: when.recorded });
  const folded = await markIncomplete(pool, foldRows(rows, when.effective), {
    recorded: when.recorded && toTimestamp(when.recorded),
  });
  return new Map(folded.map(({ record }) => [record.id, record]));
}

/** The record of one system as it was then; undefined when nothing was known of it. */
export async function readRecordAsOf(pool: Pool, system: string, when: When): Promise<SystemRecord | undefined> {
  return (await readRecordsAsOf(pool, [system], when)).get(system);
}

/** The record of a system on a day, by the events of the log before a position; undefined when nothing was known of it. */
export async function readRecordBefore(
  pool: Pool,
  system: string,
  on: string,
  before: number,
): Promise<SystemRecord | undefined> {
  const rows = (await readFactRows(pool, [system]))
    .map((row) => ({ ...row, is_later: row.position >= before }))
    .filter(({ is_later, type }) => !is_later || type === 'PayloadErased');
  const [found] = await markIncomplete(pool, foldRows(rows, on));
  if (!found) return undefined;
  const { incomplete = [], ...record } = found.record;
  const then = incomplete.filter(({ position }) => position < before);
  return then.length > 0 ? { ...record, incomplete: then } : record;
}

/** The statuses that a system had, in order, each with the day or time from which it had it. */
export type Life = FoldedRecord['statuses'];

/** The life of a system up to a moment. */
export async function readLife(pool: Pool, system: string, { effective, recorded }: When = {}): Promise<Life> {
  return foldRows(await readFactRows(pool, [system], { recorded }), effective)[0]?.statuses ?? [];
}

/** The records folded from the events up to a sequence. */
export async function foldRowsUpTo(client: PoolClient, systems: string[], sequence: number): Promise<FoldedRecord[]> {
  return markIncomplete(client, foldRows(await readFactRows(client, systems, { sequence })), { sequence });
}

/** The records as of the end of a day, going by everything recorded so far. A system that was not there then is left out. */
export async function foldAsOf(client: PoolClient, systems: string[], day: string): Promise<FoldedRecord[]> {
  return markIncomplete(client, foldRows(await readFactRows(client, systems), day));
}

/**
 * Records of the given systems, folded from everything recorded so far; when they were there, as known from one recording to the next; and what was
 * recorded of them, their figures on human oversight included.
 */
export async function foldSystems(
  client: PoolClient,
  systems: string[],
): Promise<{ records: FoldedRecord[]; presence: Presence[]; histories: History[] }> {
  const rows = await readFactRows(client, systems);
  const histories = withFigures(rows, await readFigureRows(client, systems));
  const records = await markIncomplete(client, foldRows(rows));
  return { records, presence: bySystem(rows).flatMap(presenceOf), histories };
}

/** The figures on human oversight, which are no part of a record. */
async function readFigureRows(client: Pick<Pool, 'query'>, systems: string[]): Promise<RecordedRow[]> {
  const { rows } = await client.query<RecordedRow>({
    name: 'figure-rows',
    text: `SELECT system, sequence, position, event_id, type, occurred_at, organisation, data, erased,
        extract(epoch FROM recorded_at)::float8 * 1000 AS recorded_ms
      FROM timeline WHERE system = ANY ($1) AND type = 'OversightFiguresReported' ORDER BY system, sequence`,
    values: [systems],
  });
  return rows;
}

/** What was recorded of systems that their duties depend on. */
export async function readHistories(pool: Pool, systems: string[]): Promise<History[]> {
  return withFigures(await readFactRows(pool, systems), await readFigureRows(pool, systems));
}

function withFigures(rows: FactRow[], figureRows: RecordedRow[]): History[] {
  const figures = groupBy(figureRows, ({ system }) => system);
  return bySystem(rows).map((own): History => {
    const system = own[0]!.system;
    const further = figures.get(system);
    return { system, rows: further ? [...own, ...further].sort((a, b) => a.sequence - b.sequence) : own };
  });
}

/** What the register knows of a system: its facts in order of effect, and how many events they come from. */
export type Known = { facts: Fact[]; events: number };

export async function readFacts(pool: Pool, systems: string[]): Promise<Map<string, Known>> {
  const found = new Map<string, Known>(systems.map((system) => [system, { facts: [], events: 0 }]));
  for (const own of bySystem(await readFactRows(pool, systems)))
    found.set(own[0]!.system, { facts: inOrderOfEffect(settle(own.map(eventOfRow))), events: own.length });
  return found;
}

/**
 * Folds the facts of a system, given in order of effect, up to a moment (a date: to its end). The registration comes first, whatever its date:
 * a system can have been in use before. Undefined if nothing had happened by then. `onStep` receives each intermediate record.
 */
export function fold(
  system: string,
  facts: readonly Fact[],
  asOf?: string,
  onStep?: (record: SystemRecord) => void,
): SystemRecord | undefined {
  const registration = facts.find(({ event }) => event.type === 'SystemRegistered');
  if (!registration) return undefined;
  const limit = asOf === undefined ? Number.POSITIVE_INFINITY : endOf(asOf);
  const then = facts.filter(({ from }) => limit === Number.POSITIVE_INFINITY || startOf(from) <= limit);
  if (!then.some(({ event }) => saysOf(event))) return undefined;
  let record: SystemRecord | undefined;
  for (const { event } of [registration, ...then.filter((fact) => fact !== registration)]) {
    record = evolveRecord(record, event, system);
    if (record) onStep?.(record);
  }
  return record;
}

/** Whether an event says something of the city itself, not only of what is recorded. */
export function saysOf(event: DomainEvent): boolean {
  return !isWord(event) && event.type !== 'PayloadErased';
}

/** Folds the records of systems; one without a registration has none. */
function foldRows(rows: FactRow[], asOf?: string): FoldedRecord[] {
  return bySystem(rows).flatMap((own): FoldedRecord[] => {
    const known = own.filter((row) => !row.is_later);
    const limit = asOf === undefined ? Number.POSITIVE_INFINITY : endOf(asOf);
    const last = known.findLast((row) => startOf(row.occurred_at) <= limit) ?? known.at(-1);
    if (!last) return [];
    const { system, sequence, position } = last;
    const erasures = own.filter((row) => row.is_later).map(eventOfRow);
    const facts = inOrderOfEffect(settle(known.map(eventOfRow), erasures));
    const statuses: FoldedRecord['statuses'] = [];
    const record = fold(system, facts, asOf, ({ status, statusSince: since }) => {
      if (statuses.at(-1)?.status === status) return;
      // The registration is folded first, but use may have begun before it.
      while (statuses.length > 0 && startOf(statuses.at(-1)!.since) >= startOf(since)) statuses.pop();
      if (statuses.at(-1)?.status !== status) statuses.push({ status, since });
    });
    return record ? [{ record: withErasures(record, own), sequence, position, statuses }] : [];
  });
}

/** Adds the erasures of what a record says that were recorded later: a past record must show them, too, whatever the day. */
function withErasures(record: SystemRecord, rows: FactRow[]): SystemRecord {
  const erased = new Set(rows.filter((row) => row.erased !== '').map((row) => row.event_id));
  if (erased.size === 0) return record;
  const known = new Set(record.erasures?.map(({ erasedBy }) => erasedBy));
  const further = rows.filter((row) => row.type === 'PayloadErased' && !known.has(row.event_id)).map(eventOfRow);
  const erasures = further
    .filter((event) => event.type === 'PayloadErased' && erased.has(event.data.event))
    .reduce((all, event) => evolveRecord(all, event, record.id)!, record).erasures;
  return erasures ? { ...record, erasures } : record;
}

/** When a system was in the register or in use, in the order of recording. It is nowhere while its registration is retracted. */
function presenceOf(rows: FactRow[]): Presence[] {
  const presence: Presence[] = [];
  const events = rows.map(eventOfRow);
  const erasures = events.filter(({ type }) => type === 'PayloadErased');
  const { rootOf } = readWords(events);
  const recorded = new Map(events.map((event) => [event.id, event]));
  /** From when each event counts, as known so far, and the words that were recorded about it or about those. */
  const starts = new Map<string | undefined, number>();
  const words = new Map<string | undefined, DomainEvent[]>();
  let registrations = 0;
  let since = Number.POSITIVE_INFINITY;
  for (const [i, event] of events.entries()) {
    const root = isWord(event) ? recorded.get(rootOf(event as Word)) : event;
    if (!root || !saysOf(root)) continue;
    if (root !== event) words.set(root.id, [...(words.get(root.id) ?? []), event]);
    const [fact] = settle([root, ...(words.get(root.id) ?? [])], erasures).filter((one) => saysOf(one.event));
    const [before, start] = [starts.get(root.id), fact && startOf(fact.from)];
    if (before === start) continue;
    if (start === undefined) starts.delete(root.id);
    else starts.set(root.id, start);
    if (root.type === 'SystemRegistered') registrations += Number(start !== undefined) - Number(before !== undefined);
    since = before === since ? Math.min(...starts.values()) : Math.min(since, start ?? since);
    const open = presence.at(-1)?.knownUntil === null ? presence.at(-1) : undefined;
    if (registrations > 0 && open?.since === since) continue;
    const { system, recorded_ms: knownFrom } = rows[i]!;
    if (open) open.knownUntil = knownFrom;
    if (registrations > 0) presence.push({ system, since, knownFrom, knownUntil: null });
  }
  return presence;
}

const bySystem = (rows: FactRow[]) => [...groupBy(rows, ({ system }) => system).values()];

export function toTimestamp(dateOrTime: string | undefined): string {
  return dateOrTime === undefined ? 'infinity' : new Date(endOf(dateOrTime)).toISOString();
}
