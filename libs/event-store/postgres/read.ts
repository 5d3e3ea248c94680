import type { Pool, PoolClient } from 'pg';
import type { PayloadPart } from '../envelope.js';
import type { StoredBundle, StoredEvent } from '../port.js';

const eventColumns = 'position, stream, envelope';
const payloadColumns = 'position, part, salt, body';

type EventRow = { position: number; stream: string; envelope: string };
type PayloadRow = PayloadPart & { position: number };

/** Up to `limit` events after position `after` (-1: from the first), in order. An empty list: nothing newer yet. */
export async function readStored(pool: Pool, after: number, limit: number): Promise<StoredEvent[]> {
  const { events, payloads } = await readPage(pool, after, limit);
  return merge(events, payloads);
}

/** Positions are contiguous, so a plain range is enough for both tables. */
async function readPage(
  pool: Pool,
  after: number,
  limit: number,
): Promise<{ events: EventRow[]; payloads: PayloadRow[] }> {
  const events = await pool.query<EventRow>({
    name: 'read-all',
    text: `SELECT ${eventColumns} FROM vitrine.event WHERE position > $1 AND position <= $1 + $2 ORDER BY position`,
    values: [after, limit],
  });
  const last = events.rows.at(-1);
  if (!last) return { events: [], payloads: [] };
  const payloads = await pool.query<PayloadRow>({
    name: 'read-all-payloads',
    text: `SELECT ${payloadColumns} FROM vitrine.payload WHERE position > $1 AND position <= $2 ORDER BY position, part DESC`,
    values: [after, last.position],
  });
  return { events: events.rows, payloads: payloads.rows };
}

/** Events of one stream from version `from`, in order; `backwards`: from the last one down. Empty for an unknown stream. */
export async function readStream(
  db: Pool | PoolClient,
  stream: string,
  { from = 0, limit = 1_000_000, backwards = false }: { from?: number; limit?: number; backwards?: boolean },
): Promise<StoredEvent[]> {
  const events = await db.query<EventRow>({
    name: backwards ? 'read-stream-backwards' : 'read-stream',
    text: `SELECT ${eventColumns} FROM vitrine.event WHERE stream = $1 AND version >= $2
      ORDER BY version ${backwards ? 'DESC' : ''} LIMIT $3`,
    values: [stream, from, limit],
  });
  return withPayloads(db, events.rows);
}

/** The event with this id, or undefined. */
export async function readEvent(pool: Pool, id: string): Promise<StoredEvent | undefined> {
  const events = await pool.query<EventRow>(`SELECT ${eventColumns} FROM vitrine.event WHERE id = $1`, [id]);
  return (await withPayloads(pool, events.rows))[0];
}

/** Events with one of these ids, and the first event of the append with this key, in log order. */
export async function findWritten(pool: Pool | PoolClient, ids: string[], key: string | null): Promise<StoredEvent[]> {
  const events = await pool.query<EventRow>(
    `SELECT ${eventColumns} FROM vitrine.event WHERE id = ANY ($1::uuid[])
     UNION SELECT ${eventColumns} FROM vitrine.event WHERE key = $2::uuid ORDER BY position`,
    [ids, key],
  );
  return withPayloads(pool, events.rows);
}

const maxBundleBytes = 1024 * 1024;

/** The bundles of the events from position `from` (the first of a bundle) to before `to`; a few megabytes are read at a time. */
export async function* readBundles(pool: Pool, from: number, to: number): AsyncGenerator<StoredBundle> {
  // The length of a text that is stored out of line (TOAST) is known without reading it.
  const { rows } = await pool.query<{ bundle: number; bytes: number }>({
    name: 'read-bundle-sizes',
    text: `SELECT (position / 256)::int AS bundle, (sum(octet_length(body)) + 256 * 1024)::float8 AS bytes
      FROM vitrine.payload WHERE position >= $1 AND position < $2 GROUP BY 1`,
    values: [from, to],
  });
  const sizes = new Map(rows.map(({ bundle, bytes }) => [bundle, bytes]));
  for (let start = from; start < to; ) {
    let end = start;
    for (let bytes = 0; end < to; end += 256) {
      bytes += sizes.get(end / 256) ?? 256 * 1024;
      if (end > start && bytes > maxBundleBytes) break;
    }
    yield* await readSomeBundles(pool, start, Math.min(end, to));
    start = end;
  }
}

