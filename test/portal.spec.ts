import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { HtmlValidate } from 'html-validate/node';
import { parseSubmission } from '#commands';
import { operator } from '#domain';
import { readThemes } from '#exports';
import { countLegalGaps, type OversightFigures, readOversightFigures } from '#projections';
import { createServer } from '#server';
import { openDemoRegister, type TestRegister } from './setup/register.js';

// What people see: the start page, the list with search and filters, and the page of a system.
const city = 'urn:vitrine:org:nl-tooi:gm0363';
const bare = 'urn:vitrine:sys:nl-tooi:gm0363:bare';
const languages = ['en', 'fr', 'nl', 'de', 'es', 'ca', 'it'];
let t: TestRegister;
let ids: string[];
let n = 0;
const send = (type: string, occurredAt: string, data: object, system = bare) =>
  t.register.commands.handle(
    parseSubmission({ type, organisation: city, system, occurredAt, idempotencyKey: `portal-${n++}`, data }),
    { organisation: operator, role: 'administrator' },
  );

beforeAll(async () => {
  t = await openDemoRegister();
  await send('RegisterSystem', '2024-01-01', { name: { nl: 'Kaal <b>&amp;"\'' } });
  await t.settled();
  const { systems } = (await (await fetch(`${t.url}/v1/systems?limit=100`)).json()) as { systems: { id: string }[] };
  ids = systems.map(({ id }) => id);
});
afterAll(() => t.close());

const html = async (path: string, accept = 'text/html') => {
  const answer = await fetch(t.url + path, { headers: { accept } });
  expect([path, answer.status]).toEqual([path, 200]);
  return answer.text();
};
const plain = (markup: string) =>
  markup
    .replace(/<[^>]*>/g, ' ')
    .replace(/\s+/g, ' ')
    .trim();
const mainOf = (page: string) => /<main.*<\/main>/s.exec(page)![0];
const linkedSystems = (page: string) =>
  [...mainOf(page).matchAll(/<h3><a href="\/\w\w\/systems\/([^"?]+)/g)].map(([, id]) => id!);

/** Valid HTML, with names for what can be used and headings in order. Elements that Preact closes (`<br/>`) and long titles are right. */
const validator = new HtmlValidate({
  extends: ['html-validate:standard', 'html-validate:document', 'html-validate:a11y'],
  rules: { 'void-style': 'off', 'long-title': 'off', 'require-sri': ['error', { target: 'crossorigin' }] },
});

