import type { PoolClient } from 'pg';
import type { Batch, BatchResult, Erasure, HeldLog, OpenStorage, Storage } from '../port.js';
import { type Database, openPool } from './database.js';
import { Lane } from './lane.js';
import { nameLogKeys, readLogKeys } from './log-keys.js';
import * as read from './read.js';
import { watchPostgres } from './watch.js';
import { lockLog, readHeads, writeBatch, writeOne, writtenAt } from './write.js';
import { openWritingPool, refuseDoubt } from './writing-pool.js';

/** Two: while the database makes one batch durable, the next is put together. */
const maxWrites = 2;
/** For this long after another process wrote, single appends go the way of batches. */
const othersMilliseconds = 1000;

/** Events in PostgreSQL: the tables `event` and `payload` of the schema `vitrine`, written by the functions of schema/sql. */
export function openPostgres(database: Database): OpenStorage {
  return (onNew): Storage => {
    // Reading connections write only the hint that there are new events, which need not wait for the disk.
    const readOptions = [database.application.options, '-c synchronous_commit=off'].filter(Boolean).join(' ');
    const reading = openPool(database, { max: 8, application_name: 'vitrine read', options: readOptions });
    const writing = openWritingPool(database, onNew);
    const lanes = Array.from({ length: maxWrites }, () => new Lane(writing));
    let othersWroteAt = Number.NEGATIVE_INFINITY;

    /**
     * Whether the fast way is open: a single event with one part, on a new stream or one last written by this process, with no other write
     * under way and no other process writing.
     */
    function mayGoAlone({ rows, heads }: Batch): boolean {
      const row = rows[0]!;
      const isOnly = rows.length === 1 && row.parts.length === 1 && lanes.length === maxWrites - 1;
      return (
        isOnly &&
        (row.event.version === 0 || heads.get(row.stream)?.isOwn === true) &&
        performance.now() - othersWroteAt > othersMilliseconds
      );
    }

    async function send(lane: Lane, batch: Batch): Promise<BatchResult | undefined> {
      const client = await lane.connect();
      // On a new connection, what the batch was built on may no longer hold.
      if (!batch.isCurrent()) return undefined;
      if (batch.known && mayGoAlone(batch)) {
        const position = await writeOne(client, batch.rows[0]!, batch.known, batch.aheadMilliseconds);
        lane.refuseDoubt();
        if (position !== undefined) return writtenAt(position);
        othersWroteAt = performance.now();
      }
      let result = await writeBatch(client, batch.rows, batch.heads, batch);
      if (result.refused === 'too-early') result = await sendLocked(client, batch);
      lane.refuseDoubt();
      return result;
    }

    return {
      maxWrites,
      maxBytes: Number.POSITIVE_INFINITY,
      async write(batch) {
        const lane = lanes.pop()!;
        try {
          return await send(lane, batch);
        } catch (error) {
          lane.release(true);
          throw error;
        } finally {
          lanes.push(lane);
        }
      },
      async exclusively(work) {
        const client = await writing.connect();
        let broken: Error | undefined;
        try {
          await client.query('BEGIN');
          const result = await work(heldLog(client, await lockLog(client)));
          await client.query('COMMIT');
          refuseDoubt(client);
          return result;
        } catch (error) {
          await client.query('ROLLBACK').catch((lost: Error) => {
            broken = lost;
          });
          throw error;
        } finally {
          client.release(broken);
        }
      },
      heads: (streams) => readHeads(writing, streams),
      find: (ids, key) => read.findWritten(writing, ids, key),
      event: (id) => read.readEvent(reading, id),
      page: (after, limit) => read.readStored(reading, after, limit),
      stream: (stream, options) => read.readStream(reading, stream, options),
      bundles: (from, to) => read.readBundles(reading, from, to),
      erasures: (streams) => read.readErasures(reading, streams),
      keys: (after, before, limit) => read.readKeys(reading, after, before, limit),
      keyless: (limit) => read.readKeyless(reading, limit),
      mislabelled: (limit) => read.readMislabelled(reading, limit),
      gaps: (limit) => read.readGaps(reading, limit),
      head: () => read.readHead(reading),
      logKeys: () => readLogKeys(writing),
      nameLogKeys: (vkeys, options) => nameLogKeys(writing, vkeys, options),
      watch: (wake) => watchPostgres(database, reading, wake),
      async close() {
        for (const lane of lanes) lane.release();
        await writing.end();
        await reading.end();
      },
    };
  };
}

async function sendLocked(client: PoolClient, batch: Batch): Promise<BatchResult> {
  await client.query('BEGIN');
  const rows = batch.rowsAfter(await lockLog(client));
  const result = await writeBatch(client, rows, batch.heads, { ...batch, isLocked: true });
  await client.query('COMMIT');
  return result;
}

/** The log is locked: what is read stays true until the commit. */
function heldLog(client: PoolClient, headRecordedAt: string | null): HeldLog {
  return {
    headRecordedAt,
    heads: (streams) => readHeads(client, streams),
    find: (ids, key) => read.findWritten(client, ids, key),
    stream: (stream, options) => read.readStream(client, stream, options),
    write: (rows, heads, conditions) => writeBatch(client, rows, heads, { ...conditions, isLocked: true }),
    erase: (parts) => erase(client, parts),
  };
}

async function erase(client: PoolClient, parts: Erasure[]): Promise<void> {
  for (const { position, part } of parts)
    await client.query('DELETE FROM vitrine.payload WHERE position = $1 AND part = $2', [position, part]);
}
