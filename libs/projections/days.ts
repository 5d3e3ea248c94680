import { setTimeout as sleep } from 'node:timers/promises';
import type { Pool, PoolClient } from 'pg';
import { endOf, Refusal } from '#domain';
import { type Database, dropPastDays, locks, openPool, pastDayPrefix, readPastDays } from '#event-store';
import { inTransaction } from './batch.js';
import { foldAsOf } from './facts.js';
import { version } from './generated/version.js';
import { live, openReadPool, readReached, withSearchPath } from './live.js';
import type { FoldedRecord } from './projection.js';
import { isDataError } from './set-aside.js';
import { readSystemsOf, systems } from './systems.js';

const pageSize = 200;
/** How many days are kept. Of more, the one that was used longest ago is dropped. */
const mostDays = 8;
/** How many days may wait to be filled. */
const mostWaiting = 4;
const lockPause = 200;
/** How long the tables of a day wait for a rebuild, a check of all read models, or the removal of what was erased. */
const longestWait = 600_000;

/** How far the table of a day has got: with which events of the log, and when that was (milliseconds since 1970). */
type State = { sequence: number; at: number };
type Job = { done: Promise<void>; systems: number; of: number };

/**
 * The table of systems as of the end of a day (by what is known now), with its tags, counts and words, so that a day is searched, filtered and counted as today
 * is. The table of a day is filled when somebody asks for it, in a schema of its own, and brought up to date with the events that came since. Only one
 * is filled at a time.
 */
export class Days {
  readonly #filling = new Map<string, Job>();
  readonly #refreshing = new Map<string, Promise<void>>();
  readonly #pools = new Map<string, Pool>();
  readonly #used = new Map<string, number>();
  #last: Promise<unknown> = Promise.resolve();
  #isClosing = false;

  constructor(
    private readonly database: Database,
    private readonly pool: Pool,
    private readonly waitMilliseconds = 4000,
  ) {}

