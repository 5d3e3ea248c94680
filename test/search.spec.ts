import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { operator } from '#domain';
import { countSystems, prepareSearch, readSystems, type Search, searchStateOf } from '#projections';
import { distance } from '../libs/projections/search/near.js';
import { wordsIn } from '../libs/projections/search/split.js';
import { toVector } from '../libs/projections/search/words.js';
import { merge } from '../libs/projections/tags-and-words.js';
import { openTestRegister, type TestRegister } from './setup/register.js';

const organisation = 'urn:vitrine:org:local:city';
const words = ['alpha', 'bravo', 'charlie', 'delta'];
let t: TestRegister;

/** Sixty systems, with every combination of the words in name and summary. */
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

/** A search page by page; cursors pass on how the search was understood, as they do for a client. */
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
    ['thign', 'ALL_WORDS'],
    ['alphalpha', 'SIMILAR_NAMES'],
    ['alpha brvao', 'ALL_WORDS'],
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
  '["all",[[0,1,1]],[[9,"bravo"]]]',
  '["all",[[0,1,1]],[[0,"two words"]]]',
  '["all",[[0,1,1]],[[0,7]]]',
  '["all",[[0,1,1]],{}]',
  '[]',
  '7',
  '{',
])('a state that no page can have said is refused: %s', async (state) => {
  await expect(prepareSearch(t.register.pool, 'alpha', 'en', state)).rejects.toThrow(SyntaxError);
});

