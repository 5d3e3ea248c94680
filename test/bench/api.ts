import { type ChildProcess, execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { type Database, openEventStore, projectRoot } from '#event-store';
import { Register } from '#server';
import { freePort } from '../harness/server.js';
import { load, post } from './http-load.js';
import { median, type Row } from './report.js';
import { seedSystems } from './seed-systems.js';
import { serveBytes, startServer } from './servers.js';

const systems = 2000;
const events = 20_000;
const rounds = Number(process.env['BENCH_ROUNDS'] ?? 5);
const milliseconds = 3000;
const connections = 32;
const writesASecond = 20;

const id = 'urn:vitrine:sys:bench:s1000';
const questions = {
  'one system': {
    vitrine: `{ system(id: "${id}") { id name { value } status { code } organisation { id name { value } } } }`,
    peer: `{ systemById(id: "${id}") { id name status organisationByOrganisationId { id name } } }`,
  },
  '20 high-risk systems': {
    vitrine: `{ systems(filter: { riskClass: "high" }, first: 20) { totalCount nodes { id name { value } status { code }
      organisation { id name { value } } timeline(first: 5) { nodes { position type occurredAt } } } } }`,
    peer: `{ allSystems(condition: { riskClass: "high" }, first: 20, orderBy: NAME_ASC) { totalCount nodes { id name status
      organisationByOrganisationId { id name } eventsBySystemId(first: 5) { nodes { position type occurredAt } } } } }`,
  },
};

/** GraphQL over 2,000 systems and 20,000 events, compared with PostGraphile 4 on the same rows, and with a bare server of the same bytes. */
export async function benchApi({ database }: { database: Database; pid: number }): Promise<Row[]> {
  const store = await openEventStore(database, 'bench.example');
  await seedSystems(store, systems, events);
  await store.close();
  const register = await Register.open({ database, origin: 'bench.example', projecting: true });
  const { secret } = await register.keys.create({
    name: 'bench',
    organisation: null,
    role: 'administrator',
    expiresAt: null,
  });
  await register.close();
  await makePeerTables(database);
  const children: ChildProcess[] = [];
  const start = async (program: string, args: string[]) => {
    const { child, port } = await startServer(program, args);
    children.push(child);
    return port;
  };
  try {
    const server = join(projectRoot, 'dist/test/bench/api-server.js');
    const cold = await freePort();
    const warm = await start(server, [JSON.stringify(database), 'PORT', String(cold)]);
    const peer = await start(installPeer(), [JSON.stringify(database.owner), 'peer', 'PORT']);
    const rows: Row[] = [];
    for (const [name, question] of Object.entries(questions))
      rows.push(...(await compare(name, question, { warm, cold, peer }, secret)));
    return rows;
  } finally {
    for (const child of children) child.kill('SIGKILL');
  }
}

type Ports = { warm: number; cold: number; peer: number };

async function compare(
  name: string,
  question: { vitrine: string; peer: string },
  { warm, cold, peer }: Ports,
  secret: string,
): Promise<Row[]> {
  const ours = post('/graphql', { query: question.vitrine });
  const theirs = post('/graphql', { query: question.peer });
  const [ourBody, theirBody] = [await ask(warm, question.vitrine), await ask(peer, question.peer)];
  const bare = await serveBytes(ourBody);
  const anyGood = (body: Buffer) => body.subarray(0, 9).equals(Buffer.from('{"data":{'));
  const contenders = [
    { what: 'unchanged position', port: warm, request: ours, expected: ourBody },
    { what: 'bare node:http, same bytes', port: bare.port, request: ours, expected: ourBody },
    { what: 'PostGraphile 4', port: peer, request: theirs, expected: theirBody },
    { what: 'cold (cache off)', port: cold, request: ours, expected: ourBody },
    { what: `${writesASecond} writes a second`, port: warm, request: ours, expected: anyGood, writes: true },
    {
      what: `PostGraphile 4, ${writesASecond} writes a second`,
      port: peer,
      request: theirs,
      expected: anyGood,
      writes: true,
    },
  ];
  const rates = new Map<string, number[]>(contenders.map(({ what }) => [what, []]));
  const slowest = new Map<string, number[]>(contenders.map(({ what }) => [what, []]));
  for (let round = -1; round < rounds; round++)
    for (const { what, writes, ...one } of contenders) {
      const stop = writes ? keepWriting(warm, secret) : async () => undefined;
      const duration = round < 0 ? 1000 : milliseconds;
      const latencies = (await load({ ...one, connections, milliseconds: duration })).sort((a, b) => a - b);
      await stop();
      if (round < 0) continue;
      rates.get(what)!.push(latencies.length / (duration / 1000));
      slowest.get(what)!.push(latencies[Math.floor(latencies.length * 0.99)]!);
    }
  bare.close();
  const rate = (what: string) => median(rates.get(what)!);
  // Computed per round, because the speed of a shared machine varies from minute to minute.
  const ratio = (what: string, to: string) => median(rates.get(what)!.map((one, i) => one / rates.get(to)![i]!));
  const bench = `api, ${name} (${ourBody.length.toLocaleString('en')} bytes)`;
  const row = (what: string, ratioTo?: string): Row => ({
    bench,
    name: what,
    unit: 'requests/s',
    value: rate(what),
    ...(ratioTo && { ratioTo, ratio: ratio(what, ratioTo) }),
  });
  const writing = `${writesASecond} writes a second`;
  return [
    row('bare node:http, same bytes'),
    row('PostGraphile 4'),
    row('unchanged position', 'bare node:http, same bytes'),
    row('unchanged position', 'PostGraphile 4'),
    row('cold (cache off)', 'PostGraphile 4'),
    row(writing, `PostGraphile 4, ${writing}`),
    ...contenders.map(({ what }) => ({ bench, name: `${what}: p99`, unit: 'ms', value: median(slowest.get(what)!) })),
  ];
}

async function ask(port: number, query: string): Promise<Buffer> {
  const answer = await fetch(`http://127.0.0.1:${port}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/json' },
    body: JSON.stringify({ query }),
  });
  const body = Buffer.from(await answer.arrayBuffer());
  if (!answer.ok || body.includes('"errors"')) throw new Error(body.toString());
  return body;
}

/** Confirms records at a steady rate until stopped. */
function keepWriting(port: number, secret: string): () => Promise<void> {
  const under = new Set<Promise<unknown>>();
  let n = 0;
  const timer = setInterval(() => {
    const writing = fetch(`http://127.0.0.1:${port}/v1/events`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${secret}` },
      body: JSON.stringify({
        type: 'ConfirmRecord',
        organisation: 'urn:vitrine:org:local:bench0',
        system: `urn:vitrine:sys:bench:s${(n++ * 20) % systems}`,
        occurredAt: '2026-11-01',
        idempotencyKey: `bench-${process.pid}-${Math.random()}`,
        data: {},
      }),
    }).then((answer) => answer.arrayBuffer());
    under.add(writing);
    void writing.finally(() => under.delete(writing)).catch(() => undefined);
  }, 1000 / writesASecond);
  return async () => {
    clearInterval(timer);
    await Promise.allSettled(under);
  };
}