test('every page: one heading, a name for every id, its own style only, and nothing that no one filled in', async () => {
  const others = [
    '/changes',
    '/duties',
    '/duties?kind=practice',
    '/organisations',
    `/organisations/${city}`,
    '/suppliers',
    '/figures',
  ];
  const paths = ['', '/systems', '/data', ...others, ...ids.map((id) => `/systems/${id}`)];
  for (const path of paths)
    for (const language of languages) {
      const answer = await fetch(`${t.url}/${language}${path}`, { headers: { accept: 'text/html' } });
      expect(answer.headers.get('content-security-policy')).toContain("style-src 'self'");
      const page = await answer.text();
      // The same in each language, but for its words.
      const isChecked = languages.indexOf(language) === paths.indexOf(path) % languages.length;
      const { results } = isChecked ? await validator.validateString(page) : { results: [] };
      const faults = results.flatMap(({ messages }) =>
        messages.map(
          ({ ruleId, message, line, column }) =>
            `${ruleId}: ${message} ${page.split('\n')[line - 1]!.slice(column - 40, column + 60)}`,
        ),
      );
      expect([path, language, faults]).toEqual([path, language, []]);
      expect([path, language, page.match(/<h1/g)?.length]).toEqual([path, language, 1]);
      expect(page).not.toMatch(
        /\bundefined\b|\bNaN\b|\[object|Invalid Date|<script(?! type="application\/ld\+json">)|<style|style="/,
      );
      for (const [, data] of page.matchAll(/<script[^>]*>(.*?)<\/script>/gs)) expect(JSON.parse(data!)).toBeTruthy();
      const anchors = [...page.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id!);
      expect([path, anchors]).toEqual([path, [...new Set(anchors)]]);
      for (const [, target] of page.matchAll(/href="#([^"]+)"/g))
        expect([path, anchors]).toEqual([path, expect.arrayContaining([target])]);
    }
});

test('a page has one address in each language; others lead to it; it is kept until something is recorded', async () => {
  const ask = (path: string, headers = {}) =>
    fetch(t.url + path, { redirect: 'manual', headers: { accept: 'text/html', 'accept-language': 'it', ...headers } });
  for (const [path, target] of [
    ['/', '/it'],
    ['/?language=nl', '/nl'],
    ['/systems?search=a%20b&language=de&status=in-use', '/de/systems?search=a+b&status=in-use'],
    [`/systems/${bare}?asOf=2024-06-30`, `/it/systems/${bare}?asOf=2024-06-30`],
    ['/systems/%2F%2Fevil.example', '/it/systems/%2F%2Fevil.example'],
    ['/exports', '/it/data'],
  ] as const) {
    const answer = await ask(path);
    expect([path, answer.status, answer.headers.get('location')]).toEqual([path, 303, target]);
    expect(answer.headers.get('vary')).toContain('accept-language');
  }
  expect((await ask('/pt')).status).toBe(404);
  expect((await ask('/en/systems?language=nl')).status).toBe(400);
  const first = await ask(`/en/systems/${bare}`);
  const again = await ask(`/en/systems/${bare}`, { accept: '*/*' });
  expect(again.headers.get('content-security-policy')).toBe(first.headers.get('content-security-policy'));
  expect(await again.text()).toBe(await first.text());
  const tag = first.headers.get('etag')!;
  expect((await ask(`/en/systems/${bare}`, { 'if-none-match': tag })).status).toBe(304);
  await send('DescribeSystem', '2024-01-05', { set: { tags: ['nieuw'] }, reason: { nl: 'Nieuw' } });
  await t.settled();
  const after = await ask(`/en/systems/${bare}`, { 'if-none-match': tag });
  expect([after.status, await after.text()]).toEqual([200, expect.stringContaining('nieuw')]);
});

test('what is printed says where it is from, and of which state of the log', async () => {
  const position = await t.register.store.head();
  const page = await html(`/fr/systems/${bare}?asOf=2024-06-30`);
  const [, printed] = /<p class="printed">(.*?)<\/p>/s.exec(page)!;
  expect(printed).toBe(
    `https://test.example/fr/systems/${bare}?asOf=2024-06-30 · position ${position} dans le journal public`,
  );
  expect(page).toMatch(/<svg class="qr"/);
});

test('the style has a name of its own for each state; an older name leads to it', async () => {
  const [, name] = /rel="stylesheet" href="\/assets\/([^"]+)"/.exec(await html('/'))!;
  const answer = await fetch(`${t.url}/assets/${name}`);
  expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'text/css; charset=utf-8']);
  expect(answer.headers.get('cache-control')).toContain('immutable');
  const older = await fetch(`${t.url}/assets/style.0123456789ab.css`, { redirect: 'manual' });
  expect([older.status, older.headers.get('location')]).toEqual([302, `/assets/${name}`]);
  expect((await fetch(`${t.url}/assets/other.css`)).status).toBe(404);
});

