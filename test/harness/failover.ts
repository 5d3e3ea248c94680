// A separate PostgreSQL with a streaming standby, behind a proxy. Under 32 writers the primary is killed and the standby promoted, while
// the register keeps running. With a synchronous standby nothing acknowledged may be lost. With an asynchronous one that lags, the loss
// must be noticed before the next command is acknowledged, nothing may be signed that does not verify, and the documented recovery must
// work.   npm run harness:failover [-- ROUNDS]
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openEventStore, ownDatabase } from '#event-store';
import {
  addStandby,
  type ClusterNode,
  killCluster,
  promote,
  query,
  startCluster,
  startProxy,
  urlOf,
} from '../setup/cluster.js';
import { freePort, launchServer, type RunningServer, runVitrine } from './server.js';

const rounds = Number(process.argv[2] ?? 10);
const writers = 32;
const organisation = 'urn:vitrine:org:local:failover';
const delay = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));
let failed = 0;
const complain = (what: string) => {
  failed++;
  console.log(`FAILS: ${what}`);
};

await synchronous();
await asynchronous();
process.exitCode = failed > 0 ? 1 : 0;

type Stage = Awaited<ReturnType<typeof setUp>>;

/** Two servers, a proxy, a register with its writers. */
async function setUp(name: string) {
  const place = mkdtempSync(join(tmpdir(), `vitrine-failover-${name}-`));
  const proxy = await startProxy();
  const primary = await startCluster(place);
  proxy.leadTo(primary.port);
  const standby = await addStandby(place, primary);
  const settings = { VITRINE_DATABASE_URL: urlOf(proxy.port), VITRINE_ORIGIN: 'failover.example' };
  const home = join(place, 'home');
  const port = await freePort();
  const launch = () => launchServer(home, port, '0', settings);
  const stage = {
    place,
    home,
    proxy,
    primary,
    standby,
    port,
    launch,
    server: launch(),
    vitrine: (...args: string[]) => runVitrine(home, args, settings),
    /** By event id: its position, and when it was acknowledged. */
    acknowledged: new Map<string, { position: number; at: number }>(),
    accepted: new Set<string>(),
    pausedUntil: 0,
    running: true,
  };
  await ready(stage);
  return stage;
}

async function ready({ port, server }: { port: number; server: RunningServer }): Promise<Health> {
  for (;;) {
    if (server.child.exitCode !== null) throw new Error(`The register ended with ${server.child.exitCode}.`);
    const health = await readyz(port);
    if (health?.status === 'ok') return health;
    if (health && ['events-lost', 'log-refused'].includes(health.status)) return health;
    await delay(50);
  }
}

type Health = { status: string; reason?: string };

async function readyz(port: number): Promise<Health | undefined> {
  const answer = await fetch(`http://127.0.0.1:${port}/readyz`, { signal: AbortSignal.timeout(3000) }).catch(
    () => undefined,
  );
  return answer && ((await answer.json().catch(() => undefined)) as Health | undefined);
}

async function begin(stage: Stage): Promise<{ load: Promise<unknown> }> {
  await record(stage, {
    type: 'RegisterOrganisation',
    idempotencyKey: 'o',
    data: { names: { en: 'F' }, kind: 'municipality', country: 'NL' },
  });
  const systems = Array.from({ length: writers }, (_, w) => `urn:vitrine:sys:failover:s${w}`);
  for (const system of systems)
    await record(stage, { type: 'RegisterSystem', system, idempotencyKey: system, data: { name: { en: system } } });
  const load = Promise.all(
    systems.map(async (system) => {
      for (let n = 0; stage.running; n++) {
        const note = { en: `${system} ${n}` };
        await record(stage, { type: 'ConfirmRecord', system, idempotencyKey: note.en, data: { note } });
      }
    }),
  );
  return { load };
}

/** Sends one command until it is acknowledged, under the same key. */
async function record(stage: Stage, command: Record<string, unknown>): Promise<void> {
  while (stage.running) {
    const answer = await fetch(`http://127.0.0.1:${stage.port}/v1/events`, {
      method: 'POST',
      headers: { authorization: `Bearer ${stage.server.key()}`, 'content-type': 'application/json' },
      body: JSON.stringify({ organisation, occurredAt: '2025-01-01', ...command }),
      signal: AbortSignal.timeout(40_000),
    }).catch(() => undefined);
    const body = (await answer?.json().catch(() => undefined)) as
      | { eventId: string; position: number; code?: string }
      | undefined;
    if (answer?.ok && body) {
      stage.acknowledged.set(body.eventId, { position: body.position, at: Date.now() });
      return;
    }
    if (answer && answer.status < 500) complain(`${answer.status} ${JSON.stringify(body).slice(0, 300)}`);
    await delay(30);
  }
}

/** Kills the primary and promotes the standby. Returns the time of the promotion. */
async function failOver(stage: Stage): Promise<number> {
  await killCluster(stage.primary);
  stage.proxy.leadTo(undefined);
  await promote(stage.standby);
  const at = Date.now();
  stage.proxy.leadTo(stage.standby.port);
  return at;
}

async function replaceStandby(stage: Stage, isSynchronous: boolean): Promise<void> {
  stage.primary = stage.standby;
  stage.standby = await addStandby(stage.place, stage.primary);
  if (isSynchronous) await setSynchronous(stage.primary);
}

async function setSynchronous(primary: ClusterNode): Promise<void> {
  await query(primary, "ALTER SYSTEM SET synchronous_standby_names = 'standby'", 'postgres');
  await query(primary, 'SELECT pg_reload_conf()', 'postgres');
  await delay(200);
}