/** Tables with the same rows, and with the keys and indexes that suit PostGraphile. */
async function makePeerTables({ owner }: Database): Promise<void> {
  const client = new pg.Client(owner);
  await client.connect();
  await client.query(`DROP SCHEMA IF EXISTS peer CASCADE; CREATE SCHEMA peer;
    CREATE TABLE peer.organisation AS SELECT id, record::json -> 'names' ->> 'en' AS name FROM read.organisation;
    ALTER TABLE peer.organisation ADD PRIMARY KEY (id);
    CREATE TABLE peer.system AS SELECT id, record::json ->> 'organisation' AS organisation_id, record::json -> 'name' ->> 'en' AS name,
      record::json ->> 'status' AS status, record::json -> 'risk' ->> 'class' AS risk_class FROM read.system;
    ALTER TABLE peer.system ADD PRIMARY KEY (id), ADD FOREIGN KEY (organisation_id) REFERENCES peer.organisation (id);
    CREATE INDEX ON peer.system (organisation_id); CREATE INDEX ON peer.system (risk_class, name); CREATE INDEX ON peer.system (name);
    CREATE TABLE peer.event AS SELECT position, system AS system_id, type, occurred_at, data FROM read.timeline;
    ALTER TABLE peer.event ADD PRIMARY KEY (position), ADD FOREIGN KEY (system_id) REFERENCES peer.system (id);
    CREATE INDEX ON peer.event (system_id, position); ANALYZE`);
  await client.end();
}

/** Installs PostGraphile in its own folder, with the GraphQL version that it needs. */
function installPeer(): string {
  const folder = join(projectRoot, 'test/bench/postgraphile');
  if (!existsSync(join(folder, 'node_modules/postgraphile')))
    execFileSync('npm', ['install', '--no-package-lock', '--no-audit', '--no-fund'], { cwd: folder, stdio: 'inherit' });
  return join(folder, 'serve.cjs');
}
