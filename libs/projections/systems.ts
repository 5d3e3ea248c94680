import type { Pool, PoolClient } from 'pg';
import { readOrganisationsOf } from './organisations.js';
import type { FoldedRecord, Projection } from './projection.js';
import { refuseOddForms } from './record.js';
import { toVector } from './search/words.js';
import { anySystem, isCountedWithin, merge, sortName, tagsOf, wordsOf } from './tags-and-words.js';

/** A current record as JSON text, with the log position of the last event that changed it. */
export type CurrentSystem = {
  id: string;
  record: string;
  position: number;
  cursor: string;
};

/** The current record of every system, with tags for filters and counts, and with vectors of its words for search. */
export const systems: Projection = {
  name: 'systems',
  // Words and records are stored outside the row (TOAST), so that counting and filtering read little.
  tables: `CREATE TABLE system (
    id text PRIMARY KEY, organisation text NOT NULL, sort_name text NOT NULL, registered_at text NOT NULL, sequence bigint NOT NULL, position bigint NOT NULL, tags text[] NOT NULL,
    names text NOT NULL, title tsvector NOT NULL, document tsvector NOT NULL, record text NOT NULL) WITH (toast_tuple_target = 512);
    ALTER TABLE system ALTER COLUMN document SET STORAGE EXTERNAL;
    CREATE TABLE tag_count (within text, tag text, count bigint NOT NULL, PRIMARY KEY (within, tag))`,
  // New index entries wait in a pending list that every search scans, so the list is kept short.
  indexes: `CREATE INDEX system_id ON system (id COLLATE "C");
    CREATE INDEX system_name ON system (sort_name, id);
    CREATE INDEX system_organisation ON system (organisation, sort_name, id);
    CREATE INDEX system_sequence ON system (sequence);
    CREATE INDEX system_registered ON system (registered_at, id);
    CREATE INDEX system_tags ON system USING gin (tags) WITH (gin_pending_list_limit = 256);
    CREATE INDEX system_title ON system USING gin (title) WITH (gin_pending_list_limit = 256);
    CREATE INDEX system_document ON system USING gin (document) WITH (gin_pending_list_limit = 256);
    CREATE INDEX system_names ON system USING gin (names gin_trgm_ops) WITH (gin_pending_list_limit = 256)`,
  applyRecords: writeSystems,
  async forget(client, system) {
    await countTags(client, await readTags(client, [system]), []);
    await client.query('DELETE FROM system WHERE id = $1', [system]);
  },
};

/** The tags of these systems, as far as they exist. */
async function readTags(client: PoolClient, ids: string[]): Promise<string[][]> {
  const { rows } = await client.query<{ tags: string[] }>('SELECT tags FROM system WHERE id = ANY ($1)', [ids]);
  return rows.map(({ tags }) => tags);
}

/**
 * Updates the counts of tags, given the tags of systems before and after a change: among all systems, and among those of each organisation and
 * each country. So reading a count reads no system. Counts that do not change are not written.
 */
async function countTags(client: PoolClient, before: string[][], after: string[][]): Promise<void> {
  const changes = new Map<string, { within: string; tag: string; by: number }>();
  const add = (within: string, tag: string, by: number) => {
    const key = `${within}\n${tag}`;
    const known = changes.get(key);
    if (known) known.by += by;
    else changes.set(key, { within, tag, by });
  };
  for (const [systemTags, by] of [
    ...before.map((tags) => [tags, -1] as const),
    ...after.map((tags) => [tags, 1] as const),
  ]) {
    add(anySystem, anySystem, by);
    for (const within of [anySystem, ...systemTags.filter(isCountedWithin)])
      for (const tag of systemTags) add(within, tag, by);
  }
  const changed = [...changes.values()].filter(({ by }) => by !== 0);
  if (changed.length === 0) return;
  await client.query(
    `INSERT INTO tag_count SELECT * FROM unnest($1::text[], $2::text[], $3::bigint[]) ORDER BY 1, 2
     ON CONFLICT (within, tag) DO UPDATE SET count = tag_count.count + excluded.count`,
    [changed.map(({ within }) => within), changed.map(({ tag }) => tag), changed.map(({ by }) => by)],
  );
  if (changed.some(({ by }) => by < 0)) await client.query('DELETE FROM tag_count WHERE count = 0');
}

