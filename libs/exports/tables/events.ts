import type { Readable } from 'node:stream';
import type { Pool } from 'pg';
import { type EventStore, leafHash, type RecordedEvent, type StoredEvent } from '#event-store';
import type { Cell } from '../csv.js';
import { copyCsv, copyLines, ofSnapshot, type Snapshot } from '../snapshot.js';
import type { Column } from './column.js';

/** A column of the table of events: from an event, and from the database (`e`: event, `t`: timeline). */
type EventColumn = Column<RecordedEvent> & { sql: string };

// An envelope is canonical JSON (RFC 8785): its members are in order and without spaces, and no quote stands in a string but escaped. So a
// member is found by its name, in a third of the time that parsing takes.
const stringOf = (member: string) => `split_part(split_part(e.envelope, '"${member}":"', 2), '"', 1)`;
// {"commitment":"<hex>","role":"content"}: quotes are the borders.
const commitmentOf = (nth: number) => {
  const part = `split_part(e.envelope, '{"commitment":"', ${nth + 1})`;
  return `nullif(split_part(${part}, '"', 5) || ':' || split_part(${part}, '"', 1), ':')`;
};

// What the read models could not take is in the log all the same.
const own = (column: string, member: string) => `coalesce(t.${column}, e.envelope::jsonb #>> '{${member}}')`;

/** What a table says of an event. */
export const eventTable: EventColumn[] = [
  {
    name: 'position',
    type: 'integer',
    description: 'Its place in the log, from 0 without gaps.',
    cell: ({ position }) => position,
    sql: 'e.position',
  },
  {
    name: 'event_id',
    type: 'string',
    description: 'Its id (UUIDv7).',
    cell: ({ envelope }) => envelope.id,
    sql: 'e.id',
  },
  {
    name: 'origin',
    type: 'string',
    description: 'The register that recorded it.',
    cell: ({ envelope }) => envelope.origin,
    // The same in every event of a register: found once.
    sql: "(SELECT envelope::jsonb ->> 'origin' FROM vitrine.event WHERE position = 0)",
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
    sql: "CASE WHEN t.position IS NULL THEN e.envelope::jsonb ->> 'system' ELSE t.system END",
  },
  {
    name: 'stream_version',
    type: 'integer',
    description: 'Its number among the events of the system, or of the organisation, from 0.',
    cell: ({ envelope }) => envelope.streamVersion,
    sql: 'e.version',
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
    description: 'Version of the JSON Schema of what it carries.',
    cell: ({ envelope }) => envelope.schemaVersion,
    sql: `split_part(split_part(e.envelope, '"schemaVersion":', 2), ',', 1)::int`,
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
    sql: stringOf('recordedAt'),
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
    sql: `nullif(${stringOf('previous')}, '')`,
  },
  {
    name: 'leaf_sha256',
    type: 'string',
    description: 'SHA-256 (hex) of its envelope (the leaf of the log).',
    cell: ({ leaf }) => leafHash(leaf),
    sql: "encode(sha256(convert_to(e.envelope, 'UTF8')), 'hex')",
  },
  {
    name: 'commitments',
    type: 'string',
    description: 'part:commitment for each part of what it carries, with a space between.',
    cell: ({ envelope }) => envelope.parts.map(({ role, commitment }) => `${role}:${commitment}`).join(' '),
    sql: `concat_ws(' ', ${commitmentOf(1)}, ${commitmentOf(2)})`,
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
    description: 'What it carries, as its JSON Schema says; empty when it was erased.',
    cell: ({ data }) => (data === null ? '' : JSON.stringify(data)),
    sql: "CASE WHEN t.position IS NULL THEN (SELECT p.body FROM vitrine.payload p WHERE p.position = e.position AND p.part = 'content') ELSE t.data END",
  },
];

/** The same by name. */
export const eventColumns: { [header: string]: (event: RecordedEvent) => Cell } = Object.fromEntries(
  eventTable.map(({ name, cell }) => [name, cell]),
);

// Both tables are read in order of position, side by side. Positions have no gaps.
const from = 'vitrine.event e LEFT JOIN timeline t USING (position)';
/** The query for the table of events. Exported for the benchmark. */
export const eventSelect = (where: string) =>
  `SELECT ${eventTable.map(({ name, sql }) => `${sql} AS ${name}`).join(', ')} FROM ${from} WHERE ${where} ORDER BY e.position`;

