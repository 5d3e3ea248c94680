import * as node from 'node:crypto';
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { signerFromSeed } from '#log';
import { checkFile, logFilesAmong } from './check.js';
import * as browser from './node-crypto.js';

// In a browser the same code checks as on the command line; what it has there instead of node:crypto must come to the same.
const bytes = fc.uint8Array({ maxLength: 300 });

test('hashes are those of Node, of bytes and of text', () => {
  fc.assert(
    fc.property(bytes, fc.string({ unit: 'binary' }), (some, text) => {
      expect(browser.hash('sha256', some, 'hex')).toBe(node.hash('sha256', some, 'hex'));
      expect(browser.hash('sha256', text, 'buffer')).toEqual(node.hash('sha256', text, 'buffer'));
    }),
  );
});

test('signatures hold where they do for Node, and nowhere else', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 32, maxLength: 32 }), bytes, fc.nat(), (seed, message, at) => {
      const { verifier, privateKey } = signerFromSeed('a/log', Buffer.from(seed));
      const key = Buffer.concat([Buffer.from('302a300506032b6570032100', 'hex'), verifier.publicKey]);
      const own = browser.createPublicKey({ key });
      const right = node.sign(null, message, privateKey);
      expect(browser.verify(null, message, own, right)).toBe(true);
      const wrong = Buffer.from(right);
      wrong[at % 64]! ^= 1 << (at % 8);
      const publicKey = node.createPublicKey({ key, format: 'der', type: 'spki' });
      expect(browser.verify(null, message, own, wrong)).toBe(node.verify(null, message, publicKey, wrong));
      expect(browser.verify(null, Buffer.concat([message, Buffer.of(0)]), own, right)).toBe(false);
      expect(browser.verify(null, message, own, right.subarray(1))).toBe(false);
    }),
    { numRuns: 30 },
  );
});

test('what is no file of a register is not called a forged one', () => {
  const { verifier } = signerFromSeed('a/log', Buffer.alloc(32, 1));
  for (const text of [
    '',
    'hello',
    '{}',
    'null',
    '[]',
    '{"note":"x"}',
    '{"note":"x","events":[]}',
    '{"note":"x","events":[],"duty":{},"more":1}',
  ])
    expect([text, thrownBy(() => checkFile(text, [verifier]))]).toEqual([text, 'SyntaxError']);
  for (const text of ['c2sp.org/tlog-proof@v1\n', '{"note":"x","events":[],"duty":{}}'])
    expect([text, thrownBy(() => checkFile(text, [verifier]))]).toEqual([text, 'LogError']);
});

test('the files of a log are found where its checkpoint is', async () => {
  const fileAt = (webkitRelativePath: string, content: string): File =>
    Object.defineProperty(new File([content], 'name'), 'webkitRelativePath', { value: webkitRelativePath });
  const files = [
    fileAt('copy/public/log/tile/0/000', 'tile'),
    fileAt('copy/public/log/checkpoint', 'this one'),
    fileAt('copy/public/log/older/checkpoint', 'not this one'),
    fileAt('copy/else', 'else'),
  ];
  const read = logFilesAmong(files)!;
  expect((await read('checkpoint'))!.toString()).toBe('this one');
  expect((await read('tile/0/000'))!.toString()).toBe('tile');
  expect(await read('else')).toBeUndefined();
  expect(logFilesAmong(files.slice(3))).toBeUndefined();
});

function thrownBy(work: () => unknown): string | undefined {
  try {
    work();
  } catch (error) {
    return (error as Error).name;
  }
  return undefined;
}
