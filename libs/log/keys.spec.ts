import { mkdtempSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { readClaims } from './claims.js';
import { beginLog, createLogKey, endRotation, openLogKeys, rotateLogKey } from './key-files.js';
import { openNote, signerFromSeed, signNote } from './note.js';
import { followSuccessions, formatSuccession, parseSuccession, successionPath } from './succession.js';

const name = 'city.example/log';
const [a, b, c] = [1, 2, 3].map((byte) => signerFromSeed(name, Buffer.alloc(32, byte))) as [
  ReturnType<typeof signerFromSeed>,
  ReturnType<typeof signerFromSeed>,
  ReturnType<typeof signerFromSeed>,
];

let folder: string;
beforeEach(async () => {
  folder = join(mkdtempSync(join(tmpdir(), 'vitrine-keys-')), 'keys');
  await beginLog(folder, name, join(folder, '../claims'));
});
afterEach(() => rmSync(join(folder, '..'), { recursive: true, force: true }));

test('the first key is made, is the same every time, and only its owner can read it', async () => {
  const [signer] = openLogKeys(folder, name).signers;
  expect(openLogKeys(folder, name).signers).toHaveLength(1);
  expect(openLogKeys(folder, name).signers[0]!.verifier).toEqual(signer!.verifier);
  expect(statSync(join(folder, 'log.key')).mode & 0o777).toBe(0o600);
  await beginLog(folder, name, join(folder, '../claims'));
  expect(openLogKeys(folder, name).signers[0]!.verifier).toEqual(signer!.verifier);
  expect(await readClaims(join(folder, '../claims'))).toMatchObject([{ origin: name, size: 0 }]);
  expect(() => createLogKey(folder, name)).toThrow('The log has a key');
  expect(() => openLogKeys(folder, 'other.example/log')).toThrow('does not hold the key of the log other.example/log');
});

test('a lost key is not replaced in silence; the new one is made on request, the old one stays known', () => {
  const before = openLogKeys(folder, name).signers[0]!.verifier;
  rmSync(join(folder, 'log.key'));
  expect(() => openLogKeys(folder, name)).toThrow('The key of the log is missing');
  const after = createLogKey(folder, name);
  expect(openLogKeys(folder, name).known).toEqual([before, after]);
});

test('one key follows another: both sign, then only the new one; the readers of the old one are led on', async () => {
  const old = openLogKeys(folder, name).signers[0]!.verifier;
  const { from, to } = rotateLogKey(folder, name);
  expect(from).toEqual(old);
  const { signers, known, successions } = openLogKeys(folder, name);
  expect(signers.map(({ verifier }) => verifier)).toEqual([to, old]);
  expect(known).toEqual([old, to]);
  expect(() => rotateLogKey(folder, name)).toThrow('One key follows another already');
  const both = signNote('a text\n', signers);
  for (const key of [old, to]) expect(openNote(both, [key]).verified).toHaveLength(1);
  const read = async (path: string) => successions.find(({ from: id }) => successionPath(id) === path)?.note;
  expect(await followSuccessions(read, old)).toEqual([old, to]);
  expect(await followSuccessions(read, to)).toEqual([to]);
  expect([endRotation(folder), endRotation(folder)]).toEqual([true, false]);
  expect(openLogKeys(folder, name).signers.map(({ verifier }) => verifier)).toEqual([to]);
  expect(readFileSync(join(folder, 'log.key'), 'utf8')).toContain(to.id);
});

test('a rotation that was cut off after it named the new key goes on with that key', () => {
  const { to } = rotateLogKey(folder, name);
  const statement = readFileSync(join(folder, 'log-successions', openLogKeys(folder, name).signers[1]!.verifier.id));
  renameSync(join(folder, 'log.key'), join(folder, 'log.key.next'));
  renameSync(join(folder, 'log-retiring.key'), join(folder, 'log.key'));
  const again = rotateLogKey(folder, name);
  expect(again.to).toEqual(to);
  expect(readFileSync(join(folder, 'log-successions', again.from.id))).toEqual(statement);
});

test('a rotation that was cut off before the new key took its place is done again', () => {
  const { signers } = openLogKeys(folder, name);
  rotateLogKey(folder, name);
  // As if the last step had not been done: both files hold the old key.
  const old = readFileSync(join(folder, 'log-retiring.key'), 'utf8');
  rmSync(join(folder, 'log.key'));
  rmSync(join(folder, 'log-known.vkeys'));
  createFrom(old);
  expect(openLogKeys(folder, name).signers.map(({ verifier }) => verifier)).toEqual([signers[0]!.verifier]);
  expect(rotateLogKey(folder, name).from).toEqual(signers[0]!.verifier);
});

function createFrom(text: string): void {
  rmSync(join(folder, 'log.key'), { force: true });
  writeFileSync(join(folder, 'log.key'), text, { mode: 0o600 });
}

test('what does not hold is not followed', async () => {
  const good = formatSuccession(a, b);
  expect(parseSuccession(good, a.verifier)).toEqual(b.verifier);
  expect(() => parseSuccession(good, b.verifier)).toThrow('cannot follow itself');
  const text = good.toString().split('\n\n')[0]!;
  expect(() => parseSuccession(signNote(`${text}\n`, [b]), a.verifier)).toThrow('has not signed the change of key');
  expect(() => parseSuccession(signNote(`${text}\n`, [a]), a.verifier)).toThrow('has not signed the change of key');
  expect(() => parseSuccession(signNote(`${text}\nmore\n`, [a, b]), a.verifier)).toThrow('does not say which key');
  const otherLog = signerFromSeed('other.example/log', Buffer.alloc(32, 4));
  expect(() => parseSuccession(formatSuccession(a, otherLog), a.verifier)).toThrow('is of another log');
  const circle = new Map([
    [successionPath(a.verifier.id), formatSuccession(a, b)],
    [successionPath(b.verifier.id), formatSuccession(b, c)],
    [successionPath(c.verifier.id), formatSuccession(c, a)],
  ]);
  await expect(followSuccessions(async (path) => circle.get(path), a.verifier)).rejects.toThrow('in a circle');
});
