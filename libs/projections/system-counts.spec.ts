import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { openDemoRegister, type TestRegister } from '../../test/setup/register.js';
import { countSystems, type Dimension, readFacets, type SystemFilter } from './index.js';

// What is counted ahead must be what counting the systems would give.
let t: TestRegister;

beforeAll(async () => {
  t = await openDemoRegister();
});
afterAll(async () => {
  await t.close();
});

async function readTags(): Promise<string[][]> {
  const { rows } = await t.register.pool.query<{ tags: string[] }>('SELECT tags FROM system');
  return rows.map(({ tags }) => tags);
}
const isFound = (tags: string[], filter: SystemFilter) =>
  Object.entries(filter).every(([dimension, values]) => values.some((value) => tags.includes(`${dimension}:${value}`)));
const split = (tag: string) => [tag.slice(0, tag.indexOf(':')), tag.slice(tag.indexOf(':') + 1)] as [Dimension, string];

async function expectCountsToHold() {
  const all = await readTags();
  const known = [...new Set(all.flat())].map(split);
  const filters: SystemFilter[] = [
    {},
    { status: [] },
    { riskClass: ['high', 'high'], country: ['NL'] },
    { domain: ['none'] },
  ];
  for (const [one, value] of known) {
    filters.push(
      { [one]: [value] },
      { [one]: [value, ...known.filter(([other]) => other === one).map(([, of]) => of)] },
    );
    for (const [other, its] of known) {
      if (one === other) continue;
      filters.push({ [one]: [value], [other]: [its] });
      if (one === 'country')
        filters.push({ country: [value], [other]: known.filter(([of]) => of === other).map(([, of]) => of) });
    }
  }
  const expected = filters.map((filter) => all.filter((tags) => isFound(tags, filter)).length);
  const counts: number[] = [];
  for (const filter of filters) counts.push(await countSystems(t.register.pool, { filter }));
  expect(counts).toEqual(expected);
  for (const filter of [
    {},
    ...known.map(([one, value]) => ({ [one]: [value] })),
    ...[...new Set(known.map(([one]) => one))].map((one) => ({
      [one]: known.filter(([other]) => other === one).map(([, value]) => value),
    })),
  ]) {
    const found = all.filter((tags) => isFound(tags, filter));
    const facets = await readFacets(t.register.pool, { filter }, 1000);
    const asTags = facets.map(({ dimension, value, count }) => [`${dimension}:${value}`, count]);
    const counted = new Map<string, number>();
    for (const tag of found.flat()) counted.set(tag, (counted.get(tag) ?? 0) + 1);
    expect(Object.fromEntries(asTags)).toEqual(Object.fromEntries(counted));
  }
}

test('counts of any one and two filters, and facets, are those of the systems', expectCountsToHold);

test('they stay so when systems come, change, and an organisation has another name', async () => {
  const admin = await t.key('administrator');
  const organisation = 'urn:vitrine:org:local:moving';
  const system = 'urn:vitrine:sys:local:moving:lamp';
  const of = (type: string, data: object, on?: string) => ({
    type,
    organisation,
    ...(on && { system: on }),
    occurredAt: '2026-01-01',
    idempotencyKey: `${type}-${JSON.stringify(data)}`,
    data,
  });
  const send = async (...commands: object[]) => {
    const answer = await fetch(`${t.url}/v1/events`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: admin },
      body: JSON.stringify(commands),
    });
    expect(await answer.json()).toMatchObject({ refused: 0 });
    await t.settled();
  };
  await send(
    of('RegisterOrganisation', { names: { en: 'Moving' }, kind: 'municipality', country: 'NL' }),
    of('RegisterSystem', { name: { en: 'Lamp' } }, system),
    of('RegisterSystem', { name: { en: 'Second' } }, `${system}-2`),
    of('ClassifyRisk', { class: 'high', annexIII: ['AIII-1-a'], grounds: { en: 'Because' } }, system),
  );
  expect(await countSystems(t.register.pool, { filter: { organisation: [organisation], riskClass: ['high'] } })).toBe(
    1,
  );
  await expectCountsToHold();
  await send(of('ClassifyRisk', { class: 'minimal', grounds: { en: 'No longer' } }, system));
  await send(of('RenameOrganisation', { names: { en: 'Moved' } }));
  expect(await countSystems(t.register.pool, { filter: { country: ['NL'], organisation: [organisation] } })).toBe(2);
  await expectCountsToHold();
});
