import type { Search } from './search.js';
import { anySystem, type Dimension, dimensions } from './tags-and-words.js';

/** Of each dimension, any of the values; all dimensions together. */
export type SystemFilter = { [dimension in Dimension]?: string[] };

/** What is asked for: all systems, or those that a filter and a search leave. */
export type SystemQuery = { filter: SystemFilter; search?: Search | undefined };

/** The one tag that a query asks for; that of all systems, if it asks for nothing; undefined if it asks for more. */
export function soleTag({ filter, search }: SystemQuery): string | undefined {
  const wanted = dimensions.flatMap((dimension) =>
    filter[dimension] ? [[dimension, filter[dimension]] as const] : [],
  );
  if (search || wanted.length > 1) return undefined;
  const [dimension, values] = wanted[0] ?? [];
  if (!values) return anySystem;
  return values.length === 1 ? `${dimension}:${values[0]}` : undefined;
}

/** A FROM item with the rows of `system` that a query finds, and their `score` if it searches; and its parameters. */
export function selectSystems({ filter, search }: SystemQuery): { found: string; values: unknown[] } {
  const values: unknown[] = [];
  const conditions = conditionsOf(filter, values);
  const source = search ? `${search.toSql((value) => bind(values, value))} source` : 'system';
  const where = conditions.length > 0 ? `WHERE ${conditions.join(' AND ')}` : '';
  return { found: `(SELECT * FROM ${source} ${where}) found`, values };
}

/** What a filter asks of a row of `system`, each condition for itself. */
export function conditionsOf(filter: SystemFilter, values: unknown[]): string[] {
  return dimensions.flatMap((dimension) => {
    const wanted = filter[dimension]?.map((value) => `${dimension}:${value}`);
    return wanted ? [`tags ${wanted.length === 1 ? '@>' : '&&'} ${bind(values, wanted)}::text[]`] : [];
  });
}

/** A parameter of a statement. */
export function bind(values: unknown[], value: unknown): string {
  values.push(value);
  return `$${values.length}`;
}
