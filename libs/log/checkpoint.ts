import { LogError } from './log-error.js';
import { hashBytes } from './merkle.js';
import { fromBase64 } from './note.js';

/** What a log commits to: its first `size` entries have this root (c2sp.org/tlog-checkpoint). */
export type Checkpoint = { origin: string; size: number; root: Buffer };

export function formatCheckpoint({ origin, size, root }: Checkpoint): string {
  return `${origin}\n${size}\n${root.toString('base64')}\n`;
}

/** Reads the text of a checkpoint's note. Extension lines are allowed and ignored. Throws CHECKPOINT_MALFORMED. */
export function parseCheckpoint(text: string): Checkpoint {
  const lines = text.split('\n');
  const [origin, digits, encoded] = lines;
  if (lines.pop() !== '' || lines.length < 3 || lines.includes('')) throw malformed('it has three lines or more');
  if (!/^(0|[1-9]\d*)$/.test(digits!) || !Number.isSafeInteger(Number(digits)))
    throw malformed('its size is no number');
  const root = fromBase64(encoded!);
  if (root?.length !== hashBytes) throw malformed('its root is no hash');
  return { origin: origin!, size: Number(digits), root };
}

function malformed(what: string): LogError {
  return new LogError('CHECKPOINT_MALFORMED', `This is not a checkpoint: ${what}.`);
}
