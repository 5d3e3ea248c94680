import type { Pool, PoolClient } from 'pg';
import { type DomainEvent, type EventData, settle, toDomainEvent } from '#domain';
import { toTimestamp } from './facts.js';
import { type EventRow, groupBy, type Projection } from './projection.js';
import type { Erasure } from './system-record.js';
import { eventOfRow } from './timeline.js';

export type Organisation = EventData['OrganisationRegistered'] & {
  id: string;
  status: 'open' | 'closed';
  registeredAt: string;
  formerNames: { names: EventData['OrganisationRegistered']['names']; until: string }[];
  closed?: EventData['OrganisationClosed'] & { occurredAt: string };
  erasures?: (Erasure & { occurredAt: string })[];
};

/** The organisations of the register, with their former names. */
export const organisations: Projection = {
  name: 'organisations',
  tables: 'CREATE TABLE organisation (id text PRIMARY KEY, record text NOT NULL)',
  indexes: '',
  async apply(client, events) {
    const own = events.filter(({ envelope }) => envelope.system === undefined);
    if (own.length === 0) return;
    const known = await load(client, [...new Set(own.map((event) => event.stream))]);
    for (const { envelope, data, erased, stream } of own) {
      const changed = evolveOrganisation(known.get(stream), toDomainEvent(envelope, data, erased), stream);
      if (changed) known.set(stream, changed);
    }
    await write(client, [...known.values()]);
  },
  async settle(client, streams) {
    await client.query('DELETE FROM organisation WHERE id = ANY ($1)', [streams]);
    await write(client, await foldOrganisations(client, Number.MAX_SAFE_INTEGER, streams));
  },
  async forget(client, organisation) {
    await client.query('DELETE FROM organisation WHERE id = $1', [organisation]);
  },
};

async function write(client: PoolClient, organisations: Organisation[]): Promise<void> {
  await client.query(
    `INSERT INTO organisation SELECT * FROM unnest($1::text[], $2::text[])
     ON CONFLICT (id) DO UPDATE SET record = excluded.record`,
    [organisations.map(({ id }) => id), organisations.map((organisation) => JSON.stringify(organisation))],
  );
}

/** Folds one settled event into the organisation `id`. Events must come in the order of recording. */
export function evolveOrganisation(
  organisation: Organisation | undefined,
  event: DomainEvent,
  id: string,
): Organisation | undefined {
  const { occurredAt, erased } = event;
  if (event.type === 'OrganisationRegistered') {
    const registered = { ...{ names: {}, kind: 'unknown' as const, country: '' }, ...event.data };
    return { ...registered, id, status: 'open', registeredAt: occurredAt, formerNames: [] };
  }
  if (!organisation) return organisation;
  switch (event.type) {
    case 'OrganisationRenamed': {
      if (erased) return organisation;
      const former = { names: organisation.names, until: occurredAt };
      return { ...organisation, names: event.data.names, formerNames: [...organisation.formerNames, former] };
    }
    case 'OrganisationClosed':
      if (erased) return { ...organisation, status: 'closed' };
      return { ...organisation, status: 'closed', closed: { ...event.data, occurredAt } };
    case 'PayloadErased': {
      const { event: about, part, basis } = event.data;
      const erasure = { occurredAt, event: about, part, basis, erasedBy: event.id! };
      return { ...organisation, erasures: [...(organisation.erasures ?? []), erasure] };
    }
    default:
      return organisation;
  }
}

/** Organisations (default: all) by id, folded from the events up to a sequence, and up to a day of recording. */
export async function foldOrganisations(
  db: Pick<Pool, 'query'>,
  sequence: number,
  ids: string[] | null = null,
  recorded?: string,
): Promise<Organisation[]> {
  const { rows } = await db.query<OrganisationRow>(
    `SELECT organisation, type, occurred_at, event_id, erased, data, sequence > $1 OR recorded_at > $3 AS is_later FROM timeline
     WHERE system IS NULL AND (sequence <= $1 AND recorded_at <= $3 OR type = 'PayloadErased') AND ($2::text[] IS NULL OR organisation = ANY ($2))
     ORDER BY organisation COLLATE "C", sequence`,
    [sequence, ids, toTimestamp(recorded)],
  );
  return [...groupBy(rows, ({ organisation }) => organisation)].flatMap(([id, own]) => {
    const [events, erasures] = [false, true].map((isLater) =>
      own.filter((row) => row.is_later === isLater).map(eventOfRow),
    ) as [DomainEvent[], DomainEvent[]];
    const fold = (known: Organisation | undefined, { event }: { event: DomainEvent }) =>
      evolveOrganisation(known, event, id);
    return settle(events, erasures).reduce(fold, undefined) ?? [];
  });
}

type OrganisationRow = EventRow & { is_later: boolean };

/** An organisation by what had been recorded by a day. */
export async function readOrganisationKnown(
  pool: Pool,
  id: string,
  recorded: string,
): Promise<Organisation | undefined> {
  return (await foldOrganisations(pool, Number.MAX_SAFE_INTEGER, [id], recorded))[0];
}

/** Organisations as they are at this point of a batch. */
export async function readOrganisationsOf(client: PoolClient, ids: string[]): Promise<Map<string, Organisation>> {
  return load(client, ids);
}

async function load(client: PoolClient, ids: string[]): Promise<Map<string, Organisation>> {
  const { rows } = await client.query<{ id: string; record: string }>(
    'SELECT * FROM organisation WHERE id = ANY ($1)',
    [ids],
  );
  return new Map(rows.map(({ id, record }) => [id, JSON.parse(record) as Organisation]));
}

/** The first organisations, by id, that have a notice to be shown beside all their content. */
export async function readNotices(pool: Pool, first: number): Promise<Pick<Organisation, 'names' | 'notice'>[]> {
  const { rows } = await pool.query<{ record: string }>(
    `SELECT record FROM organisation WHERE record LIKE '%"notice":%' ORDER BY id LIMIT $1`,
    [first],
  );
  return rows.map(({ record }) => JSON.parse(record) as Organisation);
}

/** A page of organisations by id, after an id, with the total. */
export async function readOrganisations(
  pool: Pool,
  first: number,
  after = '',
): Promise<{ organisations: Organisation[]; total: number; hasMore: boolean }> {
  const { rows } = await pool.query<{ record: string }>(
    'SELECT record FROM organisation WHERE id > $1 ORDER BY id LIMIT $2',
    [after, first + 1],
  );
  const total = await pool.query<{ total: number }>('SELECT count(*) AS total FROM organisation');
  return {
    organisations: rows.slice(0, first).map(({ record }) => JSON.parse(record) as Organisation),
    total: total.rows[0]!.total,
    hasMore: rows.length > first,
  };
}

/** The organisations with these ids; unknown ids are left out. */
export async function readOrganisationsById(pool: Pool, ids: string[]): Promise<Organisation[]> {
  const { rows } = await pool.query<{ record: string }>({
    name: 'organisations-by-id',
    text: 'SELECT record FROM organisation WHERE id = ANY ($1)',
    values: [ids],
  });
  return rows.map(({ record }) => JSON.parse(record) as Organisation);
}
