import pg from 'pg';
import { type Database, openEventStore } from '#event-store';
import {
  countSystems,
  openReadPool,
  ownIntake,
  prepareReadModels,
  prepareSearch,
  readFacets,
  readSystems,
} from '#projections';
import type { Row } from './report.js';

const systems = Number(process.env['BENCH_SYSTEMS'] ?? 100_000);
const searches = 600;
const vocabulary = 20_000;

/** Full-text search over 100,000 systems whose word frequencies follow Zipf's law: a page of 20, the total, the facets. */
export async function benchSearch({ database }: { database: Database; pid: number }): Promise<Row[]> {
  const store = await openEventStore(database, 'bench.example');
  await fill(store);
  await prepareReadModels(database, ownIntake(store));
  await store.close();
  await settle(database);
  const pool = openReadPool(database, 2);
  const kinds = { page: [] as number[], total: [] as number[], facets: [] as number[] };
  const timed = async <T>(kind: keyof typeof kinds, work: () => Promise<T>): Promise<T> => {
    const begun = performance.now();
    const result = await work();
    kinds[kind].push(performance.now() - begun);
    return result;
  };
  for (let i = 0; i < searches; i++) {
    const text = Array.from({ length: 1 + (i % 4) }, () => word(random())).join(' ');
    const query = await timed('page', async () => {
      const search = await prepareSearch(pool, text, 'nl');
      await readSystems(pool, { filter: {}, search }, { order: 'RELEVANCE', first: 20 });
      return { filter: {}, search };
    });
    await timed('total', () => countSystems(pool, query));
    if (i % 4 === 0) await timed('facets', () => readFacets(pool, query, 20));
  }
  await pool.end();
  const bench = `search, ${systems.toLocaleString('en')} systems`;
  return Object.entries(kinds).flatMap(([name, all]) => {
    all.sort((a, b) => a - b);
    return [0.5, 0.99].map((share) => ({
      bench,
      name: `${name}, p${share * 100}`,
      unit: 'ms',
      value: all[Math.floor(all.length * share)]!,
    }));
  });
}

/** Brings a database into the state of one that has been running for a while. */
async function settle({ owner }: Database): Promise<void> {
  const client = new pg.Client(owner);
  await client.connect();
  await client.query('VACUUM (ANALYZE)');
  await client.query('CHECKPOINT');
  await client.end();
}

let seed = 42;
function random(): number {
  seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
  return seed / 2_147_483_648;
}

/** Zipf's law: the nth most frequent word is 1/n as frequent as the first. */
export function word(at: number): string {
  const n = Math.floor(vocabulary ** at);
  return `w${n.toString(26).replaceAll(/\d/g, (digit) => 'qrstuvwxyz'[Number(digit)]!)}`;
}

const text = (words: number) => ({ nl: Array.from({ length: words }, () => word(random())).join(' ') });

export async function fill(store: Awaited<ReturnType<typeof openEventStore>>): Promise<void> {
  const organisation = 'urn:vitrine:org:local:bench';
  const actor = { organisation: 'urn:vitrine:register', role: 'administrator' } as const;
  const toEvent = (type: string, occurredAt: string, data: Record<string, unknown>) => ({
    organisation,
    type,
    schemaVersion: 1,
    occurredAt,
    actor,
    data,
  });
  const names = { names: { nl: 'Proefstad' }, kind: 'municipality', country: 'NL' };
  await store.append({
    stream: organisation,
    expectedVersion: 'none',
    events: [toEvent('OrganisationRegistered', '2024-01-01', names)],
  });
  for (let from = 0; from < systems; from += 500)
    await Promise.all(
      Array.from({ length: Math.min(500, systems - from) }, (_, i) => {
        const system = `urn:vitrine:sys:bench:s${from + i}`;
        const data = { name: text(4), summary: text(20), purpose: text(60), domain: 'traffic-and-mobility' };
        const events = [{ ...toEvent('SystemRegistered', '2024-01-02', data), system }];
        return store.append({ stream: system, expectedVersion: 'none', events });
      }),
    );
}
