import type { Pool } from 'pg';
import { bind, type SystemQuery, selectSystems, soleTag } from './system-query.js';
import { anySystem, type Dimension, dimensions } from './tags-and-words.js';

export type Facet = { dimension: Dimension; value: string; count: number };

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
