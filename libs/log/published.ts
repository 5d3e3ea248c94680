import { join } from 'node:path';
import { parseCheckpoint } from './checkpoint.js';
import { readIfThere } from './files.js';
import { parseNote } from './note.js';

/** The size of the published log, and the note that states it; signatures are not checked. Throws LogErrors. */
export async function readCheckpoint(folder: string): Promise<{ size: number; note: Buffer | undefined }> {
  const note = await readIfThere(join(folder, 'checkpoint'));
  return { size: note ? parseCheckpoint(parseNote(note).text).size : 0, note };
}
