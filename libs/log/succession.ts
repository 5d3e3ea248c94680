import { LogError } from './log-error.js';
import {
  formatVerifierKey,
  openNote,
  parseNote,
  parseVerifierKey,
  type SignerKey,
  signNote,
  type VerifierKey,
} from './note.js';

/** A signed note that says which key follows the one with the id `from` (schema/log/README.md, "Change of key"). */
export type Succession = { from: string; note: Buffer };

const form = 'vitrine/log-key/v1';
const maxSuccessions = 100;

/** Where the succession of a key is, below the log's prefix. */
export const successionPath = (id: string) => `key/${id}`;

/** Signed by both: by the old key, so that its readers believe it; by the new one, so that nobody claims another's key. */
export function formatSuccession(from: SignerKey, to: SignerKey): Buffer {
  return signNote(`${form}\n${from.verifier.name}\n${formatVerifierKey(to.verifier)}\n`, [from, to]);
}

/** The key that follows `from`. Throws KEY_MALFORMED, NOTE_MALFORMED, SIGNATURE_INVALID, SIGNATURE_MISSING. */
export function parseSuccession(note: Uint8Array, from: VerifierKey): VerifierKey {
  const [kind, origin, vkey, ...rest] = parseNote(note).text.split('\n');
  if (kind !== form || origin !== from.name || rest.join() !== '')
    throw new LogError('NOTE_MALFORMED', `This does not say which key follows ${from.name}+${from.id}.`);
  const to = parseVerifierKey(vkey!);
  if (to.id === from.id) throw new LogError('KEY_MALFORMED', 'A key cannot follow itself.');
  if (to.name !== from.name) throw new LogError('KEY_MALFORMED', `The key ${to.name} is of another log.`);
  const { verified } = openNote(note, [from, to]);
  for (const needed of [from, to])
    if (!verified.some(({ key }) => key === needed))
      throw new LogError('SIGNATURE_MISSING', `${needed.name}+${needed.id} has not signed the change of key.`);
  return to;
}

/** The key and all that followed it, oldest first, as the log's files say. Throws what parseSuccession does. */
export async function followSuccessions(
  read: (path: string) => Promise<Buffer | undefined>,
  key: VerifierKey,
): Promise<VerifierKey[]> {
  const keys = [key];
  for (let last = key; keys.length <= maxSuccessions; last = keys.at(-1)!) {
    const note = await read(successionPath(last.id));
    if (!note) return keys;
    const next = parseSuccession(note, last);
    if (keys.some(({ id }) => id === next.id))
      throw new LogError('KEY_MALFORMED', 'The keys follow each other in a circle.');
    keys.push(next);
  }
  throw new LogError('KEY_MALFORMED', `More than ${maxSuccessions} keys follow each other.`);
}
