// 32 writers in 2 processes for 30 s while 3 subscribers in processes of their own read in small pages: each must see
// every acknowledged event exactly once, all in one and the same order.   npm run harness:ordering [-- SECONDS]
import { type ChildProcess, fork } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Database, migrate, openEventStore, startEmbeddedPostgres } from '#event-store';

const seconds = Number(process.argv[2] ?? 30);
const writersInProcess = 16;
const pages = [7, 10, 50];
const event = {
  organisation: 'urn:vitrine:org:local:x',
  type: 'Tested',
  schemaVersion: 1,
  occurredAt: '2026-01-01',
  actor: { organisation: 'urn:vitrine:register', role: 'administrator' } as const,
  data: { n: 1 },
};

const role = process.env['ORDERING_ROLE'];
if (role === 'writer') await write();
else if (role === 'reader') await read();
else await conduct();

async function conduct(): Promise<void> {
  const home = mkdtempSync(join(tmpdir(), 'vitrine-ordering-'));
  const postgres = await startEmbeddedPostgres(home);
  await migrate(postgres.database);
  const start = (name: string, page = 0) =>
    fork(import.meta.filename, {
      env: {
        ...process.env,
        ORDERING_ROLE: name,
        ORDERING_PAGE: String(page),
        ORDERING_DATABASE: JSON.stringify(postgres.database),
      },
    });
  const readers = pages.map((page) => start('reader', page));
  const writers = [start('writer'), start('writer')];
  const results = readers.map(resultOf<{ count: number; twice: number; digest: string; ids: string[] }>);
  const acknowledged = (await Promise.all(writers.map(resultOf<string[]>))).flat();
  const store = await openEventStore(postgres.database, 'ordering.example');
  const head = await store.head();
  await store.close();
  for (const reader of readers) reader.send(head);
  const read = await Promise.all(results);
  await postgres.stop();
  rmSync(home, { recursive: true, force: true });
  console.log(
    `${acknowledged.length} events acknowledged in ${seconds} s by ${2 * writersInProcess} writers in 2 processes (${Math.round(acknowledged.length / seconds)}/s); log head ${head}.`,
  );
  let good = head + 1 === acknowledged.length;
  for (const [i, { count, twice, digest, ids }] of read.entries()) {
    const seen = new Set(ids);
    const missed = acknowledged.filter((id) => !seen.has(id)).length;
    good &&= missed === 0 && twice === 0 && digest === read[0]!.digest;
    console.log(
      `subscriber with pages of ${pages[i]}: ${count} seen, ${missed} missed, ${twice} twice, order ${digest.slice(0, 16)}`,
    );
  }
  console.log(good ? 'Each saw every event exactly once, in the same order.' : 'FAILED.');
  process.exitCode = good ? 0 : 1;
}

function resultOf<T>(child: ChildProcess): Promise<T> {
  return once(child, 'message').then(([message]) => message as T);
}

async function write(): Promise<void> {
  const store = await openEventStore(JSON.parse(process.env['ORDERING_DATABASE']!) as Database, 'ordering.example');
  const end = Date.now() + seconds * 1000;
  const ids: string[] = [];
  const writer = async (_: unknown, w: number) => {
    for (let n = 0; Date.now() < end; n++) {
      const shared = n % 4 === 0;
      const stream = shared ? `urn:vitrine:sys:hot:s${n % 8}` : `urn:vitrine:sys:own:${process.pid}-${w}`;
      const { events } = await store.append({ stream, expectedVersion: 'any', events: [event] });
      ids.push(events[0]!.id);
    }
  };
  await Promise.all(Array.from({ length: writersInProcess }, writer));
  await store.close();
  process.send!(ids, () => process.disconnect());
}

async function read(): Promise<void> {
  const store = await openEventStore(JSON.parse(process.env['ORDERING_DATABASE']!) as Database, 'ordering.example');
  const stop = new AbortController();
  let last = Number.POSITIVE_INFINITY;
  let position = -1;
  process.on('message', (head: number) => {
    last = head;
    if (position >= last) stop.abort();
  });
  const ids: string[] = [];
  for await (const events of store.subscribe({
    after: -1,
    limit: Number(process.env['ORDERING_PAGE']),
    signal: stop.signal,
  })) {
    for (const one of events) ids.push(one.envelope.id);
    position = events.at(-1)!.position;
    if (position >= last) break;
  }
  await store.close();
  const digest = createHash('sha256').update(ids.join('\n')).digest('hex');
  process.send!({ count: ids.length, twice: ids.length - new Set(ids).size, digest, ids }, () => process.disconnect());
}
