import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import pg from 'pg';
import { parseSubmission } from '#commands';
import { operator } from '#domain';
import type { Database } from '#event-store';
import { textLanguages } from '#exports';
import { createTestDatabase } from './setup/database.js';
import { openDemoRegister, type TestRegister } from './setup/register.js';

// What readers report stays private until an officer has looked, can be followed without giving any data, and ends.
const system = 'urn:vitrine:sys:nl-tooi:gm0363:chatbot';
const organisation = 'urn:vitrine:org:nl-tooi:gm0363';
const words = 'The deadline is wrong. <b>"x"</b> & {name} \u202e 𝒳';
const day = 86_400_000;
// The database's clock must not be far behind.
let now = Date.now() - 3 * 86_400_000;
let database: Database & { drop(): Promise<void> };
let t: TestRegister;

beforeAll(async () => {
  database = await createTestDatabase();
  t = await openDemoRegister({ clock: () => now, database });
});
afterAll(async () => {
  await t.close();
  await database.drop();
});

const form = (language = 'en', of = system) => `${t.url}/${language}/systems/${of}/report`;
const tokenOf = (html: string) => /name="token" value="([^"]*)"/.exec(html)![1]!;
const freshToken = async (of = system) => tokenOf(await (await fetch(form('en', of))).text());

/** Sends the form as a browser does; each client has its own limit. */
function send(fields: { [name: string]: string }, { language = 'en', of = system } = {}) {
  return fetch(form(language, of), { method: 'POST', redirect: 'manual', body: new URLSearchParams(fields) });
}

/** A report that was taken: the path on which its reader follows it. */
const report = async () => `/en/reports/${await take(system)}`;
let forms = 0;
/** A report of its own, as if from a form; the secret of its reader, unless too many wait. */
async function take(of: string): Promise<string | undefined> {
  now += 1000;
  const secret = await t.register.reports.secretOf(`form ${forms++}`, { about: 'appeal', words });
  const report = { organisation, system: of, about: 'appeal', language: 'en', words };
  return (await t.register.reports.take(secret, report)) ? secret : undefined;
}
const read = async (path: string) => (await fetch(t.url + path)).text();

