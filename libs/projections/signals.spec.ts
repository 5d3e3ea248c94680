import { describe, expect, test } from '@jest/globals';
import type { OverrideCount, OversightFigures, PublishedCount } from './oversight.js';
import { signalsOf } from './signals.js';
import type { SystemRecord } from './system-record.js';

// A signal rests on what is published, accuses nobody, and is there on the day from which it holds, not on the day before.
const record = (more: Partial<SystemRecord> = {}) => ({ status: 'in-use', ...more }) as SystemRecord;
const figures = (from: string, to: string, outputs: PublishedCount, overridden: PublishedCount) =>
  ({ period: { from, to }, outputs, overridden }) as OversightFigures;
const acts = (month: string, count: number) => ({ month, count }) as OverrideCount;
const quarters = (year: number, outputs: PublishedCount, overridden: PublishedCount) =>
  ['01-01 03-31', '04-01 06-30', '07-01 09-30', '10-01 12-31'].map((quarter) => {
    const [from, to] = quarter.split(' ');
    return figures(`${year}-${from}`, `${year}-${to}`, outputs, overridden);
  });
const named = (...of: Parameters<typeof signalsOf>) => signalsOf(...of).map(({ signal }) => signal);

describe('no output was overridden in a year', () => {
  test('of many outputs, in all figures of the year', () => {
    expect(signalsOf(record(), quarters(2025, 500, 0), [], [], '2025-12-31')).toEqual([
      {
        signal: 'no-override',
        since: '2025-12-31',
        period: { from: '2025-01-01', to: '2025-12-31' },
        counts: { outputs: 2000, overridden: 0 },
      },
    ]);
  });
  test.each([
    ['on the day before', quarters(2025, 500, 0), '2025-12-30'],
    ['of few outputs', quarters(2025, 200, 0), '2025-12-31'],
    ['where some were overridden, but it is hidden how many', quarters(2025, 500, 'suppressed'), '2025-12-31'],
    ['where nobody counted', quarters(2025, 500, null), '2025-12-31'],
    ['where outputs were not counted', quarters(2025, null, 0), '2025-12-31'],
    ['of one long period', [figures('2024-01-01', '2025-12-31', 5000, 0)], '2026-01-01'],
    [
      'of two months of a year',
      [figures('2025-01-01', '2025-01-31', 600, 0), figures('2025-12-01', '2025-12-31', 600, 0)],
      '2026-01-01',
    ],
    ['of half a year', quarters(2025, 5000, 0).slice(0, 2), '2025-07-01'],
  ])('not %s', (_, reported, on) => {
    expect(named(record(), reported, [], [], on)).not.toContain('no-override');
  });
});

describe('the share of overridden outputs halved', () => {
  const two = (before: [PublishedCount, PublishedCount], now: [PublishedCount, PublishedCount]) => [
    figures('2025-01-01', '2025-06-30', ...before),
    figures('2025-07-01', '2025-12-31', ...now),
  ];
  test.each<[boolean, OversightFigures[]]>([
    [true, two([1000, 100], [1000, 50])],
    [true, two([1000, 100], [2000, 100])],
    [true, two([1000, 100], [1000, 0])],
    [false, two([1000, 100], [1000, 51])],
    [false, two([1000, 10], [1000, 1])],
    [false, two([1000, 100], [50, 1])],
    [false, two([1000, 100], [1000, 'suppressed'])],
    [false, two([1000, null], [1000, 10])],
    [false, [figures('2025-07-01', '2025-12-31', 1000, 1)]],
  ])('%p', (isThere, reported) => {
    expect(named(record(), reported, [], [], '2026-01-01').includes('override-share-halved')).toBe(isThere);
  });
});

describe('figures stopped', () => {
  const reported = quarters(2024, 10, 1);
  test.each<[string, SystemRecord['status'], boolean]>([
    ['2025-06-30', 'in-use', false],
    ['2025-07-03', 'in-use', true],
    ['2025-07-03', 'piloted', true],
    ['2025-07-03', 'suspended', false],
    ['2025-07-03', 'retired', false],
  ])('on %s, %s: %p', (on, status, isThere) => {
    expect(named(record({ status }), reported, [], [], on).includes('figures-stopped')).toBe(isThere);
  });
  test('not after one report, which may have been the only one meant', () => {
    expect(named(record(), reported.slice(0, 1), [], [], '2030-01-01')).toEqual([]);
  });
});

test('more acts than the figures count, in the whole months of a period', () => {
  const reported = [figures('2025-01-15', '2025-03-31', 100, 12)];
  const on = '2025-04-01';
  expect(signalsOf(record(), reported, [acts('2025-01', 50), acts('2025-02', 7), acts('2025-03', 6)], [], on)).toEqual([
    {
      signal: 'acts-exceed-figures',
      since: '2025-03-31',
      period: { from: '2025-01-15', to: '2025-03-31' },
      counts: { acts: 13, overridden: 12 },
    },
  ]);
  expect(named(record(), reported, [acts('2025-02', 7), acts('2025-03', 5)], [], on)).toEqual([]);
  expect(
    named(record(), [figures('2025-01-01', '2025-03-31', 100, 'suppressed')], [acts('2025-02', 70)], [], on),
  ).toEqual([]);
});

test('an incident elsewhere, for a year', () => {
  const about = { system: 'urn:vitrine:sys:local:x:y', supplier: 'S', incident: 'i', on: '2025-05-05' };
  for (const [on, count] of [
    ['2025-05-04', 0],
    ['2025-05-05', 1],
    ['2026-05-04', 1],
    ['2026-05-05', 0],
  ] as const)
    expect([on, signalsOf(record(), [], [], [about], on)]).toEqual([
      on,
      count === 0 ? [] : [{ signal: 'supplier-incident', since: '2025-05-05', about }],
    ]);
  expect(named(record({ status: 'retired' }), [], [], [about], '2025-06-01')).toEqual([]);
});

test('an answer is shown beside it, from its day on; one from before is not about it', () => {
  const answered = (occurredAt: string) =>
    record({ signalAnswers: [{ occurredAt, signal: 'no-override', answer: { en: 'All were checked.' } }] });
  const ask = (occurredAt: string, on: string) =>
    signalsOf(answered(occurredAt), quarters(2025, 500, 0), [], [], on)[0]!.answer;
  expect(ask('2026-01-10', '2026-01-10')).toMatchObject({ answer: { en: 'All were checked.' } });
  expect(ask('2025-06-01', '2026-01-10')).toBeUndefined();
});

test('of several of a kind an answer is about the one that it names', () => {
  const about = (incident: string, on: string) => ({
    system: 'urn:vitrine:sys:local:x:y',
    supplier: 'S',
    incident,
    on,
  });
  const elsewhere = [about('a', '2026-01-31'), about('b', '2026-02-10')];
  const answered = (more: object) =>
    signalsOf(
      record({
        signalAnswers: [
          { occurredAt: '2026-03-02', signal: 'supplier-incident', answer: { en: 'Not ours.' }, ...more },
        ],
      }),
      [],
      [],
      elsewhere,
      '2026-03-03',
    ).map(({ about: its, answer }) => [its!.incident, answer !== undefined]);
  expect(answered({ system: 'urn:vitrine:sys:local:x:y', incident: 'a' })).toEqual([
    ['a', true],
    ['b', false],
  ]);
  expect(answered({})).toEqual([
    ['a', false],
    ['b', false],
  ]);
});
