import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Database, type EventStore, openEventStore, projectRoot } from '#event-store';
import {
  beginLog,
  createPublisher,
  formatVerifierKey,
  hashLeaf,
  hashNode,
  type LogKeys,
  type LogPlaces,
  type LogState,
  openLogKeys,
  startPublishing,
} from '#log';
import { seed } from '../harness/seed.js';
import { median, type Row } from './report.js';

const events = Number(process.env['BENCH_EVENTS'] ?? 100_000);
const writers = 32;
const rounds = 8;
const milliseconds = 2000;
const bench = 'log';

/** Publishing and verifying a log, compared with merely hashing the same bytes; how long until an event is signed; what it costs appends. */
export async function benchLog({ database }: { database: Database; pid: number }): Promise<Row[]> {
  const home = mkdtempSync(join(tmpdir(), 'vitrine-bench-log-'));
  const keyFolder = join(home, 'keys');
  const places = { folder: join(home, 'log'), scratch: join(home, 'scratch'), claims: join(home, 'claims') };
  await beginLog(keyFolder, 'bench.example/log', places.claims);
  const keys = openLogKeys(keyFolder, 'bench.example/log');
  const store = await openEventStore(database, 'bench.example');
  try {
    await seed(store, events);
    const published = await rateOf(events, () => publishAll(store, keys, places));
    const hashed = await hashRate(store);
    const verified = await verifyRate(places.folder, keys);
    return [
      { bench, name: 'SHA-256 of the same leaves and nodes', unit: 'events/s', value: hashed },
      {
        bench,
        name: 'integrate and sign',
        unit: 'events/s',
        value: published,
        ratioTo: 'SHA-256',
        ratio: published / hashed,
      },
      {
        bench,
        name: `verify, ${events} events`,
        unit: 'events/s',
        value: verified.rate,
        ratioTo: 'SHA-256',
        ratio: verified.rate / hashed,
      },
      { bench, name: 'verify: time', unit: 's', value: events / verified.rate },
      { bench, name: 'verify: most memory', unit: 'MiB', value: verified.mebibytes },
      ...(await underLoad(database, store, keyFolder, places)),
    ];
  } finally {
    await store.close();
    rmSync(home, { recursive: true, force: true });
  }
}

async function publishAll(store: EventStore, keys: LogKeys, places: LogPlaces): Promise<void> {
  const publisher = createPublisher(store, keys, places);
  while (await publisher.publish());
}

/** One leaf hash and one node hash per leaf, because a tree of n leaves has n - 1 nodes. */
async function hashRate(store: EventStore): Promise<number> {
  let elapsed = 0;
  let done = 0;
  for (let page = await store.readStored(-1, 5000); page.length > 0; page = await store.readStored(done - 1, 5000)) {
    const leaves = page.map(({ leaf }) => Buffer.from(leaf));
    const begun = performance.now();
    for (const leaf of leaves) {
      const hash = hashLeaf(leaf);
      hashNode(hash, hash);
    }
    elapsed += performance.now() - begun;
    done += leaves.length;
  }
  return done / (elapsed / 1000);
}

/** The command as a reader runs it, including the start of the process. */
async function verifyRate(folder: string, keys: LogKeys): Promise<{ rate: number; mebibytes: number }> {
  const program = join(projectRoot, 'apps/cli/vitrine.mjs');
  const args = [program, 'verify', folder, '--key', formatVerifierKey(keys.signers[0]!.verifier)];
  const env = { ...process.env, VITRINE_HOME: join(folder, '../reader') };
  const begun = performance.now();
  const child = spawn(process.execPath, args, { env, stdio: ['ignore', 'ignore', 'ignore'] });
  let most = 0;
  const watch = setInterval(() => {
    most = Math.max(most, Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))?.[1] ?? 0));
  }, 50);
  child.once('exit', () => clearInterval(watch));
  const [code] = (await once(child, 'exit')) as [number];
  if (code !== 0) throw new Error('The log does not verify.');
  return { rate: events / ((performance.now() - begun) / 1000), mebibytes: most / 1024 };
}

/** Appends by 32 writers with and without the log, in interleaved rounds; and how long after its answer an event is in a signed checkpoint. */
async function underLoad(database: Database, store: EventStore, keyFolder: string, places: LogPlaces): Promise<Row[]> {
  const keys = openLogKeys(keyFolder, 'bench.example/log');
  const without: number[] = [];
  const withLog: number[] = [];
  const waits: number[] = [];
  const off = async () => {
    without.push(await appendFor(store, () => undefined));
    await publishAll(store, keys, places);
  };
  const on = async () => {
    const state: LogState = { refuses: false, forked: false };
    const waiting: { position: number; since: number }[] = [];
    const settle = setInterval(() => {
      const now = performance.now();
      const size = state.signed ?? 0;
      for (let i = waiting.length - 1; i >= 0; i--)
        if (waiting[i]!.position < size) waits.push(now - waiting.splice(i, 1)[0]!.since);
    }, 5);
    const options = { database, origin: 'bench.example', keyFolder, places };
    const publishing = startPublishing(options, (change) => Object.assign(state, change));
    while (state.signed === undefined) await new Promise((resolve) => setTimeout(resolve, 5));
    withLog.push(await appendFor(store, (position) => waiting.push({ position, since: performance.now() })));
    while (waiting.length > 0) await new Promise((resolve) => setTimeout(resolve, 5));
    clearInterval(settle);
    await publishing.stop();
    await publishAll(store, keys, places);
  };
  // The order alternates, because the speed of the machine varies.
  for (let round = 0; round < rounds; round++)
    for (const contender of round % 2 === 0 ? [off, on] : [on, off]) await contender();
  waits.sort((a, b) => a - b);
  const [plain, logged] = [median(without), median(withLog)];
  const at = (share: number) => waits[Math.floor(waits.length * share)]!;
  return [
    { bench, name: `append, ${writers} writers, log off`, unit: 'appends/s', value: plain },
    {
      bench,
      name: `append, ${writers} writers, log on`,
      unit: 'appends/s',
      value: logged,
      ratioTo: 'log off',
      ratio: logged / plain,
    },
    { bench, name: 'append to signed checkpoint, p50', unit: 'ms', value: at(0.5) },
    { bench, name: 'append to signed checkpoint, p99', unit: 'ms', value: at(0.99) },
  ];
}

let streams = 0;
async function appendFor(store: EventStore, onDone: (position: number) => void): Promise<number> {
  const organisation = 'urn:vitrine:org:local:bench';
  const begun = performance.now();
  let done = 0;
  const write = async () => {
    const stream = `urn:vitrine:sys:bench:w${streams++}`;
    for (let i = 0; performance.now() - begun < milliseconds; i++) {
      const { events: added } = await store.append({
        stream,
        expectedVersion: i === 0 ? 'none' : i - 1,
        events: [
          {
            organisation,
            system: stream,
            type: 'RecordConfirmed',
            schemaVersion: 1,
            occurredAt: '2026-01-01',
            actor: { organisation, role: 'editor' },
            data: { note: { en: `Looked at it, found it right, number ${i}.` } },
          },
        ],
      });
      done++;
      onDone(added[0]!.position);
    }
  };
  await Promise.all(Array.from({ length: writers }, write));
  return done / ((performance.now() - begun) / 1000);
}

async function rateOf(count: number, work: () => Promise<unknown>): Promise<number> {
  const begun = performance.now();
  await work();
  return count / ((performance.now() - begun) / 1000);
}
