import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { csvOf, eventCsv, eventLines, openSnapshot, recordLines, type Snapshot, tables } from '#exports';
import { withRegister } from './settings.js';

/** Writes current records or the whole history to a file or standard output, in constant memory. */
export function exportTo(
  what: 'systems' | 'events',
  options: { format: 'jsonl' | 'csv'; out?: string },
): Promise<void> {
  return withRegister(async (register) => {
    await register.waitUntilProjected(await register.store.head(), 60_000);
    const snapshot = await openSnapshot(register.exporting);
    try {
      const sink = options.out === undefined ? process.stdout : createWriteStream(options.out);
      await pipeline(Readable.from(write(snapshot, what, options.format)), sink, { end: sink !== process.stdout });
      console.error(`Log position ${snapshot.at}.`);
    } finally {
      await snapshot.release();
    }
  });
}

function write(
  snapshot: Snapshot,
  what: 'systems' | 'events',
  format: 'jsonl' | 'csv',
): AsyncIterable<string | Buffer> {
  if (what === 'events') return (format === 'csv' ? eventCsv : eventLines)(snapshot);
  if (format === 'jsonl') return recordLines(snapshot, what, '', '\n');
  return csvOf(tables.systems.columns, tables.systems.rows(snapshot));
}
