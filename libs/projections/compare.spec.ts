import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import pg from 'pg';
import { createCommandHandler, parseSubmission } from '#commands';
import { type EventStore, openEventStore } from '#event-store';
import { readDemo } from '../../apps/cli/demo.js';
import { createTestDatabase } from '../../test/setup/database.js';
import {
  compareReadModels,
  type OddRow,
  openReadPool,
  ownIntake,
  prepareReadModels,
  project,
  rebuild,
} from './index.js';
import { nextStream } from './sample.js';

let database: Awaited<ReturnType<typeof createTestDatabase>>;
let store: EventStore;
let owner: pg.Client;

beforeAll(async () => {
  database = await createTestDatabase();
  store = await openEventStore(database, 'test.example');
  const handler = createCommandHandler(store);
  await handler.handleAll(
    readDemo().map((one) => parseSubmission(one)),
    {
      organisation: 'urn:vitrine:register',
      role: 'administrator',
    },
  );
  await prepareReadModels(database, ownIntake(store));
  owner = new pg.Client({ ...database.owner, options: '-c search_path=read,public' });
  await owner.connect();
});
afterAll(async () => {
  await owner.end();
  await store.close();
  await database.drop();
});

test('what is as the log says is found to be so, and nothing is left behind', async () => {
  const result = await compareReadModels(database, ownIntake(store));
  expect(result).toMatchObject({ odd: [], oddCount: 0, position: await store.head() });
  expect(result.rows).toBeGreaterThan(500);
  const { rows } = await owner.query("SELECT nspname FROM pg_namespace WHERE nspname LIKE 'read%'");
  expect(rows).toEqual([{ nspname: 'read' }]);
});

describe('named is each row', () => {
  const tables = [
    'timeline',
    'system',
    'tag_count',
    'organisation',
    'contract',
    'incident',
    'oversight_figures',
    'override_count',
    'gap',
    'gap_count',
    'event_count',
    'status_period',
    'presence',
  ];
  const columns: Record<string, string> = {
    tag_count: 'count',
    override_count: 'count',
    event_count: 'count',
    gap_count: 'change',
  };
  const changed = (table: string) => {
    if (columns[table]) return `${columns[table]} = ${columns[table]} + 1`;
    if (table === 'timeline') return "data = replace(data, 'a', 'b')";
    if (table === 'gap') return "status = 'expired'";
    if (table === 'incident') return "day = '2000-01-01'";
    if (table === 'presence') return "since = '2000-01-01'";
    if (table === 'status_period') return "status = 'retired'";
    return "record = replace(record, 'a', 'b')";
  };

  test.each(tables)('of %s that is changed, missing or added', async (table) => {
    await owner.query('BEGIN');
    const one = (skip: number) => `ctid = (SELECT ctid FROM ${table} ORDER BY ctid OFFSET ${skip} LIMIT 1)`;
    const keys = await owner.query<{ name: string }>(
      `SELECT a.attname AS name FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = ANY (i.indkey)
       WHERE i.indrelid = '${table}'::regclass AND i.indisprimary`,
    );
    const first = keys.rows[0]!.name;
    await owner.query(`CREATE TEMP TABLE copy AS SELECT * FROM ${table} WHERE ${one(2)}`);
    await owner.query(`UPDATE ${table} SET ${changed(table)} WHERE ${one(0)}`);
    await owner.query(`DELETE FROM ${table} WHERE ${one(1)}`);
    await owner.query(
      `UPDATE copy SET ${first} = ${first === 'sequence' ? '999999' : "'urn:vitrine:sys:local:made-up'"}`,
    );
    await owner.query(`INSERT INTO ${table} SELECT * FROM copy`);
    await owner.query('DROP TABLE copy');
    await owner.query('COMMIT');
    const { odd, oddCount } = await compareReadModels(database, ownIntake(store));
    expect(oddCount).toBe(3);
    expect(odd.map((row) => [row.table, row.what]).sort()).toEqual([
      [table, 'added'],
      [table, 'changed'],
      [table, 'missing'],
    ]);
    expect(odd.find(({ what }) => what === 'added')!.key).toMatch(/999999|made-up/);
    await rebuild(database, ownIntake(store));
    expect((await compareReadModels(database, ownIntake(store))).oddCount).toBe(0);
  });
});

test('each stream has its turn once a round, those that only the log or only the tables have among them', async () => {
  const pool = openReadPool(database, 1);
  const client = await pool.connect();
  try {
    const streams = new Set((await store.readAll(-1, 10_000)).map(({ stream }) => stream));
    await owner.query("INSERT INTO organisation VALUES ('urn:vitrine:org:aa:made-up', '{}')");
    await owner.query('DELETE FROM system WHERE id = (SELECT min(id) FROM system)');
    const order = [...streams, 'urn:vitrine:org:aa:made-up'].sort();
    let at = '';
    for (const expected of [...order, order[0]]) {
      at = (await nextStream(client, at))!;
      expect(at).toBe(expected);
    }
  } finally {
    client.release();
    await pool.end();
    await rebuild(database, ownIntake(store));
  }
});

test('the process that projects finds a row that was changed, and sees that it was put right', async () => {
  const stop = new AbortController();
  const told: OddRow[][] = [];
  const running = project(database, ownIntake(store), stop.signal, {
    onChanging: () => undefined,
    onProjected: () => undefined,
    onLost: () => undefined,
    onError: (error) => console.error(error),
    onCompared: (odd) => told.push(odd),
    compareMilliseconds: 1,
  });
  const until = async (holds: (odd: OddRow[]) => boolean) => {
    while (!told.some(holds)) await new Promise((resolve) => setTimeout(resolve, 20));
  };
  try {
    await until((odd) => odd.length === 0);
    const { rows } = await owner.query('SELECT id FROM organisation ORDER BY id LIMIT 1');
    await owner.query("UPDATE organisation SET record = replace(record, 'a', 'b') WHERE id = $1", [rows[0].id]);
    await owner.query("INSERT INTO organisation VALUES ('urn:vitrine:org:aa:made-up', '{}')");
    // The words of systems depend on their organisation's, so rows of theirs may be named, too.
    const has = (odd: OddRow[], what: string) => odd.some((row) => row.table === 'organisation' && row.what === what);
    await until((odd) => has(odd, 'changed') && has(odd, 'added'));
    await rebuild(database, ownIntake(store));
    told.length = 0;
    await until((odd) => odd.length === 0);
  } finally {
    stop.abort();
    await running;
  }
});
