import type { Pool } from 'pg';
import { type Database, openPool } from '#event-store';
import { withReadModels } from '#projections';

/** What the database says of itself, when it was asked last. */
export type Seen = {
  head: { position: number; id: string } | undefined;
  position: number;
  /** How many events the read models could not take, and the first of them. */
  setAside: { count: number; first: string | null };
  /** So long, in milliseconds, events wait and the read models do not move. */
  standsStill: number;
  /** How far the clock of this process is ahead of the database's, in milliseconds. */
  clockAhead: number;
  isReadOnly: boolean;
  /** Settings with which a crash of the machine can take what was committed. */
  unsafe: string[];
};

const patienceMilliseconds = 1000;
/** Who asks so soon after another gets the same answer. */
const freshMilliseconds = 300;
const betweenMilliseconds = 1000;

/**
 * Looks after the database by a connection of its own, so that whatever else hangs, the answer comes within two seconds.
 * `onSeen` is told every second.
 */
export class Watch {
  #pool: Pool;
  #seen: Seen | undefined;
  #moved = { to: -2, at: performance.now() };
  #at = Number.NEGATIVE_INFINITY;
  #underWay: Promise<Seen | undefined> | undefined;
  #timer: NodeJS.Timeout;

  constructor(database: Database, onSeen: (seen: Seen) => void) {
    this.#pool = openPool(withReadModels(database), {
      max: 1,
      application_name: 'vitrine watch',
      connectionTimeoutMillis: patienceMilliseconds,
      query_timeout: patienceMilliseconds,
      idleTimeoutMillis: 0,
    });
    const look = async () => {
      const seen = await this.look();
      if (seen) onSeen(seen);
    };
    this.#timer = setInterval(look, betweenMilliseconds).unref();
  }

  /** What the database says now; undefined if it does not answer. */
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
    await this.#pool.end();
  }

  async #ask(): Promise<Seen | undefined> {
    const begun = Date.now();
    try {
      const { rows } = await this.#pool.query<Row>(question);
      const { head, id, position, clock, read_only: isReadOnly, unsafe, set_aside: count, first } = rows[0]!;
      if (position === (head ?? -1) || position !== this.#moved.to)
        this.#moved = { to: position, at: performance.now() };
      this.#seen = {
        head: head === null ? undefined : { position: head, id: id! },
        position,
        setAside: { count, first },
        standsStill: performance.now() - this.#moved.at,
        clockAhead: (begun + Date.now()) / 2 - clock,
        isReadOnly,
        unsafe,
      };
    } catch {
      this.#seen = undefined;
    }
    return this.#seen;
  }
}

type Row = {
  set_aside: number;
  first: string | null;
  head: number | null;
  id: string | null;
  position: number;
  clock: number;
  read_only: boolean;
  unsafe: string[];
};

const question = `SELECT e.position AS head, e.id, (SELECT position FROM checkpoint) AS position,
    extract(epoch FROM clock_timestamp())::float8 * 1000 AS clock,
    (SELECT count(*) FROM set_aside) AS set_aside,
    (SELECT format('%s at position %s (%s): %s', type, position, stream, reason) FROM set_aside ORDER BY position LIMIT 1) AS first,
    pg_is_in_recovery() OR current_setting('default_transaction_read_only')::boolean AS read_only,
    ARRAY(SELECT name FROM unnest(ARRAY['fsync', 'full_page_writes']) AS s (name) WHERE current_setting(name) = 'off') AS unsafe
  FROM (VALUES (1)) AS one LEFT JOIN LATERAL (SELECT position, id FROM vitrine.event ORDER BY position DESC LIMIT 1) e ON true`;

/** In words, with what to do. */
export function describeUnsafe(unsafe: string[]): string {
  return `The database runs with ${unsafe.map((name) => `${name} = off`).join(' and ')}: when the machine fails, what was acknowledged can be lost. Set it on.`;
}
