import { join } from 'node:path';
import type { EventStore, StoredEvent } from '#event-store';
import { type Checkpoint, formatCheckpoint, parseCheckpoint } from './checkpoint.js';
import { claim, forgetClaimsBefore, readClaims } from './claims.js';
import { openScratch, readIfThere, tilesIn, writeDurably } from './files.js';
import type { LogKeys } from './key-files.js';
import { LogError } from './log-error.js';
import { emptyRoot, hashLeaf } from './merkle.js';
import { openNote, parseNote, signNote } from './note.js';
import { sweepPartials } from './partials.js';
import { payloadLines, payloadPath } from './payloads.js';
import { successionPath } from './succession.js';
import { formatBundle, subtreeHash, tilePath, tileWidth, widthAt } from './tiles.js';
import { type Edge, grow, readEdge, rootOf, type TileBytes } from './tree.js';

/** `folder` is public, any web server can serve it; `claims` is not, and is kept apart from the database. */
export type LogPlaces = { folder: string; claims: string; scratch: string };

export type Publisher = ReturnType<typeof createPublisher>;

/** Events integrated at once; a multiple of the tile width. */
const pageSize = 16 * tileWidth;
/** While it catches up, a checkpoint at least so often. */
const maxEventsBetweenCheckpoints = 256 * tileWidth;

/**
 * Publishes the events of a store as a tiled log (c2sp.org/tlog-tiles): bundles, payloads and tiles first, then the
 * claim, then the checkpoint. It can be stopped between any two steps: the next `publish` finds the same tree and goes on.
 * What the database holds must continue what was signed before; if it does not, nothing is signed (LOG_FORKED).
 */