describe('what can be read can be found', () => {
  const describeSystem = async (id: string, language: string, summary: string) => {
    const system = `urn:vitrine:sys:local:city:${id}`;
    const data = { name: { [language]: 'Q' }, summary: { [language]: summary } };
    const command = { type: 'RegisterSystem', organisation, system, occurredAt: '2026-01-01', data };
    await t.register.commands.handle(
      { command: command as never, key: id },
      { organisation: operator, role: 'administrator' },
    );
    await t.settled();
    return system;
  };
  const find = async (text: string, language?: string) => all(await prepareSearch(t.register.pool, text, language));

  test('words that are joined by signs, or have some in them that cannot be seen', async () => {
    const summary =
      'Controle van bijstand/wooncontrole en kwarkherkenning/zebrapaden.Daarna beslist een ambtenaar.Vervolgens gyroscopie; zie https://gemeente.example.org/zoekpagina?q=vindplaats, info@balieloket.example en C:\\map\\bestandsnaam.docx. Kin\u00adder\u00adopvang e-formulier AI-adviesraad e\u0301ndrijver.';
    const joined = await describeSystem('joined', 'nl', summary);
    const words = `bijstand wooncontrole bijstand/wooncontrole kwarkherkenning zebrapaden Daarna ambtenaar vervolgens gyroscopie gemeente zoekpagina
      vindplaats balieloket bestandsnaam kinderopvang Kinder\u00adopvang formulier e-formulier eformulier adviesraad AI-adviesraad éndrijver endrijver`;
    for (const word of words.split(/\s+/)) expect([word, await find(word)]).toEqual([word, [joined]]);
    const catalan = await describeSystem('catalan', 'ca', 'La col·laboració paral\u2022lela d’intel·ligència');
    for (const word of ['col·laboració', 'collaboracio', 'paral·lela', 'intel·ligència', 'intelligencia'])
      expect([word, await find(word)]).toEqual([word, [catalan]]);
  });

  test('whatever stands between words', async () => {
    // No "l": the Catalan "l·l" is one letter within a word (the test before this one).
    const letters = fc.string({ unit: fc.constantFrom(...'bcdfghjkmnpqrstvwxz'), minLength: 5, maxLength: 12 });
    const between = fc.string({
      unit: fc.constantFrom(...' ./\\,;:()[]{}<>@#%&*+=?!"\'|~^_’“”«»…–—·•\u00a0\u2028\t\n', '://', '.', '/'),
      minLength: 1,
      maxLength: 4,
    });
    let n = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(letters, between), { minLength: 2, maxLength: 8 }), async (pieces) => {
        const system = await describeSystem(`any${++n}`, ['nl', 'en', 'de', 'fr'][n % 4]!, pieces.flat().join(''));
        for (const [word] of pieces) expect(await find(word)).toContain(system);
      }),
      { numRuns: 30 },
    );
  });

  test('the words of the text and of the question are the same, whatever comes', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        for (const word of wordsIn(text)) expect(wordsIn(word)).toEqual([word]);
      }),
    );
  });

  test('what is called otherwise, in whatever language, is found, what is called so comes first', async () => {
    const cameras = await describeSystem('cameras', 'nl', 'Cameratoezicht op het stationsplein.');
    const other = await describeSystem('cctv', 'en', 'Automatic alarms from CCTV.');
    for (const [language, words] of [
      ['en', 'CCTV'],
      ['fr', 'vidéosurveillance'],
      ['de', 'Videoüberwachung'],
      ['it', 'videosorveglianza'],
      ['es', 'videovigilancia'],
      ['ca', 'càmeres de vigilància'],
      ['nl', 'camerabewaking'],
      [undefined, 'security cameras'],
    ])
      expect([words, (await find(words!, language)).sort()]).toEqual([words, [cameras, other].sort()]);
    expect(await find('cctv', 'en')).toEqual([other, cameras]);
    expect(await find('cameratoezicht', 'nl')).toEqual([cameras, other]);
    // A search with synonyms finds the same page by page.
    expect(await paged('surveillance cameras')).toEqual(await find('surveillance cameras', 'en'));
  });

  test('a word with a slip is taken for a near one, also beside one that is found', async () => {
    const station = await describeSystem('station', 'nl', 'Fietsenstalling');
    expect(await find('camratoezicht stationsplein', 'nl')).toEqual(['urn:vitrine:sys:local:city:cameras']);
    expect(await find('camratoezicht', 'nl')).toHaveLength(2);
    const { replaced } = await prepareSearch(t.register.pool, 'camratoezicht stationsplein', 'nl');
    expect(replaced).toEqual([{ typed: 'camratoezicht', searchedFor: 'cameratoezicht' }]);
    const answer = await fetch(`${t.url}/v1/systems?search=camratoezicht`);
    expect(await answer.json()).toMatchObject({ replaced });
    // A misspelled word does not exclude records that have the other words.
    expect(await find('fietsenstalling cammera', 'nl')).toContain(station);
  });

  test('a word that is said twice, and many that say nothing, change nothing', async () => {
    const lights = await describeSystem('lights', 'en', 'Sensors in traffic lights');
    const lamps = await describeSystem('lamps', 'en', 'Dimming of street lights');
    const both = [lights, lamps].sort();
    await describeSystem('both', 'en', 'Traffic lights and street lights on one pole');
    for (const text of [
      'traffic lights street lights',
      'street lights traffic lights',
      'traffic lights traffic lights street lights',
    ])
      expect([text, await find(text, 'en')]).toEqual([text, ['urn:vitrine:sys:local:city:both']]);
    expect((await find('lights', 'en')).sort()).toEqual(expect.arrayContaining(both));
    const long = 'what is it that they do with all of my own and the other of them at the traffic lights';
    expect((await find(long, 'en')).sort()).toEqual((await find('traffic lights', 'en')).sort());
  });

  test('who reads in one language may ask in another', async () => {
    for (const [text, language] of [
      ['vidéosurveillance', 'en'],
      ['Videoüberwachung', 'en'],
      ['CCTV', 'fr'],
      ['camerabewaking', 'de'],
    ] as const)
      expect([text, (await find(text, language)).sort()]).toEqual([text, (await find('cctv', 'en')).sort()]);
    const listed = await fetch(`${t.url}/v1/systems?search=${encodeURIComponent('vidéosurveillance')}`);
    expect(((await listed.json()) as { total: number }).total).toBe((await find('cctv', 'en')).length);
  });

  test('a number is that number', async () => {
    await describeSystem('year', 'en', 'Evaluation of 2024 under A4711');
    for (const text of ['2023', 'A4712', 'evaluation 2023']) {
      const { matched, replaced } = await prepareSearch(t.register.pool, text, 'en');
      expect([text, matched, replaced]).toEqual([text, text.includes(' ') ? 'MOST_WORDS' : 'SIMILAR_NAMES', []]);
    }
  });

  test('words of a term that is nowhere are looked for by themselves', async () => {
    const scanner = await describeSystem('scanner', 'en', 'Analytics of parking scanners');
    for (const [text, language] of [
      ['video analytics', 'en'],
      ['video analytics', undefined],
      ['analytics video', 'en'],
    ] as const) {
      expect([text, await find(text, language)]).toEqual([text, expect.arrayContaining([scanner])]);
      expect(await paged(text)).toEqual(await find(text, 'en'));
    }
  });

  test('however many words of whatever length and writing there are, a record can be taken', async () => {
    // Like the projector, which has no limit of time for a statement; that for readers says nothing of it.
    const { exporting: pool } = t.register;
    const signs = [
      ...'abcdefghijklmnopqrstuvwxyz',
      ...'αβγδεζηθικλμνξοπρστυφχψω',
      ...'文字列検索語彙単語辞書言葉',
      ...'𐐨𐐩𐐪𐐫𐐬𐐭',
    ];
    for (const [alphabet, length] of [
      [signs.slice(0, 26), 3],
      [signs.slice(0, 26), 8],
      [signs.slice(26, 50), 5],
      [signs.slice(50, 62), 4],
      [signs.slice(62), 8],
    ] as [string[], number][]) {
      let n = 0;
      const text = (characters: number) => {
        const made: string[] = [];
        for (let size = 0; size < characters; size += length + 1, n++)
          made.push(
            Array.from({ length }, (_, i) => alphabet[Math.floor(n / alphabet.length ** i) % alphabet.length]).join(''),
          );
        return made.join(' ');
      };
      const texts = merge(['en', 'de', 'fr', 'nl', 'pl', 'xx'].map((language) => ({ [language]: text(400_000) })));
      const { rows } = await pool.query<{ bytes: number; words: number }>(
        `SELECT pg_column_size(vector) AS bytes, length(vector) AS words FROM (SELECT ${toVector('$1::jsonb', new Set(Object.keys(texts)))} AS vector) one`,
        [JSON.stringify(texts)],
      );
      expect(rows[0]!.words).toBeGreaterThan(10_000);
    }
  });
});

test('slips of the pen are counted: other, missing, too many, swapped', () => {
  for (const [a, b, slips] of [
    ['camera', 'camera', 0],
    ['camera', 'camara', 1],
    ['camera', 'cmaera', 1],
    ['camera', 'camra', 1],
    ['camera', 'caamera', 1],
    ['camera', 'kamara', 2],
    ['camera', 'lantern', 3],
  ] as const)
    expect([a, b, distance(a, b, 2)]).toEqual([a, b, slips]);
});