  /**
   * A pool that sees the systems as of the end of a day (a date), going by everything that the read models have. Throws TOO_SLOW if the table of the day is not
   * ready within some seconds; it is then being filled.
   */
  async at(day: string): Promise<Pool> {
    const schema = schemaOf(day);
    const { sequence } = await readReached(this.pool);
    const connected = [...this.#pools.keys()];
    const states = await readStates(this.pool);
    // Days that were dropped, by whomever.
    for (const other of connected) if (!states.has(schemaOf(other))) await this.#endPool(schemaOf(other));
    const state = states.get(schema);
    if (!state) await this.#wait(day, this.#fill(day));
    else if (state.sequence < sequence && (await this.#isBehind(state)))
      await this.#wait(day, { done: this.#refresh(day), systems: 0, of: 0 });
    const pool = this.#pools.get(day) ?? openReadPool(this.database, 2, schema);
    this.#pools.set(day, pool);
    this.#used.set(schema, Date.now());
    return pool;
  }

  /** Waits for the day that is being filled; those that wait are given up. */
  async close(): Promise<void> {
    this.#isClosing = true;
    await Promise.allSettled([...this.#filling.values()].map(({ done }) => done));
    await Promise.allSettled(this.#refreshing.values());
    await Promise.all([...this.#pools.values()].map((pool) => pool.end()));
  }

  /** Whether something was recorded that can change the table of a day. */
  async #isBehind({ sequence }: State): Promise<boolean> {
    const { rows } = await this.pool.query<{ behind: boolean }>({
      name: 'day-is-behind',
      text: 'SELECT EXISTS (SELECT FROM timeline WHERE sequence > $1 AND (system IS NULL OR changes_record)) AS behind',
      values: [sequence],
    });
    return rows[0]!.behind;
  }

  /** Brings the table of a day up to date. That does not wait for other days. */
  #refresh(day: string): Promise<void> {
    const begun = this.#refreshing.get(day);
    if (begun) return begun;
    const done = this.#connected(day, async (client) => {
      await this.#ask(client, `pg_try_advisory_lock_shared(${locks.pastDays})`);
      await bringUpToDate(client, schemaOf(day), day);
    }).finally(() => this.#refreshing.delete(day));
    this.#refreshing.set(day, done);
    return done;
  }

  /** Begins to fill the table of a day, unless that has begun. */
  #fill(day: string): Job {
    const begun = this.#filling.get(day);
    if (begun) return begun;
    if (this.#filling.size >= mostWaiting)
      throw new Refusal('TOO_SLOW', `${mostWaiting} other days are being prepared. Ask for this one in a minute.`);
    const job: Job = { done: Promise.resolve(), systems: 0, of: 0 };
    job.done = this.#last.then(() => this.#work(day, job)).finally(() => this.#filling.delete(day));
    this.#last = job.done.catch(() => undefined);
    this.#filling.set(day, job);
    return job;
  }

  async #wait(day: string, job: Job): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<true>((resolve) => {
      timer = setTimeout(() => resolve(true), this.waitMilliseconds);
    });
    try {
      if ((await Promise.race([job.done, late])) !== true) return;
    } finally {
      clearTimeout(timer);
    }
    const progress = job.of > 0 ? `${job.systems} of ${job.of} systems are done` : 'in a moment it is there';
    throw new Refusal('TOO_SLOW', `The register as of ${day} is being prepared: ${progress}. Ask again in a moment.`);
  }

  #work(day: string, job: Job): Promise<void> {
    const schema = schemaOf(day);
    return this.#connected(day, async (client) => {
      await this.#ask(client, `pg_try_advisory_lock(${locks.building})`);
      await client.query('SET synchronous_commit = off');
      if (!(await readStates(client)).has(schema)) await build(client, schema, day, job);
      await bringUpToDate(client, schema, day);
      await this.#dropOldest(client, schema);
    });
  }

  /** Runs `work` on a connection of its own, on which tables that the day does not have are those of today. */
  async #connected(day: string, work: (client: PoolClient) => Promise<void>): Promise<void> {
    if (this.#isClosing) throw new Refusal('TOO_SLOW', 'The register is about to stop.');
    const options = withSearchPath(this.database, `${schemaOf(day)},${live}`);
    const pool = openPool(this.database, { max: 1, application_name: 'vitrine day', options });
    try {
      const client = await pool.connect();
      try {
        await work(client);
      } finally {
        // Closing the connection releases its locks.
        client.release(true);
      }
    } finally {
      await pool.end();
    }
  }

  /** Asks again and again for a lock (SQL), because who waits for it inside the database holds up the removal of what was erased. */
  async #ask(client: PoolClient, lock: string): Promise<void> {
    for (const end = Date.now() + longestWait; Date.now() < end && !this.#isClosing; await sleep(lockPause)) {
      const { rows } = await client.query<{ mine: boolean }>(`SELECT ${lock} AS mine`);
      if (rows[0]!.mine) return;
    }
    throw new Refusal('TOO_SLOW', 'The read models are being rebuilt or checked. Ask for a past day later.');
  }

  async #dropOldest(client: PoolClient, own: string): Promise<void> {
    const states = await readStates(client);
    const all = (await readPastDays(client)).map(({ name }) => name);
    const lastUse = (name: string) => Math.max(states.get(name)!.at, this.#used.get(name) ?? 0);
    const oldest = [...states.keys()].filter((name) => name !== own).sort((a, b) => lastUse(a) - lastUse(b));
    const useless = all.filter((name) => !states.has(name));
    const gone = [...oldest.slice(0, Math.max(states.size - mostDays, 0)), ...useless];
    for (const name of gone) await this.#endPool(name);
    await dropPastDays(client, gone);
  }

  /** Closes the connections to a day. Queries that run or wait for a connection go first. */
  async #endPool(schema: string): Promise<void> {
    const [day, pool] = [...this.#pools].find(([each]) => schemaOf(each) === schema) ?? [];
    if (day === undefined) return;
    this.#pools.delete(day);
    this.#used.delete(schema);
    while (pool!.waitingCount > 0) await sleep(lockPause);
    await pool!.end();
  }
}

const schemaOf = (day: string) => `${pastDayPrefix}${day.replaceAll('-', '')}`;

