import { LogError } from './log-error.js';
import {
  cosignatureV1,
  ed25519,
  openNote,
  parseVerifierKey,
  type VerifiedSignature,
  type VerifierKey,
} from './note.js';

type Member = { key: VerifierKey } | { members: string[]; needed: number };

/** Whom a reader trusts: a log's keys, and which witnesses must have cosigned (c2sp.org/tlog-policy). */
export type Policy = { logs: VerifierKey[]; members: Map<string, Member>; quorum: string | null };

/** Reads a policy: lines `log`, `witness`, `group` and one `quorum`; # begins a comment. Throws POLICY_MALFORMED, KEY_MALFORMED. */
export function parsePolicy(text: string): Policy {
  const policy: Policy = { logs: [], members: new Map(), quorum: null };
  let quorums = 0;
  for (const [i, line] of text.split('\n').entries()) {
    const words = line.replace(/#.*$/, '').split(/\s+/).filter(Boolean);
    if (words.length === 0) continue;
    if (words[0] === 'quorum') quorums++;
    if (!readLine(policy, words)) throw new LogError('POLICY_MALFORMED', `Line ${i + 1} of the policy cannot be read.`);
  }
  if (quorums !== 1) throw new LogError('POLICY_MALFORMED', 'A policy has exactly one quorum line.');
  return policy;
}

/**
 * Opens a checkpoint's note by a policy: one of the log's keys and the quorum must have signed. Throws what `openNote`
 * throws, and POLICY_NOT_MET.
 */
export function openByPolicy(bytes: Uint8Array, policy: Policy): ReturnType<typeof openNote> {
  const witnesses = [...policy.members.values()].flatMap((member) => ('key' in member ? member.key : []));
  const opened = openNote(bytes, [...policy.logs, ...witnesses]);
  if (!opened.verified.some(({ key }) => policy.logs.includes(key)))
    throw new LogError('SIGNATURE_MISSING', 'The log itself has not signed the checkpoint.');
  if (policy.quorum !== null && !isMet(policy, policy.quorum, opened.verified))
    throw new LogError('POLICY_NOT_MET', 'Too few of the trusted witnesses have signed the checkpoint.');
  return opened;
}

function isMet(policy: Policy, name: string, verified: VerifiedSignature[]): boolean {
  const member = policy.members.get(name)!;
  if ('key' in member) return verified.some(({ key }) => key === member.key);
  return member.members.filter((inner) => isMet(policy, inner, verified)).length >= member.needed;
}

/** Returns false if the line is wrong. A group names only members defined above it, so that groups cannot form a circle. */
function readLine(policy: Policy, [kind, name, ...args]: string[]): boolean {
  if (name === undefined) return false;
  const isNew = name !== 'none' && !policy.members.has(name);
  switch (kind) {
    case 'log': {
      const key = parseVerifierKey(name);
      return key.type === ed25519 && args.length <= 1 && policy.logs.push(key) > 0;
    }
    case 'witness': {
      const key = args[0] === undefined ? undefined : parseVerifierKey(args[0]);
      if (!isNew || key?.type !== cosignatureV1 || args.length > 2) return false;
      policy.members.set(name, { key });
      return true;
    }
    case 'group': {
      const [count, ...inner] = args;
      const needed = count === 'all' ? inner.length : count === 'any' ? 1 : Number(count);
      const known = inner.every((member) => policy.members.has(member)) && new Set(inner).size === inner.length;
      if (!isNew || !known || !Number.isInteger(needed) || needed < 1 || needed > inner.length) return false;
      policy.members.set(name, { members: inner, needed });
      return true;
    }
    case 'quorum':
      if (args.length > 0 || (name !== 'none' && !policy.members.has(name))) return false;
      policy.quorum = name === 'none' ? null : name;
      return true;
    default:
      return false;
  }
}
