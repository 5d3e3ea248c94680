import { join } from 'node:path';
import type { EventStore, StoredEvent } from '#event-store';
import { type Checkpoint, formatCheckpoint, parseCheckpoint } from './checkpoint.js';
import { claim, forgetClaimsBefore, readClaims } from './claims.js';
import { isBeginning } from './consistency.js';
import { type LogPlaces, openScratch, readIfThere, tilesIn, writeDurably } from './files.js';
import { finishClaim } from './finish-claim.js';
import type { LogKeys } from './key-files.js';
import { LogError } from './log-error.js';
import { emptyRoot, hashLeaf } from './merkle.js';
import { formatVerifierKey, openNote, parseNote, signNote } from './note.js';
import { sweepPartials } from './partials.js';
import { payloadPath } from './payloads.js';
import { successionPath } from './succession.js';
import { formatBundle, tilePath, tileWidth, widthAt } from './tiles.js';
import { type Edge, grow, readEdge, rootOf, type TileBytes } from './tree.js';

export type Publisher = ReturnType<typeof createPublisher>;

/** Events read at once; a multiple of the tile width. */
const pageSize = 16 * tileWidth;
/** When more bytes than this are being written, it waits for the disk. */
const maxBytesUnderWay = 2 * 1024 * 1024;
/** The most events between two checkpoints, which matters while it catches up. */
const maxEventsBetweenCheckpoints = 256 * tileWidth;

/**
 * Publishes the events of a store as a tiled log (c2sp.org/tlog-tiles): bundles, payloads and tiles first, then the claim, then the
 * checkpoint. It can be stopped between any two steps: the next `publish` computes the same tree and goes on. The database must continue
 * what was signed before; if it does not, or nobody knows what was signed, nothing is signed (LOG_FORKED). Nor is anything signed with keys
 * other than those that the database names (KEY_OTHER). `stillAllowed` throws when this process may no longer publish.
 */
