// Rounds of kill -9 under load: the server, PostgreSQL, both. No acknowledged event may be lost or duplicated, the read models
// must equal a rebuild, and the log must be intact and continue every checkpoint that was ever seen.   npm run harness:crash [-- ROUNDS]
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findRunningPostgres, openEventStore } from '#event-store';
import {
  type Checkpoint,
  openLogKeys,
  parseCheckpoint,
  parseNote,
  readIfThere,
  subtreeHash,
  tilesIn,
  verifyLog,
} from '#log';
import { ownIntake, rebuild } from '#projections';
import { dumpReadModels } from '../setup/dump.js';
import { freePort, isReady, postgresPid, startServer } from './server.js';

const rounds = Number(process.argv[2] ?? 20);
const writers = 16;
const organisation = 'urn:vitrine:org:local:crash';
const home = mkdtempSync(join(tmpdir(), 'vitrine-crash-'));
const port = await freePort();
let server = await startServer(home, port);
const headers = { authorization: `Bearer ${server.key()}`, 'content-type': 'application/json' };

const acknowledged = new Map<string, { eventId: string; position: number }>();
const systems = Array.from({ length: writers }, (_, w) => `urn:vitrine:sys:crash:s${w}`);
let running = true;
let retried = 0;
const seen: Checkpoint[] = [];

await record({
  type: 'RegisterOrganisation',
  organisation,
  occurredAt: '2024-01-01',
  idempotencyKey: 'org',
  data: { names: { en: 'Crash' }, kind: 'municipality', country: 'NL' },
});
for (const system of systems) {
  await record({
    type: 'RegisterSystem',
    organisation,
    system,
    occurredAt: '2024-01-01',
    idempotencyKey: system,
    data: { name: { en: system } },
  });
  await record({
    type: 'StartDeployment',
    organisation,
    system,
    occurredAt: '2024-01-02',
    idempotencyKey: `${system} use`,
    data: { stage: 'production' },
  });
}
const load = Promise.all(systems.map(write));
for (let round = 1; round <= rounds; round++) {
  await delay(400 + Math.random() * 1200);
  const victim = ['server', 'postgres', 'both'][round % 3]!;
  if (victim !== 'server') await killPostgres(home);
  if (victim !== 'postgres') {
    server.child.kill('SIGKILL');
    await once(server.child, 'exit');
    await lookAtLog();
    server = await startServer(home, port);
  }
  const begun = Date.now();
  while (!(await isReady(server.url))) await delay(50);
  console.log(
    `round ${round}: killed ${victim}; ${acknowledged.size} acknowledged so far; answers again after ${Date.now() - begun} ms more`,
  );
}
running = false;
await load;
await verify();
await server.stop();
rmSync(home, { recursive: true, force: true });

/** Sends one command at a time; a command without an answer is retried unchanged until it gets one. */
async function write(system: string): Promise<void> {
  for (let n = 0; running; n++) {
    const idempotencyKey = `${system} ${n}`;
    await record({
      type: 'ConfirmRecord',
      organisation,
      system,
      occurredAt: '2024-06-01',
      idempotencyKey,
      data: { note: { en: idempotencyKey } },
    });
  }
}

async function record(command: { idempotencyKey: string; [field: string]: unknown }): Promise<void> {
  for (;;) {
    try {
      const answer = await fetch(`http://127.0.0.1:${port}/v1/events`, {
        method: 'POST',
        headers,
        body: JSON.stringify(command),
        signal: AbortSignal.timeout(10_000),
      });
      const body = (await answer.json()) as { eventId: string; position: number; code?: string };
      if (answer.ok) {
        acknowledged.set(command.idempotencyKey, body);
        return;
      }
      if (answer.status < 500) throw new TypeError(`Refused: ${JSON.stringify(body)}`);
    } catch (error) {
      if (error instanceof TypeError && error.message.startsWith('Refused')) throw error;
    }
    retried++;
    await delay(50);
  }
}

async function verify(): Promise<void> {
  const database = (await findRunningPostgres(home))!;
  const store = await openEventStore(database, 'harness.example');
  const events = [];
  for (
    let page = await store.readAll(-1, 5000);
    page.length > 0;
    page = await store.readAll(page.at(-1)!.position, 5000)
  )
    events.push(...page);
  const byId = new Map(events.map((event) => [event.envelope.id, event]));
  const lost = [...acknowledged.values()].filter(
    ({ eventId, position }) => byId.get(eventId)?.position !== position,
  ).length;
  const notes = events
    .filter(({ envelope }) => envelope.type === 'RecordConfirmed')
    .map((event) => (event.data!['note'] as { en: string }).en);
  const doubled = notes.length - new Set(notes).size;
  const gaps = events.filter((event, i) => event.position !== i).length;
  while (((await (await fetch(`${server.url}/readyz`)).json()) as { position: number }).position < (await store.head()))
    await delay(100);
  const live = await dumpReadModels(database);
  await rebuild(database, ownIntake(store));
  const equal = JSON.stringify(await dumpReadModels(database)) === JSON.stringify(live);
  const size = (await store.head()) + 1;
  while (((await (await fetch(`${server.url}/readyz`)).json()) as { signed?: number }).signed !== size)
    await delay(100);
  await store.close();
  const log = await checkLog();
  console.log(
    `${rounds} rounds: ${acknowledged.size} acknowledged (${retried} sent again), ${lost} lost, ${doubled} doubled, ${gaps} gaps; read models ${equal ? 'equal' : 'DIFFER FROM'} a rebuild`,
  );
  console.log(
    `log: ${log.events} entries of ${size}, ${log.faultCount} faults; it continues ${log.continued} of the ${seen.length} checkpoints seen after a kill`,
  );
  const whole = log.events === size && log.faultCount === 0 && log.continued === seen.length;
  process.exitCode = lost + doubled + gaps === 0 && equal && whole ? 0 : 1;
}

/** Notes the checkpoint that readers see while the server is dead. */
async function lookAtLog(): Promise<void> {
  const note = await readIfThere(join(home, 'public/log/checkpoint'));
  if (note) seen.push(parseCheckpoint(parseNote(note).text));
}

async function checkLog(): Promise<{ events: number; faultCount: number; continued: number }> {
  const folder = join(home, 'public/log');
  const origin = seen[0]!.origin;
  const keys = openLogKeys(join(home, 'keys'), origin).known;
  const { events, faultCount, faults, checkpoint } = await verifyLog((path) => readIfThere(join(folder, path)), {
    keys,
  });
  for (const { where, what } of faults) console.log(`log: ${where}: ${what}`);
  const roots = seen.map(({ size }) => subtreeHash(0, size, checkpoint!.size, tilesIn(folder)));
  const continued = (await Promise.all(roots)).filter((root, i) => root.equals(seen[i]!.root)).length;
  return { events, faultCount, continued };
}

function delay(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

/** Kills PostgreSQL. Its pid file may still name a process that is gone, while the next one is about to start. */
async function killPostgres(folder: string): Promise<void> {
  for (let tries = 0; ; tries++)
    try {
      process.kill(postgresPid(folder), 'SIGKILL');
      return;
    } catch (error) {
      if (tries === 100) throw error;
      await delay(50);
    }
}
