type Entry<V> = { key: string; value: V; cost: number; older?: Entry<V> | undefined; newer?: Entry<V> | undefined };

/**
 * Keeps what was used last: at most `most` entries, whose `cost` adds up to at most `room`. An entry that costs more than a sixteenth of the
 * room is not kept. Entries are a linked list in the order of use: moving one to its end costs less than deleting it from a Map and setting it
 * again.
 */
export class LeastRecentlyUsed<V> {
  #entries = new Map<string, Entry<V>>();
  #oldest: Entry<V> | undefined;
  #newest: Entry<V> | undefined;
  #used = 0;

  constructor(private readonly limits: { most: number; room?: number; cost?: (value: V, key: string) => number }) {}

  get size(): number {
    return this.#entries.size;
  }

  get(key: string): V | undefined {
    const entry = this.#entries.get(key);
    if (!entry) return undefined;
    if (entry !== this.#newest) {
      this.#unlink(entry);
      this.#append(entry);
    }
    return entry.value;
  }

  set(key: string, value: V): void {
    const { most, room = Number.POSITIVE_INFINITY, cost: measure = () => 0 } = this.limits;
    const cost = measure(value, key);
    this.delete(key);
    if (cost > room / 16) return;
    const entry: Entry<V> = { key, value, cost };
    this.#entries.set(key, entry);
    this.#append(entry);
    this.#used += cost;
    while (this.#oldest && (this.#entries.size > most || this.#used > room)) this.delete(this.#oldest.key);
  }

  delete(key: string): boolean {
    const entry = this.#entries.get(key);
    if (!entry) return false;
    this.#used -= entry.cost;
    this.#unlink(entry);
    return this.#entries.delete(key);
  }

  clear(): void {
    this.#entries.clear();
    this.#oldest = undefined;
    this.#newest = undefined;
    this.#used = 0;
  }

  #append(entry: Entry<V>): void {
    entry.older = this.#newest;
    entry.newer = undefined;
    if (this.#newest) this.#newest.newer = entry;
    else this.#oldest = entry;
    this.#newest = entry;
  }

  #unlink({ older, newer }: Entry<V>): void {
    if (older) older.newer = newer;
    else this.#oldest = newer;
    if (newer) newer.older = older;
    else this.#newest = older;
  }
}
