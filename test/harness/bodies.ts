// Four clients post the slowest request bodies that a search finds to a register of 2,000 systems: how long does another reader have to
// wait?   npm run harness:bodies [-- HOW MANY [SEED]]
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { openEventStore, startEmbeddedPostgres } from '#event-store';
import { seedSystems } from '../bench/seed-systems.js';
import { familyNames, makeWorstBody, type WorstBody } from '../setup/worst-bodies.js';
import { beginRegister, freePort, isReady, launchServer, runVitrine } from './server.js';

const wanted = Number(process.argv[2] ?? 2000);
const seed = Number(process.argv[3] ?? Date.now() % 1_000_000_000);
const clients = 4;
const largest = 5 * 1024 * 1024;
const home = mkdtempSync(join(tmpdir(), 'vitrine-bodies-'));
await beginRegister(home);
const postgres = await startEmbeddedPostgres(home);
const store = await openEventStore(postgres.database, 'harness.example');
await seedSystems(store, 2000, 12_000);
await store.close();
await postgres.stop();

const server = launchServer(home, await freePort(), '0', { VITRINE_DUMP_MINUTES: '0' });
while (!(await isReady(server.url))) await new Promise((resolve) => setTimeout(resolve, 100));
const keys: Record<string, string> = { administrator: server.key() };
for (const role of ['integrator', 'auditor'])
  keys[role] = (await runVitrine(home, ['keys', 'create', '--name', role, '--role', role])).stdout.trim();

const reader = new Worker(new URL('../setup/reader-thread.js', import.meta.url), {
  workerData: { url: server.url, pauseMilliseconds: 5 },
});
const readerTimes = async (message = 'tell') => {
  reader.postMessage(message);
  const [{ times, failures }] = (await once(reader, 'message')) as [{ times: number[]; failures: number }];
  return { times: times.sort((a, b) => a - b), failures };
};
const at = (times: number[], part: number) => times[Math.min(Math.floor(times.length * part), times.length - 1)] ?? 0;
const faults: string[] = [];
const statuses = new Map<number, number>();

async function post({ family, path, by, headers, body }: WorstBody): Promise<void> {
  const authorization: Record<string, string> = by === 'nobody' ? {} : { authorization: `Bearer ${keys[by]}` };
  const answer = await fetch(server.url + path, {
    method: 'POST',
    headers: { ...headers, ...authorization },
    body: new Uint8Array(body),
  }).catch(() => undefined);
  // If a request is refused before its body is read, its connection may be closed.
  const status = answer?.status ?? 0;
  const text = (await answer?.text().catch(() => '')) ?? '';
  statuses.set(status, (statuses.get(status) ?? 0) + 1);
  if (status >= 500 || text.includes('INTERNAL_ERROR'))
    faults.push(`${family} by ${by}: ${status} ${text.slice(0, 200)}`);
}

// The reader's longest wait during one body of each kind, in several sizes. The search continues around the slowest.
type Tried = { family: string; size: number; seed: number; worst: number };
const tried: Tried[] = [];
const attempt = async (family: string, size: number, own: number) => {
  const body = makeWorstBody(family, size, own);
  await readerTimes();
  await post(body);
  await new Promise((resolve) => setTimeout(resolve, 30));
  const { times } = await readerTimes();
  tried.push({ family, size, seed: own, worst: times.at(-1) ?? 0 });
};
let next = seed;
for (const family of familyNames)
  for (const size of [10_000, 60_000, 300_000, 1_000_000, largest]) await attempt(family, size, next++);
for (let round = 0; round < 3; round++)
  for (const { family, size } of worst().slice(0, 20))
    await attempt(family, Math.min(size * (0.5 + (next % 7) / 4), largest), next++);
console.log('The worst, each alone: so long a reader waited at most (ms)');
for (const { family, size, worst: milliseconds } of worst().slice(0, 12))
  console.log(`  ${milliseconds.toFixed(0).padStart(5)}  ${family} (${Math.round(size / 1024)} KiB)`);

const bodies = [...worst().slice(0, 60)];
await readerTimes();
let posted = 0;
await Promise.all(
  Array.from({ length: clients }, async () => {
    while (posted < wanted) {
      const { family, size, seed: own } = bodies[posted++ % bodies.length]!;
      await post(makeWorstBody(family, size, posted % 3 === 0 ? own + posted : own));
    }
  }),
);
const { times, failures } = await readerTimes('stop');
console.log(
  `${wanted} bodies (seed ${seed}), ${clients} at a time; answers: ${[...statuses]
    .sort(([a], [b]) => a - b)
    .map(([status, n]) => `${n} x ${status || 'closed'}`)
    .join(', ')}.`,
);
console.log(
  `The reader asked ${times.length} times: median ${at(times, 0.5).toFixed(1)} ms, p99 ${at(times, 0.99).toFixed(1)} ms, longest ${at(times, 1).toFixed(0)} ms; ${failures} not answered.`,
);
for (const fault of faults.slice(0, 10)) console.log(`FAILS: ${fault}`);
await server.stop();
rmSync(home, { recursive: true, force: true });
const isGood = at(times, 0.99) <= 100 && faults.length === 0 && failures === 0;
console.log(isGood ? 'All is well.' : 'FAILED.');
process.exit(isGood ? 0 : 1);

function worst(): Tried[] {
  return [...tried].sort((a, b) => b.worst - a.worst);
}
