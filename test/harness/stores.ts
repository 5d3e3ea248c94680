// The order of events kept by an external log: three nodes of NATS JetStream (nats-server), two event stores on it, 16 writers on four
// streams, and the leader killed with -9 meanwhile. Nothing acknowledged may be lost or duplicated, and positions and versions must have
// no gaps.   npm run harness:stores [-- SECONDS]
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { keyToUuid, leafHash, openEventStore, openOrderedLog, startEmbeddedPostgres } from '#event-store';
import { createTestDatabase } from '../setup/database.js';
import { hasNats, openNats, startNats } from '../setup/nats.js';

const seconds = Number(process.argv[2] ?? 20);
const writers = 16;
const streams = ['one', 'two', 'three', 'four'].map((name) => `urn:vitrine:sys:local:stores:${name}`);
const actor = { organisation: 'urn:vitrine:register', role: 'administrator' } as const;
if (!hasNats()) throw new Error('nats-server is needed: apt-get install nats-server');

const place = mkdtempSync(join(tmpdir(), 'vitrine-stores-'));
const postgres = await startEmbeddedPostgres(join(place, 'home'));
process.env['VITRINE_TEST_POSTGRES'] = JSON.stringify(postgres.database);
const database = await createTestDatabase();
const cluster = await startNats(place);
const open = async () => {
  const log = await openNats(cluster.urls, 'stores');
  return openEventStore(database, 'stores.example', { openStorage: openOrderedLog(database, log) });
};
const stores = [await open(), await open()];

/** By idempotency key: the acknowledged position of the event. */
const acknowledged = new Map<string, number>();
let sent = 0;
let errors = 0;
let longest = 0;
const end = performance.now() + seconds * 1000;

async function write(writer: number): Promise<void> {
  const store = stores[writer % stores.length]!;
  while (performance.now() < end) {
    const key = `key ${sent++}`;
    const stream = streams[sent % streams.length]!;
    const events = [
      {
        organisation: 'urn:vitrine:org:local:stores',
        system: stream,
        type: 'Tested',
        schemaVersion: 1,
        occurredAt: '2026-01-01',
        actor,
        data: { key },
      },
    ];
    const begun = performance.now();
    // After an error, the same append is retried.
    for (let isDone = false; !isDone; ) {
      try {
        const { events: placed } = await store.append({
          stream,
          expectedVersion: 'any',
          events,
          key: keyToUuid(actor.organisation, key),
        });
        acknowledged.set(key, placed[0]!.position);
        isDone = true;
      } catch {
        errors++;
        await sleep(50);
      }
    }
    longest = Math.max(longest, performance.now() - begun);
  }
}

async function killOnTheWay(): Promise<void> {
  await sleep(seconds * 250);
  const node = await cluster.killLeader('stores');
  console.log(`The leader, node ${node}, is killed after ${acknowledged.size} acknowledged.`);
  await sleep(seconds * 250);
  cluster.start(node);
}

await Promise.all([killOnTheWay(), ...Array.from({ length: writers }, (_, writer) => write(writer))]);
await stores[0]!.append({
  stream: streams[0]!,
  expectedVersion: 'any',
  events: [
    {
      organisation: 'urn:vitrine:org:local:stores',
      system: streams[0]!,
      type: 'Tested',
      schemaVersion: 1,
      occurredAt: '2026-01-01',
      actor,
      data: { key: 'last' },
    },
  ],
});

const counts = { there: 0, lost: 0, doubled: 0, gaps: 0, misplaced: 0, unchained: 0 };
const seen = new Map<string, number>();
const heads = new Map<string, { version: number; hash: string }>();
for (let after = -1; ; ) {
  const events = await stores[1]!.readAll(after, 1000);
  if (events.length === 0) break;
  for (const { position, envelope, stream, leaf, data } of events) {
    counts.there++;
    if (position !== after + 1) counts.gaps++;
    after = position;
    const head = heads.get(stream);
    if (envelope.streamVersion !== (head?.version ?? -1) + 1) counts.gaps++;
    if (envelope.previous !== (head?.hash ?? null)) counts.unchained++;
    heads.set(stream, { version: envelope.streamVersion, hash: leafHash(leaf) });
    const key = data!['key'] as string;
    if (seen.has(key)) counts.doubled++;
    seen.set(key, position);
  }
}
for (const [key, position] of acknowledged) {
  if (!seen.has(key)) counts.lost++;
  else if (seen.get(key) !== position) counts.misplaced++;
}
for (const store of stores) await store.close();
await cluster.stop();
await database.drop();
await postgres.stop();
rmSync(place, { recursive: true, force: true });
console.log(
  `${acknowledged.size} acknowledged in ${seconds} s by ${writers} writers in two stores, ${counts.there} there; ${counts.lost} lost, ${counts.doubled} doubled, ${counts.gaps} gaps, ${counts.misplaced} elsewhere than acknowledged, ${counts.unchained} not chained; ${errors} errors on the way, each sent again; longest wait ${(longest / 1000).toFixed(1)} s.`,
);
process.exitCode = counts.lost + counts.doubled + counts.gaps + counts.misplaced + counts.unchained > 0 ? 1 : 0;
