import { Refusal } from '#domain';

/** Arguments of a page by the Relay connection rules (forward only). */
export type PageArguments = { first?: number | null; after?: string | null };

export const maxPage = 100;

/** The page size that is asked for. Throws a Refusal unless it is from 1 to 100. */
export function pageSize(first: number | null | undefined): number {
  const size = first ?? 20;
  if (size >= 1 && size <= maxPage) return size;
  throw new Refusal(
    'INVALID_PARAMETER',
    `"first" must be from 1 to ${maxPage}. For all of it in one go take the dumps under /exports.`,
    { path: 'first' },
  );
}

/** The number of values of a dimension that is asked for. Throws a Refusal unless it is from 1 to `most`. */
export function limitOf(limit: number, most: number): number {
  if (limit >= 1 && limit <= most) return limit;
  throw new Refusal('INVALID_PARAMETER', `"limit" must be from 1 to ${most}.`, { path: 'limit' });
}

/** A page as a connection. `rest`: its total, or what its resolvers need to find that out on request. Cursors, too, are made only on request. */
export function toConnection<T, R extends object>(
  nodes: T[],
  hasMore: boolean,
  cursorOf: (node: T, index: number) => string,
  rest: R,
) {
  const cursorAt = (index: number) => (nodes.length > 0 ? cursorOf(nodes[index]!, index) : null);
  return {
    ...rest,
    nodes,
    get edges() {
      return nodes.map((node, index) => ({ node, cursor: cursorOf(node, index) }));
    },
    get pageInfo() {
      return {
        hasNextPage: hasMore,
        hasPreviousPage: false,
        startCursor: cursorAt(0),
        endCursor: cursorAt(nodes.length - 1),
      };
    },
  };
}
