import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { parseSubmission } from '#commands';
import { codelists, labels, operator } from '#domain';
import { eventLabel, say } from '#exports';
import { isOfLaw } from '#projections';
import { openDemoRegister, type TestRegister } from './setup/register.js';

// The pages that list changes, duties, organisations, suppliers and figures say what the API says.
const city = 'urn:vitrine:org:nl-tooi:gm0363';
const hostile = 'A/B <b>"c"\' & 100% ?x=1#y \\ ..';
let t: TestRegister;
let n = 0;
const send = (type: string, occurredAt: string, data: object, system?: string, organisation = city) =>
  t.register.commands.handle(
    parseSubmission({
      type,
      organisation,
      ...(system && { system }),
      occurredAt,
      data,
      idempotencyKey: `lists-${n++}`,
    }),
    { organisation: operator, role: 'administrator' },
  );

beforeAll(async () => {
  t = await openDemoRegister();
  const other = 'urn:vitrine:org:local:renamed';
  await send(
    'RegisterOrganisation',
    '2020-01-01',
    { names: { en: hostile }, kind: 'municipality', country: 'BE' },
    undefined,
    other,
  );
  await send('RenameOrganisation', '2021-01-01', { names: { en: 'New name' }, reason: { en: 'x' } }, undefined, other);
  for (let i = 0; i < 60; i++) {
    const system = `${city.replace(':org:', ':sys:')}:high${i}`;
    await send('RegisterSystem', '2024-01-01', { name: { en: `High ${i} ${hostile}` }, role: 'deployer' }, system);
    await send(
      'AwardContract',
      '2024-01-02',
      { lot: '1', kind: 'bought', supplier: { name: hostile, country: 'DE' } },
      system,
    );
    await send('StartDeployment', '2026-09-01', { stage: 'production', from: '2026-09' }, system);
    await send(
      'ClassifyRisk',
      '2026-09-02',
      { class: 'prohibited', article5: ['A5-1-c'], grounds: { en: 'x' } },
      system,
    );
  }
  await t.settled();
}, 60_000);
afterAll(() => t.close());

async function html(path: string): Promise<string> {
  const answer = await fetch(t.url + path);
  expect([path, answer.status]).toEqual([path, 200]);
  return answer.text();
}
async function json<T>(path: string): Promise<T> {
  return (await (await fetch(t.url + path)).json()) as T;
}
const mainOf = (page: string) => /<main.*<\/main>/s.exec(page)![0];
const plain = (markup: string) =>
  markup
    .replace(/<[^>]*>/g, ' ')
    .replaceAll('&lt;', '<')
    .replaceAll('&quot;', '"')
    .replaceAll('&amp;', '&')
    .replace(/\s+/g, ' ')
    .trim();
const rowsOf = (page: string) =>
  [...mainOf(page).matchAll(/<tr><th scope="row">(.*?)<\/tr>/gs)].map(([row]) =>
    [...row.matchAll(/<t[hd][^>]*>(.*?)<\/t[hd]>/gs)].map(([, cell]) => plain(cell!)),
  );
const nextOf = (page: string) => /rel="next" href="([^"]+)"/.exec(page)?.[1]?.replaceAll('&amp;', '&');
/** All pages of a list. */
async function pagesOf(path: string): Promise<string[]> {
  const pages: string[] = [];
  for (let next: string | undefined = path; next; next = nextOf(pages.at(-1)!)) pages.push(await html(next));
  return pages;
}

describe('what changed', () => {
  type Line = { type: string; system?: string; organisation: string; data: { eventType?: string } };
  const events = async () =>
    (await t.register.store.readAll(-1, 10_000)).map(
      ({ envelope, data }) => ({ ...envelope, data }) as unknown as Line,
    );

  test('every event once, the last first, with what it is about', async () => {
    const told = (await pagesOf('/en/changes')).flatMap((page) =>
      [...page.matchAll(/<li><b>(.*?)<\/b><a href="\/en\/(?:systems|organisations)\/([^"]+)"/g)].map(
        ([, label, id]) => [plain(label!), id],
      ),
    );
    const expected = (await events()).map(({ type, data, system, organisation }) => [
      eventLabel({ type, data }, 'en'),
      system ?? organisation,
    ]);
    expect(told).toEqual(expected.reverse());
  });

  test('those of an organisation', async () => {
    const told = (await pagesOf(`/nl/changes?organisation=${city}`)).flatMap((page) => [
      ...page.matchAll(/<li><b>/g),
    ]).length;
    expect(told).toBe((await events()).filter(({ organisation }) => organisation === city).length);
  });
});

