import { type Checkpoint, parseCheckpoint } from './checkpoint.js';
import { continues } from './consistency.js';
import { logFilesIn, type ReadFile } from './files.js';
import { LogError } from './log-error.js';
import { hashBytes, hashLeaf } from './merkle.js';
import { openNote, parseNote, type VerifierKey } from './note.js';
import { checkPartials } from './partials.js';
import { type Erased, PayloadCheck } from './payload-check.js';
import { payloadPath } from './payloads.js';
import { StreamCheck } from './stream-check.js';
import { parseBundle, type Tile, tilePath, tileWidth, widthAt } from './tiles.js';
import { type Edge, grow, rootOf } from './tree.js';

/** Something that is wrong: where, and what, in words. */
export type Fault = { where: string; what: string };

/** The result of a verification. `faults` keeps the first 1,000; `notMade` names checks that could not be made. */
export type Verification = {
  checkpoint?: Checkpoint;
  /** Keys whose signatures on the checkpoint are valid. */
  signedBy: VerifierKey[];
  events: number;
  payloads: number;
  erased: Erased[];
  faults: Fault[];
  faultCount: number;
  notMade: string[];
  /** Entries with an earlier `recordedAt` than the one before. Up to release 0.1 a clock could cause that; since then none can. */
  stepsBack: { index: number; from: string; to: string }[];
};

export type VerifyOptions = {
  /** Keys of the log. Without any, it is reported that nobody vouches for the checkpoint. */
  keys: VerifierKey[];
  /** The checkpoint that this reader saw last: the log must continue it. */
  seen?: Checkpoint;
  onProgress?: (done: number, total: number) => void;
  /** The folder with the log's files, if they are in one: older partial tiles in it are then checked too. */
  folder?: string;
};

const maxFaults = 1000;
const maxTries = 3;

/**
 * Checks a whole log from its public files alone: the checkpoint's signature, every entry, tile and the root, that every
 * envelope is well formed and continues its stream, that every payload fits its commitment or is erased by a later event, and
 * that the log continues what the reader saw last. Memory grows with the number of streams, not of events.
 */
export async function verifyLog(read: ReadFile, options: VerifyOptions): Promise<Verification> {
  for (let tries = 1; ; tries++) {
    const result = await verifyOnce(read, options);
    if (result.faultCount === 0 || tries === maxTries || !(await hasGrown(read, result.checkpoint))) return result;
  }
}

/** Whether the log has grown. While it grows, a payload may be missing that an entry after the checkpoint says was erased: verify again. */
async function hasGrown(read: ReadFile, since: Checkpoint | undefined): Promise<boolean> {
  try {
    const note = since && (await read('checkpoint'));
    return note !== undefined && parseCheckpoint(parseNote(note).text).size > since!.size;
  } catch {
    return false;
  }
}

async function verifyOnce(readFile: ReadFile, options: VerifyOptions): Promise<Verification> {
  const result: Verification = {
    signedBy: [],
    events: 0,
    payloads: 0,
    erased: [],
    faults: [],
    faultCount: 0,
    notMade: [],
    stepsBack: [],
  };
  const fault = (where: string, what: string) => {
    if (result.faultCount++ < maxFaults) result.faults.push({ where, what });
  };
  const read = namingRefused(readFile, fault);
  const checkpoint = await readCheckpoint(read, options, result, fault);
  if (!checkpoint) return result;
  result.checkpoint = checkpoint;
  const edge: Edge = { size: 0, levels: [] };
  const streams = new StreamCheck(checkpoint.origin.replace(/\/log$/, ''), fault);
  const payloads = new PayloadCheck(fault);
  let recordedAt = '';
  for await (const { index, bundle, whole, payload } of readAhead(read, checkpoint.size)) {
    const leaves = readEntries(bundle, index, whole, checkpoint.size, fault);
    if (!leaves) break;
    const start = index * tileWidth;
    const envelopes = leaves.map((leaf, i) => streams.check(start + i, leaf.toString()));
    for (const [i, envelope] of envelopes.entries()) {
      if (!envelope) continue;
      if (envelope.recordedAt < recordedAt && result.stepsBack.length < maxFaults)
        result.stepsBack.push({ index: start + i, from: recordedAt, to: envelope.recordedAt });
      recordedAt = envelope.recordedAt;
    }
    if (!payload) fault(payloadPath(index), 'The file of payloads is missing.');
    payloads.check(start, envelopes, payload ?? Buffer.alloc(0), payloadPath(index), checkpoint.size);
    await compareTiles(read, grow(edge, leaves.map(hashLeaf)), checkpoint.size, fault);
    result.events += leaves.length;
    options.onProgress?.(result.events, checkpoint.size);
  }
  payloads.finish();
  result.payloads = payloads.held;
  result.erased = payloads.erased;
  if (edge.size < checkpoint.size)
    fault('checkpoint', `Only the first ${edge.size} of ${checkpoint.size} entries could be read.`);
  else if (!rootOf(edge).equals(checkpoint.root))
    fault('checkpoint', 'The entries do not lead to the root of the checkpoint.');
  if (options.folder !== undefined)
    await checkPartials(namingRefused(logFilesIn(options.folder), fault), options.folder, checkpoint.size, fault);
  if (options.seen && options.folder !== undefined && options.seen.size > checkpoint.size)
    result.notMade.push(
      `This folder holds an older state: ${checkpoint.size} of the ${options.seen.size} entries seen last. Whether it is the beginning of that log cannot be told from it.`,
    );
  else if (options.seen) await compareSeen(read, options.seen, checkpoint, fault);
  return result;
}

type AddFault = (where: string, what: string) => void;

