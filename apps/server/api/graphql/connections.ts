import { Refusal } from '#domain';

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

/**
 * A page: what it holds, and `total`, or what its connection type needs to find it out when it is asked for. Cursors are made for
 * who asks for them.
 */
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
