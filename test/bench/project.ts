import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import pg from 'pg';
import copyStreams from 'pg-copy-streams';
import { type Database, openEventStore } from '#event-store';
import { ownIntake, rebuild } from '#projections';
import { seed } from '../harness/seed.js';
import { median, type Row } from './report.js';

const events = 100_000;
const rounds = 3;

/** A rebuild of all read models from 100,000 events, compared with COPY of the same events' bytes into tables like those of the log. */
export async function benchProject({ database }: { database: Database; pid: number }): Promise<Row[]> {
  const store = await openEventStore(database, 'bench.example');
  await seed(store, events);
  const client = new pg.Client(database.owner);
  await client.connect();
  const copies: number[] = [];
  const rebuilds: number[] = [];
  const lines = await readLines(client);
  for (let round = 0; round < rounds; round++) {
    copies.push(await rate(() => copyAll(client, lines)));
    rebuilds.push(await rate(() => rebuild(database, ownIntake(store))));
  }
  await client.end();
  await store.close();
  const [copied, rebuilt] = [median(copies), median(rebuilds)];
  return [
    { bench: 'project', name: 'COPY of the same events', unit: 'events/s', value: copied },
    {
      bench: 'project',
      name: 'rebuild of all read models',
      unit: 'events/s',
      value: rebuilt,
      ratioTo: 'COPY',
      ratio: rebuilt / copied,
    },
  ];
}

async function rate(work: () => Promise<unknown>): Promise<number> {
  const begun = performance.now();
  await work();
  return events / ((performance.now() - begun) / 1000);
}

async function readLines(client: pg.Client): Promise<Record<string, Buffer[]>> {
  const lines: Record<string, Buffer[]> = {};
  for (const table of ['event', 'payload']) {
    lines[table] = [];
    for await (const chunk of client.query(copyStreams.to(`COPY vitrine.${table} TO STDOUT`)))
      lines[table].push(chunk as Buffer);
  }
  return lines;
}

async function copyAll(client: pg.Client, lines: Record<string, Buffer[]>): Promise<void> {
  await client.query('DROP TABLE IF EXISTS copy_event, copy_payload');
  await client.query(
    'CREATE TABLE copy_event (LIKE vitrine.event INCLUDING INDEXES); CREATE TABLE copy_payload (LIKE vitrine.payload INCLUDING INDEXES)',
  );
  for (const table of ['event', 'payload'])
    await pipeline(Readable.from(lines[table]!), client.query(copyStreams.from(`COPY copy_${table} FROM STDIN`)));
}