/** Reports files that cannot belong to a log, instead of reading them. */
function namingRefused(read: ReadFile, fault: AddFault): ReadFile {
  return async (path) => {
    try {
      return await read(path);
    } catch (error) {
      if (!(error instanceof LogError && error.code === 'FILE_REFUSED')) throw error;
      fault(path, error.message);
      return undefined;
    }
  };
}

async function readCheckpoint(
  read: ReadFile,
  { keys }: VerifyOptions,
  result: Verification,
  fault: AddFault,
): Promise<Checkpoint | undefined> {
  const note = await read('checkpoint');
  if (!note) {
    fault('checkpoint', 'There is no checkpoint: this is no log, or its files are not all there.');
    return undefined;
  }
  try {
    if (keys.length === 0)
      result.notMade.push(
        'No key of the log is known here, so nobody vouches for the checkpoint. With --key it is also remembered, and compared the next time.',
      );
    else result.signedBy = openNote(note, keys).verified.map(({ key }) => key);
    const checkpoint = parseCheckpoint(parseNote(note).text);
    if (keys.length > 0 && !keys.some(({ name }) => name === checkpoint.origin))
      fault('checkpoint', `The checkpoint is of ${checkpoint.origin}, the key is not.`);
    return checkpoint;
  } catch (error) {
    if (!(error instanceof LogError)) throw error;
    fault('checkpoint', error.message);
    return undefined;
  }
}

const bundlesAhead = 4;
/** `whole`: the full bundle replaces a partial one that is gone; only then may it hold more entries than asked for. */
type Ahead = { index: number; bundle: Buffer | undefined; whole: boolean; payload: Buffer | undefined };

/** The bundles and payload files of a log; while one is checked, the next are being read. */
async function* readAhead(read: ReadFile, size: number): AsyncGenerator<Ahead> {
  const readOne = async (index: number): Promise<Ahead> => {
    const tile: Tile = { level: 'entries', index, width: widthAt(0, index, size) };
    const [bundle, payload] = await Promise.all([read(tilePath(tile)), read(payloadPath(index))]);
    if (bundle || tile.width === tileWidth) return { index, bundle, whole: false, payload };
    return { index, bundle: await read(tilePath({ ...tile, width: tileWidth })), whole: true, payload };
  };
  const underWay: Promise<Ahead>[] = [];
  const count = Math.ceil(size / tileWidth);
  for (let next = 0; next < count || underWay.length > 0; ) {
    while (next < count && underWay.length < bundlesAhead) {
      const reading = readOne(next++);
      // An error is thrown when its turn comes, not as an unhandled rejection before.
      reading.catch(() => undefined);
      underWay.push(reading);
    }
    yield await underWay.shift()!;
  }
}

/** The entries of a bundle; undefined if they cannot be read, because the entries after them would have no place. */
function readEntries(
  bundle: Buffer | undefined,
  index: number,
  whole: boolean,
  size: number,
  fault: AddFault,
): Buffer[] | undefined {
  const width = widthAt(0, index, size);
  const path = tilePath({ level: 'entries', index, width });
  if (!bundle) fault(path, 'The bundle of entries is missing.');
  try {
    const leaves = parseBundle(bundle ?? Buffer.alloc(0));
    if (leaves.length === (whole ? tileWidth : width)) return leaves.slice(0, width);
    if (bundle) fault(path, `The bundle has ${leaves.length} entries, not ${width}.`);
  } catch (error) {
    fault(path, (error as Error).message);
  }
  return undefined;
}

async function compareTiles(
  read: ReadFile,
  tiles: ReturnType<typeof grow>,
  size: number,
  fault: AddFault,
): Promise<void> {
  for (const { tile, bytes } of tiles) {
    const atEdge = tile.level !== 'entries' && widthAt(tile.level, tile.index, size) === tile.width;
    if (tile.width < tileWidth && !atEdge) continue;
    const own = await read(tilePath(tile));
    const found = own ?? (await read(tilePath({ ...tile, width: tileWidth })));
    if (!found) fault(tilePath(tile), 'The tile is missing.');
    else if (
      !found.subarray(0, bytes.length).equals(bytes) ||
      found.length !== (own ? bytes.length : tileWidth * hashBytes)
    )
      fault(tilePath(tile), describeMisfit(tile, found, bytes));
  }
}

function describeMisfit({ level, index }: Tile, found: Buffer, expected: Buffer): string {
  if (level !== 0) return 'The tile does not fit the tiles below it.';
  const misfits: string[] = [];
  for (let at = 0; at < expected.length; at += hashBytes)
    if (!found.subarray(at, at + hashBytes).equals(expected.subarray(at, at + hashBytes)))
      misfits.push(`entry ${index * tileWidth + at / hashBytes}`);
  const more = misfits.length > 3 ? ` and ${misfits.length - 3} more` : '';
  return `The tile does not fit ${misfits.slice(0, 3).join(', ') || 'its length'}${more}: one or the other was changed.`;
}

async function compareSeen(read: ReadFile, seen: Checkpoint, now: Checkpoint, fault: AddFault): Promise<void> {
  if (seen.origin !== now.origin)
    return fault('checkpoint', `This is the log ${now.origin}; the one seen here before was ${seen.origin}.`);
  if (seen.size > now.size)
    return fault('checkpoint', `The log had ${seen.size} entries when it was last seen and has ${now.size} now.`);
  try {
    if (!(await continues(read, seen, now)))
      fault('checkpoint', `The first ${seen.size} entries are not those that were there when the log was last seen.`);
  } catch (error) {
    fault('checkpoint', (error as Error).message);
  }
}
