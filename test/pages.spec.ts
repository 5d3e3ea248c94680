import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { parseSubmission } from '#commands';
import { operator } from '#domain';
import { countryOf, dayOf, moneyOf, numberOf } from '../libs/exports/pages/formats.js';
import { openDemoRegister, type TestRegister } from './setup/register.js';

const city = 'urn:vitrine:org:nl-tooi:gm0363';
const system = 'urn:vitrine:sys:nl-tooi:gm0363:cctv-analysis';
let t: TestRegister;
beforeAll(async () => {
  t = await openDemoRegister();
});
afterAll(() => t.close());

const page = async (path: string) => {
  const answer = await fetch(t.url + path, { headers: { accept: 'text/html' } });
  return { status: answer.status, html: await answer.text() };
};

/** Every GET route, with a value in place of each parameter. */
function everyRoute(): string[] {
  const lines = t.app.getHttpAdapter().getInstance().printRoutes({ commonPrefix: false }).split('\n');
  const open: string[] = [];
  const found: string[] = [];
  for (const line of lines) {
    const [, indent, piece, methods] = /^([│├└─ ]*)(\S*) ?\((.*)\)/.exec(line) ?? [];
    if (piece === undefined) continue;
    const depth = indent!.length / 4;
    open.length = depth - 1;
    const path = open.join('') + piece;
    open.push(piece);
    if (methods!.includes('GET'))
      found.push(
        path
          .replace(/:language\([^)]*\)/, 'en')
          .replace(/:\w+/g, 'x')
          .replace('*', 'x'),
      );
  }
  return found;
}

test('no route passes over a parameter that it does not know', async () => {
  const routes = everyRoute();
  expect(routes.length).toBeGreaterThan(60);
  expect(routes).toEqual(
    expect.arrayContaining(['/', '/en/systems/x', '/systems/x', '/v1/systems', '/readyz', '/graphql']),
  );
  const passed: string[] = [];
  for (const route of routes)
    for (const accept of ['text/html', 'application/json', 'text/turtle']) {
      const answer = await fetch(`${t.url}${route}?asOff=2024-06-30`, { headers: { accept } });
      const text = await answer.text();
      // OAI-PMH has its own errors, with status 200 (section 3.6 of the protocol).
      const isTold = answer.status === 400 ? text.includes('asOff') : /badArgument|badVerb/.test(text);
      if (!isTold && ![401, 404].includes(answer.status))
        passed.push(`${answer.status} ${route} ${accept} ${text.slice(0, 100)}`);
    }
  expect(passed).toEqual([]);
});

describe('money, numbers, days and countries', () => {
  test.each<[string, string, string]>([
    ['1234.5', 'EUR', '€1,234.50'],
    ['1234.56', 'HUF', 'HUF 1,234.56'],
    ['0.5', 'ISK', 'ISK 0.5'],
    ['123456789012345.67', 'EUR', '€123,456,789,012,345.67'],
    ['1000', 'JPY', 'JP¥1,000'],
    ['1.000,50', 'EUR', '1.000,50 EUR'],
    ['5', 'EURO', '5 EURO'],
  ])('%s %s', (amount, currency, written) => {
    expect(moneyOf(amount, currency, 'en').replaceAll('\u00a0', ' ')).toBe(written);
  });

  test('say no more and no less than the record', () => {
    expect(numberOf(0.0004, 'en')).toBe('0.0004');
    expect(dayOf('2024', 'fr')).toBe('2024');
    expect(dayOf('2024-11', 'fr')).toBe('novembre 2024');
    expect(dayOf('2024-11-04T23:59:59Z', 'de')).toBe('4. November 2024');
    expect(dayOf('2024-11-01', 'fr')).toBe('1er novembre 2024');
    expect(dayOf('2024-11-11', 'fr')).toBe('11 novembre 2024');
    expect(dayOf('2024-11-01', 'it')).toBe('1º novembre 2024');
    expect(dayOf('2024-11-01', 'ca')).toBe('1 de novembre del 2024');
    expect(dayOf('soon', 'de')).toBe('soon');
    expect(countryOf('XK', 'fr')).toBe('Kosovo');
    expect(countryOf('Kosovo', 'fr')).toBe('Kosovo');
  });
});

test('a language is no parameter that the pages refuse', async () => {
  for (const path of ['/', '/systems', `/systems/${system}`, '/exports'])
    expect([path, (await page(`${path}?language=nl`)).status]).toEqual([path, 200]);
});

