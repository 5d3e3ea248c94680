// Runs published test vectors for the formats behind the log: Merkle proofs, signed notes, cosignatures, receipts, RFC 8785.
// Run by hand:
//   npm run check:real:tlog -- FOLDER
import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { canonicalize } from 'json-canonicalize';
import {
  openByPolicy,
  openNote,
  parseCheckpoint,
  parseNote,
  parsePolicy,
  parseTlogProof,
  parseVerifierKey,
  verifyConsistency,
  verifyInclusion,
  verifySubtreeConsistency,
  verifySubtreeInclusion,
  verifyTlogProof,
} from '#log';

const folder = process.argv[2]!;
let wrong = 0;

/** Runs a check and says whether it holds. */
function holds(check: () => unknown): boolean {
  try {
    check();
    return true;
  } catch {
    return false;
  }
}

function report(name: string, cases: { name: string; expected: boolean; held: boolean }[]): void {
  const bad = cases.filter(({ expected, held }) => expected !== held);
  const good = cases.filter(({ expected }) => expected).length;
  console.log(`${name}: ${good} good, ${cases.length - good} bad cases, ${bad.length} wrong verdicts`);
  for (const { name: file, expected } of bad) console.log(`  ${file}: should ${expected ? 'hold' : 'fail'}`);
  wrong += bad.length;
}

type Vector = Record<string, unknown> & { wantErr: boolean; proof: string[] | null };
const bytes = (text: unknown) => Buffer.from((text as string | null) ?? '', 'base64');
const verifiers: Record<string, (vector: Vector, proof: Buffer[]) => void> = {
  inclusion: (v, proof) =>
    verifyInclusion(v['leafIdx'] as number, v['treeSize'] as number, bytes(v['leafHash']), proof, bytes(v['root'])),
  consistency: (v, proof) =>
    verifyConsistency(v['size1'] as number, v['size2'] as number, bytes(v['root1']), bytes(v['root2']), proof),
  subtreeinclusion: (v, proof) =>
    verifySubtreeInclusion(
      v['leafIdx'] as number,
      v['start'] as number,
      v['end'] as number,
      bytes(v['leafHash']),
      proof,
      bytes(v['root']),
    ),
  subtreeconsistency: (v, proof) =>
    verifySubtreeConsistency(
      v['start'] as number,
      v['end'] as number,
      v['size'] as number,
      bytes(v['root1']),
      bytes(v['root2']),
      proof,
    ),
};
for (const [kind, verify] of Object.entries(verifiers)) {
  const root = join(folder, 'merkle-testdata', kind);
  const files = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.json'));
  report(
    kind,
    files.map((name) => {
      const vector = JSON.parse(readFileSync(join(root, name), 'utf8')) as Vector;
      return { name, expected: !vector.wantErr, held: holds(() => verify(vector, (vector.proof ?? []).map(bytes))) };
    }),
  );
}

type NoteVector = { id: string; vkeys: string[]; note: string; local_check: string[] };
const notes = JSON.parse(readFileSync(join(folder, 'notes.json'), 'utf8')) as NoteVector[];
const flip = (text: string) => Buffer.from(text.replace(/\n(\d)/, (_, digit) => `\n${(Number(digit) % 9) + 1}`));
report(
  'notes',
  notes.flatMap(({ id, vkeys, note, local_check: lines }) => {
    const keys = vkeys.map(parseVerifierKey);
    const known = lines.filter((line) => line.endsWith('true')).length;
    const all = () => {
      if (openNote(Buffer.from(note), keys).verified.length !== known) throw new Error('another number of signatures');
    };
    if (known === 0) return [{ name: id, expected: true, held: holds(() => parseNote(Buffer.from(note))) }];
    return [
      { name: id, expected: true, held: holds(all) },
      {
        name: `${id}, changed`,
        expected: false,
        held: holds(() => openNote(flip(`${note}`), keys)) && note !== String(flip(note)),
      },
    ];
  }),
);

const witnesses = readdirSync(join(folder, 'sunlight-witness'), { recursive: true, encoding: 'utf8' });
const witnessKeys = witnesses
  .filter((name) => name.endsWith('.json'))
  .flatMap(
    (name) =>
      readFileSync(join(folder, 'sunlight-witness', name), 'utf8').match(/[^"\s]+\+[0-9a-f]{8}\+[A-Za-z0-9+/=]+/g) ??
      [],
  )
  .flatMap((text) => (holds(() => parseVerifierKey(text)) ? parseVerifierKey(text) : []));
report(
  'cosigned checkpoints',
  witnesses
    .filter((name) => basename(name) === 'checkpoint')
    .map((name) => ({
      name,
      expected: true,
      held: holds(() =>
        parseCheckpoint(openNote(readFileSync(join(folder, 'sunlight-witness', name)), witnessKeys).note.text),
      ),
    })),
);

const made = (name: string) => readFileSync(join(folder, 'generated-vectors', name));
const receipt = (proof: string, policy: string, change: (leaf: Buffer) => Buffer = (leaf) => leaf) =>
  holds(() =>
    verifyTlogProof(change(made('leaf-417.entry')), parseTlogProof(made(proof)), (note) =>
      openByPolicy(note, parsePolicy(made(policy).toString())),
    ),
  );
const other = (leaf: Buffer) => Buffer.concat([leaf, Buffer.from(' ')]);
report('receipts', [
  { name: 'cosigned', expected: true, held: receipt('with-witness-cosignature.tlog-proof', 'policy-1-witness.txt') },
  { name: 'no witness asked', expected: true, held: receipt('log-signed-only.tlog-proof', 'policy-no-witness.txt') },
  { name: 'witness missing', expected: false, held: receipt('log-signed-only.tlog-proof', 'policy-1-witness.txt') },
  { name: 'other leaf', expected: false, held: receipt('log-signed-only.tlog-proof', 'policy-no-witness.txt', other) },
  {
    name: 'an unknown ML-DSA line beside Ed25519',
    expected: true,
    held: holds(() =>
      openNote(made('checkpoint-ed25519+mldsa44'), [parseVerifierKey(made('log-ed25519.vkey').toString())]),
    ),
  },
]);

const jcs = (name: string) => readFileSync(join(folder, 'rfc8785-jcs', name), 'utf8');
report(
  'RFC 8785',
  readdirSync(join(folder, 'rfc8785-jcs/input')).map((name) => ({
    name,
    expected: true,
    held: canonicalize(JSON.parse(jcs(`input/${name}`))) === jcs(`output/${name}`).trimEnd(),
  })),
);
console.log(wrong === 0 ? 'All hold.' : `${wrong} wrong.`);
process.exitCode = wrong === 0 ? 0 : 1;
