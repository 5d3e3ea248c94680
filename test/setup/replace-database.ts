import pg from 'pg';
import type { Database } from '#event-store';

/**
 * Keeps the current state of a database, to put it back later, as a failover to a lagging standby does, or a restored snapshot. At both moments
 * all connections are closed; clients can connect again.
 */
export async function keepState(database: Database): Promise<{ putBack(): Promise<void> }> {
  const name = (database.owner as { database: string }).database;
  const kept = `${name}_kept`;
  await alone(database, name, `CREATE DATABASE ${kept} TEMPLATE ${name}`);
  return {
    putBack: () =>
      alone(
        database,
        name,
        `ALTER DATABASE ${name} RENAME TO ${name}_gone`,
        `ALTER DATABASE ${kept} RENAME TO ${name}`,
        `DROP DATABASE ${name}_gone WITH (FORCE)`,
      ),
  };
}

/** Runs statements while nobody is connected to a database. */
async function alone(database: Database, name: string, ...statements: string[]): Promise<void> {
  const client = new pg.Client({ ...database.owner, database: 'postgres' });
  await client.connect();
  try {
    await client.query(`ALTER DATABASE ${name} ALLOW_CONNECTIONS false`);
    // In a loop: a connection that was let in just before may show only now.
    const end = 'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1';
    while ((await client.query(end, [name])).rowCount! > 0) await new Promise((resolve) => setTimeout(resolve, 10));
    for (const statement of statements) await client.query(statement);
    await client.query(`ALTER DATABASE ${name} ALLOW_CONNECTIONS true`);
  } finally {
    await client.end();
  }
}
