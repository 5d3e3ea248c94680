/** A page by the Relay connection rules (forward only). */
export function toConnection<T>(nodes: T[], page: { total: number; hasMore: boolean }, cursorOf: (node: T) => string) {
  const edges = nodes.map((node) => ({ node, cursor: cursorOf(node) }));
  return {
    edges,
    nodes,
    totalCount: page.total,
    pageInfo: {
      hasNextPage: page.hasMore,
      hasPreviousPage: false,
      startCursor: edges[0]?.cursor ?? null,
      endCursor: edges.at(-1)?.cursor ?? null,
    },
  };
}
