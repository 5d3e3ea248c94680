import type { Envelope, EventStore, StoredEvent } from '#event-store';
import type { ReadFile } from './files.js';
import { hashBytes, hashLeaf } from './merkle.js';
import { PayloadCheck } from './payload-check.js';
import { payloadLines } from './payloads.js';
import { tilePath, tileWidth, widthAt } from './tiles.js';
import type { Fault } from './verify.js';

/** How a database differs from its published log. `faults` keeps the first 1,000. */
export type Comparison = { faults: Fault[]; faultCount: number };

const pageTiles = 16;

/**
 * Compares the events of a database one by one with the first `size` entries of its published log, which has `logSize` entries. Says of
 * each difference whether the event is missing, moved, repeated, or changed or inserted. Checks what the events carry against their
 * commitments.
 */
export async function compareWithLog(
  store: EventStore,
  read: ReadFile,
  size: number,
  onProgress: (done: number, total: number) => void = () => undefined,
  logSize = size,
): Promise<Comparison> {
  const missing: number[] = [];
  const strange = new Map<number, string>();
  const otherFaults: Fault[] = [];
  const payloads = new PayloadCheck((where, what) =>
    otherFaults.push({ where: where.replace(/^entry/, 'database, event'), what }),
  );
  for (let tile = 0; tile * tileWidth < size; tile += pageTiles) {
    const start = tile * tileWidth;
    const end = Math.min(size, start + pageTiles * tileWidth);
    const published = await readHashes(read, tile, logSize);
    const stored = await store.readStored(start - 1, end - start);
    const found = new Map(stored.map((event) => [event.position, event]));
    const same: (StoredEvent | undefined)[] = [];
    for (let index = start; index < end; index++) {
      const event = found.get(index);
      const hash = event && hashLeaf(Buffer.from(event.leaf)).toString('hex');
      if (hash === undefined) missing.push(index);
      else if (hash !== published[index - start]) strange.set(index, hash);
      else same[index - start] = event;
    }
    checkPayloads(payloads, start, same);
    onProgress(end, size);
  }
  const places =
    strange.size > 0 ? await findPlaces(read, logSize, new Set(strange.values())) : new Map<string, number>();
  const explain = (index: number): string => {
    const hash = strange.get(index);
    const place = hash === undefined ? undefined : places.get(hash);
    if (hash === undefined) return 'It is missing: the log has an entry here.';
    if (place === undefined) return 'It was changed or put in: the log has another entry here, and this one nowhere.';
    if (strange.has(place) || missing.includes(place)) return `It was moved: the log has it as entry ${place}.`;
    return `It repeats event ${place}: the log has another entry here.`;
  };
  payloads.finish();
  // A changed leaf may no longer be JSON, and then this query fails. Changed leaves were reported above.
  const mislabelled = strange.size > 0 ? [] : await store.readMislabelled(1000);
  for (const position of mislabelled)
    otherFaults.push({
      where: `database, event ${position}`,
      what: 'Its row says another id, stream or version than its envelope.',
    });
  const indexes = [...missing, ...strange.keys()].sort((a, b) => a - b);
  const faults = indexes.slice(0, 1000).map((index) => ({ where: `database, event ${index}`, what: explain(index) }));
  return { faults: [...faults, ...otherFaults].slice(0, 1000), faultCount: indexes.length + otherFaults.length };
}

/** Only for events that match the log: their envelopes are right, and so are the commitments in them. */
function checkPayloads(payloads: PayloadCheck, start: number, events: (StoredEvent | undefined)[]): void {
  const envelopes = Array.from(events, (event) => event && (JSON.parse(event.leaf) as Envelope));
  const lines = payloadLines(events.filter((event) => event !== undefined));
  payloads.check(start, envelopes, lines, 'database', Number.POSITIVE_INFINITY);
}

/** The hashes, in hex, of the entries of up to `pageTiles` tiles from tile `first` on, in a log of `size`. */
async function readHashes(read: ReadFile, first: number, size: number): Promise<string[]> {
  const hashes: string[] = [];
  for (let index = first; index < first + pageTiles && index * tileWidth < size; index++) {
    const tile = { level: 0, index, width: widthAt(0, index, size) };
    const bytes = (await read(tilePath(tile))) ?? (await read(tilePath({ ...tile, width: tileWidth })));
    for (let i = 0; i < tile.width; i++) hashes.push(bytes?.toString('hex', i * hashBytes, (i + 1) * hashBytes) ?? '');
  }
  return hashes;
}

/** Finds where entries are in the log, by their hashes. */
async function findPlaces(read: ReadFile, size: number, wanted: Set<string>): Promise<Map<string, number>> {
  const places = new Map<string, number>();
  for (let tile = 0; tile * tileWidth < size; tile += pageTiles)
    for (const [i, hash] of (await readHashes(read, tile, size)).entries())
      if (wanted.has(hash)) places.set(hash, tile * tileWidth + i);
  return places;
}
