import type { Pool, PoolClient } from 'pg';
import { endOf, Refusal } from '#domain';
import { type Database, locks, openPool } from '#event-store';
import { inTransaction } from './batch.js';
import { foldAsOf } from './facts.js';
import { version } from './generated/version.js';
import { live, openReadPool, readReached, withSearchPath } from './live.js';
import type { FoldedRecord } from './projection.js';
import { readSystemsOf, systems } from './systems.js';

const pageSize = 200;
/** How many days are kept. Of more, the one that was brought up to date longest ago is dropped. */
const mostDays = 8;
/** How many days may be waited for. */
const mostWaiting = 4;

/** How far the table of a day has got: with which events of the log, and when that was (milliseconds since 1970). */
type State = { sequence: number; at: number };
type Job = { done: Promise<void>; systems: number; of: number };

/**
 * The table of systems as of the end of a day (by what is known now), with its tags, counts and words, so that a day is searched, filtered and counted as today
 * is. The table of a day is filled when somebody asks for it, in a schema of its own, and brought up to date with the events that came since. Only one
 * is filled at a time.
 */
export class Days {
  readonly #jobs = new Map<string, Job>();
  readonly #pools = new Map<string, Pool>();
  #last: Promise<unknown> = Promise.resolve();

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
    const wanted = (await readReached(this.pool)).sequence;
    if (((await readStates(this.pool)).get(schema)?.sequence ?? -2) < wanted) await this.#wait(day, this.#fill(day));
    const pool = this.#pools.get(day) ?? openReadPool(this.database, 2, schema);
    this.#pools.set(day, pool);
    return pool;
  }

  async close(): Promise<void> {
    await Promise.allSettled([...this.#jobs.values()].map(({ done }) => done));
    await Promise.all([...this.#pools.values()].map((pool) => pool.end()));
  }

  /** Begins to fill the table of a day, unless that has begun. */
  #fill(day: string): Job {
    const begun = this.#jobs.get(day);
    if (begun) return begun;
    if (this.#jobs.size >= mostWaiting)
      throw new Refusal('TOO_SLOW', `${mostWaiting} other days are being prepared. Ask for this one in a minute.`);
    const job: Job = { done: Promise.resolve(), systems: 0, of: 0 };
    job.done = this.#last.then(() => this.#work(day, job)).finally(() => this.#jobs.delete(day));
    this.#last = job.done.catch(() => undefined);
    this.#jobs.set(day, job);
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
    const progress = job.of > 0 ? `${job.systems} of ${job.of} systems are done` : 'it waits for its turn';
    throw new Refusal('TOO_SLOW', `The register as of ${day} is being prepared: ${progress}. Ask again in a moment.`);
  }

  async #work(day: string, job: Job): Promise<void> {
    const schema = schemaOf(day);
    // Tables that the day does not have are those of today.
    const options = withSearchPath(this.database, `${schema},${live}`);
    const pool = openPool(this.database, { max: 1, application_name: 'vitrine day', options });
    const client = await pool.connect();
    try {
      await client.query(`SELECT pg_advisory_lock(${locks.building})`);
      await client.query('SET synchronous_commit = off');
      const states = await readStates(client);
      if (!states.has(schema)) {
        await this.#dropOldest(client, states);
        await build(client, schema, day, job);
      }
      await bringUpToDate(client, schema, day);
    } finally {
      // Closing the connection releases the lock.
      client.release(true);
      await pool.end();
    }
  }

  async #dropOldest(client: PoolClient, states: Map<string, State>): Promise<void> {
    const { rows } = await client.query<{ name: string }>(`SELECT nspname AS name FROM pg_namespace WHERE ${isDay}`);
    const oldest = [...states].sort(([, a], [, b]) => a.at - b.at).slice(0, Math.max(states.size - mostDays + 1, 0));
    const useless = rows.filter(({ name }) => !states.has(name));
    for (const name of [...oldest.map(([schema]) => schema), ...useless.map((row) => row.name)]) {
      await client.query(`DROP SCHEMA IF EXISTS ${name} CASCADE`);
      const [day, pool] = [...this.#pools].find(([each]) => schemaOf(each) === name) ?? [];
      if (day === undefined) continue;
      this.#pools.delete(day);
      await pool!.end();
    }
  }
}

const prefix = `${live}_day_`;
const isDay = `nspname LIKE '${prefix.replaceAll('_', '\\_')}%'`;
const schemaOf = (day: string) => `${prefix}${day.replaceAll('-', '')}`;

/** The days whose table is filled, by this version of the program. */
async function readStates(db: Pick<Pool, 'query'>): Promise<Map<string, State>> {
  const { rows } = await db.query<{ name: string; said: string | null }>(
    `SELECT nspname AS name, obj_description(oid, 'pg_namespace') AS said FROM pg_namespace WHERE ${isDay}`,
  );
  return new Map(
    rows.flatMap(({ name, said }) => {
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
    await inTransaction(client, async () => write(client, await foldAsOf(client, ids, day)));
  }
  await client.query(systems.indexes);
  // The frequencies of words come from the statistics of the table.
  await client.query(`ANALYZE ${schema}.system`);
  await note(client, schema, sequence);
}

/** Folds again what has changed since. */
async function bringUpToDate(client: PoolClient, schema: string, day: string): Promise<void> {
  await inTransaction(client, async () => {
    await client.query('SET TRANSACTION ISOLATION LEVEL REPEATABLE READ');
    const { sequence: from } = (await readStates(client)).get(schema)!;
    const { sequence } = await readReached(client);
    const { rows } = await client.query<{ system: string | null; organisation: string }>(
      'SELECT DISTINCT system, organisation FROM timeline WHERE sequence > $1 AND (system IS NULL OR changes_record)',
      [from],
    );
    const renamed = rows.filter(({ system }) => system === null).map(({ organisation }) => organisation);
    const touched = [
      ...new Set([...rows.flatMap(({ system }) => system ?? []), ...(await readSystemsOf(client, renamed))]),
    ];
    for (let at = 0; at < touched.length; at += pageSize) {
      const ids = touched.slice(at, at + pageSize);
      const records = await foldAsOf(client, ids, day);
      const there = new Set(records.map(({ record }) => record.id));
      for (const id of ids) if (!there.has(id)) await systems.forget!(client, id);
      await write(client, records);
    }
    await note(client, schema, sequence);
  });
}

const write = async (client: PoolClient, records: FoldedRecord[]) => {
  if (records.length > 0) await systems.applyRecords!(client, records, [], []);
};