test('of the changes, those of one kind: each once, the last first', async () => {
  const all = await t.register.store.readAll(-1, 10_000);
  for (const type of codelists['event-type'])
    for (const organisation of [undefined, city]) {
      const of = organisation === undefined ? '' : `&organisation=${organisation}`;
      const told = (await pagesOf(`/en/changes?type=${type}${of}`)).flatMap((page) =>
        [...page.matchAll(/<li><b>.*?<[/]b><a href="[/]en[/](?:systems|organisations)[/]([^"]+)"/g)].map(
          ([, id]) => id,
        ),
      );
      const expected = all
        .map(({ envelope }) => envelope)
        .filter(
          (envelope) => envelope.type === type && (organisation ?? envelope.organisation) === envelope.organisation,
        )
        .map((envelope) => envelope.system ?? envelope.organisation);
      expect([type, told]).toEqual([type, expected.reverse()]);
    }
});

describe('duties', () => {
  type Gaps = { gaps: { system: string; obligation: string; since: string; duty: string }[]; next?: string };
  const gapsOn = async (on: string) => {
    const all: Gaps['gaps'] = [];
    for (let after = ''; ; ) {
      const page = await json<Gaps>(`/v1/gaps?on=${on}&limit=100${after}`);
      all.push(...page.gaps);
      if (page.next === undefined) return all;
      after = `&after=${page.next}`;
    }
  };

  test.each(['2025-06-30', '2026-10-01', '2026-11-20'])(
    'on %s: those by law, and apart from them good practice',
    async (on) => {
      const all = await gapsOn(on);
      for (const [kind, isWanted] of [
        ['law', (gap: Gaps['gaps'][number]) => isOfLaw(gap as never)],
        ['practice', (gap: Gaps['gaps'][number]) => !isOfLaw(gap as never)],
      ] as const) {
        const expected = all.filter(isWanted);
        const pages = await pagesOf(`/en/duties?kind=${kind}&asOf=${on}`);
        const told = pages.flatMap((page) =>
          [...mainOf(page).matchAll(/<th scope="row"><a href="\/en\/systems\/([^"?]+)/g)].map(([, id]) => id),
        );
        expect([kind, told]).toEqual([kind, expected.map(({ system }) => system)]);
        expect(plain(/<h2>.*?<\/h2>/s.exec(pages[0]!)![0])).toBe(
          expected.length === 0 ? 'None on this day' : `${expected.length} on this day`,
        );
      }
    },
  );

  test('a prohibited practice in use is told, and can be asked for alone', async () => {
    const page = await html('/en/duties?obligation=prohibited-practice&asOf=');
    expect(plain(/<h2>.*?<\/h2>/s.exec(page)![0])).toBe('60 on this day');
    expect(plain(page)).toContain('Art 5(1)');
    expect(page).not.toContain('role="note"');
    expect(await html(`/en/duties?obligation=prohibited-practice&organisation=urn:vitrine:org:es-ine:08019`)).toContain(
      'None on this day',
    );
  });
});

