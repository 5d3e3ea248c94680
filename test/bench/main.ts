// npm run bench append | project | log | api | pages | search | growth | dump   [--json FILE]
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { migrate, startEmbeddedPostgres } from '#event-store';
import { benchApi } from './api.js';
import { benchAppend } from './append.js';
import { benchDump } from './dump.js';
import { benchGrowth } from './growth.js';
import { benchLog } from './log.js';
import { benchPages } from './pages.js';
import { benchProject } from './project.js';
import { report } from './report.js';
import { benchSearch } from './search.js';

const benches = {
  append: benchAppend,
  project: benchProject,
  log: benchLog,
  api: benchApi,
  pages: benchPages,
  search: benchSearch,
  growth: benchGrowth,
  dump: benchDump,
};
const bench = benches[process.argv[2] as keyof typeof benches];
if (!bench) {
  console.error(`Usage: npm run bench ${Object.keys(benches).join(' | ')} [-- --json FILE]`);
  process.exit(2);
}
const home = mkdtempSync(join(tmpdir(), 'vitrine-bench-'));
const postgres = await startEmbeddedPostgres(home, {
  shared_buffers: '512MB',
  max_connections: '300',
  max_wal_size: '4GB',
});
try {
  await migrate(postgres.database);
  report(await bench(postgres));
} catch (error) {
  console.error(error);
  process.exitCode = 1;
} finally {
  await postgres.stop();
  rmSync(home, { recursive: true, force: true });
}
// What a benchmark that failed left open would keep the process alive.
if (process.exitCode) process.exit();
