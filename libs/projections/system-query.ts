import type { Search } from './search/plans.js';
import { anySystem, type Dimension, dimensions, isCountedWithin, ofOneValue } from './tags-and-words.js';

/** For each dimension, one of the values must match; all dimensions must match. */
export type SystemFilter = { [dimension in Dimension]?: string[] };

/** All systems, or those that match a filter and a search. */
export type SystemQuery = { filter: SystemFilter; search?: Search | undefined };

/** Where `tag_count` has the count of a query: the sum over some tags, within all systems or within those of one tag. */
export type Counted = { within: string; tags: string[] };

/** Where `tag_count` has the count of a query; undefined if its systems must be counted. */
export function countedAs({ filter, search }: SystemQuery): Counted | undefined {
  if (search) return undefined;
  const wanted = dimensions.flatMap((dimension) =>
    filter[dimension] ? [{ dimension, tags: filter[dimension].map((value) => `${dimension}:${value}`) }] : [],
  );
  const within =
    wanted.length === 2 ? wanted.find(({ tags }) => tags.length === 1 && isCountedWithin(tags[0]!)) : undefined;
  const rest = wanted.filter((one) => one !== within);
  if (rest.length > 1) return undefined;
  const { dimension, tags } = rest[0] ?? { tags: [anySystem] };
  if (tags.length > 1 && !(dimension && ofOneValue.has(dimension))) return undefined;
  return { within: within?.tags[0] ?? anySystem, tags };
}

/** SQL for a count in `tag_count`. */
export function sumOf({ within, tags }: Counted, values: unknown[]): string {
  return `(SELECT coalesce(sum(count), 0)::bigint FROM tag_count WHERE within = ${bind(values, within)} AND tag = ANY (${bind(values, tags)}))`;
}

/** A FROM item with the rows of `system` that a query finds, and their `score` if it searches; and its parameters. */
export function selectSystems({ filter, search }: SystemQuery): { found: string; values: unknown[] } {
  const values: unknown[] = [];
  const conditions = conditionsOf(filter, values);
  const source = search ? `${search.toSql((value) => bind(values, value))} source` : 'system';
  const where = conditions.length > 0 ? `WHERE ${conditions.join(' AND ')}` : '';
  return { found: `(SELECT * FROM ${source} ${where}) found`, values };
}

/** The SQL conditions that a filter sets for a row of `system`. */
export function conditionsOf(filter: SystemFilter, values: unknown[]): string[] {
  return dimensions.flatMap((dimension) => {
    // An index has the systems of one organisation by name.
    const [only, ...others] = (dimension === 'organisation' && filter.organisation) || [];
    if (only !== undefined && others.length === 0) return [`organisation = ${bind(values, only)}`];
    const wanted = filter[dimension]?.map((value) => `${dimension}:${value}`);
    return wanted ? [`tags ${wanted.length === 1 ? '@>' : '&&'} ${bind(values, wanted)}::text[]`] : [];
  });
}

/** Adds a parameter to a statement and returns its placeholder. */
export function bind(values: unknown[], value: unknown): string {
  values.push(value);
  return `$${values.length}`;
}
