import type { Pool, PoolClient } from 'pg';
import { refuseDoubt } from './writing-pool.js';

/** A connection kept for one writer: borrowed from the pool at first use, and again after it broke. */
export class Lane {
  #client: PoolClient | undefined;

  constructor(private readonly pool: Pool) {}

  async connect(): Promise<PoolClient> {
    if (this.#client) return this.#client;
    const client = await this.pool.connect();
    client.once('end', () => this.#drop(client));
    this.#client = client;
    return client;
  }

  /** Throws if what was just committed may be missing on the standby. */
  refuseDoubt(): void {
    if (this.#client) refuseDoubt(this.#client);
  }

  /** Returns the connection. `broken`: an error may have left it in an unknown state, so it is closed. */
  release(broken = false): void {
    const client = this.#client;
    this.#client = undefined;
    client?.release(broken);
  }

  #drop(client: PoolClient): void {
    if (this.#client === client) this.release(true);
  }
}