/** The days whose table is filled, by this version of the program. */
async function readStates(db: Pick<Pool, 'query'>): Promise<Map<string, State>> {
  return new Map(
    (await readPastDays(db)).flatMap(({ name, said }) => {
      const [by, sequence, at] = said?.split(' ') ?? [];
      return by === version ? [[name, { sequence: Number(sequence), at: Number(at) }] as const] : [];
    }),
  );
}

const note = (client: PoolClient, schema: string, sequence: number) =>
  client.query(`COMMENT ON SCHEMA ${schema} IS '${version} ${sequence} ${Date.now()}'`);

/** Fills the table of a day with all systems that were there. Until that is done, no comment says that it is. */
async function build(client: PoolClient, schema: string, day: string, job: Job): Promise<void> {
  await client.query(`DROP SCHEMA IF EXISTS ${schema} CASCADE; CREATE SCHEMA ${schema}; ${systems.tables}`);
  const { sequence } = await readReached(client);
  const { rows } = await client.query<{ system: string }>(
    `SELECT DISTINCT system FROM presence WHERE known_until = 'infinity' AND since <= $1 ORDER BY 1`,
    [new Date(endOf(day))],
  );
  job.of = rows.length;
  for (; job.systems < rows.length; job.systems = Math.min(job.systems + pageSize, rows.length)) {
    const ids = rows.slice(job.systems, job.systems + pageSize).map(({ system }) => system);
    await inTransaction(client, () => write(client, ids, day));
  }
  await client.query(systems.indexes);
  // The frequencies of words come from the statistics of the table.
  await client.query(`ANALYZE ${schema}.system`);
  await note(client, schema, sequence);
}

/**
 * Folds again what has changed since. Two processes do so one after the other. Call it with a lock that keeps the tables from being dropped: the same names without a
 * schema would then be those of today.
 */
async function bringUpToDate(client: PoolClient, schema: string, day: string): Promise<void> {
  await inTransaction(client, async () => {
    const from = (await readStates(client)).get(schema)?.sequence;
    if (from === undefined) throw new Refusal('TOO_SLOW', `The register as of ${day} has to be prepared. Ask again.`);
    await client.query(`LOCK TABLE ${schema}.system, ${schema}.tag_count IN SHARE ROW EXCLUSIVE MODE`);
    // Before what is read: what is recorded meanwhile is folded once more.
    const { sequence } = await readReached(client);
    const { rows } = await client.query<{ system: string | null; organisation: string }>(
      'SELECT DISTINCT system, organisation FROM timeline WHERE sequence > $1 AND (system IS NULL OR changes_record)',
      [from],
    );
    const renamed = rows.filter(({ system }) => system === null).map(({ organisation }) => organisation);
    const touched = [
      ...new Set([...rows.flatMap(({ system }) => system ?? []), ...(await readSystemsOf(client, renamed))]),
    ];
    for (let at = 0; at < touched.length; at += pageSize)
      await write(client, touched.slice(at, at + pageSize), day, true);
    await note(client, schema, sequence);
  });
}

/**
 * Writes the systems as of a day. One whose record of that day has an odd form, as a log from elsewhere may leave between two events of a batch, is left out, as
 * the live tables leave out what is odd. `isKnown`: those that are not there any more are removed.
 */
async function write(client: PoolClient, ids: string[], day: string, isKnown = false): Promise<void> {
  const records = await foldAsOf(client, ids, day);
  const there = new Set(records.map(({ record }) => record.id));
  if (isKnown) for (const id of ids) if (!there.has(id)) await systems.forget!(client, id);
  if (records.length === 0 || (await tryWrite(client, records))) return;
  for (const record of records)
    if (!(await tryWrite(client, [record]))) await systems.forget!(client, record.record.id);
}

async function tryWrite(client: PoolClient, records: FoldedRecord[]): Promise<boolean> {
  await client.query('SAVEPOINT records');
  try {
    await systems.applyRecords!(client, records, [], []);
    await client.query('RELEASE SAVEPOINT records');
    return true;
  } catch (error) {
    if (!isDataError(error)) throw error;
    await client.query('ROLLBACK TO SAVEPOINT records');
    return false;
  }
}
