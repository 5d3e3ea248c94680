import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { rm, stat } from 'node:fs/promises';
import type { Database } from 'node-sqlite3-wasm';
import type { Cell } from '../csv.js';
import type { Snapshot } from '../snapshot.js';
import type { ColumnType } from '../tables/column.js';
import { tables } from '../tables/tables.js';
import { codebook, codes } from './codebook.js';
import { sync, type Written } from './file.js';

export const sqliteMedia = 'application/vnd.sqlite3';

/** Dates and times are ISO 8601 text, booleans 0 or 1, objects and arrays JSON text, as SQLite's own functions expect them. */
const types: { [type in ColumnType]: string } = {
  string: 'TEXT',
  integer: 'INTEGER',
  boolean: 'INTEGER',
  date: 'TEXT',
  datetime: 'TEXT',
  object: 'TEXT',
  array: 'TEXT',
};

/**
 * Writes all tables, the description of their columns (`columns`) and the labels of codes (`codes`) as one SQLite 3 database. The same rows
 * give the same bytes. Memory use does not grow with the rows.
 */
export async function writeSqlite(path: string, snapshot: Snapshot): Promise<Written> {
  // WebAssembly of a megabyte, which only this needs.
  const { default: sqlite } = await import('node-sqlite3-wasm');
  // What an attempt that was broken off left; the folder beside the file is its lock.
  for (const left of [path, `${path}.lock`]) await rm(left, { recursive: true, force: true });
  const database = new sqlite.Database(path);
  try {
    // A file that could not be finished is thrown away, so nothing needs to be undone.
    database.exec('PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; BEGIN');
    for (const [name, { columns, primaryKey, rows }] of Object.entries(tables))
      await write(database, name, columns, primaryKey, rows(snapshot));
    for (const [name, [header = [], ...rows]] of Object.entries({ columns: codebook(), codes: codes() })) {
      const columns = header.map((column) => ({ name: String(column), type: 'string' as const }));
      await write(
        database,
        name,
        columns,
        columns.slice(0, 2).map((column) => column.name),
        [rows],
      );
    }
    database.exec('COMMIT');
  } finally {
    database.close();
  }
  await sync(path);
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path, { highWaterMark: 256 * 1024 })) hash.update(chunk as Buffer);
  return { bytes: (await stat(path)).size, hash: hash.digest('hex') };
}

async function write(
  database: Database,
  table: string,
  columns: { name: string; type: ColumnType }[],
  primaryKey: string[],
  pages: Iterable<Cell[][]> | AsyncIterable<Cell[][]>,
): Promise<void> {
  const declared = columns.map(({ name, type }) => `"${name}" ${types[type]}`);
  const key = primaryKey.map((name) => `"${name}"`);
  database.exec(`CREATE TABLE ${table} (${declared.join(', ')}, PRIMARY KEY (${key.join(', ')})) STRICT`);
  // Before the rows: an index that is made of them afterwards would be sorted in memory.
  if (table === 'events') database.exec('CREATE INDEX events_system ON events (system, position)');
  const statement = database.prepare(`INSERT INTO ${table} VALUES (${columns.map(() => '?').join(', ')})`);
  try {
    for await (const page of pages)
      for (const row of page) statement.run(row.map((cell) => (cell === undefined || cell === '' ? null : cell)));
  } finally {
    statement.finalize();
  }
}
