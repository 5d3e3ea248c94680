import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { type Database, lineSelect, openEventStore } from '#event-store';
import { Register } from '#server';
import { dumpFormats } from '../../libs/exports/dump/files.js';
import { eventSelect } from '../../libs/exports/tables/events.js';
import { createDatabase } from './growth.js';
import type { Row } from './report.js';
import { seedSystems } from './seed-systems.js';

const sizes = (process.env['BENCH_SIZES'] ?? '10000,100000,1000000').split(',').map(Number);
const eventsOfSystem = 10;

/**
 * The events of a log in every format of a dump, each in its own process, compared with COPY TO from a table that holds the same rows, or the
 * same lines.
 */
export async function benchDump({ database }: { database: Database; pid: number }): Promise<Row[]> {
  const rows: Row[] = [];
  for (const size of sizes) {
    const own = await createDatabase(database, `dump_${size}`);
    const store = await openEventStore(own, 'bench.example');
    // Besides the events of systems, there is one for each of the 20 organisations.
    await seedSystems(store, Math.floor(size / eventsOfSystem), size + 20);
    await store.close();
    const register = await Register.open({ database: own, origin: 'bench.example', projecting: true });
    await register.projected.waitUntil(await register.store.head(), 3_600_000);
    const events = (await register.store.head()) + 1;
    await register.close();
    await makePeers(own);
    const folder = mkdtempSync(join(tmpdir(), 'vitrine-bench-dump-'));
    const bench = `dump, ${events} events`;
    const run = (name: string, form: string, file: string, ratioTo?: Row): Row => {
      const path = join(folder, file);
      const said = execFileSync(
        process.execPath,
        [join(import.meta.dirname, 'dump-one.js'), JSON.stringify(own), form, path],
        { encoding: 'utf8' },
      );
      const { took, memory } = JSON.parse(said) as { took: number; memory: number };
      const value = (1000 * events) / took;
      const row: Row = {
        bench,
        name,
        unit: 'rows/s',
        value,
        ...(ratioTo && { ratioTo: ratioTo.name, ratio: value / ratioTo.value }),
      };
      rows.push(row, { bench, name: `${name}: memory`, unit: 'MiB', value: memory });
      rows.push({ bench, name: `${name}: size`, unit: 'MB', value: statSync(path).size / 1e6 });
      console.log(`${bench}: ${name} ${Math.round(value)} rows/s, ${Math.round(memory)} MiB`);
      return row;
    };
    const table = run('COPY TO of the same rows', 'COPY peer_row TO STDOUT (FORMAT csv, HEADER)', 'copy.csv');
    const lines = run('COPY TO of the same lines', 'COPY peer_line TO STDOUT', 'copy.txt');
    for (const format of Object.keys(dumpFormats))
      run(format, format, `events.${format}`, format.startsWith('json') ? lines : table);
    run('gzip of the JSON Lines', 'gzip', 'events.jsonl');
    rmSync(folder, { recursive: true, force: true });
  }
  return rows;
}

/** Tables with what is dumped, so that COPY only has to copy. */
async function makePeers(database: Database): Promise<void> {
  const client = new pg.Client(database.owner);
  await client.connect();
  await client.query('SET search_path = read, public');
  for (const [table, query] of [
    ['peer_row', eventSelect(() => 'true')],
    ['peer_line', lineSelect('true')],
  ]) {
    await client.query(`CREATE TABLE ${table} AS ${query}`);
    await client.query(`GRANT SELECT ON ${table} TO vitrine_app`);
    await client.query(`VACUUM ANALYZE ${table}`);
  }
  await client.end();
}
