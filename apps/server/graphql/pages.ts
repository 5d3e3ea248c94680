import { Refusal } from '#domain';
import { refuseForeignCursor } from '../parameters.js';

/** Arguments of a page by the Relay connection rules (forward only). */
export type PageArguments = { first?: number | null; after?: string | null };

export const maxPage = 100;

/** How many are asked for. Throws a Refusal unless it is from 1 to 100. */
export function pageSize(first: number | null | undefined): number {
  const size = first ?? 20;
  if (size >= 1 && size <= maxPage) return size;
  throw new Refusal(
    'INVALID_PARAMETER',
    `"first" must be from 1 to ${maxPage}. For all of it in one go take the dumps under /exports.`,
    { path: 'first' },
  );
}

/** How many values of a dimension are asked for. Throws a Refusal unless it is from 1 to `most`. */
export function limitOf(limit: number, most: number): number {
  if (limit >= 1 && limit <= most) return limit;
  throw new Refusal('INVALID_PARAMETER', `"limit" must be from 1 to ${most}.`, { path: 'limit' });
}

/** A page: what it holds, and `total`, or what its connection type needs to find it out when it is asked for. */
export function toConnection<T, R extends object>(
  nodes: T[],
  hasMore: boolean,
  cursorOf: (node: T) => string,
  rest: R,
) {
  const edges = nodes.map((node) => ({ node, cursor: cursorOf(node) }));
  return {
    edges,
    nodes,
    pageInfo: {
      hasNextPage: hasMore,
      hasPreviousPage: false,
      startCursor: edges[0]?.cursor ?? null,
      endCursor: edges.at(-1)?.cursor ?? null,
    },
    ...rest,
  };
}

type Key = (string | number)[];

/** An opaque cursor of the values by which a list is ordered. */
export function toCursor(...key: Key): string {
  return Buffer.from(JSON.stringify(key)).toString('base64url');
}

/** The values of a cursor, of these types; undefined without one. Throws a Refusal on one that this list did not give. */
export function fromCursor<K extends Key>(
  after: string | null | undefined,
  ...types: { [i in keyof K]: K[i] extends string ? 'string' : 'number' }
): K | undefined {
  if (after === null || after === undefined) return undefined;
  try {
    const key: unknown = JSON.parse(Buffer.from(after, 'base64url').toString());
    if (
      Array.isArray(key) &&
      key.length === types.length &&
      key.every(
        (value, i) => typeof value === types[i] && !String(value).includes('\0') && Number.isFinite(Number(value) || 0),
      )
    )
      return key as K;
  } catch {
    // Told below.
  }
  return refuseForeignCursor(new SyntaxError());
}
