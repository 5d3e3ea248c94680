import type { Pool } from 'pg';
import type { DumpOptions } from './dump/build.js';

export { type Cell, toCsv } from './csv.js';
export { type Dump, listDumps, readDump } from './dump/folders.js';
export { type Dumping, keepDumping, keepOnce, listThere, readTainted } from './dump/keep-dumping.js';
export { type Licence, licences } from './dump/licences.js';
export { type Manifest, manifestName } from './dump/manifest-file.js';
export { csvOf, recordLines } from './dump/text.js';
export { toAtom } from './feeds/atom.js';
export { escapeXml, type Feed, type FeedItem } from './feeds/feed.js';
export { toJsonFeed } from './feeds/json-feed.js';
export { openSnapshot, type Snapshot } from './snapshot.js';
export { eventColumns, eventCsv, eventLines, storedLines, toLine } from './tables/events.js';
export { type TableName, tables } from './tables/tables.js';
export { toXlsx } from './xlsx.js';

/** See dump/build.ts. What writes the formats is loaded by whoever makes a dump. */
export async function buildDump(pool: Pool, folder: string, options: DumpOptions): Promise<number> {
  return (await import('./dump/build.js')).buildDump(pool, folder, options);
}
