import type { Pool } from 'pg';
import { bind, countedAs, type SystemQuery, selectSystems, sumOf } from './system-query.js';
import { anySystem, type Dimension, dimensions, isCountedWithin } from './tags-and-words.js';

export type Facet = { dimension: Dimension; value: string; count: number };

/** How many systems a query finds. Counts for the most common queries are kept in `tag_count`. */
export async function countSystems(pool: Pool, query: SystemQuery): Promise<number> {
  const counted = countedAs(query);
  if (counted) {
    const values: unknown[] = [];
    const text = `SELECT ${sumOf(counted, values)} AS count`;
    const { rows } = await pool.query<{ count: number }>({ name: 'tag-count', text, values });
    return rows[0]!.count;
  }
  const { found, values } = selectSystems(query);
  const { rows } = await pool.query<{ count: number }>(`SELECT count(*) FROM ${found}`, values);
  return rows[0]!.count;
}

/** How many of the systems that a query finds have each value of each dimension; at most the `limit` most frequent values per dimension. */
export async function readFacets(
  pool: Pool,
  query: SystemQuery,
  limit: number,
  wanted: readonly Dimension[] = dimensions,
): Promise<Facet[]> {
  const within = countedFor(query);
  const { found, values } = within === undefined ? selectSystems(query) : { found: '', values: [within] };
  const counts =
    within === undefined
      ? `SELECT tag, count(*) FROM ${found}, unnest(tags) tag WHERE true`
      : 'SELECT tag, sum(count)::bigint AS count FROM tag_count WHERE within = ANY ($1)';
  const { rows } = await pool.query<{ tag: string; count: number }>(
    `${counts} AND split_part(tag, ':', 1) = ANY (${bind(values, wanted)})
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

/** The tags within which the facets of a query are kept in `tag_count`, of which no system has two; undefined if they are not kept. */
function countedFor(query: SystemQuery): string[] | undefined {
  const counted = countedAs(query);
  if (counted?.within !== anySystem) return undefined;
  return counted.tags.every((tag) => tag === anySystem || isCountedWithin(tag)) ? counted.tags : undefined;
}
