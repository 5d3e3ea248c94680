import type { Pool, PoolClient } from 'pg';
import type { PartName, PayloadPart } from './envelope.js';
import { type EventRow, type PayloadRow, type RecordedEvent, toRecordedEvent } from './recorded-event.js';

const eventColumns = 'position, stream, envelope';
const payloadColumns = 'position, part, salt, body';

/** An event as it lies in the store, nothing parsed: for exports, which pass it on as it is. */
export type StoredEvent = { position: number; leaf: string; payload: PayloadPart[] };

/** Up to `limit` events after position `after` (-1: from the first), in order. An empty list: nothing newer yet. */
export async function readAll(pool: Pool, after: number, limit: number): Promise<RecordedEvent[]> {
  const { events, payloads } = await readPage(pool, after, limit);
  return merge(events, payloads).map(({ event, own }) => toRecordedEvent(event, own));
}

/** The same, unparsed. */
export async function readStored(pool: Pool, after: number, limit: number): Promise<StoredEvent[]> {
  const { events, payloads } = await readPage(pool, after, limit);
  return merge(events, payloads).map(({ event, own }) => ({
    position: event.position,
    leaf: event.envelope,
    payload: own,
  }));
}

/** Positions are contiguous, so both tables are read by a plain range. */
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

/** Events of one stream from version `from`, in order. An unknown stream is an empty list. */
export async function readStream(pool: Pool, stream: string, from = 0, limit = 1_000_000): Promise<RecordedEvent[]> {
  const events = await pool.query<EventRow>({
    name: 'read-stream',
    text: `SELECT ${eventColumns} FROM vitrine.event WHERE stream = $1 AND version >= $2 ORDER BY version LIMIT $3`,
    values: [stream, from, limit],
  });
  return withPayloads(pool, events.rows);
}

/** Events of one stream from the last to the first. */
export async function readStreamBackwards(pool: Pool, stream: string, limit: number): Promise<RecordedEvent[]> {
  const events = await pool.query<EventRow>({
    name: 'read-stream-backwards',
    text: `SELECT ${eventColumns} FROM vitrine.event WHERE stream = $1 ORDER BY version DESC LIMIT $2`,
    values: [stream, limit],
  });
  return withPayloads(pool, events.rows);
}

/** The event with this id, or undefined. */
export async function readEvent(pool: Pool, id: string): Promise<RecordedEvent | undefined> {
  const events = await pool.query<EventRow>(`SELECT ${eventColumns} FROM vitrine.event WHERE id = $1`, [id]);
  return (await withPayloads(pool, events.rows))[0];
}

/** Events with one of these ids, or first of an append with this key, in log order. */
export async function findWritten(
  pool: Pool | PoolClient,
  ids: string[],
  key: string | null,
): Promise<RecordedEvent[]> {
  const events = await pool.query<EventRow>(
    `SELECT ${eventColumns} FROM vitrine.event WHERE id = ANY ($1::uuid[])
     UNION SELECT ${eventColumns} FROM vitrine.event WHERE key = $2::uuid ORDER BY position`,
    [ids, key],
  );
  return withPayloads(pool, events.rows);
}

/**
 * Events by the bundle of 256, as bytes and put together by the database, for the log: `leaves`, a line each; `payloads`, the
 * lines of the bundle's payload file (schema/log/README.md). Far less work than a row an event.
 */
export type StoredBundle = { index: number; leaves: Buffer; payloads: Buffer };

const maxBundleBytes = 1024 * 1024;

/** The bundles with the events from position `from`, the first of a bundle, to before `to`; a few megabytes at a time. */
export async function* readBundles(pool: Pool, from: number, to: number): AsyncGenerator<StoredBundle> {
  // Of a text that lies apart its length is known without reading it.
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
  // Payloads second: what an event read here says was erased is not in them.
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

/** Positions of events whose row says another id, stream or version than their envelope, from the first on. */
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

/** How many events have no idempotency key, and the first of them: the same command sent again would be recorded again. */
export async function readKeyless(pool: Pool, limit: number): Promise<{ count: number; first: number[] }> {
  const { rows } = await pool.query<{ count: number; first: number[] | null }>(
    `SELECT (SELECT count(*) FROM vitrine.event WHERE key IS NULL) AS count,
       ARRAY(SELECT position::int FROM vitrine.event WHERE key IS NULL ORDER BY position LIMIT $1) AS first`,
    [limit],
  );
  return { count: rows[0]!.count, first: rows[0]!.first ?? [] };
}

/** Streams of which events are missing in between: a release before 0.2 could leave some out after a failover. */
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

async function withPayloads(pool: Pool | PoolClient, events: EventRow[]): Promise<RecordedEvent[]> {
  if (events.length === 0) return [];
  const { rows } = await pool.query<PayloadRow>({
    name: 'read-payloads',
    text: `SELECT ${payloadColumns} FROM vitrine.payload WHERE position = ANY ($1) ORDER BY position, part DESC`,
    values: [events.map((event) => event.position)],
  });
  const byPosition = new Map<number, PayloadRow[]>();
  for (const row of rows) byPosition.set(row.position, [...(byPosition.get(row.position) ?? []), row]);
  return events.map((event) => toRecordedEvent(event, byPosition.get(event.position) ?? []));
}

/** Each event with its payload rows. Both lists are in log order. */
function merge(events: EventRow[], payloads: PayloadRow[]): { event: EventRow; own: PayloadRow[] }[] {
  let next = 0;
  return events.map((event) => {
    const own: PayloadRow[] = [];
    while (next < payloads.length && payloads[next]!.position < event.position) next++;
    while (next < payloads.length && payloads[next]!.position === event.position) own.push(payloads[next++]!);
    return { event, own };
  });
}

/** An event that says that a payload part of another event of its stream was erased by law. `basis`: code of erasure-basis. */
export type ErasureNote = {
  stream: string;
  event: string;
  part: PartName;
  basis: string;
  erasedBy: string;
  position: number;
  occurredAt: string;
};

/** What was erased from the given streams, in log order. */
export async function readErasures(pool: Pool, streams: string[]): Promise<ErasureNote[]> {
  const events = await pool.query<EventRow>({
    name: 'read-erasures',
    text: `SELECT ${eventColumns} FROM vitrine.event
      WHERE stream = ANY ($1) AND envelope LIKE '%"type":"PayloadErased"%' ORDER BY position`,
    values: [streams],
  });
  return (await withPayloads(pool, events.rows)).map(({ envelope, data, position, stream }) => {
    const { event, part, basis } = data as Pick<ErasureNote, 'event' | 'part' | 'basis'>;
    return { stream, event, part, basis, erasedBy: envelope.id, position, occurredAt: envelope.occurredAt };
  });
}
