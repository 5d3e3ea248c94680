import { workerData } from 'node:worker_threads';
import { openExportPool } from '#projections';
import { buildDump } from './build.js';
import type { DumpTask } from './keep-dumping.js';

// The worker thread that keep-dumping.ts starts. It builds one dump.
const { database, folder, ...options } = workerData as DumpTask;
const pool = openExportPool(database, 1);
try {
  await buildDump(pool, folder, options);
} finally {
  await pool.end();
}