describe('the page of a system as of a day', () => {
  test.each(['2024-06-30', '2024-06-30T10:00:00Z', '2025-06-30', '2026-11-01'])(
    '%s: the record of then, and it says so',
    async (asOf) => {
      const record = (await (await fetch(`${t.url}/v1/systems/${system}?asOf=${asOf}`)).json()) as {
        status: string;
        statusSince: string;
      };
      const { status, html } = await page(`/systems/${system}?language=en&asOf=${asOf}`);
      expect(status).toBe(200);
      expect(html).toContain(`as it stood on <time datetime="${asOf}">`);
      expect(html).toContain(`</span> <span><time datetime="${record.statusSince}">`);
      const happened = [...html.matchAll(/<li><time datetime="([^"]+)"/g)].map(([, date]) => date!);
      expect(happened.length).toBeGreaterThan(0);
      for (const date of happened) expect(date.slice(0, 10) <= asOf.slice(0, 10)).toBe(true);
      // Links to other languages keep the day, and there is a link to the current record.
      expect(html).toContain(`<a href="/nl/systems/${system}?asOf=${encodeURIComponent(asOf)}"`);
      expect(html).toContain(`<a href="/en/systems/${system}">See the current record</a>`);
      // All other links to the same record keep the day, too.
      const links = [...html.matchAll(/<(?:link|a)[^>]* href="([^"]*urn:vitrine:sys:[^"]*)"/g)].map(
        ([, href]) => href!,
      );
      expect(links.length).toBeGreaterThan(8);
      expect(links).toContain(`/en/systems/${system}/compare?from=${asOf.slice(0, 10)}`);
      for (const href of links.filter(
        (one) => !/\/compare|knownOn|\/decision/.test(one) && one !== `/en/systems/${system}`,
      ))
        expect(href).toMatch(new RegExp(`asOf=${encodeURIComponent(asOf)}$`));
    },
  );

  test('in every language', async () => {
    const said = new Set<string>();
    for (const language of ['en', 'fr', 'nl', 'de', 'es', 'ca', 'it']) {
      const { html } = await page(`/systems/${system}?language=${language}&asOf=2024-06-30`);
      const note = /<p role="note" class="banner"><span>([^<]*<time[^<]*<\/time>[^<]*)<\/span>/.exec(html)?.[1];
      expect(note).toContain('2024-06-30');
      said.add(note!);
    }
    expect(said.size).toBe(7);
  });

  test('before it was there it is not found; what is no day is refused; the other forms do not answer for today', async () => {
    expect((await page(`/systems/${system}?asOf=2019-01-01`)).status).toBe(404);
    expect((await page(`/systems/${system}?asOf=yesterday`)).status).toBe(400);
    const future = `${new Date().getUTCFullYear() + 1}-12-31`;
    expect((await page(`/systems/${system}?asOf=${future}`)).status).toBe(400);
    expect((await page(`/systems/${system}?asOf=${new Date().toISOString().slice(0, 10)}`)).status).toBe(200);
    expect((await page(`/systems/${system}?asOf=2024-06-30&asOf=2025-06-30`)).status).toBe(400);
    expect((await page(`/systems/${system}.ttl?asOf=2024-06-30`)).status).toBe(400);
    expect((await page('/systems?asOf=2024-06-31')).status).toBe(400);
    const second = await fetch(`${t.url}/systems?after=abc`, {
      headers: { accept: 'application/json' },
      redirect: 'manual',
    });
    expect(second.headers.get('location')).toMatch(/\/v1\/systems\?after=abc$/);
    const json = await fetch(`${t.url}/systems/${system}?asOf=2024-06-30`, { headers: { accept: 'application/json' } });
    const there = await fetch(`${t.url}/v1/systems/${system}?asOf=2024-06-30`);
    expect(await json.text()).toBe(await there.text());
  });
});

test('what an organisation says beside everything of its own is on each page of it', async () => {
  for (const path of ['/', '/systems', `/systems/${system}`, `/systems/${system}?asOf=2024-06-30`]) {
    const { html } = await page(`${path}${path.includes('?') ? '&' : '?'}language=nl`);
    expect([path, html]).toEqual([path, expect.stringContaining('Dit is niet het register van de gemeente Amsterdam')]);
  }
  const other = await page(`/systems/${system}?language=de`);
  expect(other.html).toContain('<span lang="en">Demonstration. These systems');
});

