import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import pg from 'pg';
import copyStreams from 'pg-copy-streams';
import { createCommandHandler, parseSubmission } from '#commands';
import { operator } from '#domain';
import { type Database, openEventStore, openPool, uuidv7 } from '#event-store';
import { serverCpu } from './cpu.js';
import { median, type Row } from './report.js';

/** A way to append one event. `prepare` does in advance what is not part of the append itself. */
type Contender = {
  name: string;
  prepare(count: number): Promise<void>;
  append(i: number): Promise<unknown>;
  close(): Promise<void>;
};
type Measured = { rate: number; node: number; server: number };

const callers = (process.env['BENCH_CALLERS'] ?? '1,32,128').split(',').map(Number);
const rounds = Number(process.env['BENCH_ROUNDS'] ?? 5);
const milliseconds = 1500;
const eventsPerStream = 20;
const actor = { organisation: operator, role: 'administrator' } as const;
const organisation = 'urn:vitrine:org:local:bench';

/** Appends of single events: Vitrine, one bare INSERT per transaction, message-db, Castore; and the limits of bulk loading. */
export async function benchAppend({ database, pid }: { database: Database; pid: number }): Promise<Row[]> {
  const rows: Row[] = [];
  for (const concurrency of callers) {
    const contenders = process.env['BENCH_ONLY']
      ? [await vitrine(database)]
      : [
          await vitrine(database),
          await bareInsert(database, concurrency),
          await messageDb(database, concurrency),
          await castore(database),
        ];
    const results = new Map<string, Measured[]>(contenders.map(({ name }) => [name, []]));
    for (let round = -1; round < rounds; round++)
      for (const contender of contenders) {
        const measured = await measure(contender, concurrency, pid, round < 0 ? 500 : milliseconds);
        if (round >= 0) results.get(contender.name)!.push(measured);
      }
    for (const { close } of contenders) await close();
    rows.push(...summarise(concurrency, results));
  }
  return [...rows, ...(await benchLimits(database))];
}

let counter = 0;

async function measure(contender: Contender, concurrency: number, pid: number, duration: number): Promise<Measured> {
  await contender.prepare(Math.ceil((duration / 1000) * 25_000));
  const cpu = process.cpuUsage();
  const server = serverCpu(pid);
  const begun = performance.now();
  let done = 0;
  const work = async () => {
    while (performance.now() - begun < duration) {
      await contender.append(counter++);
      done++;
    }
  };
  await Promise.all(Array.from({ length: concurrency }, work));
  const elapsed = performance.now() - begun;
  const { user, system } = process.cpuUsage(cpu);
  return { rate: done / (elapsed / 1000), node: (user + system) / done, server: (serverCpu(pid) - server) / done };
}

function summarise(concurrency: number, results: Map<string, Measured[]>): Row[] {
  const bench = `append, ${concurrency} callers`;
  const of = (name: string, field: keyof Measured) => median(results.get(name)!.map((measured) => measured[field]));
  const own = of('vitrine', 'rate');
  return [...results.keys()].flatMap((name) => {
    const value = of(name, 'rate');
    const ratio = name === 'vitrine' ? {} : { ratioTo: name, ratio: own / value };
    return [
      { bench, name: name === 'vitrine' ? 'vitrine' : `${name}`, unit: 'appends/s', value },
      ...(name === 'vitrine' ? [] : [{ bench, name: 'vitrine', unit: 'appends/s', value: own, ...ratio }]),
      { bench, name: `${name}: Node`, unit: 'CPU us/append', value: of(name, 'node') },
      { bench, name: `${name}: PostgreSQL`, unit: 'CPU us/append', value: of(name, 'server') },
    ];
  });
}

/** The complete path: validation by schema, decider, salt, commitment, hash link, store. */
async function vitrine(database: Database): Promise<Contender> {
  const store = await openEventStore(database, 'bench.example');
  const handler = createCommandHandler(store);
  const run = (command: object) =>
    handler.handle(
      parseSubmission({
        organisation,
        idempotencyKey: `bench-${process.pid}-${counter++}-${Math.random()}`,
        ...command,
      }),
      actor,
    );
  const names = { names: { en: 'Bench' }, kind: 'municipality', country: 'NL' };
  await run({ type: 'RegisterOrganisation', occurredAt: '2024-01-01', data: names }).catch(() => undefined);
  let systems: string[] = [];
  return {
    name: 'vitrine',
    async prepare(count) {
      systems = Array.from({ length: Math.ceil(count / eventsPerStream) }, () => `urn:vitrine:sys:bench:s${counter++}`);
      for (let from = 0; from < systems.length; from += 500)
        await Promise.all(
          systems
            .slice(from, from + 500)
            .map((system) =>
              run({ type: 'RegisterSystem', system, occurredAt: '2024-01-01', data: { name: { en: 'Bench' } } }),
            ),
        );
    },
    append: (i) =>
      run({
        type: 'ReportOversightFigures',
        system: systems[i % systems.length],
        occurredAt: '2024-07-01',
        data: figures(i),
      }),
    close: () => store.close(),
  };
}