/** Writes one row per record. Rows are sent as one JSON array, because unnest cannot handle rows that hold arrays. */
async function writeSystems(client: PoolClient, records: FoldedRecord[]): Promise<void> {
  const organisations = await readOrganisationsOf(client, [
    ...new Set(records.map(({ record }) => record.organisation)),
  ]);
  const rows = records.map(({ record, sequence, position }) => {
    refuseOddForms(record);
    const organisation = organisations.get(record.organisation);
    return {
      id: record.id,
      organisation: record.organisation,
      sort_name: sortName(record.name),
      registered_at: record.registeredAt,
      sequence,
      position,
      tags: tagsOf(record, organisation?.country),
      names: Object.values(record.name ?? {})
        .join(' ')
        .toLowerCase()
        .slice(0, 2000),
      title: merge([record.name, organisation?.names]),
      document: wordsOf(record, organisation?.names),
      record: JSON.stringify(record),
    };
  });
  const ids = rows.map(({ id }) => id);
  const used = new Set(rows.flatMap(({ document }) => Object.keys(document)));
  const before = await readTags(client, ids);
  await client.query(
    `INSERT INTO system SELECT r.id, r.organisation, r.sort_name, r.registered_at, r.sequence, r.position, r.tags, r.names, ${toVector('r.title', used)},
       ${toVector('r.document', used)}, r.record
     FROM json_to_recordset($1) AS r (id text, organisation text, sort_name text, registered_at text, sequence bigint, position bigint, tags text[], names text, title jsonb,
       document jsonb, record text)
     ON CONFLICT (id) DO UPDATE SET organisation = excluded.organisation, sort_name = excluded.sort_name, registered_at = excluded.registered_at,
       sequence = excluded.sequence, position = excluded.position, tags = excluded.tags, names = excluded.names, title = excluded.title, document = excluded.document,
       record = excluded.record`,
    [JSON.stringify(rows)],
  );
  await countTags(
    client,
    before,
    rows.map(({ tags }) => tags),
  );
}

/** The systems of these organisations: their search words include the organisation's names. */
export async function readSystemsOf(client: PoolClient, organisations: string[]): Promise<string[]> {
  const { rows } = await client.query<{ id: string }>('SELECT id FROM system WHERE organisation = ANY ($1)', [
    organisations,
  ]);
  return rows.map(({ id }) => id);
}

/** The current records of systems and of their organisations, as JSON text; unknown ids are left out. */
export async function readSystemsById(
  pool: Pool,
  ids: string[],
): Promise<(CurrentSystem & { organisation: string | null })[]> {
  const { rows } = await pool.query<CurrentSystem & { organisation: string | null }>({
    name: 'systems-by-id',
    text: `SELECT s.id, s.record, s.position, '' AS cursor, o.record AS organisation
      FROM system s LEFT JOIN organisation o ON o.id = s.organisation WHERE s.id = ANY ($1)`,
    values: [ids],
  });
  return rows;
}

/** The current record of one system; undefined if it is not in the register. */
export async function readSystem(pool: Pool, id: string): Promise<CurrentSystem | undefined> {
  return (await readSystemsById(pool, [id]))[0];
}

/** Ids of systems in order, after the first `after` of them. */
export async function readIds(pool: Pool, after: number, limit: number): Promise<string[]> {
  const { rows } = await pool.query<{ id: string }>('SELECT id FROM system ORDER BY id OFFSET $1 LIMIT $2', [
    after,
    limit,
  ]);
  return rows.map(({ id }) => id);
}
