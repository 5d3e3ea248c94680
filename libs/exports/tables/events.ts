import type { Readable } from 'node:stream';
import type { Pool } from 'pg';
import { type EventStore, eventSql, leafHash, lineSelect, type RecordedEvent, type StoredEvent } from '#event-store';
import type { Cell } from '../csv.js';
import { copyCsv, copyLines, ofSnapshot, type Snapshot } from '../snapshot.js';
import type { Column } from './column.js';

/** A column of the table of events: `cell` gets it from an event, `sql` from the database (eventSql, with the timeline as `t`). */
type EventColumn = Column<RecordedEvent> & { sql: string };

// Events that could not be applied to the read models are in the log all the same.
const own = (column: string, member: string) => `coalesce(t.${column}, ${eventSql.member(member)})`;

/** The columns of the table of events. */
export const eventTable: EventColumn[] = [
  {
    name: 'position',
    type: 'integer',
    description: 'Its place in the log, from 0 without gaps.',
    cell: ({ position }) => position,
    sql: eventSql.position,
  },
  {
    name: 'event_id',
    type: 'string',
    description: 'Its id (UUIDv7).',
    cell: ({ envelope }) => envelope.id,
    sql: eventSql.id,
  },
  {
    name: 'origin',
    type: 'string',
    description: 'The register that recorded it.',
    cell: ({ envelope }) => envelope.origin,
    sql: eventSql.origin,
  },
  {
    name: 'organisation',
    type: 'string',
    description: 'URN of the organisation that it belongs to.',
    cell: ({ envelope }) => envelope.organisation,
    sql: own('organisation', 'organisation'),
  },
  {
    name: 'system',
    type: 'string',
    description: 'URN of the system; empty for an event of the organisation itself.',
    cell: ({ envelope }) => envelope.system,
    sql: `CASE WHEN t.position IS NULL THEN ${eventSql.member('system')} ELSE t.system END`,
  },
  {
    name: 'stream_version',
    type: 'integer',
    description: 'Its number among the events of the system, or of the organisation, from 0.',
    cell: ({ envelope }) => envelope.streamVersion,
    sql: eventSql.version,
  },
  {
    name: 'type',
    type: 'string',
    description: 'Its kind (code list event-type).',
    cell: ({ envelope }) => envelope.type,
    sql: own('type', 'type'),
  },
  {
    name: 'schema_version',
    type: 'integer',
    description: 'Version of the JSON Schema under which it was recorded.',
    cell: ({ envelope }) => envelope.schemaVersion,
    sql: eventSql.number('schemaVersion'),
  },
  {
    name: 'occurred_at',
    type: 'string',
    description: 'When it was true in the city: a date, or a UTC time.',
    cell: ({ envelope }) => envelope.occurredAt,
    sql: own('occurred_at', 'occurredAt'),
  },
  {
    name: 'recorded_at',
    type: 'datetime',
    description: 'When it was recorded, UTC.',
    cell: ({ envelope }) => envelope.recordedAt,
    sql: eventSql.text('recordedAt'),
  },
  {
    name: 'actor_organisation',
    type: 'string',
    description: 'URN of the organisation of whoever recorded it.',
    cell: ({ envelope }) => envelope.actor.organisation,
    sql: own('actor_organisation', 'actor,organisation'),
  },
  {
    name: 'actor_role',
    type: 'string',
    description: 'The role of whoever recorded it; never a person.',
    cell: ({ envelope }) => envelope.actor.role,
    sql: own('actor_role', 'actor,role'),
  },
  {
    name: 'previous',
    type: 'string',
    description: 'SHA-256 (hex) of the envelope before it of the same system or organisation; empty for the first.',
    cell: ({ envelope }) => envelope.previous,
    sql: `nullif(${eventSql.text('previous')}, '')`,
  },
  {
    name: 'leaf_sha256',
    type: 'string',
    description: 'SHA-256 (hex) of its envelope (the leaf of the log).',
    cell: ({ leaf }) => leafHash(leaf),
    sql: eventSql.leafHash,
  },
  {
    name: 'commitments',
    type: 'string',
    description: 'part:commitment for each part of what it carries, with a space between.',
    cell: ({ envelope }) => envelope.parts.map(({ role, commitment }) => `${role}:${commitment}`).join(' '),
    sql: eventSql.commitments,
  },
  {
    name: 'erased',
    type: 'string',
    description: 'Parts of it that were erased by law, with a space between.',
    cell: ({ erased }) => erased.join(' '),
    sql: "coalesce(t.erased, '')",
  },
  {
    name: 'data',
    type: 'object',
    description: 'What it carries, as the newest version of its JSON Schema says; empty when it was erased.',
    cell: ({ data }) => (data === null ? '' : JSON.stringify(data)),
    sql: `CASE WHEN t.position IS NULL THEN ${eventSql.content} ELSE t.data END`,
  },
];

