import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { parseSubmission } from '#commands';
import { operator } from '#domain';
import { positionOf, shortCodeOf, textLanguages } from '#exports';
import { openDemoRegister, type TestRegister } from './setup/register.js';

// From paper to the register and back: short codes, signs, texts for letters.
const chatbot = 'urn:vitrine:sys:nl-tooi:gm0363:chatbot';
const french = 'urn:vitrine:sys:fr-insee:67482:allocation';
let t: TestRegister;

beforeAll(async () => {
  t = await openDemoRegister();
  let n = 0;
  const send = (type: string, data: object) =>
    t.register.commands.handle(
      parseSubmission({
        type,
        organisation: 'urn:vitrine:org:fr-insee:67482',
        system: french,
        occurredAt: '2024-01-01',
        data,
        idempotencyKey: `signs-${n++}`,
      }),
      { organisation: operator, role: 'administrator' },
    );
  await send('RegisterSystem', {
    name: { fr: 'Attribution <b>"x"</b> & {name}' },
    decisions: 'assists',
    contact: { email: 'ia@strasbourg.example' },
  });
  await t.settled();
});
afterAll(() => t.close());

const get = (path: string, headers: HeadersInit = { accept: 'text/html' }) =>
  fetch(t.url + path, { headers, redirect: 'manual' });
const read = async (path: string) => (await get(path)).text();
const codeOn = (html: string) => /href="\/r\/([^"]+)"/.exec(html)![1]!;

test('each system has a code of its own, which leads to its page in the language of the reader', async () => {
  const ids = ((await (await get('/v1/systems?limit=100')).json()) as { systems: { id: string }[] }).systems;
  const codes = new Set<string>();
  for (const { id } of ids) {
    const code = codeOn(await read(`/en/systems/${id}`));
    codes.add(code);
    for (const typed of [code, code.toLowerCase(), `${code.slice(0, 2)}-${code.slice(2)}`]) {
      const answer = await get(`/r/${typed}`, { accept: 'text/html', 'accept-language': 'fr' });
      expect([answer.status, answer.headers.get('location')]).toEqual([303, `/fr/systems/${id}`]);
    }
  }
  expect(codes.size).toBe(ids.length);
});

test('a slip, and a code that nobody has, lead to no system', async () => {
  const code = codeOn(await read(`/en/systems/${chatbot}`));
  const slip = code.slice(0, -1) + (code.endsWith('X') ? 'W' : 'X');
  // Position 0 is the registration of an organisation, and the last ones are of nothing yet.
  for (const wrong of [slip, shortCodeOf(0), shortCodeOf(100_000), 'nothing', '%00', '..%2f..', 'x'.repeat(500)])
    expect([wrong, (await get(`/r/${wrong}`)).status]).toEqual([wrong, 404]);
  expect(positionOf(slip)).toBeUndefined();
});

test('the search field takes a code, too', async () => {
  const code = codeOn(await read(`/en/systems/${chatbot}`));
  for (const typed of [code, ` ${code.toLowerCase()} `])
    expect(await read(`/en/systems?search=${encodeURIComponent(typed)}`)).toContain(
      `is the short code of: <a href="/en/systems/${chatbot}">`,
    );
  expect(await read('/en/systems?search=camera')).not.toContain('is the short code of');
});

describe('in each language', () => {
  test.each([...textLanguages])('%s', async (language) => {
    const code = codeOn(await read(`/en/systems/${chatbot}`));
    for (const kind of ['sign', 'letter']) {
      const html = await read(`/${language}/systems/${chatbot}/${kind}`);
      expect([kind, html]).toEqual([kind, expect.stringContaining(`/r/${code}`)]);
      expect(html).toContain('<meta name="robots" content="noindex"/>');
    }
  });
});

test('the mention of French law is there where the law asks for it, and says what it lacks', async () => {
  const lacking = await read(`/fr/systems/${french}/letter`);
  expect(lacking).toContain('Il manque à la fiche ce que la mention doit indiquer');
  expect(lacking).not.toContain('Une décision vous concernant');
  expect(await read(`/fr/systems/${chatbot}/letter`)).not.toContain('CRPA');
  await t.register.commands.handle(
    parseSubmission({
      type: 'DescribeSystem',
      organisation: 'urn:vitrine:org:fr-insee:67482',
      system: french,
      occurredAt: '2024-02-01',
      data: { set: { purpose: { fr: 'Attribuer des places.' } }, reason: { fr: 'x' } },
      idempotencyKey: 'signs-purpose',
    }),
    { organisation: operator, role: 'administrator' },
  );
  await t.settled();
  // Whatever the language of the page, the mention is in French.
  for (const language of ['fr', 'de']) {
    const html = await read(`/${language}/systems/${french}/letter`);
    expect(html).toMatch(/<blockquote class="letter" lang="fr">Une décision vous concernant/);
    expect(html).toContain('Attribution &lt;b>&quot;x&quot;&lt;/b> &amp; {name}');
    expect(html).not.toContain('<b>');
  }
});

test('a sign says what the record says, and no more', async () => {
  const html = await read(`/en/systems/${french}/sign`);
  // Nobody has said who decides, or what data it uses.
  expect(html.match(/Not stated by the organisation/g)!.length).toBe(3);
  expect(html).toContain('Attribuer des places.');
  expect(html).toContain('ia@strasbourg.example');
  expect(html).not.toContain('A computer system is used here');
  expect(await read(`/en/systems/urn:vitrine:sys:nl-tooi:gm0363:cctv-analysis/sign`)).toContain(
    'A computer system is used here',
  );
});

test('QR codes as files', async () => {
  const svg = await get(`/systems/${chatbot}/qr.svg`);
  expect(svg.headers.get('content-type')).toBe('image/svg+xml');
  expect(await svg.text()).toMatch(/^<svg class="qr" xmlns="http:\/\/www.w3.org\/2000\/svg"/);
  const png = await get(`/systems/${chatbot}/qr.png`);
  const bytes = Buffer.from(await png.arrayBuffer());
  expect(bytes.subarray(1, 4).toString()).toBe('PNG');
  expect(bytes.readUInt32BE(16)).toBe(bytes.readUInt32BE(20));
  for (const path of ['qr.svg', 'qr.png', 'sign', 'letter'])
    expect([path, (await get(`/systems/urn:vitrine:sys:x:y:none/${path}`)).status]).toEqual([
      path,
      path.startsWith('qr') ? 404 : 303,
    ]);
  expect((await get('/en/systems/urn:vitrine:sys:x:y:none/sign')).status).toBe(404);
  expect((await get(`/en/systems/${chatbot}/sign?asOf=2024-01-01`)).status).toBe(400);
});
