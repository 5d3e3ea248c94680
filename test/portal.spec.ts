import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { parseSubmission } from '#commands';
import { operator } from '#domain';
import { countLegalGaps, type OversightFigures, readOversightFigures } from '#projections';
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
  [...mainOf(page).matchAll(/<h3><a href="\/systems\/([^"?]+)/g)].map(([, id]) => id!);

test('every page: one heading, a name for every id, its own style only, and nothing that no one filled in', async () => {
  const paths = ['/', '/systems', '/exports', ...ids.map((id) => `/systems/${id}`)];
  for (const path of paths)
    for (const language of languages) {
      const answer = await fetch(`${t.url}${path}?language=${language}`, { headers: { accept: 'text/html' } });
      expect(answer.headers.get('content-security-policy')).toContain("style-src 'self'");
      const page = await answer.text();
      expect([path, language, page.match(/<h1/g)?.length]).toEqual([path, language, 1]);
      expect(page).not.toMatch(/\bundefined\b|\bNaN\b|\[object|Invalid Date|<script|<style|style="/);
      const anchors = [...page.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id!);
      expect([path, anchors]).toEqual([path, [...new Set(anchors)]]);
      for (const [, target] of page.matchAll(/href="#([^"]+)"/g))
        expect([path, anchors]).toEqual([path, expect.arrayContaining([target])]);
    }
});

test('the style has a name of its own for each state; an older name leads to it', async () => {
  const [, name] = /href="\/assets\/([^"]+)"/.exec(await html('/'))!;
  const answer = await fetch(`${t.url}/assets/${name}`);
  expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'text/css; charset=utf-8']);
  expect(answer.headers.get('cache-control')).toContain('immutable');
  const older = await fetch(`${t.url}/assets/style.0123456789ab.css`, { redirect: 'manual' });
  expect([older.status, older.headers.get('location')]).toEqual([302, `/assets/${name}`]);
  expect((await fetch(`${t.url}/assets/other.css`)).status).toBe(404);
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
    of('in-use', 'piloted'),
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
    expect(counted.map(([, , count]) => Number(count)).reduce((a, b) => a + b)).toBe(linkedSystems(page).length);
    expect(page).toContain('href="?language=nl&amp;status=retired&amp;search=camera"');
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
    expect(page).toContain('<h1 lang="nl">Kaal &lt;b>&amp;amp;&quot;\'</h1>');
    expect(page).toContain('Not stated: Purpose, Why this approach');
  });

  test('what is withheld is called that', async () => {
    await send('WithholdField', '2024-02-02', { field: 'appeal', basis: 'public-security', reason: { en: 'x' } });
    await t.settled();
    const answers = /<dl class="answers">.*<\/dl>/s.exec(await html(`/systems/${bare}?language=en`))![0];
    expect(answers.match(/Not stated by the organisation/g)).toHaveLength(3);
    expect(answers).toContain('Not published');
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
    expect(plain(law!)).toMatch(/Art 50\(3\)\): Missing since/);
    expect(await html('/systems?search=kaal&language=en')).toContain(`${after - before} legal dut`);
  });
});