test('the history is in the order of what happened, and says when it was recorded where that differs', async () => {
  const traffic = 'urn:vitrine:sys:nl-tooi:gm0363:traffic-control';
  const record = (key: string, type: string, occurredAt: string, data: object) =>
    t.register.commands.handle(
      parseSubmission({ type, organisation: city, system: traffic, occurredAt, idempotencyKey: key, data }),
      { organisation: operator, role: 'administrator' },
    );
  const contract = { lot: 'AMS-2023-999', kind: 'licensed', supplier: { name: 'Fout B.V.' } };
  await record('r1', 'AwardContract', '2025-01-02', contract);
  const today = new Date().toISOString().slice(0, 10);
  await record('r3', 'AwardContract', today, { ...contract, supplier: { name: 'Goed B.V.' } });
  await t.settled();
  const { html } = await page(`/systems/${traffic}?language=nl`);
  const history = [...html.matchAll(/<li><time datetime="([^"]+)">[^<]*<\/time>(<b>.*?)<\/li>/g)];
  const dates = history.map(([, date]) => date!.slice(0, 10));
  expect(dates).toEqual([...dates].sort().reverse());
  const recordedOn = (date: string) => history.filter(([, one]) => one === date).map(([, , text]) => text!);
  expect(recordedOn('2025-01-02')).toEqual([expect.stringContaining(`vastgelegd op <time datetime="${today}">`)]);
  expect(recordedOn(today)[0]).not.toContain('vastgelegd');
});

describe('whoever asks for a page gets errors as a page', () => {
  const browser = 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8';
  const get = (path: string, accept?: string, language = 'de') =>
    fetch(t.url + path, { headers: { ...(accept && { accept }), 'accept-language': language } });

  test.each([
    ['/systems/nope', 404],
    ['/nowhere', 404],
    ['/systems/%', 400],
    [`/systems/${'a'.repeat(600)}`, 400],
    ['/exports/latest/none.csv', 404],
    ['/systems?when=now', 400],
    ['/log/tile/none', 404],
  ])('%s', async (path, status) => {
    const answer = await get(path, browser);
    const html = await answer.text();
    expect([answer.status, answer.headers.get('content-type')]).toEqual([status, 'text/html; charset=utf-8']);
    expect(html).toMatch(
      /^<!doctype html><html lang="de">.*<title>[^<]+<\/title>.*<h1>.*<a href="\/de">.*<p lang="en">/s,
    );
    const { code } = (await (await get(path)).json()) as { code: string };
    expect(html).toContain(`<code>${code}</code>`);
    const head = await fetch(t.url + path, { method: 'HEAD', headers: { accept: browser, 'accept-language': 'de' } });
    expect([head.status, head.headers.get('content-type')]).toEqual([status, 'text/html; charset=utf-8']);
  });

  test('and whoever asks for data, or for anything, gets data', async () => {
    for (const accept of [undefined, '*/*', 'application/json', 'application/json;q=0.9, text/html;q=0.5'])
      expect((await get('/systems/nope', accept)).headers.get('content-type')).toBe(
        'application/problem+json; charset=utf-8',
      );
  });

  test('the API answers as its description says', async () => {
    const answer = await get('/v1/systems/nope', browser);
    expect(answer.headers.get('content-type')).toBe('application/problem+json; charset=utf-8');
  });

  test('no words of the caller become part of the page', async () => {
    const html = await (await get('/exports/%3Cscript%3Ealert(1)%3C%2Fscript%3E/x', browser)).text();
    expect(html).not.toContain('<script');
  });
});

test('a day is told as it was stated: a year is no day, and what was seen did not happen then', async () => {
  const own = `${city.replace(':org:', ':sys:')}:days`;
  let n = 0;
  const send = (type: string, occurredAt: string, data: object) =>
    t.register.commands.handle(
      parseSubmission({ type, organisation: city, system: own, occurredAt, idempotencyKey: `stated-${n++}`, data }),
      { organisation: operator, role: 'administrator' },
    );
  const text = async () =>
    (await page(`/systems/${own}?language=en`)).html
      .replace(/<style>.*<\/style>/s, '')
      .replace(/<[^>]*>/g, ' ')
      .replace(/ +/g, ' ');
  await send('RegisterSystem', '2020-01-01', { name: { en: 'Days' } });
  await send('StartDeployment', '2021-03-01', { stage: 'production', from: '2019' });
  await send('StartDeployment', '2021-03-02', { deployment: 'b', stage: 'production', seen: true });
  await t.settled();
  const used = await text();
  expect(used).toContain('In use 2019 ');
  expect(used).toContain('seen on 2 March 2021 ; the exact day is not known');
  expect(used).not.toContain('1 January 2019');
  // The history tells when it was recorded for.
  expect(used.match(/1 March 2021/g)).toHaveLength(1);
  await send('RetireSystem', '2022-02-02', { reason: 'unknown', seen: true, dataDisposal: 'unknown' });
  await t.settled();
  expect(await text()).toContain('No longer in use seen on 2 February 2022 ; the exact day is not known');
});
