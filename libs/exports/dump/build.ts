import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Pool } from 'pg';
import { readRecordedAt } from '#event-store';
import { readErasuresAfter } from '#projections';
import { standards } from '#standards';
import { openSnapshot, type Snapshot } from '../snapshot.js';
import { recordsInStandard, standardAsCsv, standardAsJson } from '../standards/records.js';
import { systemRecords, systemRows } from '../tables/systems.js';
import { organisationRecords, type TableName, tables } from '../tables/tables.js';
import { codebook, codes } from './codebook.js';
import { compress } from './file.js';
import { type DumpFormat, dumpFormats, writeTable, writeText } from './files.js';
import type { Licence } from './licences.js';
import { type DumpFile, titleOf, toManifest } from './manifest.js';
import { isPacked, manifestName } from './manifest-file.js';
import { readRoot } from './root.js';
import { sqliteMedia, writeSqlite } from './sqlite.js';
import { csvOf } from './text.js';

export type DumpOptions = {
  origin: string;
  licence: Licence;
  /** The position; default: the newest. */
  at?: number | undefined;
  /** Only these formats; default: all. */
  formats?: DumpFormat[];
  onFile?: (path: string, done: number, total: number) => void;
  signal?: AbortSignal;
};

/**
 * Writes a dump into a folder, which it creates: every table in every format, the records in other standards, the code book, and last the
 * manifest. The same log and position give the same bytes. Memory use does not grow with the log. Throws a RangeError for a position that does
 * not exist. Returns the position.
 */
export async function buildDump(pool: Pool, folder: string, options: DumpOptions): Promise<number> {
  const snapshot = await openSnapshot(pool, options.at);
  try {
    await mkdir(folder, { recursive: true });
    const files = await writeFiles(snapshot, folder, options);
    const manifest = toManifest({ ...options, at: snapshot.at, ...(await readFacts(snapshot)) }, files);
    const sums = files.map(({ hash, path }) => `${hash}  ${path}\n`).join('');
    await writeText(join(folder, 'SHA256SUMS'), pageOf(sums));
    await writeText(join(folder, manifestName), pageOf(`${JSON.stringify(manifest, null, 2)}\n`));
    return snapshot.at;
  } finally {
    await snapshot.release();
  }
}

async function writeFiles(
  snapshot: Snapshot,
  folder: string,
  { formats, onFile, origin, signal }: DumpOptions,
): Promise<DumpFile[]> {
  const wanted = formats ?? (Object.keys(dumpFormats) as DumpFormat[]);
  const jobs = (Object.keys(tables) as TableName[]).flatMap((table) => wanted.map((format) => ({ table, format })));
  const total = jobs.length + 2 * Object.keys(standards).length + 2 + Number(!formats);
  const files: DumpFile[] = [];
  const counts = await countAll(snapshot);
  const compressing: Promise<void>[] = [];
  const put = async (file: DumpFile) => {
    files.push(file);
    // Files are compressed one at a time, while the next one is written.
    await compressing.at(-1);
    if (!isPacked(file.media)) compressing.push(compress(join(folder, file.path)));
    compressing.at(-1)?.catch(() => undefined);
    onFile?.(file.path, files.length, total);
    signal?.throwIfAborted();
  };
  for (const { table, format } of jobs) {
    const path = `${table}.${format}`;
    const rows = /csv|xlsx|parquet/.test(format) ? counts[table].rows : counts[table].records;
    const written = await writeTable(snapshot, table, format, join(folder, path), rows, origin);
    await put({
      ...written,
      path,
      rows,
      table,
      format,
      title: titleOf(table, format),
      media: dumpFormats[format].media,
    });
  }
  for (const standard of Object.values(standards)) {
    const pages = () => recordsInStandard(snapshot, standard, origin);
    for (const [ending, media, text] of [
      ['json', 'application/json', standardAsJson(pages())],
      ['csv', 'text/csv', standardAsCsv(standard, pages())],
    ] as const) {
      const path = `standard-${standard.id}.${ending}`;
      await put({
        ...(await writeText(join(folder, path), text)),
        path,
        media,
        title: `${standard.title}, ${ending.toUpperCase()}`,
      });
    }
  }
  for (const [path, title, cells] of [
    ['codebook.csv', 'What stands in every column', codebook()],
    ['codes.csv', 'Every code with its labels', codes()],
  ] as const) {
    const [header = [], ...rows] = cells;
    const columns = header.map((name) => ({ name: String(name) }));
    const written = await writeText(join(folder, path), csvOf(columns, pageOf(rows)));
    await put({ ...written, path, title, rows: rows.length, media: 'text/csv' });
  }
  if (!formats) {
    const path = 'register.sqlite';
    const written = await writeSqlite(join(folder, path), snapshot);
    await put({ ...written, path, title: 'All tables, with their columns and codes, SQLite', media: sqliteMedia });
  }
  await Promise.all(compressing);
  return files;
}

async function* pageOf<T>(page: T): AsyncGenerator<T> {
  yield page;
}

type Counts = { [table in TableName]: { records: number; rows: number } };

/** The number of records of each kind, and the number of rows that they make in a table. */
async function countAll(snapshot: Snapshot): Promise<Counts> {
  const organisations = (await organisationRecords(snapshot)).length;
  const systems = { records: 0, rows: 0 };
  for await (const page of systemRecords(snapshot)) {
    systems.records += page.length;
    systems.rows += page.flatMap((record) => systemRows(record)).length;
  }
  const events = snapshot.at + 1;
  return { organisations: both(organisations), systems, events: both(events) };
}

const both = (count: number) => ({ records: count, rows: count });

async function readFacts(snapshot: Snapshot): Promise<{ root: Buffer; createdAt: string; erasedLater: string[] }> {
  const { client, at } = snapshot;
  const later = (await readErasuresAfter(client, at)).filter(({ eventPosition }) => eventPosition <= at);
  return {
    root: await readRoot(snapshot),
    createdAt: (await readRecordedAt(client, at)) ?? '1970-01-01T00:00:00.000Z',
    erasedLater: [...new Set(later.map(({ erasedBy }) => erasedBy))].sort(),
  };
}
