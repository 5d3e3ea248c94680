import { LeastRecentlyUsed } from '../../http/lru.js';

/** A cache for Apollo with limited room. `cost`: the size of a value in bytes. */
export class KeyValues<V> {
  #values: LeastRecentlyUsed<V>;

  constructor(cost: (value: V) => number) {
    this.#values = new LeastRecentlyUsed<V>({ most: 2000, room: 16 * 1024 * 1024, cost });
  }

  async get(key: string): Promise<V | undefined> {
    return this.#values.get(key);
  }

  async set(key: string, value: V): Promise<void> {
    this.#values.set(key, value);
  }

  async delete(key: string): Promise<boolean> {
    return this.#values.delete(key);
  }
}
