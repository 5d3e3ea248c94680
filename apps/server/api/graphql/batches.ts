/**
 * Look-ups that are asked for in one turn of the event loop, by whomever, are done together: one a level of a query, however many
 * systems it has, and one for all queries that are at that level just then.
 */
export class Batches {
  #open = new Map<string, { ids: Set<string>; found: Promise<Map<string, unknown>> }>();

  /** What `read` finds for an id. Of one `name` and the same `args` everything is read at once, with the `read` of the first. */
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
