import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { type AddressInfo, connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import pg from 'pg';
import { openEventStore, openPool, ownDatabase, projectRoot } from '#event-store';
import { openReadPool } from '#projections';
import { freePort } from './harness/server.js';
import { addStandby, type ClusterNode, killCluster, query, startCluster, urlOf } from './setup/cluster.js';
import {
  databaseFrozen,
  isTold,
  quickFaults,
  recordSomething,
  type Stage,
  startRegister,
  untilReady,
} from './setup/faults.js';

const place = mkdtempSync(join(tmpdir(), 'vitrine-faults-'));
const program = join(projectRoot, 'dist/apps/cli/main.js');
let node: ClusterNode;
let stage: Stage;

beforeAll(async () => {
  node = await startCluster(place);
  const home = join(place, 'home');
  stage = { place, home, node, server: startRegister(home, node, await freePort()) };
  await untilReady(stage.server, ({ status }) => status === 200);
  expect(await recordSomething(stage)).toBe(201);
});
afterAll(async () => {
  stage.server.child.kill('SIGKILL');
  await killCluster(node);
  rmSync(place, { recursive: true, force: true });
});

describe('/readyz says', () => {
  test.each(quickFaults.map((fault) => [fault.says, fault.name, fault] as const))(
    '%s when %s',
    async (says, _, { status, provoke }) => {
      const undo = await provoke(stage);
      const { answer, longest } = await untilReady(stage.server, ({ health }) => isTold(health, says));
      await undo();
      expect(answer.status).toBe(status);
      // Two seconds are promised; the limit is higher because other tests may run at the same time.
      expect(longest).toBeLessThan(4000);
      await untilReady(stage.server, ({ health }) => health.troubles.length === 0);
      expect(await recordSomething(stage)).toBe(201);
    },
    60_000,
  );
});

test('SIGTERM ends it while the database is frozen', async () => {
  const thaw = await databaseFrozen.provoke(stage);
  const begun = performance.now();
  stage.server.child.kill('SIGTERM');
  await once(stage.server.child, 'exit');
  expect(performance.now() - begun).toBeLessThan(10_000);
  await thaw();
});

const launch = (databaseUrl: string) => {
  const env = { ...process.env, VITRINE_HOME: join(place, 'third'), VITRINE_DATABASE_URL: databaseUrl };
  const child = spawn(process.execPath, [program, 'up'], { env: { ...env, VITRINE_PORT: '0' } });
  const said: string[] = [];
  child.stderr.setEncoding('utf8').on('data', (text: string) => said.push(text));
  return { child, said };
};

test.each(['SIGINT', 'SIGTERM'] as const)('%s ends it while it waits for the database to let it in', async (signal) => {
  const accepted: string[] = [];
  const silent = createServer(() => accepted.push('one')).listen(0, '127.0.0.1');
  await once(silent, 'listening');
  const { child } = launch(urlOf((silent.address() as AddressInfo).port));
  while (accepted.length === 0) await new Promise((resolve) => setTimeout(resolve, 50));
  const begun = performance.now();
  child.kill(signal);
  await once(child, 'exit');
  expect(performance.now() - begun).toBeLessThan(2000);
  silent.close();
});

describe('a pooler that shares out sessions is refused in a line, when it', () => {
  /** A proxy in front of PostgreSQL that treats `options` in the first message as PgBouncer does: it refuses or drops them. */
  const pooler = async (change: (startup: Buffer) => Buffer | undefined) => {
    const server = createServer((client) => {
      client.on('error', () => undefined);
      client.once('data', (startup) => {
        const changed = change(startup);
        if (!changed) {
          const text = Buffer.from('SFATAL\0C08P01\0Munsupported startup parameter: options\0\0');
          const head = Buffer.from('E\0\0\0\0');
          head.writeInt32BE(text.length + 4, 1);
          client.end(Buffer.concat([head, text]));
          return;
        }
        const behind = connect(node.port, '127.0.0.1');
        behind.write(changed);
        client.pipe(behind).pipe(client);
        behind.on('error', () => client.destroy());
      });
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    return server;
  };
  const withoutOptions = (startup: Buffer): Buffer => {
    const pairs = startup.subarray(8).toString('latin1').split('\0');
    const kept = pairs.filter((_, i) => pairs[i - (i % 2)] !== 'options').join('\0');
    const changed = Buffer.concat([startup.subarray(0, 8), Buffer.from(kept, 'latin1')]);
    changed.writeInt32BE(changed.length, 0);
    return changed;
  };

  test.each([
    ['refuses the settings of a session', () => undefined],
    ['lets them go', withoutOptions],
  ])('%s', async (_, change) => {
    const server = await pooler(change);
    const { port } = server.address() as AddressInfo;
    const { child, said } = launch(urlOf(port));
    const [code] = await once(child, 'exit');
    expect(code).toBe(1);
    expect(said.join('')).toMatch(new RegExp(`^127.0.0.1:${port} is a connection pooler .*\n$`));
    server.close();
  });
});

test('a database that does not let itself be listened to is tried by one connection at a time, and lets go', async () => {
  const standby = await addStandby(place, node);
  const store = await openEventStore(ownDatabase(urlOf(standby.port)), 'faults.example');
  const counts = new Set<number>();
  for (let i = 0; i < 25; i++) {
    const [row] = await query<{ n: number }>(
      standby,
      "SELECT count(*)::int AS n FROM pg_stat_activity WHERE application_name = 'vitrine listen'",
      'postgres',
    );
    counts.add(row!.n);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  expect(Math.max(...counts)).toBeLessThanOrEqual(1);
  expect(store.isListening()).toBe(false);
  await store.close();
  const left = await query(
    standby,
    "SELECT FROM pg_stat_activity WHERE application_name = 'vitrine listen'",
    'postgres',
  );
  expect(left).toEqual([]);
  await killCluster(standby);
});

test('no query is compiled, whatever the database says', async () => {
  await query(node, 'ALTER DATABASE vitrine SET jit = on');
  const database = ownDatabase(urlOf(node.port));
  for (const pool of [openPool(database), openPool(database, { options: '-c work_mem=8MB' }), openReadPool(database)]) {
    expect((await pool.query('SHOW jit')).rows).toEqual([{ jit: 'off' }]);
    await pool.end();
  }
  const plain = new pg.Client(urlOf(node.port));
  await plain.connect();
  expect((await plain.query('SHOW jit')).rows).toEqual([{ jit: 'on' }]);
  await plain.end();
});
