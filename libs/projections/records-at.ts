import type { Pool, PoolClient } from 'pg';
import type { EventData } from '#domain';
import { evolveOrganisation, type Organisation } from './organisations.js';
import { foldRowsUpTo } from './timeline.js';

const pageSize = 200;

/** A current record: as JSON text, with the position of the last event that changed it. */
export type RecordAt = { id: string; record: string; position: number };

/** All current records by id, a page at a time, as the read models have them now. */
export async function* readCurrentRecords(client: PoolClient): AsyncGenerator<RecordAt[]> {
  for (let last = ''; ; ) {
    const { rows } = await client.query<RecordAt>({
      name: 'current-records',
      text: 'SELECT id, record, position FROM system WHERE id > $1 ORDER BY id LIMIT $2',
      values: [last, pageSize],
    });
    if (rows.length === 0) return;
    last = rows.at(-1)!.id;
    yield rows;
  }
}

/** All records by id as the events up to a position have them: the same that was current when that was the newest, but for what was erased since. */
export async function* readRecordsAt(client: PoolClient, position: number): AsyncGenerator<RecordAt[]> {
  for (let last = ''; ; ) {
    const { rows } = await client.query<{ id: string }>({
      name: 'records-at',
      text: `SELECT id FROM system s WHERE id > $1 AND EXISTS (SELECT FROM timeline t
        WHERE t.system = s.id AND t.type = 'SystemRegistered' AND t.position <= $2) ORDER BY id LIMIT $3`,
      values: [last, position, pageSize],
    });
    if (rows.length === 0) return;
    last = rows.at(-1)!.id;
    const records = await foldRowsUpTo(
      client,
      rows.map(({ id }) => id),
      position,
    );
    yield records.map(({ record, position }) => ({ id: record.id, record: JSON.stringify(record), position }));
  }
}

/** The organisations by id as the events up to a position have them. */
export async function readOrganisationsAt(client: PoolClient, position: number): Promise<Organisation[]> {
  const { rows } = await client.query<{
    organisation: string;
    type: keyof EventData;
    occurred_at: string;
    event_id: string;
    erased: string;
    data: string | null;
  }>(
    `SELECT organisation, type, occurred_at, event_id, erased, data FROM timeline
     WHERE system IS NULL AND position <= $1 ORDER BY organisation, position`,
    [position],
  );
  const found = new Map<string, Organisation>();
  for (const row of rows) {
    const organisation = evolveOrganisation(found.get(row.organisation), {
      id: row.event_id,
      type: row.type,
      occurredAt: row.occurred_at,
      organisation: row.organisation,
      data: row.data === null ? null : (JSON.parse(row.data) as Record<string, unknown>),
      isErased: row.erased.includes('content'),
    });
    if (organisation) found.set(row.organisation, organisation);
  }
  return [...found.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
}

/** What events after a position say was erased: `event`, at `eventPosition`, by `erasedBy`, at `position`. */
export async function readErasuresAfter(
  db: Pick<Pool, 'query'>,
  after: number,
): Promise<{ position: number; erasedBy: string; event: string; eventPosition: number }[]> {
  const { rows } = await db.query<{ position: number; by: string; event: string; event_position: number }>({
    name: 'erasures-after',
    text: `SELECT t.position, t.event_id AS by, e.id AS event, e.position AS event_position
      FROM timeline t JOIN vitrine.event e ON e.id = (t.data::jsonb ->> 'event')::uuid
      WHERE t.type = 'PayloadErased' AND t.position > $1 ORDER BY t.position`,
    values: [after],
  });
  return rows.map(({ position, by, event, event_position }) => ({
    position,
    erasedBy: by,
    event,
    eventPosition: event_position,
  }));
}
