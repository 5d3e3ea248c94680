import { expect, test } from '@jest/globals';
import { outlived } from './folders.js';

const day = 86_400_000;
/** Dumps at noon of each of the last days, oldest first. */
const daily = (count: number, now: number) =>
  Array.from({ length: count }, (_, n) => ({
    manifest: { created: new Date(now - (count - 1 - n) * day).toISOString() },
  }));
const kept = (dumps: ReturnType<typeof daily>, now: number) => {
  const gone = new Set(outlived(dumps, new Date(now)));
  return dumps.filter((dump) => !gone.has(dump)).map(({ manifest }) => manifest.created.slice(0, 10));
};

test('kept are the last of each of the last 7 days, of the last 12 months, and of each year', () => {
  const now = Date.parse('2026-11-27T12:00:00Z');
  const left = kept(daily(1000, now), now);
  expect(left).toEqual([
    '2024-12-31',
    '2025-12-31',
    ...['01-31', '02-28', '03-31', '04-30', '05-31', '06-30', '07-31', '08-31', '09-30', '10-31'].map(
      (d) => `2026-${d}`,
    ),
    ...['21', '22', '23', '24', '25', '26', '27'].map((d) => `2026-11-${d}`),
  ]);
});

test('of one day the last is kept; the newest is, however old it is', () => {
  const now = Date.parse('2026-11-27T12:00:00Z');
  const twice = ['2026-11-26T01:00:00Z', '2026-11-26T23:00:00Z'].map((created) => ({ manifest: { created } }));
  expect(outlived(twice, new Date(now))).toEqual([twice[0]]);
  expect(outlived([twice[0]!], new Date(now + 3000 * day))).toEqual([]);
});
