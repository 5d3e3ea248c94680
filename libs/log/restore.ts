import {
  commitment,
  type Database,
  type Envelope,
  type EventStore,
  openRefill,
  type PayloadPart,
  type Refill,
} from '#event-store';
import { compareWithLog } from './compare.js';
import type { ReadFile } from './files.js';
import { LogError } from './log-error.js';
import { parsePayloadLines, payloadPath } from './payloads.js';
import { parseBundle, tilePath, tileWidth, widthAt } from './tiles.js';

export type RestoreOptions = {
  /** Idempotency keys of the entries from `from` to before `to`, by entry; called in ascending order. */
  keys?: (from: number, to: number) => Promise<Map<number, string>>;
  onProgress?: (done: number, total: number) => void;
};

const bundlesAtOnce = 8;

/**
 * Adds the entries of a log that a database lacks, up to `size`. What the database has must be the beginning of the log, entry by entry. An
 * interrupted restore can be repeated. The log's files must have been verified. Returns how many entries were added. Throws
 * DATABASE_DIFFERS, TILE_MISSING, TILE_MALFORMED.
 */
export async function restoreEvents(
  database: Database,
  store: EventStore,
  read: ReadFile,
  size: number,
  { keys, onProgress }: RestoreOptions = {},
): Promise<number> {
  const there = (await store.head()) + 1;
  const { faults, faultCount } = await compareWithLog(store, read, Math.min(there, size), undefined, size);
  if (faults[0])
    throw new LogError(
      'DATABASE_DIFFERS',
      `What is in the database is not the beginning of this log (${faultCount} faults): ${faults[0].where}: ${faults[0].what}`,
    );
  const refill = openRefill(database);
  try {
    for (let from = there; from < size; ) {
      const first = Math.floor(from / tileWidth);
      const to = Math.min(size, (first + bundlesAtOnce) * tileWidth);
      const known = await keys?.(from, to);
      const events = await readEntries(read, first, to, size);
      await refill.write(
        events
          .filter(({ position }) => position >= from)
          .map((event) => ({ ...event, ...(known?.has(event.position) && { key: known.get(event.position)! }) })),
      );
      from = to;
      onProgress?.(to, size);
    }
  } finally {
    await refill.close();
  }
  return Math.max(0, size - there);
}

/** The entries of whole bundles, from the first entry of bundle `first` to before `to`, with their payloads. */
async function readEntries(read: ReadFile, first: number, to: number, size: number): Promise<Refill[]> {
  const indexes = Array.from({ length: Math.ceil(to / tileWidth) - first }, (_, i) => first + i);
  const bundles = await Promise.all(
    indexes.map(async (index) => {
      const tile = { level: 'entries', index, width: widthAt(0, index, size) } as const;
      const bundle = (await read(tilePath(tile))) ?? (await read(tilePath({ ...tile, width: tileWidth })));
      const file = await read(payloadPath(index));
      if (!bundle || !file) throw new LogError('TILE_MISSING', `Bundle ${index} or its payloads are not there.`);
      const start = index * tileWidth;
      const events = parseBundle(bundle)
        .slice(0, tile.width)
        .map((leaf, i): Refill => ({ position: start + i, leaf: leaf.toString(), payload: [] }));
      const promised = events.map(({ leaf }) => (JSON.parse(leaf) as Envelope).parts);
      for (const line of parsePayloadLines(file)) {
        // Lines of later entries may be there already.
        if (line && line.index >= start + tile.width && line.index < start + tileWidth) continue;
        const part = line as (PayloadPart & { index: number }) | undefined;
        const committed = part && promised[part.index - start]?.find(({ role }) => role === part.part)?.commitment;
        if (!part || commitment(part) !== committed)
          throw new LogError('TILE_MALFORMED', `${payloadPath(index)} holds what no entry commits to.`);
        events[part.index - start]!.payload.push(part);
      }
      return events;
    }),
  );
  return bundles.flat();
}
