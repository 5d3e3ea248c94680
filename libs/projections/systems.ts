import type { Pool, PoolClient } from 'pg';
import { readOrganisationsOf } from './organisations.js';
import type { FoldedRecord, Projection } from './projection.js';
import { type Search, toVector } from './search.js';
import { type Dimension, dimensions, merge, sortName, tagsOf, wordsOf } from './tags-and-words.js';

/** Of each dimension, any of the values; all dimensions together. */
export type SystemFilter = { [dimension in Dimension]?: string[] };
export const systemOrders = ['NAME', 'CHANGED', 'REGISTERED', 'RELEVANCE'] as const;
export type SystemOrder = (typeof systemOrders)[number];

/** A current record as JSON text, with the position of the last event that changed it. */
export type CurrentSystem = {
  id: string;
  record: string;
  position: number;
  cursor: string;
};
/** `total`: how many there are on all pages, where that is counted already. */
export type SystemPage = { systems: CurrentSystem[]; hasMore: boolean; total: number | undefined };
/** What is asked for: all systems, or those that a filter and a search leave. */
export type SystemQuery = { filter: SystemFilter; search?: Search | undefined };
export type Facet = { dimension: Dimension; value: string; count: number };

/** The current record of every system, with tags for what can be asked for and vectors of the words in it. */
export const systems: Projection = {
  name: 'systems',
  // Words and records lie outside of the row (TOAST), so that counting and filtering reads little.
  tables: `CREATE TABLE system (
    id text PRIMARY KEY, organisation text NOT NULL, sort_name text NOT NULL, registered_at text NOT NULL, position bigint NOT NULL, tags text[] NOT NULL,
    names text NOT NULL, title tsvector NOT NULL, document tsvector NOT NULL, record text NOT NULL) WITH (toast_tuple_target = 512);
    ALTER TABLE system ALTER COLUMN document SET STORAGE EXTERNAL;
    CREATE TABLE tag_count (tag text PRIMARY KEY, count bigint NOT NULL)`,
  // What is new waits in a list that each search reads through: a short one.
  indexes: `CREATE INDEX system_name ON system (sort_name, id);
    CREATE INDEX system_position ON system (position);
    CREATE INDEX system_registered ON system (registered_at, id);
    CREATE INDEX system_tags ON system USING gin (tags) WITH (gin_pending_list_limit = 256);
    CREATE INDEX system_title ON system USING gin (title) WITH (gin_pending_list_limit = 256);
    CREATE INDEX system_document ON system USING gin (document) WITH (gin_pending_list_limit = 256);
    CREATE INDEX system_names ON system USING gin (names gin_trgm_ops) WITH (gin_pending_list_limit = 256)`,
  applyRecords: writeSystems,
  async forget(client, system) {
    await countTags(client, [system], -1);
    await client.query('DELETE FROM system WHERE id = $1', [system]);
  },
};

/** The tag that every system has. */
const anySystem = '';

/** Adds what these systems have to the counts, or takes it away; so that counting all systems reads no system. */
async function countTags(client: PoolClient, ids: string[], by: 1 | -1): Promise<void> {
  await client.query(
    `INSERT INTO tag_count SELECT tag, $2 * count(*) FROM system, unnest(tags || $3::text) tag WHERE id = ANY ($1) GROUP BY tag ORDER BY tag
     ON CONFLICT (tag) DO UPDATE SET count = tag_count.count + excluded.count`,
    [ids, by, anySystem],
  );
  if (by < 0) await client.query('DELETE FROM tag_count WHERE count = 0');
}

