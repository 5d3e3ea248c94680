import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type ClusterNode, killCluster, query, startCluster, urlOf } from '../../test/setup/cluster.js';
import { createTestDatabase } from '../../test/setup/database.js';
import { newEvent, newStream } from './contract.js';
import { openEventStore } from './event-store.js';
import { migrate, ownDatabase } from './postgres/database.js';
import { openWritingPool } from './postgres/writing-pool.js';
import type { Append } from './prepare.js';

test.each([
  ['off', 'on'],
  ['local', 'on'],
  ['remote_write', 'on'],
  ['on', 'on'],
  ['remote_apply', 'remote_apply'],
])('where the database says synchronous_commit = %s, the writer has %s', async (set, found) => {
  const database = await createTestDatabase('', { synchronous_commit: set });
  const pool = openWritingPool(database, () => undefined);
  const connections = await Promise.all([1, 2, 3, 4].map(() => pool.connect()));
  for (const client of connections) {
    const { rows } = await client.query('SHOW synchronous_commit');
    expect(rows).toEqual([{ synchronous_commit: found }]);
    client.release();
  }
  await pool.end();
  await database.drop();
});

describe('with a synchronous standby', () => {
  let place: string;
  let node: ClusterNode;
  beforeAll(async () => {
    place = mkdtempSync(join(tmpdir(), 'vitrine-durable-'));
    node = await startCluster(place, { fsync: 'off' });
    await migrate(ownDatabase(urlOf(node.port)));
  });
  afterAll(async () => {
    await killCluster(node);
    rmSync(place, { recursive: true, force: true });
  });

  const append = (n: number): Append => ({ stream: newStream(), expectedVersion: 'none', events: [newEvent(n)] });
  test('what it has not confirmed is not acknowledged, though PostgreSQL gives up waiting and says that all is well', async () => {
    const store = await openEventStore(ownDatabase(urlOf(node.port)), 'test.example');
    await store.append(append(0));
    await query(node, "ALTER SYSTEM SET synchronous_standby_names = 'nobody'", 'postgres');
    await query(node, 'SELECT pg_reload_conf()', 'postgres');
    await new Promise((resolve) => setTimeout(resolve, 300));
    const cancel = "SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE wait_event = 'SyncRep'";
    const ended: unknown[] = [];
    const written = [1, 2, 3, 4].map((n) =>
      (n < 4 ? store.append(append(n)) : store.appendAll([append(n)])).then(
        () => ended.push(`acknowledged ${n}`),
        (error: { code: string }) => ended.push(error.code),
      ),
    );
    while (ended.length < written.length) {
      await query(node, cancel, 'postgres');
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    expect(ended).toEqual(Array(4).fill('08007'));
    // Only the primary holds them; whoever sends them again with their keys is told so.
    expect(await store.head()).toBe(4);
    await query(node, 'ALTER SYSTEM RESET synchronous_standby_names', 'postgres');
    await query(node, 'SELECT pg_reload_conf()', 'postgres');
    await new Promise((resolve) => setTimeout(resolve, 300));
    await store.append(append(5));
    await store.close();
  });
});
