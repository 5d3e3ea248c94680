import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type Checkpoint, formatCheckpoint, parseCheckpoint } from './checkpoint.js';
import { forgetClaimsBefore, readClaims } from './claims.js';
import { isBeginning } from './consistency.js';
import { type LogPlaces, readIfThere, tilesIn, writeDurably } from './files.js';
import type { LogKeys } from './key-files.js';
import { LogError } from './log-error.js';
import { emptyRoot } from './merkle.js';
import { openNote, signNote } from './note.js';
import { readEdge, rootOf } from './tree.js';

/**
 * Publishes the last claimed checkpoint if a process ended between the claim and the signature: all files of that checkpoint exist already.
 * Then what a database has lost since can be restored from them. Returns the checkpoint; undefined if there is none to finish.
 */
export async function finishClaim(
  keys: LogKeys,
  places: LogPlaces,
  stillAllowed: () => Promise<unknown> = async () => undefined,
): Promise<Checkpoint | undefined> {
  const claimed = (await readClaims(places.claims)).at(-1);
  const published = await readPublished(keys, places);
  if (!claimed || claimed.size <= published.size || !(await isThere(claimed, published, places.folder)))
    return undefined;
  await stillAllowed();
  if ((await readPublished(keys, places)).size >= claimed.size) return undefined;
  await mkdir(places.scratch, { recursive: true });
  const note = signNote(formatCheckpoint(claimed), keys.signers);
  await writeDurably(places.scratch, join(places.folder, 'checkpoint'), note);
  await forgetClaimsBefore(places.claims, claimed.size);
  return claimed;
}

type Tree = Pick<Checkpoint, 'size' | 'root'>;

async function readPublished(keys: LogKeys, { folder }: LogPlaces): Promise<Tree> {
  const note = await readIfThere(join(folder, 'checkpoint'));
  return note ? parseCheckpoint(openNote(note, keys.known).note.text) : { size: 0, root: emptyRoot };
}

/** Whether the tiles lead to the claimed root and continue the published log. */
async function isThere(claimed: Tree, published: Tree, folder: string): Promise<boolean> {
  try {
    const tiles = tilesIn(folder);
    const edge = await readEdge(claimed.size, tiles);
    return rootOf(edge).equals(claimed.root) && (await isBeginning(published, claimed, tiles));
  } catch (error) {
    if (error instanceof LogError) return false;
    throw error;
  }
}