function figures(i: number) {
  return {
    period: { from: '2024-04-01', to: '2024-06-30' },
    measured: true,
    outputs: 10_000 + i,
    reviewed: 900,
    overridden: 40,
    overriddenByReason: { 'wrong-output': 30, 'missing-context': 10 },
    objections: 12,
    objectionsByOutcome: { upheld: 3, rejected: 9 },
  };
}

const bareTables = `CREATE TABLE IF NOT EXISTS bare_event (
    position bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, id uuid NOT NULL UNIQUE, stream text NOT NULL, version integer NOT NULL,
    key uuid UNIQUE, envelope text NOT NULL, UNIQUE (stream, version));
  CREATE TABLE IF NOT EXISTS bare_payload (position bigint NOT NULL, part text NOT NULL, salt bytea NOT NULL,
    body text NOT NULL, PRIMARY KEY (position, part))`;

type BareRow = {
  id: string;
  stream: string;
  version: number;
  key: string;
  envelope: string;
  salt: Buffer;
  body: string;
};

let bareRows = 0;

/** A row as Vitrine writes it, prepared beforehand. */
function bareRow(): BareRow {
  const i = bareRows++;
  const id = uuidv7(Date.now());
  const stream = `urn:vitrine:sys:bench:b${Math.floor(i / eventsPerStream)}-${process.pid}`;
  const envelope = JSON.stringify({
    actor,
    format: 'vitrine/envelope/v1',
    id,
    occurredAt: '2024-07-01',
    organisation,
    origin: 'bench.example',
    parts: [{ commitment: randomBytes(32).toString('hex'), role: 'content' }],
    previous: randomBytes(32).toString('hex'),
    recordedAt: new Date().toISOString(),
    schemaVersion: 1,
    streamVersion: i % eventsPerStream,
    system: stream,
    type: 'OversightFiguresReported',
  });
  return {
    id,
    stream,
    version: i % eventsPerStream,
    key: uuidv7(Date.now()),
    envelope,
    salt: randomBytes(32),
    body: JSON.stringify(figures(i)),
  };
}

/** One INSERT of the same rows in its own transaction, without validation, order or checks. One connection per caller. */
async function bareInsert(database: Database, concurrency: number): Promise<Contender> {
  const pool = openPool({ ...database, application: database.owner }, { max: concurrency });
  await pool.query(bareTables);
  let rows: BareRow[] = [];
  return {
    name: 'bare INSERT',
    async prepare(count) {
      rows = Array.from({ length: count / 2 }, bareRow);
    },
    append() {
      const row = rows.pop() ?? bareRow();
      return pool.query({
        name: 'bare',
        text: `WITH e AS (INSERT INTO bare_event (id, stream, version, key, envelope) VALUES ($1, $2, $3, $4, $5) RETURNING position)
          INSERT INTO bare_payload SELECT position, 'content', $6, $7 FROM e`,
        values: [row.id, row.stream, row.version, row.key, row.envelope, row.salt, row.body],
      });
    },
    close: () => pool.end(),
  };
}

async function messageDb(database: Database, concurrency: number): Promise<Contender> {
  const pool = openPool(
    { ...database, application: database.owner },
    { max: concurrency, options: '-c search_path=message_store,public' },
  );
  await installMessageDb(database);
  const sent = new Map<number, number>();
  return {
    name: 'message-db',
    prepare: async () => undefined,
    append(i) {
      const stream = Math.floor(i / eventsPerStream);
      sent.set(stream, (sent.get(stream) ?? 0) + 1);
      return pool.query({
        name: 'write',
        text: 'SELECT message_store.write_message($1, $2, $3, $4, $5)',
        values: [
          uuidv7(Date.now()),
          `bench-${stream}`,
          'OversightFiguresReported',
          JSON.stringify(figures(i)),
          JSON.stringify({ organisation, actor, occurredAt: '2024-07-01' }),
        ],
      });
    },
    close: () => pool.end(),
  };
}

/** Runs what message-db's install script feeds to psql, in the same order. */
async function installMessageDb(database: Database): Promise<void> {
  const folder = join(createRequire(import.meta.url).resolve('@eventide/message-db/package.json'), '../database');
  const client = new pg.Client(database.owner);
  await client.connect();
  try {
    const there = await client.query("SELECT FROM pg_namespace WHERE nspname = 'message_store'");
    if (there.rowCount) return;
    const files = [
      'roles/message-store.sql',
      'schema/message-store.sql',
      'extensions/pgcrypto.sql',
      'tables/messages.sql',
      'types/message.sql',
    ];
    const functions = [
      'message-store-version',
      'hash-64',
      'acquire-lock',
      'category',
      'is-category',
      'id',
      'cardinal-id',
      'stream-version',
      'write-message',
    ];
    const indexes = readdirSync(join(folder, 'indexes')).map((name) => `indexes/${name}`);
    await client.query('SET search_path = message_store, public');
    for (const file of [...files, ...functions.map((name) => `functions/${name}.sql`), ...indexes])
      await client.query(
        readFileSync(join(folder, file), 'utf8').replace(
          /CREATE INDEX CONCURRENTLY|CREATE UNIQUE INDEX CONCURRENTLY/g,
          (text) => text.replace(' CONCURRENTLY', ''),
        ),
      );
  } finally {
    await client.end();
  }
}

