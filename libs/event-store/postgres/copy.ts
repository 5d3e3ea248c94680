import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { PoolClient } from 'pg';
import copyStreams from 'pg-copy-streams';

export type CopyRow = (string | number | boolean | null)[];

const rowsAtOnce = 200;

/**
 * Adds rows by COPY. `into`: a table, with columns if needed. All rows are in memory before the COPY starts, and formatting them cannot
 * throw: an exception during a COPY would leave a connection that never answers again.
 */
export async function copyRows(client: PoolClient, into: string, rows: CopyRow[]): Promise<void> {
  if (rows.length === 0) return;
  await pipeline(Readable.from(inChunks(rows)), client.query(copyStreams.from(`COPY ${into} FROM STDIN`)));
}

/** Formats the next rows while the database takes those before. */
function* inChunks(rows: CopyRow[]): Generator<string> {
  for (let from = 0; from < rows.length; from += rowsAtOnce)
    yield rows
      .slice(from, from + rowsAtOnce)
      .map(toLine)
      .join('');
}

const toLine = (row: CopyRow) => `${row.map(toCell).join('\t')}\n`;

const special = /[\\\t\n\r]/;
const escapes: Record<string, string> = { '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r' };

/** A cell of PostgreSQL's COPY text format. */
function toCell(value: CopyRow[number]): string {
  if (value === null) return '\\N';
  const text = String(value);
  return special.test(text) ? text.replace(/[\\\t\n\r]/g, (character) => escapes[character]!) : text;
}
