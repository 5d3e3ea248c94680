import { afterAll, beforeAll, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { compareBatch, openBatchStores, type Planned, plannedBatch } from '../../test/setup/batches.js';

let stores: Awaited<ReturnType<typeof openBatchStores>>;
beforeAll(async () => {
  stores = await openBatchStores();
});
afterAll(() => stores.close());

test('a batch taken whole is accepted if and only if its commands one after the other are, with the same events', async () => {
  const seen = { whole: 0, refused: 0, repeated: 0 };
  await fc.assert(
    fc.asyncProperty(plannedBatch, async (batch) => {
      const { whole, single } = await compareBatch(stores, batch);
      expect(whole).toEqual(single);
      if (whole.accepted) seen.whole++;
      else seen.refused++;
      seen.repeated += whole.outcomes.filter(({ repeated }) => repeated).length;
    }),
    { numRuns: 1000 },
  );
  // Both outcomes occurred often enough, and so did repetitions.
  expect(Math.min(seen.whole, seen.refused)).toBeGreaterThan(50);
  expect(seen.repeated).toBeGreaterThan(0);
});

const a = 'a' as const;
const cases: [string, Planned[], string | undefined][] = [
  [
    'a target of a transfer that is registered before it',
    [
      { by: 'operator', type: 'RegisterOrganisation', organisation: a },
      { by: 'operator', type: 'RegisterSystem', organisation: a, system: 0 },
      { by: 'operator', type: 'RegisterOrganisation', organisation: 'b' },
      { by: 'operator', type: 'DescribeSystem', organisation: a, system: 0, transferTo: 'b' },
    ],
    undefined,
  ],
  [
    'a target that is nowhere, behind another change of the organisation',
    [
      { by: 'operator', type: 'RegisterOrganisation', organisation: a },
      { by: 'operator', type: 'RegisterSystem', organisation: a, system: 0 },
      { by: 'operator', type: 'RenameOrganisation', organisation: a },
      { by: 'operator', type: 'DescribeSystem', organisation: a, system: 0, transferTo: 'b' },
    ],
    'ORGANISATION_UNKNOWN',
  ],
  [
    'a target that is closed before it',
    [
      { by: 'operator', type: 'RegisterOrganisation', organisation: a },
      { by: 'operator', type: 'RegisterOrganisation', organisation: 'b' },
      { by: 'operator', type: 'RegisterSystem', organisation: a, system: 0 },
      { by: 'operator', type: 'CloseOrganisation', organisation: 'b' },
      { by: 'operator', type: 'DescribeSystem', organisation: a, system: 0, transferTo: 'b' },
    ],
    'ORGANISATION_UNKNOWN',
  ],
  [
    'a system of an organisation that is closed before it',
    [
      { by: 'operator', type: 'RegisterOrganisation', organisation: a },
      { by: 'operator', type: 'CloseOrganisation', organisation: a },
      { by: 'operator', type: 'RegisterSystem', organisation: a, system: 0 },
    ],
    'ORGANISATION_CLOSED',
  ],
  [
    'successors in a circle',
    [
      { by: 'operator', type: 'RegisterOrganisation', organisation: a },
      { by: 'operator', type: 'RegisterOrganisation', organisation: 'b' },
      { by: 'operator', type: 'CloseOrganisation', organisation: a, successor: 'b' },
      { by: 'operator', type: 'CloseOrganisation', organisation: 'b', successor: a },
    ],
    'SUCCESSOR_IN_CIRCLE',
  ],
];
test.each(cases)('%s', async (_, batch, code) => {
  const { whole, single } = await compareBatch(stores, batch);
  expect(whole).toEqual(single);
  expect(whole.code).toBe(code);
});
