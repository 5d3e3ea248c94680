import type { Pool, PoolClient } from 'pg';
import { eventSql, readPositions } from '#event-store';
import { foldRowsUpTo } from './facts.js';
import { readReached } from './live.js';

const pageSize = 200;

/** A record as JSON text, with the log position of the last event that changed it. */
export type RecordAt = { id: string; record: string; position: number };

let cursors = 0;

/**
 * Ids of systems, a page at a time, in code point order: the same in every database, whatever its collation. `from`: SQL for a table of them. Needs
 * a transaction.
 */
async function* pagesOfIds(client: PoolClient, from = 'system'): AsyncGenerator<string[]> {
  const cursor = `ids_${cursors++}`;
  await client.query(`DECLARE ${cursor} CURSOR FOR SELECT id FROM ${from} ORDER BY id COLLATE "C"`);
  for (;;) {
    const { rows } = await client.query<{ id: string }>(`FETCH ${pageSize} FROM ${cursor}`);
    if (rows.length === 0) break;
    yield rows.map(({ id }) => id);
  }
  await client.query(`CLOSE ${cursor}`);
}

/** All current records by id, a page at a time, as the read models have them now. */
export async function* readCurrentRecords(client: PoolClient): AsyncGenerator<RecordAt[]> {
  for await (const ids of pagesOfIds(client)) {
    const { rows } = await client.query<RecordAt>({
      name: 'current-records',
      text: 'SELECT id, record, position FROM system WHERE id = ANY ($1)',
      values: [ids],
    });
    const found = new Map(rows.map((row) => [row.id, row]));
    yield ids.map((id) => found.get(id)!);
  }
}

/** All records by id, a page at a time, folded from the events up to a sequence: what was current then, except for what was erased since. */
export async function* readRecordsAt(client: PoolClient, sequence: number): AsyncGenerator<RecordAt[]> {
  const registered = `(SELECT DISTINCT system AS id FROM timeline
    WHERE type = 'SystemRegistered' AND sequence <= ${Number(sequence)}) s`;
  for await (const ids of pagesOfIds(client, registered)) {
    const records = await foldRowsUpTo(client, ids, sequence);
    const found = new Map(records.map((folded) => [folded.record.id, folded]));
    yield ids.flatMap((id) => {
      const folded = found.get(id);
      return folded ? [{ id, record: JSON.stringify(folded.record), position: folded.position }] : [];
    });
  }
}

/**
 * A page of records by id, folded from the events up to a sequence, and the id after which the next page begins (undefined on the last page).
 * Needs a transaction of its own: while that sequence is the newest, the current records are read as they are.
 */
export async function readRecordPage(
  client: PoolClient,
  sequence: number,
  after: string,
  size: number,
): Promise<{ records: RecordAt[]; last: string | undefined }> {
  const isNewest = (await readReached(client)).sequence === sequence;
  const { rows } = await client.query<RecordAt>({
    name: 'record-page',
    text: `SELECT id, record, position FROM system WHERE id COLLATE "C" > $1 ORDER BY id COLLATE "C" LIMIT $2`,
    values: [after, size],
  });
  const last = rows.length === size ? rows.at(-1)!.id : undefined;
  if (isNewest) return { records: rows, last };
  const ids = rows.map(({ id }) => id);
  const folded = new Map((await foldRowsUpTo(client, ids, sequence)).map((each) => [each.record.id, each]));
  const records = ids.flatMap((id) => {
    const each = folded.get(id);
    return each ? [{ id, record: JSON.stringify(each.record), position: each.position }] : [];
  });
  return { records, last };
}

/** Erasures in the register's own log after a position: event `erasedBy`, at `position`, erased a part of `event`, which is at `eventPosition`. */
export async function readErasuresAfter(
  db: Pick<Pool, 'query'>,
  after: number,
): Promise<{ position: number; erasedBy: string; recordedAt: number; event: string; eventPosition: number }[]> {
  const { rows } = await db.query<{ position: number; by: string; ms: number; event: string }>({
    name: 'erasures-after',
    text: `SELECT position, event_id AS by, extract(epoch FROM recorded_at)::float8 * 1000 AS ms,
        (data::jsonb ->> 'event')::uuid::text AS event
      FROM timeline WHERE type = 'PayloadErased' AND origin = ${eventSql.origin} AND position > $1 ORDER BY position`,
    values: [after],
  });
  const positions = await readPositions(
    db,
    rows.map(({ event }) => event),
  );
  return rows.flatMap(({ position, by, ms, event }) => {
    const eventPosition = positions.get(event);
    return eventPosition === undefined ? [] : [{ position, erasedBy: by, recordedAt: ms, event, eventPosition }];
  });
}