const part = (alias: string, role: string) =>
  `'"${role}":{"salt":"' || encode(${alias}.salt, 'hex') || '","body":' || ${alias}.body || '}'`;
/** The line of an event, see toLine. */
const line = `'{"position":' || e.position || ',"envelope":' || e.envelope || ',"payload":{'
  || concat_ws(',', ${part('a', 'content')}, ${part('b', 'contact')}) || '}}'`;
const lines = (text: string, where: string) => `SELECT ${text} FROM vitrine.event e
  LEFT JOIN vitrine.payload a ON a.position = e.position AND a.part = 'content'
  LEFT JOIN vitrine.payload b ON b.position = e.position AND b.part = 'contact'
  WHERE ${where} ORDER BY e.position`;
/** The query for the lines of the JSON Lines file. Exported for the benchmark. */
export const lineSelect = (where: string) => lines(`${line} AS line`, where);
/** The condition for the positions after one, up to another. */
export const positions = (after: number, upTo: number) =>
  `e.position > ${Number(after)} AND e.position <= ${Number(upTo)}`;

/** The events up to the position of the snapshot, one JSON object a line (see toLine). Constant memory. */
export function eventLines(snapshot: Snapshot): Readable {
  return ofSnapshot(snapshot, (client) => copyLines(client, lineSelect(positions(-1, snapshot.at))));
}

/** The same as the members of one JSON array, without its brackets. */
export function eventMembers(snapshot: Snapshot): Readable {
  const members = lines(`CASE WHEN e.position = 0 THEN '' ELSE ',' END || ${line}`, positions(-1, snapshot.at));
  return ofSnapshot(snapshot, (client) => copyLines(client, members));
}

/** The table of events as CSV, with a header. No cell of it can be a formula: they are numbers, codes, names, hashes and JSON objects. */
export function eventCsv(snapshot: Snapshot): Readable {
  return ofSnapshot(snapshot, (client) => copyCsv(client, eventSelect(positions(-1, snapshot.at)), true));
}

const pageSize = 1000;

/** The rows of the table of events, as cells in the order of `eventTable`, a page at a time. */
export async function* eventRows(snapshot: Snapshot): AsyncGenerator<Cell[][]> {
  for (let last = -1; last < snapshot.at; ) {
    const { rows } = await snapshot.client.query<Cell[]>({
      name: 'event-rows',
      text: eventSelect('e.position > $1 AND e.position <= $2'),
      values: [last, Math.min(last + pageSize, snapshot.at)],
      rowMode: 'array',
    });
    last += rows.length;
    yield rows;
  }
}

/**
 * {"position", "envelope", "payload": {"content": {"salt", "body"}, ...}}. The envelope stands byte for byte as it was
 * hashed; salt is hex. A part that was erased is absent.
 */
export function toLine({ position, leaf, payload }: StoredEvent): string {
  const parts = payload.map(({ part, salt, body }) => `"${part}":{"salt":"${salt.toString('hex')}","body":${body}}`);
  return `{"position":${position},"envelope":${leaf},"payload":{${parts.join(',')}}}`;
}

/** Rows of the table of events by name, of the positions from one to before another. */
export async function readEventRows(
  db: Pick<Pool, 'query'>,
  from: number,
  to: number,
): Promise<{ [column: string]: Cell }[]> {
  const { rows } = await db.query<{ [column: string]: Cell }>({
    name: 'event-rows-by-name',
    text: eventSelect('e.position >= $1 AND e.position < $2'),
    values: [from, to],
  });
  return rows;
}

const linesAtOnce = 100;

/** Lines of the log after a position up to another, straight from the store: for readers who may take for ever. */
export async function* storedLines(store: EventStore, after: number, upTo: number): AsyncGenerator<string> {
  for (let last = after; last < upTo; ) {
    const events = await store.readStored(last, Math.min(linesAtOnce, upTo - last));
    if (events.length === 0) return;
    last = events.at(-1)!.position;
    yield `${events.map(toLine).join('\n')}\n`;
  }
}
