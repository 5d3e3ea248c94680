import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { type Database, migrate } from '#event-store';

/**
 * A fresh, migrated database in the test run's PostgreSQL; `drop` it when done. `options`: for CREATE DATABASE; `settings`: for all its
 * sessions.
 */
export async function createTestDatabase(
  options = '',
  settings: { [name: string]: string } = {},
): Promise<Database & { drop(): Promise<void> }> {
  const server = JSON.parse(process.env['VITRINE_TEST_POSTGRES']!) as Database;
  const name = `test_${randomBytes(8).toString('hex')}`;
  const run = async (sql: string): Promise<void> => {
    const client = new pg.Client(server.owner);
    await client.connect();
    await client.query(sql);
    await client.end();
  };
  await run(`CREATE DATABASE ${name} ${options}`);
  for (const [setting, value] of Object.entries(settings))
    await run(`ALTER DATABASE ${name} SET ${setting} TO '${value}'`);
  const database = {
    owner: { ...server.owner, database: name },
    application: { ...server.application, database: name },
  };
  await migrate(database);
  return { ...database, drop: () => run(`DROP DATABASE ${name} WITH (FORCE)`) };
}
