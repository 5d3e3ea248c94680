// Writes the events of a database in one format, or copies a table of them, and prints the time (ms) and the peak memory (MiB):
//   node dump-one.js DATABASE FORM FILE
import { createWriteStream, readFileSync } from 'node:fs';
import { performance } from 'node:perf_hooks';
import { pipeline } from 'node:stream/promises';
import { setFlagsFromString } from 'node:v8';
import copyStreams from 'pg-copy-streams';
import type { Database } from '#event-store';
import { openSnapshot } from '#exports';
import { openExportPool } from '#projections';
import { compress } from '../../libs/exports/dump/file.js';
import { type DumpFormat, writeTable } from '../../libs/exports/dump/files.js';

// The same setting as in the register.
setFlagsFromString('--heap-growing-percent=40');
const [database = '', form = '', file = ''] = process.argv.slice(2);
const pool = openExportPool(JSON.parse(database) as Database, 1);
const snapshot = await openSnapshot(pool);
const begun = performance.now();
if (form.startsWith('COPY')) await pipeline(snapshot.client.query(copyStreams.to(form)), createWriteStream(file));
else if (form === 'gzip') await compress(file);
else await writeTable(snapshot, 'events', form as DumpFormat, file, snapshot.at + 1, 'bench.example');
const took = performance.now() - begun;
const memory = Number(/VmHWM:\s+(\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))![1]) / 1024;
console.log(JSON.stringify({ took, memory }));
await snapshot.release();
await pool.end();