/** The ids of the events acknowledged so far that a server does not have. */
async function missing(stage: Stage, node: ClusterNode): Promise<string[]> {
  const known = [...stage.acknowledged.keys()];
  const rows = await query<{ id: string }>(node, 'SELECT id::text FROM vitrine.event');
  const there = new Set(rows.map(({ id }) => id));
  return known.filter((id) => !there.has(id));
}

async function synchronous(): Promise<void> {
  const stage = await setUp('synchronous');
  await setSynchronous(stage.primary);
  const { load } = await begin(stage);
  const waits: number[] = [];
  let lost = 0;
  for (let round = 1; round <= rounds; round++) {
    await delay(1000 + Math.random() * 500);
    const at = await failOver(stage);
    const before = stage.acknowledged.size;
    while (stage.acknowledged.size === before) {
      const health = await readyz(stage.port);
      if (health && ['events-lost', 'log-refused'].includes(health.status)) {
        complain(`round ${round}: ${health.status}: ${health.reason}`);
        break;
      }
      await delay(20);
    }
    waits.push(Date.now() - at);
    lost += (await missing(stage, stage.standby)).length;
    await replaceStandby(stage, true);
  }
  await end(
    stage,
    load,
    `synchronous: ${rounds} failovers`,
    `${lost} lost, acknowledged again after ${Math.max(...waits)} ms at most`,
  );
  if (lost > 0) complain(`${lost} acknowledged events were lost.`);
}

async function asynchronous(): Promise<void> {
  const stage = await setUp('asynchronous');
  const { load } = await begin(stage);
  const ways = { restored: 0, accepted: 0, 'nothing lost': 0 };
  let lost = 0;
  let late = 0;
  for (let round = 1; round <= rounds; round++) {
    await delay(700 + Math.random() * 500);
    // The standby receives no more, while commands are still acknowledged.
    const [sender] = await query<{ pid: number }>(stage.primary, 'SELECT pid FROM pg_stat_replication', 'postgres');
    process.kill(sender!.pid, 'SIGSTOP');
    const before = stage.acknowledged.size;
    // In some rounds, too short a time for the log to sign any of them.
    await delay(round % 2 === 0 ? 600 : 20);
    while (stage.acknowledged.size === before) await delay(5);
    const at = await failOver(stage);
    const gone = (await missing(stage, stage.standby)).filter((id) => !stage.accepted.has(id));
    lost += gone.length;
    if (gone.length > 0) {
      let health = await readyz(stage.port);
      while (health?.status !== 'events-lost' && health?.status !== 'log-refused') {
        health = await readyz(stage.port);
        await delay(20);
      }
      // Answers that were in transit when the primary died may arrive a moment later; the new primary must not give any.
      const afterwards = [...stage.acknowledged].filter(([, { at: when }]) => when > at + 50);
      late += afterwards.length;
      const said = await stage.vitrine('status');
      if (!/events-lost|log-refused|REFUSED/.test(said.stdout)) complain(`status says nothing: ${said.stdout}`);
      ways[await wayOut(stage, gone)]++;
    } else ways['nothing lost']++;
    await replaceStandby(stage, false);
  }
  await end(
    stage,
    load,
    `asynchronous: ${rounds} failovers to a standby that lags`,
    `${lost} lost and noticed; ${late} acknowledged after the failover before it was noticed; ways out: ${JSON.stringify(ways)}`,
  );
  if (late > 0) complain(`${late} were acknowledged before the loss was noticed.`);
}

/** Follows the register's instructions: restores what the log has published, and accepts what is lost for good. */
async function wayOut(stage: Stage, gone: string[]): Promise<'restored' | 'accepted'> {
  stage.server.child.kill('SIGTERM');
  await once(stage.server.child, 'exit');
  const accepted = await stage.vitrine('accept-loss', '--yes');
  let way: 'restored' | 'accepted' = 'accepted';
  if (accepted.status !== 0) {
    if (!accepted.stderr.includes('vitrine restore')) complain(`accept-loss: ${accepted.stderr}`);
    const restored = await stage.vitrine('restore', join(stage.home, 'public/log'));
    if (restored.status !== 0) complain(`restore: ${restored.stdout}${restored.stderr}`);
    way = 'restored';
    const rest = await stage.vitrine('accept-loss', '--yes');
    if (rest.status !== 0) complain(`accept-loss after restore: ${rest.stdout}${rest.stderr}`);
  }
  for (const id of await missing(stage, stage.standby)) stage.accepted.add(id);
  for (const id of gone) if (way === 'accepted') stage.accepted.add(id);
  stage.server = stage.launch();
  const health = await ready(stage);
  if (health.status !== 'ok') complain(`After the way out: ${health.status}: ${health.reason}`);
  return way;
}

async function end(stage: Stage, load: Promise<unknown>, what: string, result: string): Promise<void> {
  await delay(1000);
  stage.running = false;
  await load;
  const store = await openEventStore(ownDatabase(urlOf(stage.primary.port)), 'failover.example');
  const head = await store.head();
  const gaps = await store.readGaps(10);
  await store.close();
  const lost = (await missing(stage, stage.primary)).filter((id) => !stage.accepted.has(id));
  stage.server.child.kill('SIGTERM');
  await once(stage.server.child, 'exit');
  const verified = await stage.vitrine('verify');
  if (verified.status !== 0) complain(`verify: ${verified.stdout}${verified.stderr}`);
  if (gaps.length > 0 || lost.length > 0)
    complain(`${gaps.length} streams with gaps, ${lost.length} acknowledged events missing.`);
  stage.proxy.close();
  await killCluster(stage.primary);
  await killCluster(stage.standby);
  rmSync(stage.place, { recursive: true, force: true });
  console.log(
    `${what}, ${writers} writers: ${stage.acknowledged.size} acknowledged, ${result}; ${head + 1} events, ${gaps.length} gaps; verify: exit ${verified.status}.`,
  );
}
