import { describe, expect, test } from '@jest/globals';
import { checkHealth } from './health.js';
import type { Register } from './register.js';
import type { Seen } from './watch.js';

const fine: Seen = {
  head: { position: 99, id: 'x' },
  position: 99,
  setAside: { count: 0, first: null },
  standsStill: 0,
  signed: 100,
  logStandsStill: 0,
  clockAhead: 0,
  isReadOnly: false,
  unsafe: [],
  writeTrouble: undefined,
};
const log = { refuses: false, forked: false, trouble: undefined };
type Around = {
  log?: object;
  odd?: object[];
  waiting?: object;
  loss?: object;
  gaps?: string[];
  listens?: boolean;
  drains?: boolean;
};

/** The health of a register of which this was seen. */
const healthOf = (seen: Partial<Seen> | undefined, around: Around = {}) =>
  checkHealth({
    watch: { look: async () => seen && { ...fine, ...seen } },
    state: { log: { ...log, ...around.log }, oddRows: around.odd ?? [], waiting: around.waiting ?? {} },
    isDraining: around.drains ?? false,
    loss: around.loss,
    gaps: around.gaps ?? [],
    store: { isListening: () => around.listens ?? true },
  } as unknown as Register);

test('nothing is wrong', async () =>
  expect(await healthOf({})).toEqual({ status: 'ok', head: 99, position: 99, signed: 100, troubles: [] }));
test('an empty register is well', async () =>
  expect(await healthOf({ head: undefined, position: -1, signed: 0 })).toEqual({
    status: 'ok',
    head: -1,
    position: -1,
    signed: 0,
    troubles: [],
  }));

describe('stops', () => {
  const lost = { noticedAt: '2026-01-02T03:04:05.000Z', isAll: true, events: [] };
  const at = (...positions: number[]) => ({ ...lost, events: positions.map((position) => ({ position, id: 'x' })) });
  test.each<[string, Partial<Seen> | undefined, Around, string]>([
    ['unavailable', undefined, {}, 'The database does not answer.'],
    ['stopping', {}, { drains: true }, 'The register is about to stop.'],
    ['events-lost', {}, { loss: lost }, 'Events were acknowledged and are not'],
    ['events-lost', {}, { loss: at(7) }, 'Event 7 were acknowledged'],
    ['events-lost', {}, { loss: at(7, 8, 9) }, '3 events from 7 to 9 were acknowledged'],
    ['events-lost', {}, { loss: { ...at(7, 9), isAll: false } }, '2 events from 7 to 9, and perhaps some before, were'],
    [
      'log-refused',
      {},
      { log: { refuses: true, trouble: 'It is another.' } },
      'The log signs nothing: It is another. See',
    ],
    ['read-only', { isReadOnly: true }, {}, 'a standby, or set to read only'],
    ['cannot-write', { writeTrouble: 'error: disk full' }, {}, 'Nothing can be recorded: disk full. What was'],
    [
      'log-waits',
      { logStandsStill: 20_001, signed: 90 },
      {},
      'The log has 90 of 100 events, and has not grown for 20 s: the newest cannot be verified yet.',
    ],
    [
      'log-waits',
      { signed: undefined },
      { log: { trouble: 'No key.' } },
      'The log has 0 of 100 events: the newest cannot be verified yet. No key.',
    ],
    ['log-waits', { signed: 99 }, { log: { trouble: 'No key.' } }, 'The log has 99 of 100 events: the newest'],
    ['behind', { position: 89, standsStill: 10_001 }, {}, 'at event 89 of 99, and have not moved for 10 s: readers'],
    [
      'behind',
      { head: { position: 10_100, id: 'x' }, position: 99 },
      { waiting: { readModels: 'A lock.' } },
      'at event 99 of 10100: readers are told old news. A lock.',
    ],
    ['clock-wrong', { clockAhead: 60_501 }, {}, 'is 61 s ahead of the database'],
    ['clock-wrong', { clockAhead: -60_501 }, {}, 'is 61 s behind the database'],
    [
      'read-models-differ',
      {},
      { odd: [1, 2, 3, 4, 5].map((n) => ({ table: 'gap', key: `k${n}`, what: 'changed' })) },
      'gap k1 (changed), gap k2 (changed), gap k3 (changed) and 2 more.',
    ],
    [
      'read-models-differ',
      {},
      { odd: [1, 2, 3].map((n) => ({ table: 'gap', key: `k${n}`, what: 'added' })) },
      'gap k3 (added). Pages',
    ],
  ])('%s', async (code, seen, around, text) => {
    const health = await healthOf(seen, around);
    expect([health.status, health.troubles.map((trouble) => trouble.code)]).toEqual([code, [code]]);
    expect(health.reason).toContain(text);
  });
});

describe('warns', () => {
  test.each<[string, Partial<Seen>, Around, string]>([
    [
      'event-set-aside',
      { setAside: { count: 1, first: 'why' } },
      {},
      'An event could not be taken into the read models; records say so, the log has it. The first: why',
    ],
    [
      'event-set-aside',
      { setAside: { count: 2, first: 'why' } },
      {},
      '2 events could not be taken into the read models; records say so, the log has them.',
    ],
    ['listener-lost', {}, { listens: false }, 'a second late'],
    ['erasure-waits', {}, { waiting: { erasure: 'A backup runs.' } }, 'of the database still: A backup runs.'],
    ['dumps-wait', {}, { waiting: { dumps: 'No room.' } }, 'The dumps are not built: No room.'],
    ['not-durable', { unsafe: ['fsync', 'full_page_writes'] }, {}, 'runs with fsync = off and full_page_writes = off'],
    ['history-broken', {}, { gaps: ['a', 'b', 'c'] }, 'in the history of a, b, c: a release'],
    ['history-broken', {}, { gaps: ['a', 'b', 'c', 'd'] }, 'in the history of a, b, c and others: a release'],
  ])('%s', async (code, seen, around, text) => {
    const { status, reason, troubles } = await healthOf(seen, around);
    expect([status, reason, troubles]).toEqual(['ok', undefined, [{ code, message: expect.stringContaining(text) }]]);
  });
});

test.each<[string, Partial<Seen>, Around]>([
  ['the log may rest for 20 s', { logStandsStill: 20_000 }, {}],
  ['trouble that is over', { signed: 100 }, { log: { trouble: 'It was.' } }],
  ['read models may be 10,000 events behind', { head: { position: 10_099, id: 'x' }, signed: 10_100 }, {}],
  ['they may rest for 10 s', { standsStill: 10_000 }, {}],
  ['clocks may differ by a minute', { clockAhead: 60_000 }, {}],
])('%s', async (_, seen, around) => expect(await healthOf(seen, around)).toMatchObject({ status: 'ok', troubles: [] }));

test('the first trouble that stops is the reason; all are told', async () => {
  const { status, troubles } = await healthOf({ isReadOnly: true, unsafe: ['fsync'] }, { drains: true });
  expect([status, troubles.map(({ code }) => code)]).toEqual(['stopping', ['stopping', 'read-only', 'not-durable']]);
});