/** One row a record, sent as one JSON array: rows hold arrays, which unnest cannot. */
async function writeSystems(client: PoolClient, records: FoldedRecord[]): Promise<void> {
  const organisations = await readOrganisationsOf(client, [
    ...new Set(records.map(({ record }) => record.organisation)),
  ]);
  const rows = records.map(({ record, position }) => {
    const organisation = organisations.get(record.organisation);
    return {
      id: record.id,
      organisation: record.organisation,
      sort_name: sortName(record.name),
      registered_at: record.registeredAt,
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
  await countTags(client, ids, -1);
  await client.query(
    `INSERT INTO system SELECT r.id, r.organisation, r.sort_name, r.registered_at, r.position, r.tags, r.names, ${toVector('r.title', used)},
       ${toVector('r.document', used)}, r.record
     FROM json_to_recordset($1) AS r (id text, organisation text, sort_name text, registered_at text, position bigint, tags text[], names text, title jsonb,
       document jsonb, record text)
     ON CONFLICT (id) DO UPDATE SET organisation = excluded.organisation, sort_name = excluded.sort_name, registered_at = excluded.registered_at,
       position = excluded.position, tags = excluded.tags, names = excluded.names, title = excluded.title, document = excluded.document,
       record = excluded.record`,
    [JSON.stringify(rows)],
  );
  await countTags(client, ids, 1);
}

/** Systems of these organisations, whose words name them. */
export async function readSystemsOf(client: PoolClient, organisations: string[]): Promise<string[]> {
  const { rows } = await client.query<{ id: string }>('SELECT id FROM system WHERE tags && $1', [
    organisations.map((organisation) => `organisation:${organisation}`),
  ]);
  return rows.map(({ id }) => id);
}

/** The current records of systems, and of their organisations as JSON text; those that are unknown are left out. */
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

/** A page of current records: filtered, searched, ordered, after a cursor (as given with the record before). */
export async function readSystems(
  pool: Pool,
  query: SystemQuery,
  page: { order: SystemOrder; first: number; after?: string | undefined },
): Promise<SystemPage> {
  const list = listOf(query, page.order);
  const from = page.after ? decodeCursor(page.after, list) : undefined;
  const limit = page.first + 1;
  const { text, values } =
    query.search?.tiers && page.order === 'RELEVANCE'
      ? selectBest({ ...query, search: query.search }, query.search.tiers, from, limit)
      : selectPage(query, page.order, from, limit);
  const { rows } = await pool.query<PageRow>({ name: query.search ? undefined : nameOf(text), text, values });
  const isCounted = soleTag(query) !== undefined;
  return {
    systems: rows.slice(0, page.first).map(({ key: own, id: ownId, record, position }) => ({
      id: ownId,
      record,
      position,
      cursor: encodeCursor(list, String(own), ownId, query.search?.state),
    })),
    hasMore: rows.length > page.first,
    total: isCounted ? (rows[0]?.total ?? (page.after ? undefined : 0)) : undefined,
  };
}

type PageRow = CurrentSystem & { key: string; total: number | null };

type Statement = { text: string; values: unknown[] };

/** A page in an order that has an index, or of what a search finds. */
function selectPage(query: SystemQuery, by: SystemOrder, from: [string, string] | undefined, limit: number): Statement {
  const { found, values } = selectSystems(query);
  const order = query.search || by !== 'RELEVANCE' ? orders[by] : orders.NAME;
  const after = from
    ? `WHERE (${order.column}, id) ${order.comes} (${bind(values, from[0])}::${order.type}, ${bind(values, from[1])})`
    : '';
  const tag = soleTag(query);
  const total = tag === undefined ? 'NULL' : `(SELECT count FROM tag_count WHERE tag = ${bind(values, tag)})`;
  // What a search finds is put in order by keys alone; records lie outside of the rows and are looked up for those of the page.
  const text = query.search
    ? withRecords(
        `SELECT id, ${order.column} AS key, NULL AS total FROM ${found} ${after} ORDER BY ${order.by} LIMIT ${limit}`,
        order,
      )
    : `SELECT id, ${order.column} AS key, record, position, ${total} AS total FROM ${found} ${after} ORDER BY ${order.by} LIMIT ${bind(values, limit)}`;
  return { text, values };
}

const keyOrder = ({ column, by }: Order) => by.replace(column, 'page.key').replace(/\bid\b/, 'page.id');

/** Records of a page of ids, in order. */
function withRecords(page: string, order: Order): string {
  return `SELECT page.id, key, record, position, total FROM (${page}) page JOIN system USING (id) ORDER BY ${keyOrder(order)}`;
}

/** The best of a search, tier by tier: of each no more than the page needs. */
function selectBest(
  { filter }: SystemQuery,
  tiers: NonNullable<Search['tiers']>,
  from: [string, string] | undefined,
  limit: number,
): Statement {
  const values: unknown[] = [];
  const conditions = conditionsOf(filter, values);
  const reached = from ? Number(from[0]) : Number.NEGATIVE_INFINITY;
  const open = tiers((value) => bind(values, value)).filter(({ score }) => score >= reached);
  const branches = open.map(({ where, score }) => {
    const after = from && score === reached ? [`id > ${bind(values, from[1])}`] : [];
    const all = [where, ...conditions, ...after].join(' AND ');
    return `(SELECT id, ${score}::numeric AS key FROM system WHERE ${all} ORDER BY id LIMIT ${limit})`;
  });
  const none = "SELECT ''::text AS id, 0::numeric AS key WHERE false";
  const best = `SELECT id, key, NULL AS total FROM (${branches.join(' UNION ALL ') || none}) best ORDER BY key, id LIMIT ${limit}`;
  const text = withRecords(best, orders.RELEVANCE);
  return { text, values };
}

/** Statements that come again are prepared once a connection; so many shapes of them. */
const maxPrepared = 100;
const prepared = new Map<string, string>();
const seenOnce = new Set<string>();

function nameOf(text: string): string | undefined {
  const known = prepared.get(text);
  if (known || prepared.size >= maxPrepared) return known;
  if (!seenOnce.has(text)) {
    if (seenOnce.size >= maxPrepared) seenOnce.clear();
    seenOnce.add(text);
    return undefined;
  }
  const name = `systems-${prepared.size}`;
  prepared.set(text, name);
  return name;
}

/** How many systems a query finds. All, and those with one tag, are counted already. */
export async function countSystems(pool: Pool, query: SystemQuery): Promise<number> {
  const tag = soleTag(query);
  if (tag !== undefined) {
    const counted = await pool.query<{ count: number }>({
      name: 'tag-count',
      text: 'SELECT count FROM tag_count WHERE tag = $1',
      values: [tag],
    });
    return counted.rows[0]?.count ?? 0;
  }
  const { found, values } = selectSystems(query);
  const { rows } = await pool.query<{ count: number }>(`SELECT count(*) FROM ${found}`, values);
  return rows[0]!.count;
}

/** How many of the systems that a query finds have each value of each dimension; of a dimension the `limit` most frequent. */
export async function readFacets(
  pool: Pool,
  query: SystemQuery,
  limit: number,
  wanted: readonly Dimension[] = dimensions,
): Promise<Facet[]> {
  const all = soleTag(query) === anySystem;
  const { found, values } = selectSystems(query);
  const counts = all
    ? 'SELECT tag, sum(count)::bigint AS count FROM tag_count'
    : `SELECT tag, count(*) FROM ${found}, unnest(tags) tag`;
  const { rows } = await pool.query<{ tag: string; count: number }>(
    `${counts} WHERE split_part(tag, ':', 1) = ANY (${bind(values, wanted)})
     GROUP BY tag ORDER BY 2 DESC, 1`,
    values,
  );
  const facets = rows.map(({ tag, count }) => {
    const at = tag.indexOf(':');
    return { dimension: tag.slice(0, at) as Dimension, value: tag.slice(at + 1), count };
  });
  const seen = new Map<Dimension, number>();
  return facets.filter(({ dimension }) => {
    const before = seen.get(dimension) ?? 0;
    seen.set(dimension, before + 1);
    return before < limit;
  });
}

/** The one tag that a query asks for; that of all systems, if it asks for nothing; undefined if it asks for more. */
function soleTag({ filter, search }: SystemQuery): string | undefined {
  const wanted = dimensions.flatMap((dimension) =>
    filter[dimension] ? [[dimension, filter[dimension]] as const] : [],
  );
  if (search || wanted.length > 1) return undefined;
  const [dimension, values] = wanted[0] ?? [];
  if (!values) return anySystem;
  return values.length === 1 ? `${dimension}:${values[0]}` : undefined;
}

type Order = { column: string; type: string; comes: '<' | '>'; by: string };

/** The most relevant first, those of the same relevance by id; a score is negative so that one comparison does for both. */
const orders: Record<SystemOrder, Order> = {
  NAME: { column: 'sort_name', type: 'text', comes: '>', by: 'sort_name, id' },
  CHANGED: { column: 'position', type: 'bigint', comes: '<', by: 'position DESC, id DESC' },
  REGISTERED: { column: 'registered_at', type: 'text', comes: '<', by: 'registered_at DESC, id DESC' },
  RELEVANCE: { column: 'score', type: 'numeric', comes: '>', by: 'score, id' },
};

/** A FROM item with the rows of `system` that a query finds, and their `score` if it searches; and its parameters. */
export function selectSystems({ filter, search }: SystemQuery): { found: string; values: unknown[] } {
  const values: unknown[] = [];
  const conditions = conditionsOf(filter, values);
  const source = search ? `${search.toSql((value) => bind(values, value))} source` : 'system';
  const where = conditions.length > 0 ? `WHERE ${conditions.join(' AND ')}` : '';
  return { found: `(SELECT * FROM ${source} ${where}) found`, values };
}

function conditionsOf(filter: SystemFilter, values: unknown[]): string[] {
  return dimensions.flatMap((dimension) => {
    const wanted = filter[dimension]?.map((value) => `${dimension}:${value}`);
    return wanted ? [`tags ${wanted.length === 1 ? '@>' : '&&'} ${bind(values, wanted)}::text[]`] : [];
  });
}

function bind(values: unknown[], value: unknown): string {
  values.push(value);
  return `$${values.length}`;
}

/** Names a list: a cursor of one order or search makes no sense in another. */
function listOf({ search }: SystemQuery, order: SystemOrder): string {
  return search ? `${order} ${search.name}` : order;
}

function encodeCursor(list: string, key: string, id: string, state?: string): string {
  return Buffer.from(JSON.stringify(state === undefined ? [list, key, id] : [list, key, id, state])).toString(
    'base64url',
  );
}

/** The two values of a cursor. Throws a SyntaxError on one that this list did not give. */
export function decodeCursor(cursor: string, list: string): [string, string] {
  const [from, key, id] = partsOf(cursor);
  if (from !== list || id.includes('\0') || key.includes('\0')) throw new SyntaxError('a cursor of another list');
  if (list.startsWith('RELEVANCE ') && !Number.isFinite(Number(key))) throw new SyntaxError('not a score');
  return [key, id];
}

/** How the search was understood on the page that a cursor is of. Throws a SyntaxError on what is no cursor. */
export function searchStateOf(cursor: string): string | undefined {
  return partsOf(cursor)[3];
}

function partsOf(cursor: string): [string, string, string, string?] {
  const parts: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString());
  const isCursor = Array.isArray(parts) && (parts.length === 3 || parts.length === 4);
  if (!isCursor || !parts.every((part) => typeof part === 'string')) throw new SyntaxError('not a cursor');
  return parts as [string, string, string, string?];
}