test('a past day has the names of that day, and a choice stays chosen', async () => {
  const own = 'urn:vitrine:org:local:moved';
  const system = 'urn:vitrine:sys:local:moved:one';
  const to = (type: string, occurredAt: string, data: object, on?: string) => send(type, occurredAt, data, on, own);
  await to('RegisterOrganisation', '2020-01-01', { names: { en: 'Old city' }, kind: 'municipality', country: 'BE' });
  await to('RegisterSystem', '2024-01-01', { name: { en: 'Old name' }, role: 'deployer' }, system);
  await to('StartDeployment', '2024-02-01', { stage: 'production', from: '2024-02' }, system);
  await to('RenameOrganisation', '2026-06-01', { names: { en: 'New city' }, reason: { en: 'x' } });
  await to('DescribeSystem', '2026-06-02', { set: { name: { en: 'New name' } }, reason: { en: 'x' } }, system);
  await t.settled();
  const page = plain(mainOf(await html(`/en/duties?kind=practice&organisation=${own}&asOf=2026-05-01`)));
  expect(page).toContain('Old city');
  expect(page).toContain('Old name');
  expect(page).not.toMatch(/New (city|name)/);
  const none = await html('/en/duties?obligation=review&asOf=2020-06-01');
  expect(none).toMatch(/<option value="review" selected>[^<]* \(0\)/);
  // What organisations are offered is what they have.
  const offered = await html(`/en/duties?kind=practice&organisation=${own}`);
  const counts = [...offered.matchAll(/<option value="[^"]+">[^<]*\((\d+)\)/g)].map(([, count]) => Number(count));
  expect(plain(/<h2>.*?<\/h2>/s.exec(offered)![0])).toBe(
    `${counts.reduce((sum, count) => sum + count, 0)} on this day`,
  );
  await to(
    'DescribeSystem',
    '2026-08-02',
    { transferTo: 'urn:vitrine:org:local:renamed', reason: { en: 'x' } },
    system,
  );
  await t.settled();
  // From the later day to the earlier is the same as the other way round.
  for (const query of ['from=2026-05-01&to=2026-08-03', 'from=2026-08-03&to=2026-05-01']) {
    const compared = plain(mainOf(await html(`/en/systems/${system}/compare?${query}`)));
    expect(compared).toContain('Organisation Changed 1 May 2026 Old city 3 August 2026 New name');
    expect(compared).toContain('Changed 1 May 2026 Old name 3 August 2026 New name');
  }
  const early = plain(mainOf(await html(`/en/systems/${system}/compare?to=2024-01-01`)));
  expect(early).toContain('Nothing in the record changed');
});

test('organisations: each with what is recorded of it, and its former names', async () => {
  const rows = (await pagesOf('/en/organisations')).flatMap(rowsOf);
  const { organisations } = await json<{ organisations: { id: string; names: { en?: string } }[] }>(
    '/v1/organisations?limit=100',
  );
  expect(rows.map(([name]) => name)).toEqual(organisations.map(({ names }) => names.en));
  const renamed = plain(mainOf(await html('/en/organisations/urn:vitrine:org:local:renamed')));
  expect(renamed).toContain('New name');
  expect(renamed).toContain(`${hostile} until 1 January 2021`);
  const closed = 'urn:vitrine:org:local:closed';
  const close = { reason: { en: 'Merged.' }, successor: 'urn:vitrine:org:local:renamed' };
  await send(
    'RegisterOrganisation',
    '2020-01-01',
    { names: { en: 'Gone' }, kind: 'municipality', country: 'BE' },
    undefined,
    closed,
  );
  await send('CloseOrganisation', '2025-01-01', close, undefined, closed);
  await t.settled();
  const gone = plain(mainOf(await html(`/en/organisations/${closed}`)));
  expect(gone).toContain('This organisation was abolished on 1 January 2025 . Merged. Replaced by: New name');
  const led = await fetch(`${t.url}/organisations/${city}`, {
    headers: { accept: 'text/html', 'accept-language': 'ca' },
    redirect: 'manual',
  });
  expect(led.headers.get('location')).toBe(`/ca/organisations/${city}`);
});

test('suppliers: as the API counts them; each has a page, whatever its name', async () => {
  const { suppliers } = await json<{
    suppliers: { name: string; contracts: number; systems: number; organisations: number }[];
  }>('/v1/suppliers?limit=100');
  const page = await html('/en/suppliers');
  expect(rowsOf(page)).toEqual(
    suppliers.map(({ name, contracts, systems, organisations }) => [
      name,
      ...[contracts, systems, organisations].map(String),
    ]),
  );
  expect(suppliers.map(({ name }) => name)).toContain(hostile);
  const hrefs = [...mainOf(page).matchAll(/<th scope="row"><a href="([^"]+)"/g)].map(([, href]) => href!);
  for (const [i, href] of hrefs.entries()) {
    const own = await pagesOf(href);
    expect(plain(/<h1.*?<\/h1>/s.exec(own[0]!)![0])).toBe(suppliers[i]!.name);
    expect(own.flatMap(rowsOf)).toHaveLength(suppliers[i]!.contracts);
  }
});

test('figures: every value with as many systems as the API counts', async () => {
  const page = await html('/en/figures');
  const { systems: total } = await json<{ systems: number }>('/v1/statistics');
  for (const [dimension, title] of [
    ['status', 'Status'],
    ['riskClass', 'Risk class'],
    ['oversightMode', 'Who decides'],
    ['domain', say('en', 'field.domain')],
  ] as const) {
    const { counts } = await json<{ counts: { value: string; count: number }[] }>(
      `/v1/statistics/systems?by=${dimension}`,
    );
    const [, section] =
      new RegExp(`<section class="scroll" aria-label="${title}[^"]*"(.*?)</section>`, 's').exec(page) ?? [];
    const told = [...(section ?? '').matchAll(/href="\/en\/systems\?[^"]*=([^"&]+)".*?<td class="n">([^<]+)</gs)].map(
      ([, value, count]) => [value, Number(count!.replace(/\D/g, ''))],
    );
    expect([dimension, told]).toEqual([dimension, counts.map(({ value, count }) => [value, count])]);
    // Where a system has at most one value, those without one are told, too: the rows add up to all.
    const numbers = [...(section ?? '').matchAll(/<td class="n">([^<]+)</g)].map(([, count]) => Number(count));
    if (dimension !== 'domain')
      expect([dimension, numbers.reduce((sum, one) => sum + one, 0)]).toEqual([dimension, total]);
  }
  const rows = (await html('/v1/statistics/status-by-month.csv'))
    .trim()
    .split('\r\n')
    .slice(1)
    .map((row) => row.split(','));
  const last = rows.at(-1)![0];
  const now = rows
    .filter(([month, status]) => month === last && status === 'in-use')
    .reduce((sum, row) => sum + Number(row.at(-1)), 0);
  expect(plain(page)).toContain(`${now} are.`);
});

test('policy areas: as the API counts them, each with a feed that is there', async () => {
  const { counts } = await json<{ counts: { value: string; count: number }[] }>(
    '/v1/statistics/systems?by=domain&limit=100',
  );
  const told = rowsOf(await html('/en/themes'));
  expect(told.map(([area, count]) => [area, Number(count)])).toEqual(
    counts.map(({ value, count }) => [labels['domain']![value]!.en, count]),
  );
  const feeds = [...(await html('/fr/themes')).matchAll(/href="([^"]*[/]feeds[/]domain[^"]*)"/g)].map(([, href]) =>
    href!.replaceAll('&amp;', '&'),
  );
  expect(feeds).toHaveLength(counts.length);
  for (const feed of feeds) expect([feed, (await fetch(t.url + feed)).status]).toEqual([feed, 200]);
});

test('contracts: each once, the newest first, with its supplier where that is public', async () => {
  type Contract = { system: string; occurredAt: string; supplier?: { name: string } };
  const all: Contract[] = [];
  for (let after = ''; ; ) {
    const page = await json<{ contracts: Contract[]; next?: string }>(`/v1/contracts?limit=100${after}`);
    all.push(...page.contracts);
    if (page.next === undefined) break;
    after = `&after=${page.next}`;
  }
  const told = (await pagesOf('/en/contracts')).flatMap((page) =>
    [...page.matchAll(/<tr><th scope="row"><a href="[/]en[/]systems[/]([^"]+)".*?<[/]th>(.*?)<[/]tr>/gs)].map(
      ([, system, cells]) => ({
        system,
        day: /datetime="([^"]+)"/.exec(cells!)?.[1],
        supplier: /href="[/]en[/]suppliers[/]([^"]+)"/.exec(cells!)?.[1],
      }),
    ),
  );
  const days = told.map(({ day }) => day!);
  expect(days).toEqual([...days].sort().reverse());
  const keyOf = (one: object) => JSON.stringify(one);
  expect(told.map(keyOf).sort()).toEqual(
    all
      .map(({ system, occurredAt: day, supplier }) => ({
        system,
        day,
        supplier: supplier && encodeURIComponent(supplier.name),
      }))
      .map(keyOf)
      .sort(),
  );
});

