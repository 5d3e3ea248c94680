import type { Pool } from 'pg';
import { type Reached, readReached } from '#projections';

/** How far the read models have got. The process that projects knows it; any other asks the database. */
export class Projected {
  /** Undefined while this process does not project, or while a batch is being committed. */
  #known: Reached | undefined;
  #isChanging = false;
  #waiting = new Set<() => void>();
  #remembering = new Set<() => void>();

  constructor(private readonly pool: Pool) {}

  /** The point for which answers are true. */
  async reached(): Promise<Reached> {
    return this.#known ?? (await readReached(this.pool));
  }

  /** The position of the register's own log for which answers are true. */
  async position(): Promise<number> {
    return (await this.reached()).position;
  }

  /** The epoch for which cached answers are true; undefined while this process does not know it. */
  epoch(): string | undefined {
    return this.#known === undefined ? undefined : epochOf(this.#known.sequence);
  }

  /** `forget` is called when the database may be a different one, so that the same sequence may mean something else. */
  onLost(forget: () => void): void {
    this.#remembering.add(forget);
  }

  /** Waits while a batch is being committed here, at most `atMost` milliseconds. */
  async untilKnown(atMost: number): Promise<void> {
    if (this.#isChanging) await this.#nextBatch(atMost);
  }

  /** Waits until the read models have reached a position of the register's own log, at most `atMost` milliseconds. Returns whether they have. */
  async waitUntil(position: number, atMost = 5000): Promise<boolean> {
    const end = Date.now() + atMost;
    while ((await this.position()) < position) {
      const left = end - Date.now();
      if (left <= 0) return false;
      await this.#nextBatch(Math.min(left, 100));
    }
    return true;
  }

  /** A batch is being committed here. */
  changing(): void {
    this.#known = undefined;
    this.#isChanging = true;
  }

  /** A batch was committed here. */
  changed(reached: Reached): void {
    this.#known = reached;
    this.#isChanging = false;
    for (const wake of this.#waiting) wake();
  }

  /** Another process may project now. */
  lost(): void {
    this.#known = undefined;
    this.#isChanging = false;
    for (const forget of this.#remembering) forget();
  }

  #nextBatch(milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        this.#waiting.delete(done);
        resolve();
      };
      const timer = setTimeout(done, milliseconds);
      this.#waiting.add(done);
    });
  }
}

/** The epoch of a sequence. It includes the day (UTC), because some answers are about today. */
export const epochOf = (sequence: number) => `${sequence}.${new Date().toISOString().slice(0, 10)}`;
