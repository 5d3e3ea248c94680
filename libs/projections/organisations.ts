import type { Pool, PoolClient } from 'pg';
import type { EventData } from '#domain';
import type { Projection } from './projection.js';
import type { Erasure } from './record.js';

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
    for (const event of own) {
      const { envelope, data, erased, stream } = event;
      const { id, type, occurredAt } = envelope;
      const isErased = erased.includes('content');
      const changed = evolveOrganisation(known.get(stream), {
        id,
        type,
        occurredAt,
        organisation: stream,
        data,
        isErased,
      });
      if (changed) known.set(event.stream, changed);
    }
    await client.query(
      `INSERT INTO organisation SELECT * FROM unnest($1::text[], $2::text[])
       ON CONFLICT (id) DO UPDATE SET record = excluded.record`,
      [[...known.keys()], [...known.values()].map((organisation) => JSON.stringify(organisation))],
    );
  },
  async forget(client, organisation) {
    await client.query('DELETE FROM organisation WHERE id = $1', [organisation]);
  },
};

/** An event of an organisation itself. `data`: null if all of it was erased; `isErased`: whether its content was. */
type OrganisationEvent = {
  id: string;
  type: string;
  occurredAt: string;
  organisation: string;
  data: Record<string, unknown> | null;
  isErased: boolean;
};

/** Folds one event into an organisation. Events must come in log order. */
export function evolveOrganisation(
  organisation: Organisation | undefined,
  { id, type, occurredAt, organisation: urn, data, isErased }: OrganisationEvent,
): Organisation | undefined {
  if (type === 'OrganisationRegistered') {
    const registered = { names: {}, kind: 'unknown', country: '', ...data } as EventData['OrganisationRegistered'];
    return { ...registered, id: urn, status: 'open', registeredAt: occurredAt, formerNames: [] };
  }
  if (organisation && type === 'OrganisationClosed' && !data) return { ...organisation, status: 'closed' };
  if (!organisation || !data || isErased) return organisation;
  switch (type) {
    case 'OrganisationRenamed': {
      const { names } = data as EventData['OrganisationRenamed'];
      return {
        ...organisation,
        names,
        formerNames: [...organisation.formerNames, { names: organisation.names, until: occurredAt }],
      };
    }
    case 'OrganisationClosed':
      return {
        ...organisation,
        status: 'closed',
        closed: { ...(data as EventData['OrganisationClosed']), occurredAt },
      };
    case 'PayloadErased': {
      const { event, part, basis } = data as EventData['PayloadErased'];
      const erasure = { occurredAt, event, part, basis, erasedBy: id };
      return { ...organisation, erasures: [...(organisation.erasures ?? []), erasure] };
    }
    default:
      return organisation;
  }
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