test.each([
  '/en/changes?before=x',
  '/en/changes?asOf=2024-01-01',
  '/en/changes?type=nope',
  '/en/duties?obligation=nope',
  '/en/duties?kind=nope',
  '/en/duties?asOf=2999-01-01',
  '/en/duties?after=abc',
  '/en/organisations?after=abc',
  '/en/suppliers?after=abc',
  '/en/contracts?after=abc',
  '/en/figures?by=status',
])('%s is refused', async (path) => {
  expect((await fetch(t.url + path)).status).toBe(400);
});

test.each([
  '/en/suppliers/nobody',
  '/en/organisations/urn:vitrine:org:local:nobody',
  '/en/duties?organisation=urn:vitrine:org:local:nobody',
  '/en/changes?organisation=nobody',
])('%s is not there', async (path) => {
  expect((await fetch(t.url + path)).status).toBe(404);
});

test('no link within the site is broken, and only first pages are indexed', async () => {
  const seen = new Set<string>();
  const broken: string[] = [];
  const queue = ['/en'];
  for (let path = queue.shift(); path !== undefined && seen.size < 250; path = queue.shift()) {
    if (seen.has(path)) continue;
    seen.add(path);
    const answer = await fetch(t.url + path);
    const page = await answer.text();
    if (answer.status !== 200) broken.push(`${answer.status} ${path}`);
    const isPart = path.includes('?') || /[/](compare|sign|letter|report|embed|status)$/.test(path);
    if (isPart !== /name="robots" content="noindex"/.test(page)) broken.push(`index ${path}`);
    for (const [, href] of page.matchAll(/ href="(\/en[^"#]*)"/g)) queue.push(href!.replaceAll('&amp;', '&'));
  }
  expect(seen.size).toBe(250);
  expect(broken).toEqual([]);
  const slash = await fetch(`${t.url}/en/systems/?search=a/`, { redirect: 'manual' });
  expect([slash.status, slash.headers.get('location')]).toEqual([301, '/en/systems?search=a/']);
}, 60_000);

test('what is withheld stands there with its ground, its reason and its end, and nothing else does', async () => {
  const { systems } = (await (await fetch(`${t.url}/v1/systems?limit=100`)).json()) as {
    systems: { id: string; withheld?: { [field: string]: { reason: { en?: string }; until?: string } } }[];
  };
  const page = await html('/en/withheld');
  const all = systems.flatMap(({ id, withheld = {} }) =>
    Object.entries(withheld).map(([field, why]) => ({ id, field, ...why })),
  );
  expect(all.length).toBeGreaterThan(0);
  expect(page.match(/<tr>/g)!.length).toBe(all.length + 1);
  for (const { id, reason, until } of all) {
    expect(page).toContain(`href="/en/systems/${id}"`);
    if (reason.en) expect(page).toContain(reason.en.replaceAll('&', '&amp;').replaceAll('<', '&lt;'));
    if (until) expect(page).toContain(`datetime="${until}"`);
  }
  expect(await html(`/en/withheld?field=${all[0]!.field}`)).toContain(`href="/en/systems/${all[0]!.id}"`);
  expect(await html('/en/withheld?field=nothing')).toContain('Nothing is withheld.');
  const { total } = (await (await fetch(`${t.url}/v1/systems?withheld=${all[0]!.field}`)).json()) as { total: number };
  expect(total).toBe(all.filter(({ field }) => field === all[0]!.field).length);
});

test('what cities write becomes text on every page, not markup', async () => {
  for (const path of [
    '',
    '/systems',
    '/changes',
    '/duties',
    '/organisations',
    '/organisations/urn:vitrine:org:local:renamed',
    '/suppliers',
    `/suppliers/${encodeURIComponent(hostile)}`,
    '/figures',
  ])
    for (const language of ['en', 'fr']) expect(await html(`/${language}${path}`)).not.toContain('<b>"c"');
});
