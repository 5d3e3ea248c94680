import { type Decision, isDecision, type VerifiedDecision, verifyDecision } from '../../libs/log/decision.js';
import { maxLogFileBytes, type ReadFile } from '../../libs/log/files.js';
import { formatVerifierKey, type VerifierKey } from '../../libs/log/note.js';
import { type Receipt, verifyReceipt } from '../../libs/log/receipt.js';
import { type Statement, type VerifiedStatement, verifyStatement } from '../../libs/log/statement.js';
import { followSuccessions } from '../../libs/log/succession.js';
import { type Verification, verifyLog } from '../../libs/log/verify.js';

/** What a file proves, once it was verified. */
export type Checked =
  | { kind: 'receipt'; is: Receipt }
  | { kind: 'statement'; is: VerifiedStatement; entry: Statement['duty'] }
  | { kind: 'decision'; is: VerifiedDecision; entries: Decision['duties'] };

const members = {
  statement: ['note', 'duty', 'events'],
  decision: ['note', 'record', 'duties', 'events'],
};

/**
 * Verifies a file of a register: a receipt, a statement about a duty, or a decision receipt, signed by any of these keys. Throws a LogError, or a SyntaxError if
 * it is none of these: also if it says more than one of them does, which nobody would have signed.
 */
export function checkFile(text: string, keys: readonly VerifierKey[]): Checked {
  if (text.startsWith('c2sp.org/tlog-proof@')) return { kind: 'receipt', is: verifyReceipt(Buffer.from(text), keys) };
  const given = JSON.parse(text) as Partial<Statement & Decision> | null;
  if (typeof given?.note !== 'string' || !Array.isArray(given.events)) throw new SyntaxError('This is another file.');
  const kind = isDecision(given.note) ? 'decision' : 'statement';
  const names = Object.keys(given);
  if (members[kind].some((name) => !names.includes(name)) || names.length !== members[kind].length)
    throw new SyntaxError(`A ${kind} has the members ${members[kind].join(', ')}, and no others.`);
  if (kind === 'statement')
    return { kind, is: verifyStatement(given as Statement, keys), entry: (given as Statement).duty };
  return { kind, is: verifyDecision(given as Decision, keys), entries: (given as Decision).duties };
}

/** Verifies a whole log by keys that are known, or that follow the first. */
export async function checkRegister(
  read: ReadFile,
  keys: readonly VerifierKey[],
  onProgress: (done: number, total: number) => void,
): Promise<Verification> {
  const followed = keys[0] ? await followSuccessions(read, keys[0]) : [];
  const all = new Map([...keys, ...followed].map((key) => [formatVerifierKey(key), key]));
  return verifyLog(read, { keys: [...all.values()], onProgress });
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