/** The same columns by name. */
export const eventColumns: { [header: string]: (event: RecordedEvent) => Cell } = Object.fromEntries(
  eventTable.map(({ name, cell }) => [name, cell]),
);

/** Some positions of the log, as an SQL condition on a column. */
export type Positions = (column: string) => string;

/** The positions after one, up to another. */
export const positions =
  (after: number, upTo: number): Positions =>
  (column) =>
    `${column} > ${Number(after)} AND ${column} <= ${Number(upTo)}`;

/** The query for the table of events. */
export const eventSelect = (within: Positions) =>
  `SELECT ${eventTable.map(({ name, sql }) => `${sql} AS ${name}`).join(', ')} FROM ${eventSql.beside('timeline', within)}
   WHERE ${within(eventSql.position)} ORDER BY ${eventSql.position}`;

/** The query for lines of the log. */
export const linesWithin = (within: Positions, options?: { asMembers: boolean }) =>
  lineSelect(within(eventSql.position), options);

/** The events up to the position of the snapshot, one JSON object per line (see toLine). Uses constant memory. */
export function eventLines(snapshot: Snapshot): Readable {
  return ofSnapshot(snapshot, (client) => copyLines(client, linesWithin(positions(-1, snapshot.at))));
}

/** The same as the members of one JSON array, without its brackets. */
export function eventMembers(snapshot: Snapshot): Readable {
  const members = linesWithin(positions(-1, snapshot.at), { asMembers: true });
  return ofSnapshot(snapshot, (client) => copyLines(client, members));
}

/** The table of events as CSV, with a header. No cell can be read as a formula: they are numbers, codes, names, hashes and JSON objects. */
export function eventCsv(snapshot: Snapshot): Readable {
  return ofSnapshot(snapshot, (client) => copyCsv(client, eventSelect(positions(-1, snapshot.at)), true));
}

const pageSize = 1000;

/** The rows of the table of events, as cells in the order of `eventTable`, a page at a time. */
export async function* eventRows(snapshot: Snapshot): AsyncGenerator<Cell[][]> {
  for (let last = -1; last < snapshot.at; ) {
    const { rows } = await snapshot.client.query<Cell[]>({
      name: 'event-rows',
      text: eventSelect((column) => `${column} > $1 AND ${column} <= $2`),
      values: [last, Math.min(last + pageSize, snapshot.at)],
      rowMode: 'array',
    });
    last += rows.length;
    yield rows;
  }
}

/**
 * A line of the log: {"position", "envelope", "payload": {"content": {"salt", "body"}, ...}}. The envelope is byte for byte as it was hashed;
 * the salt is hex. An erased part is absent.
 */
export function toLine({ position, leaf, payload }: Pick<StoredEvent, 'position' | 'leaf' | 'payload'>): string {
  const parts = payload.map(({ part, salt, body }) => `"${part}":{"salt":"${salt.toString('hex')}","body":${body}}`);
  return `{"position":${position},"envelope":${leaf},"payload":{${parts.join(',')}}}`;
}

/** Rows of the table of events, by column name, for the positions from one to before another. */
export async function readEventRows(
  db: Pick<Pool, 'query'>,
  from: number,
  to: number,
): Promise<{ [column: string]: Cell }[]> {
  const { rows } = await db.query<{ [column: string]: Cell }>({
    name: 'event-rows-by-name',
    text: eventSelect((column) => `${column} >= $1 AND ${column} < $2`),
    values: [from, to],
  });
  return rows;
}

const linesAtOnce = 100;

/** Lines of the log after one position, up to another, read straight from the store in short pages: readers may be very slow. */
export async function* storedLines(store: EventStore, after: number, upTo: number): AsyncGenerator<string> {
  for (let last = after; last < upTo; ) {
    const events = await store.readStored(last, Math.min(linesAtOnce, upTo - last));
    if (events.length === 0) return;
    last = events.at(-1)!.position;
    yield `${events.map(toLine).join('\n')}\n`;
  }
}
