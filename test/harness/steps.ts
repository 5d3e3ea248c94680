// kill -9 between any two steps of publishing: the process is killed before its 1st, 2nd, 3rd ... operation on a file (and in the
// middle of writing one), until none is left. After each kill, whatever is published must verify, the next start must complete, and
// there must never be two checkpoints of one size.   npm run harness:steps
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  type Append,
  type Database,
  type EventStore,
  migrate,
  openEventStore,
  startEmbeddedPostgres,
} from '#event-store';
import {
  claimBeginning,
  createPublisher,
  parseCheckpoint,
  parseNote,
  readClaims,
  readIfThere,
  signerFromSeed,
  singleKey,
  verifyLog,
} from '#log';

const keys = singleKey(signerFromSeed('steps.example/log', Buffer.alloc(32, 5)));
const organisation = 'urn:vitrine:org:local:test';
const placesIn = (home: string) => ({
  folder: join(home, 'log'),
  scratch: join(home, 'scratch'),
  claims: join(home, 'claims'),
});

/** The child: publishes once, and is killed at the given step. */
async function publishOnce(home: string, database: Database, killAt: number): Promise<void> {
  const { killAtStep } = await import('./kill-at-step.js');
  const store = await openEventStore(database, 'steps.example');
  const publisher = createPublisher(store, keys, placesIn(home));
  killAtStep(killAt);
  await publisher.publish();
  await store.close();
}

async function main(): Promise<void> {
  const base = mkdtempSync(join(tmpdir(), 'vitrine-steps-'));
  const postgres = await startEmbeddedPostgres(join(base, 'database'));
  try {
    await migrate(postgres.database);
    const store = await openEventStore(postgres.database, 'steps.example');
    const roots = new Map<number, string>();
    // From an empty log; across the end of a bundle, with an erasure of something published; and with a few more events.
    for (const { from, more, erase } of [
      { from: 0, more: 30 },
      { from: 200, more: 100, erase: true },
      { from: 0, more: 3 },
    ]) {
      const before = mkdtempSync(join(base, 'before-'));
      await claimBeginning(placesIn(before).claims, 'steps.example/log');
      await fill(store, from);
      const size = (await store.head()) + 1;
      if (size > 0) await publish(store, before);
      if (erase) await eraseFirst(store);
      await fill(store, size + more);
      const steps = await killEverywhere(store, postgres.database, base, before, roots);
      console.log(`From ${size} events on, ${more} or more at once: killed before each of ${steps} steps.`);
    }
    await store.close();
    console.log(
      `${roots.size} sizes were signed, each for one root. Every copy verified after the kill and after the next start.`,
    );
  } finally {
    await postgres.stop();
    rmSync(base, { recursive: true, force: true });
  }
}

/** Kills the child at step 1, 2, 3 ... from the same state, until it completes. Returns the number of steps. */
async function killEverywhere(
  store: EventStore,
  database: Database,
  base: string,
  before: string,
  roots: Map<number, string>,
): Promise<number> {
  for (let step = 1; ; step++) {
    const home = join(base, 'run');
    rmSync(home, { recursive: true, force: true });
    cpSync(before, home, { recursive: true, force: true, errorOnExist: false });
    const program = fileURLToPath(import.meta.url);
    const child = spawn(process.execPath, [program, 'publish', home, JSON.stringify(database), String(step)], {
      stdio: 'inherit',
    });
    const [code, signal] = (await once(child, 'exit')) as [number | null, string | null];
    if (code !== 0 && signal !== 'SIGKILL') throw new Error(`Step ${step}: the process ended with ${code ?? signal}.`);
    await look(home, roots, `after the kill before step ${step}`);
    await fill(store, (await store.head()) + 2);
    await publish(store, home);
    await look(home, roots, `after the start that followed step ${step}`, (await store.head()) + 1);
    if (code === 0) return step - 1;
  }
}

async function publish(store: EventStore, home: string): Promise<void> {
  const publisher = createPublisher(store, keys, placesIn(home));
  while (await publisher.publish());
}

/** Checks that what is published verifies, and that each published or claimed size has only one root. */
async function look(home: string, roots: Map<number, string>, when: string, size?: number): Promise<void> {
  const { folder, claims } = placesIn(home);
  const read = (path: string) => readIfThere(join(folder, path));
  const note = await read('checkpoint');
  const published = note ? [parseCheckpoint(parseNote(note).text)] : [];
  for (const { size: at, root } of [...published, ...(await readClaims(claims))]) {
    const known = roots.get(at);
    if (known !== undefined && known !== root.toString('hex')) throw new Error(`Two roots of size ${at}, ${when}.`);
    roots.set(at, root.toString('hex'));
  }
  if (size !== undefined && published[0]?.size !== size)
    throw new Error(`${published[0]?.size} of ${size} published, ${when}.`);
  if (!note) return;
  const { faults } = await verifyLog(read, { keys: keys.known, folder });
  // Between claim and checkpoint, a payload may already be gone whose erasure is only in the next checkpoint.
  const serious = faults.filter(({ what }) => size !== undefined || !what.includes('no event says that it was erased'));
  if (serious[0]) throw new Error(`${serious[0].where}: ${serious[0].what} (${when})`);
}

let counter = 0;
async function fill(store: EventStore, size: number): Promise<void> {
  const there = (await store.head()) + 1;
  if (size > there) await store.appendAll(Array.from({ length: size - there }, () => event(counter++)));
}

function event(i: number): Append {
  const system = `urn:vitrine:sys:test:s${i % 9}`;
  const data = {
    name: { en: `System ${i}` },
    ...(i % 4 === 0 ? { contact: { email: `office-${i}@test.example` } } : {}),
  };
  const actor = { organisation, role: 'editor' } as const;
  return {
    stream: system,
    expectedVersion: 'any',
    events: [
      { organisation, system, type: 'SystemDescribed', schemaVersion: 1, occurredAt: '2026-01-01', actor, data },
    ],
  };
}

async function eraseFirst(store: EventStore): Promise<void> {
  const [target] = await store.readAll(-1, 1);
  const { id, system, parts } = target!.envelope;
  const { commitment } = parts.find(({ role }) => role === 'contact')!;
  const data = { event: id, part: 'contact', commitment, basis: 'court-order' };
  const [one] = event(0).events;
  const events = [{ ...one!, system: system!, type: 'PayloadErased', data }];
  await store.appendAll([{ stream: system!, expectedVersion: 'any', events }], [{ position: 0, part: 'contact' }]);
}

if (process.argv[2] === 'publish')
  await publishOnce(process.argv[3]!, JSON.parse(process.argv[4]!) as Database, Number(process.argv[5]));
else await main();