export function createPublisher(
  store: EventStore,
  keys: LogKeys,
  places: LogPlaces,
  stillAllowed: () => Promise<unknown> = async () => undefined,
) {
  const origin = keys.signers[0]!.verifier.name;
  const read = tilesIn(places.folder);
  /** Whether this process has emptied its scratch folder, on its first publish: what an earlier process left there is useless. */
  let scratchIsOpen = false;
  let isKeyNamed = false;
  const write = (path: string, bytes: Uint8Array) => writeDurably(places.scratch, join(places.folder, path), bytes);

  return {
    published: readPublished,
    sweep: (olderThanMilliseconds: number) => sweepPartials(places.folder, olderThanMilliseconds),
    /** Checks that the database continues what was signed, as far as its size and last entries show. Throws LogErrors. */
    async check(): Promise<void> {
      await refuseOtherKey();
      const { published, signed } = await readSigned();
      refuseBehind((await store.head()) + 1, signed);
      const known = await lastHashes(await openEdge(published));
      const start = (published?.size ?? 0) - known.length;
      refuseOther(known, (await store.readStored(start - 1, known.length)).map(hashEvent), start);
    },
    /** Signs and publishes what is new; one process at a time. Returns the checkpoint, or undefined when nothing is new. Throws LogErrors. */
    async publish(): Promise<Checkpoint | undefined> {
      await refuseOtherKey();
      const { published, signed } = await readSigned();
      const there = (await store.head()) + 1;
      if (there < signed) await finishClaim(keys, places, stillAllowed);
      refuseBehind(there, signed);
      const before = published?.size ?? 0;
      const goal = signed > before ? signed : Math.min(there, before + maxEventsBetweenCheckpoints);
      if (published && goal === before && (await isSignedByAll())) return undefined;
      if (!scratchIsOpen) await openScratch(places.scratch);
      scratchIsOpen = true;
      const edge = await openEdge(published);
      await integrate(edge, goal);
      const next = { origin, size: goal, root: rootOf(edge) };
      await claimNext(next, before);
      await writeSuccessions();
      await stillAllowed();
      if (((await readPublished())?.size ?? 0) > goal) throw new Error('Another process has published more meanwhile.');
      await write('checkpoint', signNote(formatCheckpoint(next), keys.signers));
      await forgetClaimsBefore(places.claims, goal);
      return next;
    },
  };

  /** The first process to publish names its keys in the database; later, a key that follows a named one is named too. */
  async function refuseOtherKey(): Promise<void> {
    if (isKeyNamed) return;
    const own = keys.signers.map(({ verifier }) => formatVerifierKey(verifier));
    const named = await store.nameLogKeys(own, { onlyFirst: true });
    const isNamed = own.some((vkey) => named.includes(vkey));
    if (!isNamed)
      throw new LogError(
        'KEY_OTHER',
        `The log of this register is signed by ${named.at(-1)}, as its database says; the key of this home is ${own[0]}. Nothing is signed here: two logs of one register would contradict each other.`,
      );
    if (own.some((vkey) => !named.includes(vkey))) await store.nameLogKeys(own, { onlyFirst: false });
    isKeyNamed = true;
  }

  /** What is published, and how many entries were signed, or were about to be. */
  async function readSigned(): Promise<{ published: Checkpoint | undefined; signed: number }> {
    const published = await readPublished();
    const claims = await readClaims(places.claims);
    if (!published && claims.length === 0)
      throw forked('The key of the log is here, but nothing says what it has signed already.');
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

  /** Whether the checkpoint has the signatures of exactly the current keys: after a change of key it is signed again. */
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

  /** Writes what is missing between `edge` and `goal`: entry bundles, payloads, tiles. */
  async function integrate(edge: Edge, goal: number): Promise<void> {
    let known = await lastHashes(edge);
    const writes = new Writes();
    const erasures: number[] = [];
    while (edge.size < goal) {
      const start = edge.size - known.length;
      const end = Math.min(goal, start + pageSize);
      let next = start / tileWidth;
      for await (const { index, leaves, payloads } of store.readBundles(start, end)) {
        const entries = splitLines(leaves);
        const width = Math.min(tileWidth, end - index * tileWidth);
        if (index !== next++ || entries.length !== width) break;
        const hashes = entries.map(hashLeaf);
        refuseOther(known, hashes, index * tileWidth);
        const tiles = grow(edge, hashes.slice(known.length));
        known = [];
        if (writes.bytes === 0) await stillAllowed();
        writes.add(write(tilePath({ level: 'entries', index, width }), formatBundle(entries)), leaves.length);
        writes.add(write(payloadPath(index), payloads), payloads.length);
        for (const { tile, bytes } of tiles)
          if (isWanted(tile, goal)) writes.add(write(tilePath(tile), bytes), bytes.length);
        for (const [i, entry] of entries.entries()) if (isErasure(entry)) erasures.push(index * tileWidth + i);
        if (writes.bytes > maxBytesUnderWay) await writes.settled();
      }
      if (edge.size < end) {
        await writes.settled();
        throw forked(`Events from ${edge.size} on are not all in the database.`);
      }
    }
    await writes.settled();
    if (erasures.length > 0) await forgetErased(erasures);
  }

  /** Hashes of the last entries before the edge, to compare with the database: those of the partial tile, or of the last full one. */
  async function lastHashes({ size, levels }: Edge): Promise<Buffer[]> {
    if (size === 0 || levels[0]!.length > 0) return levels[0] ?? [];
    const tile = await read({ level: 0, index: size / tileWidth - 1, width: tileWidth });
    return Array.from({ length: tileWidth }, (_, i) => tile.subarray(i * 32, i * 32 + 32));
  }

  /** Rewrites the payload files from which these entries erased something, and empties scratch, where copies may be left. */
  async function forgetErased(positions: number[]): Promise<void> {
    const indexes = new Set<number>();
    for (const position of positions) {
      const [event] = await store.readAll(position - 1, 1);
      const erased = await store.readEvent(event?.data?.['event'] as string);
      if (erased) indexes.add(Math.floor(erased.position / tileWidth));
    }
    for (const index of indexes)
      for await (const { payloads } of store.readBundles(index * tileWidth, (index + 1) * tileWidth)) {
        await stillAllowed();
        await write(payloadPath(index), payloads);
      }
    await openScratch(places.scratch);
  }

  /** Claims the next checkpoint; all other claims since the last one must belong to the same tree. */
  async function claimNext(next: Checkpoint, before: number): Promise<void> {
    await claim(places.claims, next);
    for (const other of await readClaims(places.claims)) {
      if (other.size <= before) continue;
      if (other.size > next.size)
        throw forked(`Another process is about to sign a checkpoint of ${other.size} events.`);
      if (!(await isBeginning(other, next, read)))
        throw forked(
          `The first ${other.size} events of the database are not those for which a checkpoint was claimed.`,
        );
    }
  }
}

/** Files that are being written, and how many bytes they have. */
class Writes {
  bytes = 0;
  #underWay: Promise<void>[] = [];

  add(write: Promise<void>, bytes: number): void {
    // `settled` throws the error.
    write.catch(() => undefined);
    this.#underWay.push(write);
    this.bytes += bytes;
  }

  /** Waits for all of them, including those that fail; then throws the first error. */
  async settled(): Promise<void> {
    const results = await Promise.allSettled(this.#underWay.splice(0));
    this.bytes = 0;
    const failed = results.find((result) => result.status === 'rejected');
    if (failed) throw failed.reason;
  }
}

/** Full tiles, and the partial tiles of a log of `size`. */
function isWanted({ level, index, width }: TileBytes['tile'], size: number): boolean {
  return width === tileWidth || (level !== 'entries' && widthAt(level, index, size) === width);
}

/** `type` is the last member of a leaf. */
const erasureEnding = Buffer.from('"type":"PayloadErased"}');
const isErasure = (entry: Buffer) => entry.subarray(-erasureEnding.length).equals(erasureEnding);

function splitLines(text: Buffer): Buffer[] {
  const lines: Buffer[] = [];
  for (let from = 0; from <= text.length; ) {
    const found = text.indexOf(10, from);
    const end = found < 0 ? text.length : found;
    lines.push(text.subarray(from, end));
    from = end + 1;
  }
  return lines;
}

const hashEvent = ({ leaf }: StoredEvent) => hashLeaf(Buffer.from(leaf));

function refuseBehind(there: number, signed: number): void {
  if (there < signed)
    throw forked(`The database ends at event ${there - 1}, but a checkpoint of ${signed} events is signed.`);
}

/** `known`: hashes of published entries from `start` on; `found`: those of the database's events in the same places. */
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
