import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import pg from 'pg';
import { newEvent } from '../contract.js';
import { openEventStore } from '../event-store.js';
import { projectRoot } from '../project-root.js';
import { type Database, migrate, openPool, ownDatabase } from './database.js';
import { startEmbeddedPostgres } from './embedded-postgres.js';

// Two logins, neither of them a superuser, on a PostgreSQL that the user runs.
let home: string;
let server: Awaited<ReturnType<typeof startEmbeddedPostgres>>;
let superuser: pg.Client;
beforeEach(async () => {
  home = mkdtempSync(join(tmpdir(), 'vitrine-logins-'));
  server = await startEmbeddedPostgres(home);
  superuser = new pg.Client({ ...server.database.owner, database: 'postgres' });
  await superuser.connect();
  // The embedded server has the role already; a server that never had a register does not.
  await superuser.query('ALTER ROLE vitrine_app RENAME TO another');
  await superuser.query('ALTER DATABASE vitrine RENAME TO another');
});
afterEach(async () => {
  await superuser.end();
  await server.stop();
  rmSync(home, { recursive: true, force: true });
});

const addressOf = (login: string, password: string, database: string) => {
  const { host, port } = server.database.owner;
  return `postgres://${login}:${password}@localhost:${port}/${database}?host=${encodeURIComponent(host!)}`;
};

/** What a register can do with a database, and what the application's login must not be able to do. */
async function expectAtWork(database: Database): Promise<void> {
  const store = await openEventStore(database, 'test.example');
  const stream = 'urn:vitrine:org:test:a';
  await store.append({ stream, expectedVersion: 'any', events: [newEvent(1)] });
  expect(await store.head()).toBe(0);
  await store.close();
  const pool = openPool(database);
  for (const forbidden of [
    'DELETE FROM vitrine.event',
    "UPDATE vitrine.event SET envelope = ''",
    'DROP TABLE vitrine.event',
  ])
    await expect(pool.query(forbidden)).rejects.toMatchObject({ code: '42501' });
  await pool.end();
}

test('what is missing is named, statement by statement, until it works', async () => {
  await superuser.query("CREATE ROLE the_owner LOGIN PASSWORD 'o'; CREATE ROLE the_login LOGIN PASSWORD 'l'");
  await superuser.query('CREATE DATABASE city OWNER the_owner');
  const database = ownDatabase(addressOf('the_login', 'l', 'city'), addressOf('the_owner', 'o', 'city'));
  const missing = [
    'CREATE ROLE vitrine_app NOLOGIN',
    'GRANT vitrine_app TO the_owner',
    'GRANT vitrine_app TO the_login',
  ];
  while (missing.length > 0) {
    const said = await migrate(database).then(
      () => '',
      (error: Error) => error.message,
    );
    expect(said.split('\n').slice(1)).toEqual(missing.map((statement) => `  ${statement};`));
    await superuser.query(missing.shift()!);
  }
  await migrate(database);
  await expectAtWork(database);
});

test('an owner who may make roles needs no help', async () => {
  await superuser.query(
    "CREATE ROLE the_owner LOGIN CREATEROLE PASSWORD 'o'; CREATE ROLE the_login LOGIN PASSWORD 'l'",
  );
  await superuser.query('CREATE DATABASE city OWNER the_owner');
  const database = ownDatabase(addressOf('the_login', 'l', 'city'), addressOf('the_owner', 'o', 'city'));
  await migrate(database);
  await migrate(database);
  await expectAtWork(database);
});

test('who may make roles needs no second login', async () => {
  await superuser.query("CREATE ROLE the_owner LOGIN CREATEROLE PASSWORD 'o'");
  await superuser.query('CREATE DATABASE city OWNER the_owner');
  const database = ownDatabase(addressOf('the_owner', 'o', 'city'));
  await migrate(database);
  await migrate(database);
  await expectAtWork(database);
});

test('a register that worked as a superuser is given to an owner', async () => {
  await superuser.query('CREATE DATABASE vitrine');
  const before = { ...server.database.owner, database: 'vitrine' };
  await migrate({ owner: before, application: { ...before, options: '-c role=vitrine_app' } });
  const readme = readFileSync(join(projectRoot, 'infra/README.md'), 'utf8');
  const [, given] = /```sql\n([^`]*)\n\\i from-one-login.sql/.exec(readme)!;
  const script = readFileSync(join(projectRoot, 'infra/from-one-login.sql'), 'utf8');
  const there = new pg.Client(before);
  await there.connect();
  await there.query(given!.replaceAll("'...'", "'x'") + script);
  const owned = {
    pg_class: 'relnamespace, relowner',
    pg_proc: 'pronamespace, proowner',
    pg_type: 'typnamespace, typowner',
    pg_ts_config: 'cfgnamespace, cfgowner',
    pg_ts_dict: 'dictnamespace, dictowner',
    pg_namespace: 'oid, nspowner',
  };
  const all = Object.entries(owned).map(([table, columns]) => `SELECT '${table}', oid::int, ${columns} FROM ${table}`);
  const { rows } = await there.query(
    `SELECT * FROM (${all.join(' UNION ALL ')}) o (kind, id, namespace, owner) WHERE namespace = 'vitrine'::regnamespace AND owner <> 'register_owner'::regrole`,
  );
  await there.end();
  expect(rows).toEqual([]);
  const database = ownDatabase(
    addressOf('register_login', 'x', 'vitrine'),
    addressOf('register_owner', 'x', 'vitrine'),
  );
  await migrate(database);
  await expectAtWork(database);
});

test('the logins of infra/logins.sh are enough', async () => {
  const script = readFileSync(join(projectRoot, 'infra/logins.sh'), 'utf8');
  const [, sql] = /<<'SQL'\n([\s\S]*)\nSQL\n/.exec(script)!;
  const statements = sql!
    .replace(":'owner'", "'o'")
    .replace(":'login'", "'l'")
    .split(';')
    .filter((one) => one.trim());
  expect(statements).toHaveLength(5);
  for (const statement of statements) await superuser.query(statement);
  const database = ownDatabase(
    addressOf('register_login', 'l', 'vitrine'),
    addressOf('register_owner', 'o', 'vitrine'),
  );
  await migrate(database);
  await expectAtWork(database);
});
