// Exports a log of 1,000,000 events over HTTP and watches the server's memory.   npm run harness:memory [-- EVENTS]
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openEventStore, startEmbeddedPostgres } from '#event-store';
import { seed } from './seed.js';
import { beginRegister, freePort, startServer } from './server.js';

const events = Number(process.argv[2] ?? 1_000_000);
const limit = 300;
const home = mkdtempSync(join(tmpdir(), 'vitrine-memory-'));
await beginRegister(home);
const postgres = await startEmbeddedPostgres(home);
const store = await openEventStore(postgres.database, 'harness.example');
const begun = Date.now();
await seed(store, events, (done) => console.log(`seeding: ${done} of ${events}`));
console.log(`seeded ${events} events in ${((Date.now() - begun) / 1000).toFixed(0)} s`);
await store.close();
await postgres.stop();

const server = await startServer(home, await freePort());
let highest = 0;
for (const path of [
  '/exports/events.jsonl',
  '/exports/events.csv',
  '/exports/systems.jsonl',
  '/exports/systems.csv',
  '/v1/events',
]) {
  resetPeak(server.child.pid!);
  const start = Date.now();
  const { bytes, lines } = await drain(`${server.url}${path}`);
  const peak = peakMemory(server.child.pid!);
  highest = Math.max(highest, peak);
  console.log(
    `${path}: ${lines} lines, ${(bytes / 1e6).toFixed(0)} MB in ${((Date.now() - start) / 1000).toFixed(1)} s; server at most ${peak} MiB`,
  );
}
await server.stop();
rmSync(home, { recursive: true, force: true });
console.log(highest < limit ? `Under ${limit} MiB.` : `FAILED: over ${limit} MiB.`);
process.exitCode = highest < limit ? 0 : 1;

async function drain(url: string): Promise<{ bytes: number; lines: number }> {
  let bytes = 0;
  let lines = 0;
  const answer = await fetch(url);
  for await (const chunk of answer.body!) {
    bytes += (chunk as Uint8Array).length;
    for (const byte of chunk as Uint8Array) if (byte === 10) lines++;
  }
  return { bytes, lines };
}

/** Highest resident memory of a process since the last reset, in MiB (Linux). */
function peakMemory(pid: number): number {
  return Math.round(Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))![1]) / 1024);
}

function resetPeak(pid: number): void {
  writeFileSync(`/proc/${pid}/clear_refs`, '5');
}
