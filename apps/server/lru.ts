/**
 * Keeps what was used last: at most `most` entries, and at most `room` in all of what `cost` says of each. What costs more than a
 * sixteenth of the room is not kept.
 */
export class LeastRecentlyUsed<V> {
  #entries = new Map<string, { value: V; cost: number }>();
  #used = 0;

  constructor(private readonly limits: { most: number; room?: number; cost?: (value: V, key: string) => number }) {}

  get size(): number {
    return this.#entries.size;
  }

  get(key: string): V | undefined {
    const entry = this.#entries.get(key);
    if (!entry) return undefined;
    this.#entries.delete(key);
    this.#entries.set(key, entry);
    return entry.value;
  }

  set(key: string, value: V): void {
    const { most, room = Number.POSITIVE_INFINITY, cost: measure = () => 0 } = this.limits;
    const cost = measure(value, key);
    this.delete(key);
    if (cost > room / 16) return;
    this.#entries.set(key, { value, cost });
    this.#used += cost;
    for (const oldest of this.#entries.keys()) {
      if (this.#entries.size <= most && this.#used <= room) break;
      this.delete(oldest);
    }
  }

  delete(key: string): boolean {
    this.#used -= this.#entries.get(key)?.cost ?? 0;
    return this.#entries.delete(key);
  }

  clear(): void {
    this.#entries.clear();
    this.#used = 0;
  }
}