async function castore(database: Database): Promise<Contender> {
  const { PostgresEventStorageAdapter } = (await import(
    '@castore/event-storage-adapter-postgres'
  )) as typeof import('@castore/event-storage-adapter-postgres');
  const { host, user, password, database: name } = database.owner;
  // Its client takes a Unix socket only from the environment.
  Object.assign(process.env, { PGHOST: host, PGUSER: user, PGPASSWORD: password, PGDATABASE: name });
  const connectionString = '';
  const tableName = `castore_${counter++}`;
  await PostgresEventStorageAdapter.createEventTable({
    connectionString,
    tableName,
    aggregateId: { type: 'VARCHAR', length: 80 },
  });
  const adapter = new PostgresEventStorageAdapter({ connectionString, tableName });
  const versions = new Map<number, number>();
  return {
    name: 'Castore',
    prepare: async () => undefined,
    append(i) {
      const stream = Math.floor(i / eventsPerStream);
      const version = (versions.get(stream) ?? 0) + 1;
      versions.set(stream, version);
      const event = {
        aggregateId: `bench-${stream}`,
        version,
        type: 'OversightFiguresReported',
        payload: figures(i),
        metadata: { organisation, actor },
      };
      return adapter.pushEvent(event, { eventStoreId: 'bench' } as Parameters<typeof adapter.pushEvent>[1]);
    },
    close: () => (adapter as unknown as { _sql: { end(): Promise<void> } })._sql.end(),
  };
}

/** How fast the same rows can be inserted 1,000 at a time, and by COPY. */
async function benchLimits(database: Database): Promise<Row[]> {
  const client = new pg.Client(database.owner);
  await client.connect();
  await client.query(bareTables);
  const rows = Array.from({ length: 20_000 }, bareRow);
  const inserting = performance.now();
  for (let from = 0; from < 10_000; from += 1000) await insertThousand(client, rows.slice(from, from + 1000));
  const inserted = 10_000 / ((performance.now() - inserting) / 1000);
  const copying = performance.now();
  await copyRows(client, rows.slice(10_000));
  const copied = 10_000 / ((performance.now() - copying) / 1000);
  await client.end();
  const bench = 'append, limit';
  return [
    {
      bench,
      name: 'INSERT of 1,000 rows a transaction',
      unit: 'rows/s',
      value: inserted,
      ratioTo: 'COPY',
      ratio: inserted / copied,
    },
    { bench, name: 'COPY', unit: 'rows/s', value: copied },
  ];
}

async function insertThousand(client: pg.Client, rows: BareRow[]): Promise<void> {
  const column = <K extends keyof BareRow>(name: K) => rows.map((row) => row[name]);
  await client.query(
    `WITH e AS (INSERT INTO bare_event (id, stream, version, key, envelope)
       SELECT * FROM unnest($1::uuid[], $2::text[], $3::int[], $4::uuid[], $5::text[]) RETURNING position, id)
     INSERT INTO bare_payload SELECT e.position, 'content', p.salt, p.body FROM e JOIN unnest($1::uuid[], $6::bytea[], $7::text[]) AS p (id, salt, body) USING (id)`,
    [
      column('id'),
      column('stream'),
      column('version'),
      column('key'),
      column('envelope'),
      column('salt'),
      column('body'),
    ],
  );
}

async function copyRows(client: pg.Client, rows: BareRow[]): Promise<void> {
  const text = (value: string) => value.replaceAll('\\', '\\\\');
  const { rows: found } = await client.query<{ next: string }>(
    'SELECT coalesce(max(position), 0) + 1 AS next FROM bare_event',
  );
  const first = Number(found[0]!.next);
  const into = async (table: string, lines: string[]) =>
    pipeline(Readable.from([`${lines.join('\n')}\n`]), client.query(copyStreams.from(`COPY ${table} FROM STDIN`)));
  await client.query('BEGIN');
  await into(
    'bare_event',
    rows.map((row, i) => [first + i, row.id, row.stream, row.version, row.key, text(row.envelope)].join('\t')),
  );
  await into(
    'bare_payload',
    rows.map((row, i) => [first + i, 'content', `\\\\x${row.salt.toString('hex')}`, text(row.body)].join('\t')),
  );
  await client.query('COMMIT');
}