describe('the form', () => {
  test.each([...textLanguages])('%s: is the same for all, holds a token, and nobody keeps it', async (language) => {
    const answer = await fetch(form(language));
    expect(answer.headers.get('cache-control')).toBe('private, no-store');
    const html = await answer.text();
    expect(tokenOf(html)).toMatch(/^\d+\.[\w-]{43}$/);
    expect(html).toContain('<option value="appeal">');
    expect(html).toContain('<meta name="robots" content="noindex"/>');
  });

  test('a report is taken, and its reader led to where it can be followed', async () => {
    const token = await freshToken();
    now += 10_000;
    const answer = await send({ token, about: 'appeal', words: ` ${words}\r\nSecond line\u0007 ` }, { language: 'fr' });
    expect(answer.status).toBe(303);
    const path = answer.headers.get('location')!;
    expect(path).toMatch(/^\/fr\/reports\/[\w-]{22}$/);
    const followed = await fetch(t.url + path);
    expect(followed.headers.get('cache-control')).toBe('private, no-store');
    const html = await followed.text();
    expect(html).toContain('The deadline is wrong. &lt;b>&quot;x&quot;&lt;/b> &amp; {name}');
    expect(html).toContain('\nSecond line');
    expect(html).not.toContain('\u0007');
    expect(html).toContain('L’organisme ne s’est pas encore prononcé');
    const [kept] = await t.register.reports.list({ organisation });
    expect(kept).toMatchObject({ about: 'appeal', language: 'fr', system, organisation, request: null, reply: null });
  });

  test.each<[string, number, (token: string) => { [name: string]: string }]>([
    ['nothing written', 400, (token) => ({ token, words: '   ' })],
    ['too little', 400, (token) => ({ token, words: 'wrong' })],
    ['too much', 400, (token) => ({ token, words: 'x'.repeat(4001) })],
    ['the trap filled in', 400, (token) => ({ token, words, website: 'http://spam.example' })],
    ['no token', 400, () => ({ words })],
    ['a forged token', 400, (token) => ({ token: token.replace(/.$/, (last) => (last === 'A' ? 'B' : 'A')), words })],
    ['a token with another time', 400, (token) => ({ token: token.replace(/^\d+/, String(now - 60_000)), words })],
  ])('%s is refused with what was written still there', async (_, status, fields) => {
    const before = (await t.register.reports.list({})).length;
    const token = await freshToken();
    now += 10_000;
    const sent = fields(token);
    const answer = await send(sent);
    const html = await answer.text();
    expect(answer.status).toBe(status);
    expect(html).toContain('The report was not sent');
    if (sent['words'] === words) expect(html).toContain('The deadline is wrong. &lt;b>');
    expect((await t.register.reports.list({})).length).toBe(before);
  });

  test('a token is for one system, and for a while', async () => {
    const token = await freshToken();
    expect((await send({ token, words })).status).toBe(400);
    now += 10_000;
    const other = 'urn:vitrine:sys:nl-tooi:gm0363:cctv-analysis';
    expect((await send({ token, words }, { of: other })).status).toBe(400);
    now += day;
    expect((await send({ token, words })).status).toBe(400);
  });

  test('what is no form, or of no system, is refused', async () => {
    expect(
      (await fetch(form(), { method: 'POST', body: '{"words":"x"}', headers: { 'content-type': 'application/json' } }))
        .status,
    ).toBe(415);
    expect(
      (await fetch(form(), { method: 'POST', body: new URLSearchParams({ words: 'x'.repeat(80_000) }) })).status,
    ).toBe(413);
    expect((await send({ words }, { of: 'urn:vitrine:sys:x:y:none' })).status).toBe(404);
    expect((await fetch(form('en', 'urn:vitrine:sys:x:y:none'))).status).toBe(404);
    expect((await fetch(`${form()}?x=1`)).status).toBe(400);
  });

  test('one client sends only some an hour', async () => {
    const statuses = [];
    for (let n = 0; n < 6; n++) {
      const token = await freshToken();
      now += 10_000;
      const answer = await send({ token, words: `${words} ${n}` });
      statuses.push(answer.status);
      if (answer.status === 429) expect(answer.headers.get('retry-after')).toBe('3600');
    }
    // One was sent above.
    expect(statuses).toEqual([303, 303, 303, 303, 429, 429]);
  });
});

test('what readers write is in nothing that is public, and their addresses cannot be guessed', async () => {
  const path = await report();
  for (const one of [
    '/v1/systems',
    `/v1/systems/${system}`,
    '/v1/events',
    '/feeds/register.atom',
    `/en/systems/${system}`,
    '/en/changes',
    '/exports/events.jsonl',
    '/sitemap/1.xml',
  ])
    expect(await read(one)).not.toContain('The deadline is wrong');
  expect(path).toMatch(/[\w-]{22}$/);
  for (const other of ['x', 'A'.repeat(22), path.slice(12, -1), `${path.slice(12)}A`, '%27'])
    expect([other, (await fetch(`${t.url}/en/reports/${other}`)).status]).toEqual([other, 404]);
  // The secret itself is not kept.
  const client = new pg.Client(database.owner);
  await client.connect();
  const { rows } = await client.query<{ row: string }>('SELECT r::text AS row FROM vitrine.report r');
  await client.end();
  expect(rows.some(({ row }) => row.includes(path.slice(12)))).toBe(false);
});

