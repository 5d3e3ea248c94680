import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, chownSync, cpSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import pg from 'pg';
import { findPrograms } from '#event-store';

/** A separate PostgreSQL on a TCP port, without passwords, for tests with clusters. */
export type ClusterNode = { data: string; port: number; child: ChildProcess; settings: Record<string, string> };

const nobody = 65_534;
const user = process.getuid?.() === 0 ? { uid: nobody, gid: nobody } : {};

async function programs(place: string) {
  mkdirSync(place, { recursive: true });
  for (let folder = place; folder !== '/tmp' && folder.startsWith('/tmp'); folder = join(folder, '..'))
    chmodSync(folder, 0o755);
  return findPrograms(place);
}

/** Starts an empty cluster with the database `vitrine`. `settings`: for postgresql.conf. */
export async function startCluster(place: string, settings: Record<string, string> = {}): Promise<ClusterNode> {
  const { initdb } = await programs(place);
  const data = join(place, `node-${Date.now()}`);
  own(data);
  const made = spawnSync(initdb, ['-D', data, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--locale=C.UTF-8'], {
    ...user,
    cwd: '/',
  });
  if (made.status !== 0) throw new Error(String(made.stderr));
  const node = await run(place, data, { wal_keep_size: '1GB', ...settings });
  await query(node, 'CREATE DATABASE vitrine', 'postgres');
  return node;
}

function own(folder: string): void {
  mkdirSync(folder, { mode: 0o700 });
  if ('uid' in user) chownSync(folder, nobody, nobody);
}

/** Restarts a server that was shut down. */
export async function resume(node: ClusterNode): Promise<void> {
  if (node.child.exitCode === null) await once(node.child, 'exit');
  Object.assign(node, await run(join(node.data, '..'), node.data, node.settings, node.port));
}

async function run(
  place: string,
  data: string,
  settings: Record<string, string>,
  oldPort?: number,
): Promise<ClusterNode> {
  const { postgres } = await programs(place);
  const port = oldPort ?? (await freePort());
  const options = {
    listen_addresses: '127.0.0.1',
    port: String(port),
    unix_socket_directories: '',
    max_connections: '120',
    jit: 'off',
    ...settings,
  };
  const args = Object.entries(options).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const child = spawn(postgres, ['-D', data, ...args], {
    ...user,
    cwd: '/',
    detached: true,
    stdio: process.env['CLUSTER_LOG'] ? 'inherit' : 'ignore',
  });
  const node = { data, port, child, settings };
  for (let waited = 0; ; waited += 50) {
    if (await query(node, 'SELECT 1', 'postgres').catch(() => undefined)) return node;
    if (child.exitCode !== null || waited > 60_000) throw new Error(`PostgreSQL in ${data} did not start.`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as AddressInfo;
  probe.close();
  await once(probe, 'close');
  return port;
}

export const urlOf = (port: number, database = 'vitrine') => `postgres://postgres@127.0.0.1:${port}/${database}`;

export async function query<T extends pg.QueryResultRow>(
  { port }: { port: number },
  sql: string,
  database = 'vitrine',
): Promise<T[]> {
  const client = new pg.Client({ connectionString: urlOf(port, database), connectionTimeoutMillis: 5000 });
  client.on('error', () => undefined);
  await client.connect();
  try {
    return (await client.query<T>(sql)).rows;
  } finally {
    await client.end();
  }
}

/** Adds a streaming standby to a running server, starting from a base backup that is copied file by file. */
export async function addStandby(place: string, primary: ClusterNode): Promise<ClusterNode> {
  const data = join(place, `node-${Date.now()}`);
  const client = new pg.Client(urlOf(primary.port, 'postgres'));
  await client.connect();
  await client.query("SELECT pg_backup_start('standby', true)");
  copyRunning(primary.data, data);
  const { rows } = await client.query<{ labelfile: string }>('SELECT labelfile FROM pg_backup_stop(false)');
  await client.end();
  const write = (name: string, text: string) => writeFileSync(join(data, name), text);
  write('backup_label', rows[0]!.labelfile);
  write('standby.signal', '');
  write(
    'postgresql.auto.conf',
    `primary_conninfo = 'host=127.0.0.1 port=${primary.port} user=postgres application_name=standby'\n`,
  );
  if ('uid' in user) spawnSync('chown', ['-R', `${nobody}:${nobody}`, data]);
  const node = await run(place, data, { wal_keep_size: '1GB' });
  while ((await query(primary, "SELECT FROM pg_stat_replication WHERE state = 'streaming'", 'postgres')).length === 0)
    await new Promise((resolve) => setTimeout(resolve, 50));
  return node;
}

/** Copies the files of a running server, some of which come and go meanwhile. */
function copyRunning(from: string, to: string): void {
  own(to);
  for (const name of readdirSync(from)) {
    if (name === 'postmaster.pid' || name === 'postmaster.opts') continue;
    for (let tries = 1; ; tries++) {
      try {
        cpSync(join(from, name), join(to, name), { recursive: true, force: true });
        break;
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || tries > 20) throw error;
        rmSync(join(to, name), { recursive: true, force: true });
      }
    }
  }
}

/** Kills (-9) the server and all its processes, and removes its data. */
export async function killCluster({ child, data }: ClusterNode): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) {
    const ended = once(child, 'exit');
    process.kill(-child.pid!, 'SIGKILL');
    await ended;
  }
  rmSync(data, { recursive: true, force: true });
}

/** Promotes a standby to primary. */
export async function promote(node: ClusterNode): Promise<void> {
  await query(node, 'SELECT pg_promote()', 'postgres');
  while (!(await query<{ up: boolean }>(node, 'SELECT NOT pg_is_in_recovery() AS up', 'postgres'))[0]!.up)
    await new Promise((resolve) => setTimeout(resolve, 20));
}

/** A proxy between a register and its database, which leads to the current primary. */
export async function startProxy(): Promise<{ port: number; leadTo(port: number | undefined): void; close(): void }> {
  let target: number | undefined;
  const open = new Set<Socket>();
  const proxy = createServer((client) => {
    if (target === undefined) return void client.destroy();
    const server = connect(target, '127.0.0.1');
    for (const [from, to] of [
      [client, server],
      [server, client],
    ] as const) {
      open.add(from);
      from.on('error', () => to.destroy());
      from.on('close', () => {
        open.delete(from);
        to.destroy();
      });
      from.pipe(to);
    }
  }).listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  return {
    port: (proxy.address() as AddressInfo).port,
    leadTo(port) {
      target = port;
      for (const socket of open) socket.destroy();
    },
    close() {
      proxy.close();
      for (const socket of open) socket.destroy();
    },
  };
}
