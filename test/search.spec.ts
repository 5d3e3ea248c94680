import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { operator } from '#domain';
import { countSystems, prepareSearch, readSystems, type Search, searchStateOf } from '#projections';
import { openTestRegister, type TestRegister } from './setup/register.js';

const organisation = 'urn:vitrine:org:local:city';
const words = ['alpha', 'bravo', 'charlie', 'delta'];
let t: TestRegister;

/** Sixty systems, with every mixture of the words in name and summary. */
beforeAll(async () => {
  t = await openTestRegister();
  const actor = { organisation: operator, role: 'administrator' as const };
  const record = (command: object, key: string) =>
    t.register.commands.handle({ command: command as never, key }, actor);
  await record(
    {
      type: 'RegisterOrganisation',
      organisation,
      occurredAt: '2026-01-01',
      data: { names: { en: 'City' }, kind: 'municipality', country: 'NL' },
    },
    'city',
  );
  for (let n = 1; n <= 60; n++) {
    const some = (seed: number) => words.filter((_, i) => (((n * seed) >> i) & 1) === 1).join(' ');
    const system = `urn:vitrine:sys:local:city:s${String(n).padStart(2, '0')}`;
    const data = { name: { en: `Thing ${some(1)}` }, summary: { en: `It does ${some(7)} ${n === 60 ? 'zulu' : ''}.` } };
    await record({ type: 'RegisterSystem', organisation, system, occurredAt: '2026-01-01', data }, system);
  }
  await t.settled();
});
afterAll(() => t.close());

const all = async (search: Search) => {
  const page = await readSystems(t.register.pool, { filter: {}, search }, { order: 'RELEVANCE', first: 100 });
  return page.systems.map(({ id }) => id);
};

/** Page by page; how it is understood goes from page to page as it does for a client. */
async function paged(text: string, state?: string): Promise<string[]> {
  const ids: string[] = [];
  for (let after: string | undefined, known = state; ; ) {
    const search = await prepareSearch(t.register.pool, text, 'en', known);
    const page = await readSystems(t.register.pool, { filter: {}, search }, { order: 'RELEVANCE', first: 3, after });
    ids.push(...page.systems.map(({ id }) => id));
    if (!page.hasMore) return ids;
    after = page.systems.at(-1)!.cursor;
    known = searchStateOf(after);
  }
}

describe('pages together are what is found, each system once, in order', () => {
  test.each([
    ['alpha', 'ALL_WORDS'],
    ['alpha bravo', 'ALL_WORDS'],
    ['charlie delta alpha bravo', 'MOST_WORDS'],
    ['alpha bravo charlie nowhere', 'MOST_WORDS'],
    ['thign', 'SIMILAR_NAMES'],
  ])('%s', async (text, matched) => {
    const search = await prepareSearch(t.register.pool, text, 'en');
    expect(search.matched).toBe(matched);
    const whole = await all(search);
    expect(whole.length).toBeGreaterThan(5);
    expect(await paged(text)).toEqual(whole);
    expect(await countSystems(t.register.pool, { filter: {}, search })).toBe(whole.length);
  });

  test('two words that nothing has both of: those with one of them', async () => {
    const alone = await all(await prepareSearch(t.register.pool, 'zulu', 'en'));
    expect(alone).toEqual(['urn:vitrine:sys:local:city:s60']);
    const search = await prepareSearch(t.register.pool, 'zulu thing', 'en');
    expect(search.matched).toBe('ALL_WORDS');
    await t.register.commands.handle(
      {
        command: {
          type: 'DescribeSystem',
          organisation,
          system: alone[0]!,
          occurredAt: '2026-01-02',
          data: { set: { name: { en: 'Nothing else' } }, reason: { en: 'x' } },
        },
        key: 'rename',
      },
      { organisation: operator, role: 'administrator' },
    );
    await t.settled();
    const either = await prepareSearch(t.register.pool, 'zulu thing', 'en');
    expect(either.matched).toBe('MOST_WORDS');
    expect(await all(either)).toHaveLength(60);
    expect((await all(either))[0]).toBe(alone[0]);
    expect(await paged('zulu thing')).toEqual(await all(either));
  });
});

test.each([['alpha'], ['alpha bravo']])('%s: words that are everywhere give the same, tier by tier', async (text) => {
  const [kind, said] = JSON.parse((await prepareSearch(t.register.pool, text, 'en')).state) as [
    string,
    [number, number, number][],
  ];
  const withShare = (share: number) => JSON.stringify([kind, said.map(([at, weight]) => [at, weight, share])]);
  const search = await prepareSearch(t.register.pool, text, 'en', withShare(0.001));
  expect(search.tiers).toBeUndefined();
  const frequent = withShare(0.9);
  const byTiers = await prepareSearch(t.register.pool, text, 'en', frequent);
  expect(byTiers.tiers).toBeDefined();
  expect(await all(byTiers)).toEqual(await all(search));
  expect(await paged(text, frequent)).toEqual(await all(search));
  const filter = { language: ['en'], organisation: [organisation] };
  expect((await all(byTiers)).length).toBeGreaterThan(10);
  const filtered = await readSystems(t.register.pool, { filter, search: byTiers }, { order: 'RELEVANCE', first: 7 });
  expect(filtered.systems.map(({ id }) => id)).toEqual((await all(search)).slice(0, 7));
});

test.each([
  '["all",[[0,1,1],[0,1,1],[0,1,1],[0,1,1]]]',
  '["all",[[0,1,2]]]',
  '["all",[[0,"1",1]]]',
  '["all",[[9,1,1]]]',
  '["all",[]]',
  '["constructor",[[0,1,1]]]',
  '["similar",[[0,1,1]]]',
  '["any",[[0,1e-300,1]]]',
  '[]',
  '7',
  '{',
])('a state that no page can have said is refused: %s', async (state) => {
  await expect(prepareSearch(t.register.pool, 'alpha', 'en', state)).rejects.toThrow(SyntaxError);
});