test('a city has its own name, logo and colour; an organisation in it may have others', async () => {
  const logo = '<svg xmlns="http://www.w3.org/2000/svg"><path d="M0 0"/></svg>';
  const own = { name: { nl: 'Register van <Amsterdam>' }, accent: '#a80000', logo: 'logo.svg' };
  const organisations = { 'urn:vitrine:org:es-ine:08019': { accent: '#005f3c' } };
  const themes = readThemes(JSON.stringify({ ...own, organisations }), () => logo);
  const app = await createServer(t.register, { themes });
  await app.listen(0, '127.0.0.1');
  const url = await app.getUrl();
  const ask = (path: string) => fetch(url + path, { headers: { accept: 'text/html' } });
  const styleOf = (page: string) => /href="\/assets\/(theme[^"]+)"/.exec(page)?.[1];
  try {
    for (const path of ['/en', '/nl', '/nl/systems', '/nl/data', `/nl/systems/${bare}`, '/nl/systems/none']) {
      const page = await (await ask(path)).text();
      expect([path, page]).toEqual([path, expect.stringContaining('Register van &lt;Amsterdam>')]);
      expect([path, styleOf(page)]).toEqual([path, themes.register.style!.name]);
      const [, image] = /<img [^>]*src="([^"]+)"/.exec(page)!;
      const answer = await ask(image!);
      expect([await answer.text(), answer.headers.get('content-type')]).toEqual([
        expect.stringMatching(/^<svg/),
        'image/svg+xml',
      ]);
      expect(answer.headers.get('content-security-policy')).toContain("default-src 'none'");
    }
    const other = await (await ask('/en/systems/urn:vitrine:sys:es-ine:08019:chatbot')).text();
    expect(styleOf(other)).not.toBe(themes.register.style!.name);
    expect(other).not.toContain('<img');
    const css = await ask(`/assets/${styleOf(other)}`);
    expect([css.headers.get('content-type'), await css.text()]).toEqual([
      'text/css; charset=utf-8',
      expect.stringContaining('--accent:#005f3c'),
    ]);
  } finally {
    await app.close();
  }
});

test('the start page counts what the register counts', async () => {
  const page = await html('/?language=en');
  const tiles = [...page.matchAll(/<li><a href="([^"]+)"><b>([^<]+)<\/b>/g)].map(([, href, count]) => [href, count]);
  const { counts } = (await (await fetch(`${t.url}/v1/statistics/systems?by=status`)).json()) as {
    counts: { value: string; count: number }[];
  };
  const of = (...statuses: string[]) =>
    counts.filter(({ value }) => statuses.includes(value)).reduce((sum, { count }) => sum + count, 0);
  const gaps = await countLegalGaps(t.register.pool, new Date().toISOString().slice(0, 10));
  const events = (await t.register.store.head()) + 1;
  expect(tiles.map(([, count]) => Number(count!.replace(/\D/g, '')))).toEqual([
    of('in-use'),
    of('suspended'),
    of('stopped', 'retired'),
    gaps,
    events,
  ]);
  // Each of the first three leads to a list of so many.
  for (const [href, count] of tiles.slice(0, 3)) {
    const list = await html(href!.replaceAll('&amp;', '&'));
    expect(linkedSystems(list)).toHaveLength(Number(count));
  }
});

