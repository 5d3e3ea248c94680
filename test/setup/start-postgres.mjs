import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startEmbeddedPostgres } from '../../dist/libs/event-store/postgres/embedded-postgres.js';

/** One PostgreSQL for the whole test run, in which suites create their own databases. Without fsync: for tests only. */
export default async function start() {
  // A harness that runs suites many times provides its own.
  if (process.env.VITRINE_TEST_POSTGRES) return;
  const home = mkdtempSync(join(tmpdir(), 'vitrine-test-'));
  const postgres = await startEmbeddedPostgres(home, {
    fsync: 'off',
    synchronous_commit: 'off',
    max_connections: '100',
  });
  process.env.VITRINE_TEST_POSTGRES = JSON.stringify(postgres.database);
  globalThis.stopTestPostgres = () => postgres.stop();
  globalThis.testHome = home;
}