async function readSomeBundles(pool: Pool, from: number, to: number): Promise<StoredBundle[]> {
  // Payloads are read second, so that they lack what an event read here says was erased.
  const leaves = await pool.query<{ bundle: number; text: string }>({
    name: 'read-bundles',
    text: `SELECT (position / 256)::int AS bundle, string_agg(envelope, E'\n' ORDER BY position) AS text
      FROM vitrine.event WHERE position >= $1 AND position < $2 GROUP BY 1 ORDER BY 1`,
    values: [from, to],
  });
  const payloads = await pool.query<{ bundle: number; text: string }>({
    name: 'read-bundle-payloads',
    text: `SELECT (position / 256)::int AS bundle, string_agg(
        '{"index":' || position || ',"part":"' || part || '","salt":"' || encode(salt, 'hex') || '","payload":' || body || E'}\n',
        '' ORDER BY position, part DESC) AS text
      FROM vitrine.payload WHERE position >= $1 AND position < $2 GROUP BY 1`,
    values: [from, to],
  });
  const found = new Map(payloads.rows.map(({ bundle, text }) => [bundle, text]));
  return leaves.rows.map(({ bundle, text }) => ({
    index: bundle,
    leaves: Buffer.from(text),
    payloads: Buffer.from(found.get(bundle) ?? ''),
  }));
}

/** Positions of events whose row has another id, stream or version than their envelope, in log order. */
export async function readMislabelled(pool: Pool, limit: number): Promise<number[]> {
  const { rows } = await pool.query<{ position: number }>(
    `SELECT position FROM (SELECT *, envelope::json AS own FROM vitrine.event OFFSET 0) e
     WHERE own ->> 'id' <> id::text OR coalesce(own ->> 'system', own ->> 'organisation') <> stream
       OR (own ->> 'streamVersion')::int <> version
     ORDER BY position LIMIT $1`,
    [limit],
  );
  return rows.map(({ position }) => position);
}

/** How many events have no idempotency key, and the first of them. Their commands, sent again, would be recorded again. */
export async function readKeyless(pool: Pool, limit: number): Promise<{ count: number; first: number[] }> {
  const { rows } = await pool.query<{ count: number; first: number[] | null }>(
    `SELECT (SELECT count(*) FROM vitrine.event WHERE key IS NULL) AS count,
       ARRAY(SELECT position::int FROM vitrine.event WHERE key IS NULL ORDER BY position LIMIT $1) AS first`,
    [limit],
  );
  return { count: rows[0]!.count, first: rows[0]!.first ?? [] };
}

/** Streams with missing events: a release before 0.2 could leave some out after a failover. */
export async function readGaps(pool: Pool, limit: number): Promise<string[]> {
  const { rows } = await pool.query<{ stream: string }>(
    'SELECT stream FROM vitrine.event GROUP BY stream HAVING count(*) <> max(version) + 1 ORDER BY stream LIMIT $1',
    [limit],
  );
  return rows.map(({ stream }) => stream);
}

/** Position of the last event, -1 for an empty log. */
export async function readHead(pool: Pool): Promise<number> {
  const { rows } = await pool.query<{ head: number }>({
    name: 'read-head',
    text: 'SELECT coalesce(max(position), -1) AS head FROM vitrine.event',
  });
  return rows[0]!.head;
}

async function withPayloads(pool: Pool | PoolClient, events: EventRow[]): Promise<StoredEvent[]> {
  if (events.length === 0) return [];
  const { rows } = await pool.query<PayloadRow>({
    name: 'read-payloads',
    text: `SELECT ${payloadColumns} FROM vitrine.payload WHERE position = ANY ($1) ORDER BY position, part DESC`,
    values: [events.map((event) => event.position)],
  });
  const byPosition = new Map<number, PayloadPart[]>();
  for (const { position, part, salt, body } of rows) {
    const own = byPosition.get(position);
    if (own) own.push({ part, salt, body });
    else byPosition.set(position, [{ part, salt, body }]);
  }
  return events.map(({ position, stream, envelope }) => ({
    position,
    stream,
    leaf: envelope,
    payload: byPosition.get(position) ?? [],
  }));
}

/** Each event with its payload rows. Both lists are in log order. */
function merge(events: EventRow[], payloads: PayloadRow[]): StoredEvent[] {
  let next = 0;
  return events.map(({ position, stream, envelope }) => {
    const payload: PayloadPart[] = [];
    while (next < payloads.length && payloads[next]!.position < position) next++;
    while (next < payloads.length && payloads[next]!.position === position) {
      const { part, salt, body } = payloads[next++]!;
      payload.push({ part, salt, body });
    }
    return { position, stream, leaf: envelope, payload };
  });
}

/** The events of these streams that say that a payload part was erased, in log order. */
export async function readErasures(pool: Pool, streams: string[]): Promise<StoredEvent[]> {
  const events = await pool.query<EventRow>({
    name: 'read-erasures',
    text: `SELECT ${eventColumns} FROM vitrine.event
      WHERE stream = ANY ($1) AND envelope LIKE '%"type":"PayloadErased"%' ORDER BY position`,
    values: [streams],
  });
  return withPayloads(pool, events.rows);
}

/** Idempotency keys of events after `after` and before `before`, in log order. */
export async function readKeys(
  pool: Pool,
  after: number,
  before: number,
  limit: number,
): Promise<{ position: number; key: string }[]> {
  const { rows } = await pool.query<{ position: number; key: string }>(
    `SELECT position, key FROM vitrine.event WHERE position > $1 AND position < $2 AND key IS NOT NULL
     ORDER BY position LIMIT $3`,
    [after, before, limit],
  );
  return rows;
}
