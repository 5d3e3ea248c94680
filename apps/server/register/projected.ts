import type { Pool } from 'pg';
import { type Reached, readReached } from '#projections';

/** Up to where the read models are true. The process that projects knows it; any other asks the database. */
export class Projected {
  /** Undefined while no process, or another one, projects here, or a batch is being committed. */
  #known: Reached | undefined;
  #isChanging = false;
  #waiting = new Set<() => void>();
  #remembering = new Set<() => void>();

  constructor(private readonly pool: Pool) {}

  /** What answers are true for. */
  async reached(): Promise<Reached> {
    return this.#known ?? (await readReached(this.pool));
  }

  /** Position of the register's own log that answers are true for. */
  async position(): Promise<number> {
    return (await this.reached()).position;
  }

  /** For when answers from memory are true; undefined while this process does not know. */
  epoch(): string | undefined {
    return this.#known === undefined ? undefined : epochOf(this.#known.sequence);
  }

  /** `forget` is called when the database may be another one than before, so that the same sequence need not mean the same. */
  onLost(forget: () => void): void {
    this.#remembering.add(forget);
  }

  /** While a batch is being committed here: waits until it is, at most so many milliseconds. */
  async untilKnown(atMost: number): Promise<void> {
    if (this.#isChanging) await this.#nextBatch(atMost);
  }

  /** Waits until the read models have reached a position of the register's own log, at most so many milliseconds. */
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

/** The last event taken, and the day (UTC), because some answers are about today. */
export const epochOf = (sequence: number) => `${sequence}.${new Date().toISOString().slice(0, 10)}`;
