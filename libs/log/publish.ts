import { join } from 'node:path';
import type { EventStore, StoredEvent } from '#event-store';
import { type Checkpoint, formatCheckpoint, parseCheckpoint } from './checkpoint.js';
import { claim, forgetClaimsBefore, readClaims } from './claims.js';
import { openScratch, readIfThere, tilesIn, writeDurably } from './files.js';
import type { LogKeys } from './key-files.js';
import { LogError } from './log-error.js';
import { emptyRoot, hashLeaf } from './merkle.js';
import { openNote, parseNote, signNote } from './note.js';
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
    /** Signs and publishes what is new; one process at a time. Returns the checkpoint, or undefined when nothing is new. Throws LogErrors. */
    async publish(): Promise<Checkpoint | undefined> {
      const published = await readPublished();
      const claims = await readClaims(places.claims);
      const promised = claims.at(-1);
      const signed = Math.max(published?.size ?? 0, promised?.size ?? 0);
      const there = (await store.head()) + 1;
      if (there < signed)
        throw forked(`The database ends at event ${there - 1}, but a checkpoint of ${signed} events is signed.`);
      const before = published?.size ?? 0;
      const goal = signed > before ? signed : Math.min(there, before + maxEventsBetweenCheckpoints);
      if (published && goal === before && (await isSignedByAll())) return undefined;
      await openScratch(places.scratch);
      const edge = await readEdge(before, read);
      if (!rootOf(edge).equals(published?.root ?? emptyRoot))
        throw new LogError('ROOT_DIFFERS', 'The published tiles do not lead to the root of the published checkpoint.');
      await integrate(edge, goal);
      const next = { origin, size: goal, root: rootOf(edge) };
      await claimNext(next, before);
      await writeSuccessions();
      await write('checkpoint', signNote(formatCheckpoint(next), keys.signers));
      await forgetClaimsBefore(places.claims, goal);
      return next;
    },
  };

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
      const differs = known.findIndex((value, i) => !hashes[i]?.equals(value));
      if (events.length < end - start || differs >= 0)
        throw forked(`Event ${start + Math.max(differs, 0)} of the database is not the one that was published.`);
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

function forked(what: string): LogError {
  return new LogError(
    'LOG_FORKED',
    `${what} Nothing is signed. Restore the events that are missing from a backup, a mirror or the public log.`,
  );
}
