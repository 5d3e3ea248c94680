import type { ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { type Database, openEventStore, projectRoot } from '#event-store';
import { Register } from '#server';
import { freePort } from '../harness/server.js';
import { get, load } from './http-load.js';
import { median, type Row } from './report.js';
import { seedSystems } from './seed-systems.js';
import { serveBytes, startServer } from './servers.js';

const systems = Number(process.env['BENCH_SYSTEMS'] ?? 100_000);
const eventsOfSystem = 5;
const rounds = Number(process.env['BENCH_ROUNDS'] ?? 5);
const milliseconds = 3000;
const connections = 8;

const any = () => Math.floor(Math.random() * systems);
const systemPath = (n: number) => `/en/systems/urn:vitrine:sys:bench:s${n}`;
/** Pages by kind, each of another thing every time. */
const kinds: { [kind: string]: () => string } = {
  'start page': () => '/en',
  'one system': () => systemPath(any()),
  'one system on a day': () => `${systemPath(any())}?asOf=2025-0${1 + (any() % 9)}-15`,
  'systems, no words': () => `/en/systems?organisation=urn:vitrine:org:local:bench${any() % 20}`,
  'high-risk systems': () => '/en/systems?riskClass=high',
  'systems, two words': () => `/en/systems?search=camera+${any()}`,
};

/**
 * Pages of a register of 100,000 systems: kept ones compared with a bare server of the same bytes, uncached ones with a bare list of the same facts; then
 * how long each kind takes uncached.
 */
export async function benchPages({ database }: { database: Database; pid: number }): Promise<Row[]> {
  const store = await openEventStore(database, 'bench.example');
  await seedSystems(store, systems, systems * eventsOfSystem);
  await store.close();
  const register = await Register.open({ database, origin: 'bench.example', projecting: true });
  await register.close();
  const children: ChildProcess[] = [];
  try {
    const cold = await freePort();
    const folder = join(projectRoot, 'dist/test/bench');
    const warm = await startServer(join(folder, 'api-server.js'), [JSON.stringify(database), 'PORT', String(cold)]);
    const facts = await startServer(join(folder, 'facts-page.js'), [JSON.stringify(database), 'PORT']);
    children.push(warm.child, facts.child);
    return [...(await compare(warm.port, cold, facts.port)), ...(await measureKinds(cold))];
  } finally {
    for (const child of children) child.kill('SIGKILL');
  }
}

const isPage = (body: Buffer) => body.subarray(0, 15).equals(Buffer.from('<!doctype html>'));

async function compare(warm: number, cold: number, facts: number): Promise<Row[]> {
  const path = systemPath(1000);
  const body = Buffer.from(await (await fetch(`http://127.0.0.1:${warm}${path}`)).arrayBuffer());
  const bare = await serveBytes(body, 'text/html; charset=utf-8');
  const one = { request: get(path), expected: isPage };
  const another = { request: () => get(systemPath(any())), expected: isPage };
  const contenders = [
    { what: 'bare node:http, same bytes', port: bare.port, ...one },
    { what: 'kept', port: warm, ...one, expected: body },
    { what: 'a bare list of facts', port: facts, ...another },
    { what: 'uncached', port: cold, ...another },
  ];
  const rates = new Map<string, number[]>(contenders.map(({ what }) => [what, []]));
  for (let round = -1; round < rounds; round++)
    for (const { what, ...load_ } of contenders) {
      const duration = round < 0 ? 1000 : milliseconds;
      const answers = await load({ ...load_, connections, milliseconds: duration });
      if (round >= 0) rates.get(what)!.push(answers.length / (duration / 1000));
    }
  bare.close();
  const rows = ([what, ratioTo]: [string, string?]): Row => ({
    bench: `pages, one system (${body.length.toLocaleString('en')} bytes)`,
    name: what,
    unit: 'pages/s',
    value: median(rates.get(what)!),
    ...(ratioTo && { ratioTo, ratio: median(rates.get(what)!.map((rate, i) => rate / rates.get(ratioTo)![i]!)) }),
  });
  return [
    rows(['bare node:http, same bytes']),
    rows(['kept', 'bare node:http, same bytes']),
    rows(['a bare list of facts']),
    rows(['uncached', 'a bare list of facts']),
  ];
}

/** The time until an uncached page is there, for one reader after another. */
async function measureKinds(port: number): Promise<Row[]> {
  const rows: Row[] = [];
  for (const [kind, path] of Object.entries(kinds)) {
    const one = { port, request: () => get(path()), expected: isPage, connections: 1 };
    await load({ ...one, milliseconds: 1000 });
    const times = (await load({ ...one, milliseconds: 2 * milliseconds })).sort((a, b) => a - b);
    for (const [name, share] of [
      ['p50', 0.5],
      ['p99', 0.99],
    ] as const)
      rows.push({
        bench: `pages, ${systems.toLocaleString('en')} systems`,
        name: `${kind}: ${name}`,
        unit: 'ms',
        value: times[Math.floor(times.length * share)]!,
      });
  }
  return rows;
}