describe('the list', () => {
  test.each([
    'search=camera',
    'search=kamera&language=de',
    'status=in-use&status=suspended',
    'riskClass=high',
    'riskClass=unclassified',
    `organisation=${city}&oversightMode=human-decides`,
    'domain=traffic-and-mobility&search=tram',
    'search=zzzzqq',
  ])('%s: what the API finds, and how many', async (query) => {
    const page = await html(`/systems?${query}`);
    const answer = await (await fetch(`${t.url}/v1/systems?${query}&limit=100`)).json();
    const { systems, total } = answer as { systems: { id: string }[]; total: number };
    expect(linkedSystems(page)).toEqual(systems.map(({ id }) => id));
    const heading = plain(/<h2>.*?<\/h2>/s.exec(mainOf(page))![0]);
    expect(heading).toMatch(total === 0 ? /No|Keine/ : new RegExp(`^${total} `));
    // The table of this search has the same.
    const table = /href="(\/v1\/systems\.csv[^"]*)"/.exec(page)?.[1]?.replaceAll('&amp;', '&');
    if (total === 0) expect(table).toBeUndefined();
    else expect((await html(table!, 'text/csv')).trim().split('\r\n')).toHaveLength(total + 1);
  });

  test('what was chosen stays chosen, is passed on, and counts stand beside what can be chosen', async () => {
    const page = await html('/systems?search=camera&status=retired&language=en');
    expect(page).toMatch(/name="status" value="retired" checked/);
    expect(page).toContain('<input type="hidden" name="search" value="camera"/>');
    const counted = [...page.matchAll(/name="status" value="([^"]+)"[^>]*\/>[^<]*<span>(\d+)<\/span>/g)];
    const chosen = counted.find(([, value]) => value === 'retired');
    expect(Number(chosen![2])).toBe(linkedSystems(page).length);
    // The others of its kind can be added.
    expect(counted.map(([, value]) => value)).toContain('in-use');
    // A new search keeps the filter.
    expect(/<form class="search".*?<\/form>/s.exec(page)![0]).toContain('name="status" value="retired"');
    expect(page).toContain('href="/nl/systems?status=retired&amp;search=camera"');
  });

  test('pages follow one another', async () => {
    for (let i = 0; i < 40; i++)
      await send(
        'RegisterSystem',
        '2024-01-01',
        { name: { en: `Row ${i}` } },
        `urn:vitrine:sys:nl-tooi:gm0363:row${i}`,
      );
    await t.settled();
    const seen: string[] = [];
    for (let path: string | undefined = '/systems?language=en'; path; ) {
      const page: string = await html(path);
      seen.push(...linkedSystems(page));
      path = /rel="next" href="([^"]+)"/.exec(page)?.[1]?.replaceAll('&amp;', '&');
    }
    expect(new Set(seen).size).toBe(seen.length);
    expect(seen).toHaveLength(ids.length + 40);
  });

  test.each(['status=nope', 'organisation=x', 'search=a&search=b', 'colour=red', `search=${'x'.repeat(501)}`])(
    '%s is refused',
    async (query) => {
      expect((await fetch(`${t.url}/systems?${query}`, { headers: { accept: 'text/html' } })).status).toBe(400);
    },
  );
});