describe('officers', () => {
  const ask = (path: string, key: string, body?: object) =>
    fetch(`${t.url}/v1/reports${path}`, {
      headers: { authorization: key, ...(body && { 'content-type': 'application/json' }) },
      ...(body && { method: 'POST', body: JSON.stringify(body) }),
    });

  test('read what was sent to them, and nobody else does', async () => {
    await report();
    const [own, other, auditor, all] = [
      await t.key('editor', organisation),
      await t.key('administrator', 'urn:vitrine:org:es-ine:08019'),
      await t.key('auditor', organisation),
      await t.key('administrator'),
    ];
    const { reports } = (await (await ask('', own)).json()) as {
      reports: { id: string; words: string; receipt?: string }[];
    };
    expect(reports[0]!.words).toContain('The deadline is wrong');
    expect(reports[0]).not.toHaveProperty('receipt');
    const { id } = reports[0]!;
    expect((await ask(`/${id}`, own)).status).toBe(200);
    expect((await ask(`/${id}`, all)).status).toBe(200);
    expect((await ask(`/${id}`, other)).status).toBe(404);
    expect(await (await ask('', other)).json()).toEqual({ reports: [] });
    expect((await ask('', auditor)).status).toBe(403);
    expect((await fetch(`${t.url}/v1/reports`)).status).toBe(401);
    expect((await ask(`/${id}/refusal`, other, { reply: 'No.' })).status).toBe(404);
    expect((await ask(`/${id}/publication`, auditor, { summary: { en: 'x' }, due: '2027-01-01' })).status).toBe(403);
  });

  test('publish in their own words, with a deadline, and answer: its reader sees each step', async () => {
    const path = await report();
    const key = await t.key('editor', organisation);
    const { reports } = (await (await ask('', key)).json()) as { reports: { id: string }[] };
    const { id } = reports.at(-1)!;
    expect((await ask(`/${id}/publication`, key, { summary: { en: 'No due date.' } })).status).toBe(400);
    const publication = { summary: { en: 'A reader doubts the deadline.' }, due: '2099-01-01' };
    const { request } = (await (await ask(`/${id}/publication`, key, publication)).json()) as { request: string };
    // Sent again, it is the same; a refusal comes too late.
    expect(await (await ask(`/${id}/publication`, key, publication)).json()).toEqual({ request });
    expect((await ask(`/${id}/refusal`, key, { reply: 'No.' })).status).toBe(409);
    await t.settled();
    expect(await read(path)).toContain('Its answer is due by <time datetime="2099-01-01">');
    const page = await read(`/en/systems/${system}`);
    expect(page).toContain('A reader doubts the deadline.');
    expect(page).not.toContain('The deadline is wrong');
    await t.register.commands.handle(
      parseSubmission({
        type: 'AnswerCorrection',
        organisation,
        system,
        occurredAt: new Date(now).toISOString().slice(0, 10),
        idempotencyKey: 'answer',
        data: { request, outcome: 'accepted', answer: { en: 'You are right: it is six weeks.' } },
      }),
      { organisation: operator, role: 'administrator' },
    );
    await t.settled();
    expect(await read(path)).toContain('You are right: it is six weeks.');
  });

  test('or decline, and only its reader is told why; then it ends', async () => {
    const path = await report();
    const key = await t.key('administrator', organisation);
    const { reports } = (await (await ask('', key)).json()) as { reports: { id: string }[] };
    const { id } = reports.at(-1)!;
    expect((await ask(`/${id}/refusal`, key, { reply: 'The deadline <i>is</i> right.' })).status).toBe(204);
    expect((await ask(`/${id}/refusal`, key, { reply: 'Again.' })).status).toBe(409);
    expect((await ask(`/${id}/publication`, key, { summary: { en: 'x' }, due: '2099-01-01' })).status).toBe(409);
    expect(await read(path)).toContain('The deadline &lt;i>is&lt;/i> right.');
    expect(await read(`/en/systems/${system}`)).not.toContain('The deadline &lt;i>');
    now += 91 * day;
    expect((await fetch(t.url + path)).status).toBe(404);
    expect((await ask(`/${id}`, key)).status).toBe(404);
    await t.register.reports.sweep();
    const left = await t.register.reports.list({});
    expect(left.some((one) => one.id === id)).toBe(false);
    // What nobody has decided is kept for a year.
    expect(left.length).toBeGreaterThan(0);
    now += 275 * day;
    expect(await t.register.reports.list({})).toEqual([]);
  });
});

test('too many that wait are too many', async () => {
  for (let n = 0; n < 200; n++) expect(await take('urn:vitrine:sys:x:y:flooded')).toBeDefined();
  expect(await take('urn:vitrine:sys:x:y:flooded')).toBeUndefined();
  expect(await take(system)).toBeDefined();
});

