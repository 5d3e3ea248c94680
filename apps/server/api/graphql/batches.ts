/**
 * Combines look-ups of one turn of the event loop, whichever request they belong to: one per level of a query, however many systems it has, and
 * one for all queries that are at that level at the moment.
 */
export class Batches {
  #open = new Map<string, { ids: Set<string>; found: Promise<Map<string, unknown>> }>();

  /** What `read` finds for an id. All ids with the same `name` and `args` are read at once, by the `read` of the first call. */
  async load<T>(name: string, args: unknown, read: (ids: string[]) => Promise<Map<string, T>>, id: string) {
    const key = args === undefined ? name : `${name} ${JSON.stringify(args)}`;
    let batch = this.#open.get(key);
    if (!batch) {
      const ids = new Set<string>();
      const found = new Promise<void>((resolve) => setImmediate(resolve)).then(() => {
        this.#open.delete(key);
        return read([...ids]);
      });
      batch = { ids, found };
      this.#open.set(key, batch);
    }
    batch.ids.add(id);
    return ((await batch.found) as Map<string, T>).get(id);
  }
}
