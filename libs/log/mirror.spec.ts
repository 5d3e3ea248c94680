import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import { formatCheckpoint } from './checkpoint.js';
import { logFilesIn } from './files.js';
import { mirrorLog } from './mirror.js';
import { signerFromSeed, signNote } from './note.js';
import { payloadPath } from './payloads.js';
import { formatBundle, tilePath } from './tiles.js';

const origin = 'test.example/log';
const place = mkdtempSync(join(tmpdir(), 'vitrine-mirror-'));
afterAll(() => rmSync(place, { recursive: true, force: true }));

/** A log of 3 entries as it is served after it has grown to 256: its partial tiles are gone. */
const grown = new Map<string, Buffer>([
  [
    'checkpoint',
    signNote(formatCheckpoint({ origin, size: 3, root: Buffer.alloc(32) }), [
      signerFromSeed(origin, Buffer.alloc(32, 5)),
    ]),
  ],
  [payloadPath(0), Buffer.from('')],
  [
    tilePath({ level: 'entries', index: 0, width: 256 }),
    formatBundle(Array.from({ length: 256 }, (_, n) => Buffer.from(`leaf ${n}`))),
  ],
  [tilePath({ level: 0, index: 0, width: 256 }), Buffer.from(Array.from({ length: 256 * 32 }, (_, n) => n >> 5))],
]);
const copy = async (from: Map<string, Buffer>, name: string) => {
  const folder = join(place, name);
  await mirrorLog(async (path) => from.get(path), { folder, scratch: join(place, 'scratch') });
  return logFilesIn(folder);
};

test('of a partial tile that is gone, the beginning of the full one is copied', async () => {
  const read = await copy(grown, 'grown');
  const three = [0, 1, 2].map((n) => Buffer.from(`leaf ${n}`));
  expect(await read(tilePath({ level: 'entries', index: 0, width: 3 }))).toEqual(formatBundle(three));
  const hashes = Buffer.concat([0, 1, 2].map((n) => Buffer.alloc(32, n)));
  expect(await read(tilePath({ level: 0, index: 0, width: 3 }))).toEqual(hashes);
});

test('if both are gone, the missing one is named, and there is no checkpoint', async () => {
  const entries = tilePath({ level: 'entries', index: 0, width: 256 });
  const without = new Map([...grown].filter(([path]) => path !== entries));
  await expect(copy(without, 'without')).rejects.toMatchObject({
    code: 'TILE_MISSING',
    message: `${tilePath({ level: 'entries', index: 0, width: 3 })} is not there.`,
  });
  expect(await logFilesIn(join(place, 'without'))('checkpoint')).toBeUndefined();
});
