import { setTimeout as sleep } from 'node:timers/promises';
import type { Pool } from 'pg';
import { type Database, openPool, readCondition, tryToWrite } from '#event-store';
import { withReadModels } from '#projections';

/** The state of the database when it was last asked. */
export type Seen = {
  head: { position: number; id: string } | undefined;
  position: number;
  /** How many events could not be applied to the read models, and the first of them. */
  setAside: { count: number; first: string | null };
  /** For how long events have waited while the read models did not move, in milliseconds. */
  standsStill: number;
  /** How many events are in the log that this process serves, and for how long others have waited while it did not grow, in milliseconds. */
  signed: number | undefined;
  logStandsStill: number;
  /** How far the clock of this process is ahead of the database's, in milliseconds. */
  clockAhead: number;
  isReadOnly: boolean;
  /** Settings with which a crash of the machine can lose committed data. */
  unsafe: string[];
  /** Why nothing can be written, if so. */
  writeTrouble: string | undefined;
};

export type Watched = {
  /** Called every second with what was seen. */
  onSeen(seen: Seen): void;
  /** The number of events in the log that this process serves. */
  readSigned?(): Promise<number>;
  /** Why the last events could not be written, and when that was (performance.now). */
  writeTrouble(): { message: string; at: number } | undefined;
};

const patienceMilliseconds = 1000;
/** For how long an answer is reused. */
const freshMilliseconds = 300;
const betweenMilliseconds = 1000;
/** Timeout of a test write. Nobody waits for it, and heavy writing holds the lock for a while. */
const tryMilliseconds = 5000;
const betweenTriesMilliseconds = 30_000;

/** Watches the database over connections of its own, so that it answers within two seconds, whatever else hangs. */
export class Watch {
  #pool: Pool;
  #seen: Seen | undefined;
  #projected = new Standstill();
  #signed = new Standstill();
  #signedSize: number | undefined;
  #readingSigned: Promise<void> | undefined;
  #at = Number.NEGATIVE_INFINITY;
  #underWay: Promise<Seen | undefined> | undefined;
  #timer: NodeJS.Timeout;
  #tried: { at: number; trouble: string | undefined } = { at: Number.NEGATIVE_INFINITY, trouble: undefined };
  #trying: Promise<void> | undefined;

  constructor(
    private readonly database: Database,
    private readonly watched: Watched,
  ) {
    this.#pool = openPool(withReadModels(database), {
      max: 1,
      application_name: 'vitrine watch',
      connectionTimeoutMillis: patienceMilliseconds,
      query_timeout: patienceMilliseconds,
      idleTimeoutMillis: 0,
    });
    const look = async () => {
      this.#trying ??= this.#tryToWrite().finally(() => {
        this.#trying = undefined;
      });
      const seen = await this.look();
      if (seen) watched.onSeen(seen);
    };
    this.#timer = setInterval(look, betweenMilliseconds).unref();
  }

  /** The state of the database now; undefined if it does not answer. */
  async look(): Promise<Seen | undefined> {
    if (performance.now() - this.#at < freshMilliseconds) return this.#seen;
    this.#underWay ??= this.#ask().finally(() => {
      this.#at = performance.now();
      this.#underWay = undefined;
    });
    return this.#underWay;
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.#underWay;
    await this.#trying;
    await this.#pool.end();
  }

  async #ask(): Promise<Seen | undefined> {
    const begun = Date.now();
    try {
      // The read models are read first, so that they never seem to be ahead of the log.
      const [{ rows }, { head, clock, isReadOnly, unsafe }] = await Promise.all([
        this.#pool.query<Taken>(question),
        readCondition(this.#pool),
        this.#readSigned(),
      ]);
      const { position, set_aside: count, first } = rows[0]!;
      const signed = this.#signedSize;
      this.#seen = {
        head,
        position,
        setAside: { count, first },
        standsStill: this.#projected.measure(position, head?.position ?? -1),
        signed,
        logStandsStill: signed === undefined ? 0 : this.#signed.measure(signed, (head?.position ?? -1) + 1),
        clockAhead: (begun + Date.now()) / 2 - clock,
        isReadOnly,
        unsafe,
        writeTrouble: this.#writeTrouble(),
      };
    } catch {
      this.#seen = undefined;
    }
    return this.#seen;
  }

  /** Reads from a disk that may hang; then the last value is used. */
  async #readSigned(): Promise<void> {
    this.#readingSigned ??= this.watched
      .readSigned?.()
      .then(
        (size) => {
          this.#signedSize = size;
        },
        () => undefined,
      )
      .finally(() => {
        this.#readingSigned = undefined;
      });
    if (this.#readingSigned) await Promise.race([this.#readingSigned, sleep(patienceMilliseconds / 2)]);
  }

  #writeTrouble(): string | undefined {
    const last = this.watched.writeTrouble();
    return this.#tried.trouble ?? (last && last.at > this.#tried.at ? last.message : undefined);
  }

  /** Tests every 30 s, and every second while events cannot be written, whether the database accepts connections and writes and has room. */
  async #tryToWrite(): Promise<void> {
    if (this.#writeTrouble() === undefined && performance.now() - this.#tried.at < betweenTriesMilliseconds) return;
    const begun = performance.now();
    let trouble: string | undefined;
    try {
      await tryToWrite(this.database, tryMilliseconds);
    } catch (error) {
      trouble = String(error);
    }
    this.#tried = { at: begun, trouble };
  }
}

/** Measures for how long something has been behind without moving, in milliseconds. */
class Standstill {
  #to = Number.NaN;
  #since = 0;

  measure(position: number, goal: number): number {
    if (position === goal || position !== this.#to) [this.#to, this.#since] = [position, performance.now()];
    return performance.now() - this.#since;
  }
}

type Taken = { position: number; set_aside: number; first: string | null };

/** What has been applied to the read models, and what could not be. */
const question = `SELECT position, (SELECT count(*) FROM set_aside) AS set_aside,
    (SELECT format('%s at position %s (%s): %s', type, position, stream, reason) FROM set_aside ORDER BY sequence LIMIT 1) AS first
  FROM checkpoint`;

/** Describes unsafe settings in words, with what to do. */
export function describeUnsafe(unsafe: string[]): string {
  return `The database runs with ${unsafe.map((name) => `${name} = off`).join(' and ')}: when the machine fails, what was acknowledged can be lost. Set it on.`;
}