describe('whatever comes at once', () => {
  const decide = (path: string, key: string, body: object) =>
    fetch(`${t.url}/v1/reports${path}`, {
      method: 'POST',
      headers: { authorization: key, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
  const waiting = async () => (await t.register.reports.follow((await take(system))!))!;

  test('a report is published or declined, never both', async () => {
    now = Date.now();
    const key = await t.key('editor', organisation);
    for (let n = 0; n < 20; n++) {
      const { id } = await waiting();
      const publication = { summary: { en: `Report ${n}.` }, due: '2099-01-01' };
      const [published, declined] = await Promise.all([
        decide(`/${id}/publication`, key, publication),
        decide(`/${id}/refusal`, key, { reply: 'No.' }),
      ]);
      expect([published.status, declined.status].sort()).toEqual(published.status === 200 ? [200, 409] : [204, 409]);
      const { request, reply } = (await t.register.reports.find(id))!;
      expect([request !== null, reply !== null]).toEqual([published.status === 200, published.status !== 200]);
    }
  });

  test('what is refused leaves it as it was', async () => {
    const key = await t.key('editor', organisation);
    const { id, endsAt } = await waiting();
    for (const [body, status] of [
      [{ summary: { en: 'x' }, due: '2020-01-01' }, 400],
      [{ summary: { en: 'x' }, due: '2099-01-01', about: 'nothingLikeThat' }, undefined],
    ] as const) {
      const answer = await decide(`/${id}/publication`, key, body);
      if (status) expect(answer.status).toBe(status);
      if (answer.status !== 200)
        expect(await t.register.reports.find(id)).toMatchObject({ request: null, decidedAt: null, endsAt });
    }
    expect((await decide(`/${id}/refusal`, key, { reply: '  ' })).status).toBe(400);
  });

  test('published again in other words, it was decided before', async () => {
    const key = await t.key('editor', organisation);
    const { id } = await waiting();
    expect((await decide(`/${id}/publication`, key, { summary: { en: 'One.' }, due: '2099-01-01' })).status).toBe(200);
    const again = await decide(`/${id}/publication`, key, { summary: { en: 'Two.' }, due: '2099-01-01' });
    expect(await again.json()).toMatchObject({ status: 409, code: 'REPORT_DECIDED' });
  });

  test('a form that is sent twice is one report', async () => {
    const before = (await t.register.reports.list({})).length;
    const token = await freshToken();
    now += 10_000;
    // This client has used up its five; what is there already is shown all the same.
    const secret = await t.register.reports.secretOf(token, { about: null, words: 'Said once, sent twice.' });
    await t.register.reports.take(secret, {
      organisation,
      system,
      about: null,
      language: 'en',
      words: 'Said once, sent twice.',
    });
    for (let n = 0; n < 2; n++) {
      const answer = await send({ token, words: 'Said once, sent twice.' });
      expect([answer.status, answer.headers.get('location')]).toEqual([303, `/en/reports/${secret}`]);
    }
    expect((await t.register.reports.list({})).length).toBe(before + 1);
  });

  test('after a transfer, the new organisation reads and decides', async () => {
    const to = 'urn:vitrine:org:es-ine:08019';
    const running = 'urn:vitrine:sys:nl-tooi:gm0363:cctv-analysis';
    const { id } = (await t.register.reports.follow((await take(running))!))!;
    await t.register.commands.handle(
      parseSubmission({
        type: 'DescribeSystem',
        organisation,
        system: running,
        occurredAt: new Date(now).toISOString().slice(0, 10),
        idempotencyKey: 'transfer',
        data: { transferTo: to, reason: { en: 'x' } },
      }),
      { organisation: operator, role: 'administrator' },
    );
    await t.settled();
    const [before, after] = [await t.key('editor', organisation), await t.key('editor', to)];
    expect((await decide(`/${id}/refusal`, before, { reply: 'No.' })).status).toBe(404);
    expect(
      (await decide(`/${id}/publication`, after, { summary: { en: 'Now ours.' }, due: '2099-01-01' })).status,
    ).toBe(200);
  });
});

test('4,000 characters of any writing are taken, and what is refused is a page in the language of the reader', async () => {
  const page = { accept: 'text/html' };
  const long = await fetch(form('fr'), {
    method: 'POST',
    headers: page,
    body: new URLSearchParams({ words: '字'.repeat(4000) }),
  });
  // No token: refused by the form, which shows it again.
  expect([long.status, (await long.text()).includes('字'.repeat(4000))]).toEqual([400, true]);
  const none = await fetch(form('fr', 'urn:vitrine:sys:x:y:none'), {
    method: 'POST',
    headers: page,
    body: new URLSearchParams({ words }),
  });
  expect([none.status, none.headers.get('content-type')]).toEqual([404, 'text/html; charset=utf-8']);
});
