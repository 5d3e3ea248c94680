import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { projectRoot } from '../project-root.js';
import { locks } from './locks.js';

/** Two logins for one database: `owner` creates and changes tables, `application` runs the register and can do no more than it needs. */
export type Database = { owner: pg.ClientConfig; application: pg.ClientConfig };

/** bigint columns are positions and counts, far below 2^53, so they are read as numbers. */
const types: pg.CustomTypesConfig = {
  getTypeParser: (id, format) => (id === 20 && format !== 'binary' ? Number : pg.types.getTypeParser(id, format)),
};

/**
 * A pool for the application. A broken connection is dropped, and the next query opens a new one; whoever was using it learns of it from
 * the failed query.
 */
export function openPool(database: Database, config: pg.PoolConfig = {}): pg.Pool {
  // Queries are short here: JIT compilation would take longer than any of them.
  const options = `${config.options ?? database.application.options ?? ''} -c jit=off`;
  const pool = new pg.Pool({ types, connectionTimeoutMillis: 10_000, ...database.application, ...config, options });
  pool.on('error', () => undefined);
  pool.on('connect', (client) => client.on('error', () => undefined));
  return pool;
}

/**
 * A PostgreSQL (>= 15) that the user runs. The application takes the role vitrine_app on each connection, so that its tables belong to that
 * role. If the owner has an address of its own, the application's login only needs to be a member of the role.
 */
export function ownDatabase(applicationUrl: string, ownerUrl = applicationUrl): Database {
  return {
    owner: { connectionString: ownerUrl },
    application: { connectionString: applicationUrl, options: '-c role=vitrine_app' },
  };
}

/** Migrates the tables: runs the files of schema/sql in order, each once, forward only. Of two migrations at a time, one waits. */
export async function migrate(database: Database): Promise<string[]> {
  const { owner, application } = database;
  if (application.connectionString !== owner.connectionString) await (await connectWithSession(application)).end();
  const client = await connectWithSession(owner);
  try {
    await client.query(`SELECT pg_advisory_lock(${locks.migrating})`);
    await requireVersion(client);
    await createApplicationRole(client, database.application);
    // Loaded only for migrations: it is large.
    const { DataSource } = await import('typeorm');
    const source = await new DataSource({
      type: 'postgres',
      ...toTypeOrm(database.owner),
      migrations: readMigrations(),
      migrationsTableName: 'vitrine_migration',
      migrationsTransactionMode: 'each',
    }).initialize();
    try {
      return (await source.runMigrations()).map((migration) => migration.name);
    } finally {
      await source.destroy();
    }
  } finally {
    await client.end();
  }
}

/**
 * Connects, and throws if a pooler in between shares the database's sessions (PgBouncer in transaction mode): settings, locks and
 * notifications need a session of their own here. Such a pooler rejects session settings, or drops them.
 */
async function connectWithSession({ connectionString, ...config }: pg.ClientConfig): Promise<pg.Client> {
  const client = new pg.Client({
    ...config,
    ...(connectionString && { connectionString }),
    options: '-c vitrine.session=kept',
  });
  client.on('error', () => undefined);
  try {
    await client.connect();
    const { rows } = await client.query<{ session: string }>(
      "SELECT current_setting('vitrine.session', true) AS session",
    );
    if (rows[0]!.session === 'kept') return client;
  } catch (error) {
    if (!/unsupported startup parameter/.test(String(error))) throw error;
  }
  await client.end();
  const { host, port } = client;
  throw new Error(
    `${host}:${port} is a connection pooler (such as PgBouncer) that does not keep the settings of a session, and a register needs sessions of its own. Give VITRINE_DATABASE_URL and VITRINE_DATABASE_OWNER_URL the address of PostgreSQL itself.`,
  );
}

