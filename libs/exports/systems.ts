import type { Pool, PoolClient } from 'pg';
import type { SystemRecord } from '#projections';
import { toCsv } from './csv.js';

const pageSize = 200;
const textFields = [
  'name',
  'summary',
  'purpose',
  'considerations',
  'impact',
  'affectedPeople',
  'decisionProcess',
  'humanIntervention',
  'risks',
  'monitoring',
  'performance',
  'legalBasis',
  'appeal',
  'data',
  'technique',
  'authority',
  'notes',
] as const;
const plainFields = [
  'aiSystem',
  'domain',
  'personalData',
  'selfLearning',
  'provider',
  'department',
  'area',
  'inUseFrom',
  'inUseTo',
  'reviewDue',
  'euDatabaseUrl',
  'confirmedAt',
] as const;
const listFields = [
  'furtherDomains',
  'technologies',
  'languages',
  'tags',
  'links',
  'legalReferences',
  'dataSources',
  'identifiers',
  'contact',
  'source',
  'procurements',
  'contracts',
  'assessments',
  'oversight',
  'deployment',
  'suspension',
  'incidents',
  'costs',
  'energy',
  'consultations',
  'corrections',
  'correctionRequests',
  'withheld',
  'retirement',
] as const;
const header = [
  'id',
  'language',
  'organisation',
  'status',
  'status_since',
  'registered_at',
  'risk_class',
  'annex_iii',
  'log_position',
  ...[...textFields, ...plainFields, ...listFields].map(toSnakeCase),
];

/**
 * An export under way: the log position that it is true for, and its text in pieces. It holds a database connection:
 * call `close` however the reading ends. (A generator that was never begun does not run its `finally`.)
 */
export type Export = { position: number; text: AsyncGenerator<string>; close(): Promise<void> };

/** Current records, one JSON object a line, by id. Read in one snapshot, so that all lines are of one log position. */
export function exportSystemLines(pool: Pool): Promise<Export> {
  return inSnapshot(pool, async function* (client) {
    for await (const rows of pages(client)) yield `${rows.map(({ record }) => record).join('\n')}\n`;
  });
}

/** Current records as CSV, a row a system and language. Lists and structures are JSON in one cell. */
export function exportSystemTable(pool: Pool): Promise<Export> {
  return inSnapshot(pool, async function* (client) {
    yield toCsv([header]);
    for await (const rows of pages(client))
      yield toCsv(rows.flatMap(({ record, position }) => toRows(JSON.parse(record) as SystemRecord, position)));
  });
}

function toRows(record: SystemRecord, position: number) {
  const languages = new Set(textFields.flatMap((field) => Object.keys(record[field] ?? {})));
  return [...languages]
    .sort()
    .map((language) => [
      record.id,
      language,
      record.organisation,
      record.status,
      record.statusSince,
      record.registeredAt,
      record.risk?.class,
      record.risk?.annexIII?.join(' '),
      position,
      ...textFields.map((field) => record[field]?.[language as 'en']),
      ...plainFields.map((field) => record[field]),
      ...listFields.map((field) => (record[field] === undefined ? '' : JSON.stringify(record[field]))),
    ]);
}

async function inSnapshot(pool: Pool, write: (client: PoolClient) => AsyncGenerator<string>): Promise<Export> {
  const client = await pool.connect();
  const release = once(() =>
    client.query('ROLLBACK').then(
      () => client.release(),
      () => client.release(true),
    ),
  );
  try {
    await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SET LOCAL statement_timeout = 0');
    const { rows } = await client.query<{ position: number }>('SELECT position FROM checkpoint');
    return { position: rows[0]!.position, text: releasing(write(client), release), close: release };
  } catch (error) {
    await release();
    throw error;
  }
}

/** Gives the connection back when the text is read out or reading it failed. */
async function* releasing(text: AsyncGenerator<string>, release: () => Promise<void>): AsyncGenerator<string> {
  try {
    yield* text;
  } finally {
    await release();
  }
}

function once(work: () => Promise<void>): () => Promise<void> {
  let done: Promise<void> | undefined;
  return () => {
    done ??= work();
    return done;
  };
}

async function* pages(client: PoolClient): AsyncGenerator<{ id: string; record: string; position: number }[]> {
  for (let last = ''; ; ) {
    const { rows } = await client.query<{ id: string; record: string; position: number }>(
      'SELECT id, record, position FROM system WHERE id > $1 ORDER BY id LIMIT $2',
      [last, pageSize],
    );
    if (rows.length === 0) return;
    last = rows.at(-1)!.id;
    yield rows;
  }
}

function toSnakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