describe('the page of a system', () => {
  test('an answer that the record does not hold says so, and leads nowhere', async () => {
    const page = await html(`/systems/${bare}?language=en`);
    const answers = /<dl class="answers">.*<\/dl>/s.exec(page)![0];
    expect(answers.match(/Not stated by the organisation/g)).toHaveLength(4);
    expect(answers).toContain('No figures have been reported');
    expect(answers).toContain('No incident has been recorded');
    expect(answers).not.toContain('<a ');
    expect(page).toContain('<h1 lang="nl" dir="auto">Kaal &lt;b>&amp;amp;&quot;\'</h1>');
    expect(page).toContain('Not stated: Purpose, Why this approach');
  });

  test('what has been erased is not called "not stated", nor what is hidden "1 to 9"', async () => {
    const own = `${bare}-erased`;
    await send('RegisterSystem', '2024-01-01', { name: { en: 'Erased' } }, own);
    await send('DescribeSystem', '2024-01-02', { set: { appeal: { en: 'x' } }, reason: { en: 'x' } }, own);
    const { envelope } = (await t.register.store.readStream(own)).at(-1)!;
    const { commitment } = envelope.parts[0]!;
    const erasure = { event: envelope.id, part: 'content', commitment, basis: 'court-order' };
    await send('ErasePayload', '2024-02-02', erasure, own);
    await send('StartDeployment', '2024-02-02', { stage: 'production', from: '2024-02-01' }, own);
    const figures = { measured: true, outputs: 4000, reviewed: 3998, overridden: 3998 };
    await send(
      'ReportOversightFigures',
      '2024-04-01',
      { period: { from: '2024-02-02', to: '2024-03-31' }, ...figures },
      own,
    );
    await t.settled();
    const page = await html(`/systems/${own}?language=en`);
    const answers = plain(/<dl class="answers">.*<\/dl>/s.exec(page)![0]);
    expect(answers).not.toContain('Not stated by the organisation');
    expect(answers).toContain('What can I do? Not stated, or erased for legal reasons');
    expect(answers).toContain('Some of what was recorded has been erased');
    expect(page).not.toContain('1 to 9</td>');
    expect(plain(page)).toContain('not published');
  });

  test('the incident that happened last is told, and the whole short answer', async () => {
    const own = `${bare}-answers`;
    await send(
      'RegisterSystem',
      '2024-01-01',
      { name: { en: 'Answers' }, appeal: { en: 'Approx. 5 days. Then ask.' }, affectedPeople: { fr: 'Voir: tous.' } },
      own,
    );
    await send('StartDeployment', '2024-01-01', { stage: 'production', from: '2024' }, own);
    for (const [incident, kind, happenedOn] of [
      ['B', 'malfunction', '2024-04-20'],
      ['A', 'near-miss', '2024-03-20'],
    ])
      await send('ReportIncident', '2024-05-05', { incident, class: kind, happenedOn, description: { en: 'x' } }, own);
    await t.settled();
    const page = await html(`/systems/${own}?language=en`);
    const answers = plain(/<dl class="answers">.*<\/dl>/s.exec(page)![0]);
    expect(answers).toContain('20 April 2024');
    expect(answers).not.toContain('20 March 2024');
    expect(answers).toContain('What can I do? Approx. 5 days. Then ask.');
    expect(answers).toContain('Does it concern me? Voir: tous. (fr)');
    expect(page).not.toContain('<strong>Approx.</strong>');
    const [, use] = /<section aria-labelledby="use">(.*?)<\/section>/s.exec(page)!;
    expect(plain(use!)).toMatch(/Not stated: (?!.*In use since)/);
  });

  test('what is withheld is called that', async () => {
    await send('WithholdField', '2024-02-02', { field: 'appeal', basis: 'public-security', reason: { en: 'x' } });
    await t.settled();
    const answers = /<dl class="answers">.*<\/dl>/s.exec(await html(`/systems/${bare}?language=en`))![0];
    expect(answers.match(/Not stated by the organisation/g)).toHaveLength(3);
    expect(answers).toContain('Not published');
  });

  test('on a past day the history and the life go by the date to which an event was corrected', async () => {
    const own = `${bare}-dates`;
    await send('RegisterSystem', '2024-01-01', { name: { en: 'Dates' } }, own);
    await send('StartDeployment', '2024-06-01', { stage: 'production' }, own);
    const { envelope } = (await t.register.store.readStream(own)).at(-1)!;
    const correct = {
      event: envelope.id,
      eventType: 'DeploymentStarted',
      occurredAt: '2024-02-01',
      data: { stage: 'production' },
    };
    await send('CorrectEvent', '2024-07-01', { ...correct, reason: { en: 'Wrong month.' } }, own);
    await t.settled();
    const page = await html(`/systems/${own}?language=en&asOf=2024-03-01`);
    const [, history] = /<ol class="life">(.*?)<\/ol>/s.exec(page)!;
    expect(plain(history!)).toContain('1 June 2024 Use started corrected later · correct date: 1 February 2024');
    expect(plain(page)).toContain('In use 1 February 2024');
    const before = /<ol class="life">(.*?)<\/ol>/s.exec(await html(`/systems/${own}?language=en&asOf=2024-01-15`))!;
    expect(before[1]).not.toContain('Use started');
  });

  test('the history names the fields that changed, and why', async () => {
    const set = { purpose: { en: 'Words of the purpose' }, tags: ['one'] };
    await send('DescribeSystem', '2024-03-03', { set, reason: { en: 'We know more.' } });
    await send('DescribeSystem', '2024-03-04', { remove: ['tags', 'purpose'], reason: { fr: 'Trop tôt.' } });
    await t.settled();
    const [, history] = /<ol class="life">(.*?)<\/ol>/s.exec(await html(`/systems/${bare}?language=en`))!;
    const [last, before] = [...history!.matchAll(/<li>.*?<\/li>/gs)].map(([step]) => plain(step));
    expect(last).toContain('Removed: Keywords, Purpose Trop tôt. (fr)');
    expect(before).toContain('Changed: Purpose, Keywords We know more.');
    expect(history).not.toContain('Words of the purpose');
  });

  test('figures are those of the API, up to the day of the page; what is hidden stays hidden', async () => {
    const all = await readOversightFigures(t.register.pool, ids);
    expect(all.size).toBeGreaterThan(3);
    for (const [id, figures] of all)
      for (const asOf of [figures[0]!.period.to, undefined]) {
        const known = figures.filter(({ period }) => asOf === undefined || period.to <= asOf);
        const page = await html(`/systems/${id}?language=en${asOf ? `&asOf=${asOf}` : ''}`);
        const [, section] = /<section aria-labelledby="overrule">(.*?)<\/section>/s.exec(page)!;
        const rows = [...section!.matchAll(/<tr><th scope="row">.*?<\/tr>/gs)].map(([row]) => row);
        expect([id, rows.length]).toEqual([id, known.length]);
        const cells = rows.map((row) => [...row.matchAll(/<td class="n">([^<]*)<\/td>/g)].map(([, cell]) => cell!));
        const told = (count: OversightFigures['outputs']) =>
          count === 'suppressed' ? 'not published' : count === null ? 'not reported' : count.toLocaleString('en-GB');
        const expected = [...known]
          .sort((a, b) => (a.period.to < b.period.to ? 1 : -1))
          .map((one) => (one.measured ? [one.outputs, one.reviewed, one.overridden].map(told) : []));
        expect([id, cells]).toEqual([id, expected]);
      }
  });

  test('good practice is not called a duty by law', async () => {
    const { gaps } = (await (await fetch(`${t.url}/v1/gaps?limit=100`)).json()) as {
      gaps: { system: string; obligation: string; duty: string }[];
    };
    const practice = gaps.filter(({ duty }) => duty.startsWith('vitrine/'));
    expect(practice.length).toBeGreaterThan(0);
    for (const { system } of practice) {
      const page = await html(`/systems/${system}?language=en`);
      const [, law] = /<section aria-labelledby="law">(.*?)<\/section>/s.exec(page)!;
      expect(law).toContain('<h3>Good practice not followed</h3>');
      const byLaw = gaps.some((gap) => gap.system === system && !gap.duty.startsWith('vitrine/'));
      expect(law!.includes('<h3>Legal duties not met</h3>')).toBe(byLaw);
    }
  });

  test('a duty by law that is not met is told in the page, the list and the start page', async () => {
    const before = await countLegalGaps(t.register.pool, new Date().toISOString().slice(0, 10));
    await send('DescribeSystem', '2024-02-03', { set: { role: 'deployer', aiSystem: 'yes' }, reason: { en: 'x' } });
    await send('ClassifyRisk', '2024-02-03', {
      class: 'limited',
      grounds: { en: 'It talks to people.' },
      article50: ['A50-3'],
    });
    await send('StartDeployment', '2026-09-01', { stage: 'production', from: '2026-09-01' });
    await t.settled();
    const after = await countLegalGaps(t.register.pool, new Date().toISOString().slice(0, 10));
    expect(after).toBeGreaterThan(before);
    const [, law] = /<section aria-labelledby="law">(.*?)<\/section>/s.exec(
      await html(`/systems/${bare}?language=en`),
    )!;
    expect(law).toContain('<h3>Legal duties not met</h3>');
    expect(plain(law!)).toMatch(/Art 50\(3\)\) · since 1 September 2026/);
    expect(await html('/systems?search=kaal&language=en')).toContain(`${after - before} legal dut`);
  });
});