export function createPublisher(store: EventStore, keys: LogKeys, places: LogPlaces) {
  const origin = keys.signers[0]!.verifier.name;
  const read = tilesIn(places.folder);
  const write = (path: string, bytes: Uint8Array) => writeDurably(places.scratch, join(places.folder, path), bytes);

  return {
    published: readPublished,
    sweep: (olderThanMilliseconds: number) => sweepPartials(places.folder, olderThanMilliseconds),
    /** Whether the database continues what was signed, as far as its size and its last entries tell. Throws LogErrors. */
    async check(): Promise<void> {
      const { published, signed } = await readSigned();
      refuseBehind((await store.head()) + 1, signed);
      const known = await lastHashes(await openEdge(published));
      const start = (published?.size ?? 0) - known.length;
      refuseOther(known, (await store.readStored(start - 1, known.length)).map(hashEvent), start);
    },
    /** Signs and publishes what is new; one process at a time. Returns the checkpoint, or undefined when nothing is new. Throws LogErrors. */
    async publish(): Promise<Checkpoint | undefined> {
      const { published, signed } = await readSigned();
      const there = (await store.head()) + 1;
      refuseBehind(there, signed);
      const before = published?.size ?? 0;
      const goal = signed > before ? signed : Math.min(there, before + maxEventsBetweenCheckpoints);
      if (published && goal === before && (await isSignedByAll())) return undefined;
      await openScratch(places.scratch);
      const edge = await openEdge(published);
      await integrate(edge, goal);
      const next = { origin, size: goal, root: rootOf(edge) };
      await claimNext(next, before);
      await writeSuccessions();
      await write('checkpoint', signNote(formatCheckpoint(next), keys.signers));
      await forgetClaimsBefore(places.claims, goal);
      return next;
    },
  };

  /** What is published, and how many entries were signed, or were about to be. */
  async function readSigned(): Promise<{ published: Checkpoint | undefined; signed: number }> {
    const published = await readPublished();
    const claims = await readClaims(places.claims);
    return { published, signed: Math.max(published?.size ?? 0, claims.at(-1)?.size ?? 0) };
  }

  async function openEdge(published: Checkpoint | undefined): Promise<Edge> {
    const edge = await readEdge(published?.size ?? 0, read);
    if (rootOf(edge).equals(published?.root ?? emptyRoot)) return edge;
    throw new LogError('ROOT_DIFFERS', 'The published tiles do not lead to the root of the published checkpoint.');
  }

  async function readPublished(): Promise<Checkpoint | undefined> {
    const note = await readIfThere(join(places.folder, 'checkpoint'));
    return note && parseCheckpoint(openNote(note, keys.known).note.text);
  }

  /** A key that is new, or no longer in use, changes the signatures under the same checkpoint. */
  async function isSignedByAll(): Promise<boolean> {
    const { signatures } = parseNote((await readIfThere(join(places.folder, 'checkpoint')))!);
    const own = signatures.filter(({ name }) => name === origin).map(({ id }) => id);
    return own.join() === keys.signers.map(({ verifier }) => verifier.id).join();
  }

  async function writeSuccessions(): Promise<void> {
    for (const { from, note } of keys.successions) {
      const there = await readIfThere(join(places.folder, successionPath(from)));
      if (!there?.equals(note)) await write(successionPath(from), note);
    }
  }

  /** Writes what `edge` lacks up to `goal`: entry bundles, payloads, tiles. */
  async function integrate(edge: Edge, goal: number): Promise<void> {
    let known = await lastHashes(edge);
    while (edge.size < goal) {
      const start = edge.size - known.length;
      const end = Math.min(goal, start + pageSize);
      const events = await store.readStored(start - 1, end - start);
      const leaves = events.map(({ leaf }) => Buffer.from(leaf));
      const hashes = leaves.map(hashLeaf);
      refuseOther(known, hashes, start);
      if (events.length < end - start) throw forked(`Event ${start + events.length} of the database is missing.`);
      const tiles = grow(edge, hashes.slice(known.length)).filter(({ tile }) => isWanted(tile, goal));
      await Promise.all([
        ...writeTiles(tiles),
        ...writeEntries(events, leaves, start),
        ...(await forgetErased(events)),
      ]);
      known = [];
    }
  }

  /** Hashes of the last entries before the edge, to compare with the database: those of the open tile, or of the last full one. */
  async function lastHashes({ size, levels }: Edge): Promise<Buffer[]> {
    if (size === 0 || levels[0]!.length > 0) return levels[0] ?? [];
    const tile = await read({ level: 0, index: size / tileWidth - 1, width: tileWidth });
    return Array.from({ length: tileWidth }, (_, i) => tile.subarray(i * 32, i * 32 + 32));
  }

  function writeTiles(tiles: TileBytes[]): Promise<void>[] {
    return tiles.map(({ tile, bytes }) => write(tilePath(tile), bytes));
  }

  /** Bundles and payloads of a page that begins with a bundle. */
  function writeEntries(events: StoredEvent[], leaves: Buffer[], start: number): Promise<void>[] {
    const writes: Promise<void>[] = [];
    for (let from = 0; from < events.length; from += tileWidth) {
      const own = events.slice(from, from + tileWidth);
      const index = (start + from) / tileWidth;
      const bundle = formatBundle(leaves.slice(from, from + tileWidth));
      writes.push(write(tilePath({ level: 'entries', index, width: own.length }), bundle));
      writes.push(write(payloadPath(index), payloadLines(own)));
    }
    return writes;
  }

  /** Writes the payloads anew from which something was erased. */
  async function forgetErased(events: StoredEvent[]): Promise<Promise<void>[]> {
    const indexes = new Set<number>();
    for (const { leaf, payload } of events) {
      if (!leaf.includes('"type":"PayloadErased"')) continue;
      const { event } = JSON.parse(payload.find(({ part }) => part === 'content')?.body ?? '{}') as { event?: string };
      const erased = event ? await store.readEvent(event) : undefined;
      if (erased) indexes.add(Math.floor(erased.position / tileWidth));
    }
    return [...indexes].map(async (index) => {
      const own = await store.readStored(index * tileWidth - 1, tileWidth);
      await write(payloadPath(index), payloadLines(own));
    });
  }

  /** Claims the next checkpoint; whatever else was claimed since the last one must be of the same tree. */
  async function claimNext(next: Checkpoint, before: number): Promise<void> {
    await claim(places.claims, next);
    for (const other of await readClaims(places.claims)) {
      if (other.size <= before) continue;
      if (other.size > next.size)
        throw forked(`Another process is about to sign a checkpoint of ${other.size} events.`);
      const root = other.size === next.size ? next.root : await rootAt(other.size, next.size);
      if (!root.equals(other.root))
        throw forked(
          `The first ${other.size} events of the database are not those for which a checkpoint was claimed.`,
        );
    }
  }

  async function rootAt(size: number, within: number): Promise<Buffer> {
    return subtreeHash(0, size, within, read);
  }
}

/** Full tiles, and of the partial ones those that a log of `size` has. */
function isWanted({ level, index, width }: TileBytes['tile'], size: number): boolean {
  return width === tileWidth || (level !== 'entries' && widthAt(level, index, size) === width);
}

const hashEvent = ({ leaf }: StoredEvent) => hashLeaf(Buffer.from(leaf));

function refuseBehind(there: number, signed: number): void {
  if (there < signed)
    throw forked(`The database ends at event ${there - 1}, but a checkpoint of ${signed} events is signed.`);
}

/** `known`: hashes of published entries from `start` on; `found`: of the events of the database there. */
function refuseOther(known: Buffer[], found: Buffer[], start: number): void {
  const differs = known.findIndex((value, i) => !found[i]?.equals(value));
  if (differs >= 0) throw forked(`Event ${start + differs} of the database is not the one that was published.`);
}

function forked(what: string): LogError {
  return new LogError(
    'LOG_FORKED',
    `${what} Nothing is signed. Restore the events that are missing from a backup, a mirror or the public log.`,
  );
}
