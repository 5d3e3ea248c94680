import type { Pool } from 'pg';
import type { Search } from './search/plans.js';
import { decodeCursor, encodeCursor, listOf } from './system-cursor.js';
import { bind, conditionsOf, countedAs, type SystemQuery, selectSystems, sumOf } from './system-query.js';
import type { CurrentSystem } from './systems.js';

export const systemOrders = ['NAME', 'CHANGED', 'REGISTERED', 'RELEVANCE'] as const;
export type SystemOrder = (typeof systemOrders)[number];
/** `total`: the number of systems on all pages, if it is kept in `tag_count`. */
export type SystemPage = { systems: CurrentSystem[]; hasMore: boolean; total: number | undefined };

/** A page of current records: filtered, searched and ordered, after a cursor (that of the last record of the previous page). */
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
  const isCounted = countedAs(query) !== undefined;
  return {
    systems: rows.slice(0, page.first).map(({ key: own, id: ownId, record, position }) => ({
      id: ownId,
      record,
      position,
      get cursor() {
        return encodeCursor(list, String(own), ownId, query.search?.state);
      },
    })),
    hasMore: rows.length > page.first,
    total: isCounted ? (rows[0]?.total ?? (page.after ? undefined : 0)) : undefined,
  };
}

type PageRow = CurrentSystem & { key: string; total: number | null };

type Statement = { text: string; values: unknown[] };

/** A page in an order that has an index, or of the results of a search. */
function selectPage(query: SystemQuery, by: SystemOrder, from: [string, string] | undefined, limit: number): Statement {
  const { found, values } = selectSystems(query);
  const order = query.search || by !== 'RELEVANCE' ? orders[by] : orders.NAME;
  const after = from
    ? `WHERE (${order.column}, id) ${order.comes} (${bind(values, from[0])}::${order.type}, ${bind(values, from[1])})`
    : '';
  const counted = countedAs(query);
  const total = counted ? sumOf(counted, values) : 'NULL';
  // Results of a search are sorted by their keys alone. Records are stored outside the rows, so only those of the page are fetched.
  const text = query.search
    ? withRecords(
        `SELECT id, ${order.column} AS key, NULL AS total FROM ${found} ${after} ORDER BY ${order.by} LIMIT ${limit}`,
        order,
      )
    : `SELECT id, ${order.column} AS key, record, position, ${total} AS total FROM ${found} ${after} ORDER BY ${order.by} LIMIT ${bind(values, limit)}`;
  return { text, values };
}

const keyOrder = ({ column, by }: Order) => by.replace(column, 'page.key').replace(/\bid\b/, 'page.id');

/** Adds the records to a page of ids, in order. */
function withRecords(page: string, order: Order): string {
  return `SELECT page.id, key, record, position, total FROM (${page}) page JOIN system USING (id) ORDER BY ${keyOrder(order)}`;
}

const nothing = "SELECT ''::text AS id, 0::numeric AS key, NULL AS total WHERE false";

/** The best results of a search, tier by tier: of each tier no more than the page needs. */
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
  if (branches.length === 0) return { text: withRecords(nothing, orders.RELEVANCE), values: [] };
  const best = `SELECT id, key, NULL AS total FROM (${branches.join(' UNION ALL ')}) best ORDER BY key, id LIMIT ${limit}`;
  const text = withRecords(best, orders.RELEVANCE);
  return { text, values };
}

/** Statements that come again are prepared, once per connection; this many different ones at most. */
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

type Order = { column: string; type: string; comes: '<' | '>'; by: string };

/** The most relevant first, then by id. Scores are negative, so that one comparison covers both. */
const orders: Record<SystemOrder, Order> = {
  NAME: { column: 'sort_name', type: 'text', comes: '>', by: 'sort_name, id' },
  CHANGED: { column: 'sequence', type: 'bigint', comes: '<', by: 'sequence DESC, id DESC' },
  REGISTERED: { column: 'registered_at', type: 'text', comes: '<', by: 'registered_at DESC, id DESC' },
  RELEVANCE: { column: 'score', type: 'numeric', comes: '>', by: 'score, id' },
};