async function requireVersion(client: pg.Client): Promise<void> {
  const { rows } = await client.query<{ version: number }>(
    "SELECT current_setting('server_version_num')::int AS version",
  );
  if (rows[0]!.version < 150_000)
    throw new Error(`PostgreSQL 15 or newer is needed; this one is ${rows[0]!.version / 10_000}.`);
}

/**
 * Creates the role that the tables belong to, with the owner's and the application's logins as members. If it may not, throws an Error that
 * lists the missing statements.
 */
async function createApplicationRole(client: pg.Client, application: pg.ClientConfig): Promise<void> {
  const login = application.connectionString ? decodeURIComponent(new URL(application.connectionString).username) : '';
  try {
    await tryToCreateRole(client, login);
  } catch (error) {
    if ((error as { code?: string }).code !== '42501') throw error;
    const { rows } = await client.query<{ statement: string }>(
      `SELECT 'CREATE ROLE vitrine_app NOLOGIN' AS statement WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'vitrine_app')
       UNION ALL SELECT format('GRANT vitrine_app TO %I', r.rolname) FROM pg_roles r
         WHERE r.rolname IN (current_user, $1) AND r.rolname <> 'vitrine_app'
           AND NOT EXISTS (SELECT FROM pg_roles a WHERE a.rolname = 'vitrine_app' AND pg_has_role(r.oid, a.oid, ${mayTake}))`,
      [login],
    );
    throw new Error(
      `The owner's login may not make the role that the register's tables belong to (${(error as Error).message}). Let an administrator of the server run this once, and start again:\n${rows.map(({ statement }) => `  ${statement};`).join('\n')}`,
    );
  }
}

/** The privilege for SET ROLE. From PostgreSQL 16 on, membership does not imply it, so whoever creates a role there must grant it to itself. */
const mayTake = "CASE WHEN current_setting('server_version_num')::int >= 160000 THEN 'SET' ELSE 'MEMBER' END";

/** Roles belong to the whole server, so another register's migration may create the role at the same moment. */
async function tryToCreateRole(client: pg.Client, login: string): Promise<void> {
  await client.query(`DO $$ BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'vitrine_app') THEN CREATE ROLE vitrine_app NOLOGIN; END IF;
  EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
  END $$`);
  await client.query(`DO $$ BEGIN
    IF NOT pg_has_role(current_user, 'vitrine_app', ${mayTake}) THEN EXECUTE format('GRANT vitrine_app TO %I', current_user); END IF;
  END $$`);
  if (login === '') return;
  const { rows } = await client.query<{ member: boolean; statement: string }>(
    `SELECT pg_has_role($1, 'vitrine_app', ${mayTake}) AS member, format('GRANT vitrine_app TO %I', $1::text) AS statement`,
    [login],
  );
  if (!rows[0]!.member) await client.query(rows[0]!.statement);
}

/** TypeORM wants one class per migration, with a timestamp in its name; the file's number serves as the timestamp. */
function readMigrations(): (new () => MigrationInterface)[] {
  const folder = join(projectRoot, 'schema/sql');
  return readdirSync(folder)
    .filter((name) => /^\d{4}-.*\.sql$/.test(name))
    .sort()
    .map((file) => {
      const sql = readFileSync(join(folder, file), 'utf8');
      return class implements MigrationInterface {
        name = `${file.replace(/\.sql$/, '')}-${file.slice(0, 4).padStart(13, '0')}`;
        up = async (runner: QueryRunner): Promise<void> => void (await runner.query(sql));
        down = (): Promise<void> => Promise.reject(new Error('Migrations go forward only.'));
      };
    });
}

/** The same connection settings in TypeORM's terms. */
export function toTypeOrm(config: pg.ClientConfig) {
  const extra = config.options ? { extra: { options: config.options } } : {};
  if (config.connectionString) return { url: config.connectionString, ...extra };
  return {
    host: config.host,
    port: config.port,
    username: config.user,
    password: config.password as string | undefined,
    database: config.database,
    ...extra,
  };
}
