import { existsSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import type { EventStore, Loss } from '#event-store';
import { readLoss, writeLoss } from './loss-file.js';

const folder = mkdtempSync(join(tmpdir(), 'vitrine-loss-'));
const file = join(folder, 'loss.json');
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const events = [
  { position: 7, id: 'a' },
  { position: 8, id: 'b' },
];
const loss: Loss = { noticedAt: '2026-01-02T03:04:05.000Z', events, isAll: true };
/** A store that lacks these events. */
const lacking = (missing: Loss['events']) => ({ findMissing: async () => missing }) as unknown as EventStore;

test('what is still missing is told; when all is back, the file goes', async () => {
  expect(await readLoss(file, lacking(events))).toBeUndefined();
  writeLoss(file, loss);
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(await readLoss(file, lacking([events[1]!]))).toEqual({ ...loss, events: [events[1]] });
  expect(existsSync(file)).toBe(true);
  expect(await readLoss(file, lacking([]))).toBeUndefined();
  expect(existsSync(file)).toBe(false);
});

test('a loss whose events nobody knows stays until it is accepted', async () => {
  writeLoss(file, { ...loss, events: [], isAll: false });
  expect(await readLoss(file, lacking([]))).toEqual({ ...loss, events: [], isAll: false });
  expect(existsSync(file)).toBe(true);
});
