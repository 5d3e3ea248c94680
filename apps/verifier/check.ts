import { type Decision, isDecision, type VerifiedDecision, verifyDecision } from '../../libs/log/decision.js';
import { maxLogFileBytes, type ReadFile } from '../../libs/log/files.js';
import type { VerifierKey } from '../../libs/log/note.js';
import { type Receipt, verifyReceipt } from '../../libs/log/receipt.js';
import { type Statement, type VerifiedStatement, verifyStatement } from '../../libs/log/statement.js';
import { followSuccessions } from '../../libs/log/succession.js';
import { type Verification, verifyLog } from '../../libs/log/verify.js';

/** What a file proves, once it was verified. */
export type Checked =
  | { kind: 'receipt'; is: Receipt }
  | { kind: 'statement'; is: VerifiedStatement; entry: Statement['duty'] }
  | { kind: 'decision'; is: VerifiedDecision; entries: Decision['duties'] };

/** Verifies a file of a register: a receipt, a statement about a duty, or a decision receipt. Throws a LogError, or a SyntaxError if it is none of these. */
export function checkFile(text: string, key: VerifierKey): Checked {
  if (text.startsWith('c2sp.org/tlog-proof@')) return { kind: 'receipt', is: verifyReceipt(Buffer.from(text), key) };
  const given = JSON.parse(text) as Partial<Statement & Decision> | null;
  if (typeof given?.note !== 'string' || !Array.isArray(given.events)) throw new SyntaxError('This is another file.');
  if (isDecision(given.note) && given.record && Array.isArray(given.duties))
    return { kind: 'decision', is: verifyDecision(given as Decision, key), entries: given.duties };
  if (!given.duty) throw new SyntaxError('This is another file.');
  return { kind: 'statement', is: verifyStatement(given as Statement, key), entry: given.duty };
}

/** Verifies a whole log, whose key is known, or one that it follows. */
export async function checkRegister(
  read: ReadFile,
  key: VerifierKey,
  onProgress: (done: number, total: number) => void,
): Promise<Verification> {
  return verifyLog(read, { keys: await followSuccessions(read, key), onProgress });
}

/** The files of a log at an address, with a slash at its end. */
export const logFilesAt =
  (address: string): ReadFile =>
  async (path) => {
    const answer = await fetch(address + path);
    if (answer.status === 404) return undefined;
    if (!answer.ok) throw new Error(`${address}${path}: ${answer.status}`);
    return Buffer.from(await answer.arrayBuffer());
  };

/** The files of a log among the files of a folder: below where its checkpoint is. Undefined if there is none. */
export function logFilesAmong(files: Iterable<File>): ReadFile | undefined {
  const places = new Map([...files].map((file) => [file.webkitRelativePath || file.name, file]));
  const checkpoint = [...places.keys()]
    .filter((path) => /(^|\/)checkpoint$/.test(path))
    .sort((a, b) => a.length - b.length)[0];
  if (checkpoint === undefined) return undefined;
  const below = checkpoint.slice(0, -'checkpoint'.length);
  return async (path) => {
    const file = places.get(below + path);
    if (!file || file.size > maxLogFileBytes(path)) return undefined;
    return Buffer.from(await file.arrayBuffer());
  };
}
