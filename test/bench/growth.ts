import { performance } from 'node:perf_hooks';
import pg from 'pg';
import { type Database, migrate, openEventStore } from '#event-store';
import { createServer, Register } from '#server';
import type { Row } from './report.js';
import { seedSystems } from './seed-systems.js';

const sizes = (process.env['BENCH_SIZES'] ?? '10000,100000,1000000').split(',').map(Number);
const eventsOfSystem = 10;
const times = 400;

const systemUrn = (n: number) => `urn:vitrine:sys:bench:s${n}`;
const pastDay = '2024-06-15';
/** Everything is recorded while it runs. */
const today = new Date().toISOString().slice(0, 10);
/** Queries about the nth system of the register, each of which is run for many systems. */
const questions: Record<string, (n: number) => string> = {
  'one system with its organisation': (n) =>
    `{ system(id: "${systemUrn(n)}") { id name { value } status { code } organisation { id name { value } } } }`,
  '20 high-risk systems, 5 events each, total': (n) =>
    `{ systems(filter: { riskClass: "high" }, first: ${16 + (n % 5)}) { totalCount nodes { id name { value } organisation { name { value } }
       timeline(first: 5) { nodes { position type occurredAt } } } } }`,
  'the same of one organisation': (n) =>
    `{ systems(filter: { riskClass: "high", organisation: "urn:vitrine:org:local:bench${n % 20}" }, first: 20) { totalCount nodes { id name { value }
       organisation { name { value } } timeline(first: 5) { nodes { position type occurredAt } } } } }`,
  'timeline, newest first': (n) =>
    `{ system(id: "${systemUrn(n)}") { timeline(newestFirst: true, first: 10) { totalCount nodes { position type occurredAt data } } } }`,
  'record as of a day': (n) =>
    `{ system(id: "${systemUrn(n)}") { record(asOf: "2024-0${1 + (n % 9)}-15") { status { code } risk { class { code } } } versions { totalCount } } }`,
  'last changed': (n) => `{ systems(order: CHANGED, first: ${10 + (n % 10)}) { nodes { id position } } }`,
  'gaps of the register on a day, as known on a day': (n) =>
    `{ gaps(on: "2025-0${1 + (n % 9)}-${10 + (n % 19)}", knownOn: "${today}", first: 20) { nodes { system { id } duty { id } status { code } since } pageInfo { endCursor } } }`,
  'the same, with their total': (n) =>
    `{ gaps(on: "2025-0${1 + (n % 9)}-${10 + (n % 18)}", first: 20) { totalCount nodes { system { id } duty { id } since } } }`,
  'gaps of one obligation': (n) =>
    `{ gaps(on: "2031-0${1 + (n % 9)}-15", obligation: "human-oversight", first: 20) { nodes { system { id } since bindingFrom } } }`,
  'search as of a day, with facets': (n) =>
    `{ systems(asOf: "${pastDay}", search: "system ${n}", first: 20) { totalCount nodes { id name { value } status { code } } facets(dimensions: [STATUS], limit: 5) { values { value count } } } }`,
  'high-risk systems as of a day, total': (n) =>
    `{ systems(asOf: "${pastDay}", filter: { riskClass: "high" }, first: ${16 + (n % 5)}) { totalCount nodes { id name { value } } } }`,
  'the log after a position': (n) => `{ events(afterPosition: ${n}, first: 20) { nodes { id type system { id } } } }`,
};

/** The same queries against registers of growing size, one after the other, without the cache: p99 should not grow. */
export async function benchGrowth({ database }: { database: Database; pid: number }): Promise<Row[]> {
  const rows: Row[] = [];
  for (const events of sizes) {
    const own = await createDatabase(database, `growth_${events}`);
    const store = await openEventStore(own, 'bench.example');
    const systems = Math.floor(events / eventsOfSystem);
    await seedSystems(store, systems, events + 20);
    await store.close();
    const opened = performance.now();
    const register = await Register.open({ database: own, origin: 'bench.example', projecting: true });
    const rebuilt = (performance.now() - opened) / 1000;
    const app = await createServer(register, { remember: false });
    await app.listen(0, '127.0.0.1');
    const url = `${await app.getUrl()}/graphql`;
    const bench = `growth, ${(await register.store.head()) + 1} events`;
    rows.push({ bench, name: 'rebuild of all read models', unit: 's', value: rebuilt });
    rows.push({ bench, name: 'the table of a past day, filled', unit: 's', value: await fillDay(register) });
    for (const [name, question] of Object.entries(questions)) {
      const latencies: number[] = [];
      for (let i = -50; i < times; i++) {
        const query = question((Math.abs(i) * 7919) % systems);
        const begun = performance.now();
        const answer = await fetch(url, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({ query }),
        });
        const body = (await answer.json()) as { errors?: object };
        if (body.errors) throw new Error(JSON.stringify(body.errors));
        if (i >= 0) latencies.push(performance.now() - begun);
      }
      latencies.sort((a, b) => a - b);
      for (const share of [0.5, 0.99])
        rows.push({
          bench,
          name: `${name}, p${share * 100}`,
          unit: 'ms',
          value: latencies[Math.floor(times * share)]!,
        });
    }
    await app.close();
    await register.close();
  }
  return rows;
}

/** How long it takes until the systems as of a day can be asked for, in seconds. */
async function fillDay({ days }: Register): Promise<number> {
  for (const begun = performance.now(); ; )
    try {
      await days.at(pastDay);
      return (performance.now() - begun) / 1000;
    } catch (error) {
      if ((error as { code?: string }).code !== 'TOO_SLOW') throw error;
    }
}

export async function createDatabase(server: Database, name: string): Promise<Database> {
  const client = new pg.Client(server.owner);
  await client.connect();
  await client.query(`CREATE DATABASE ${name}`);
  await client.end();
  const database = {
    owner: { ...server.owner, database: name },
    application: { ...server.application, database: name },
  };
  await migrate(database);
  return database;
}
