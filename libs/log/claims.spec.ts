import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import { claim, readClaims } from './claims.js';

const folder = mkdtempSync(join(tmpdir(), 'vitrine-claims-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('claims are read by size, whatever else is in the folder; a size is claimed for one root only', async () => {
  const origin = 'test.example/log';
  const sizes = [300, 20, 7000, 100, 1, 64];
  for (const size of sizes) await claim(folder, { origin, size, root: Buffer.alloc(32, size) });
  writeFileSync(join(folder, 'notes.txt'), 'not a claim');
  expect((await readClaims(folder)).map(({ size }) => size)).toEqual([1, 20, 64, 100, 300, 7000]);
  await claim(folder, { origin, size: 20, root: Buffer.alloc(32, 20) });
  await expect(claim(folder, { origin, size: 20, root: Buffer.alloc(32, 21) })).rejects.toMatchObject({
    code: 'LOG_FORKED',
  });
  expect(await readClaims(join(folder, 'none'))).toEqual([]);
});
