import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { parseXml, XmlElement } from '@rgrove/parse-xml';
import { parseSubmission } from '#commands';
import { labels, operator } from '#domain';
import { textLanguages } from '#exports';
import { openDemoRegister, type TestRegister } from './setup/register.js';

// A system on pages of other sites: the card, the badge, oEmbed (https://oembed.com, 1.0).
const chatbot = 'urn:vitrine:sys:nl-tooi:gm0363:chatbot';
const hostile = 'urn:vitrine:sys:fr-insee:67482:hostile';
const name = `"><script>x</script> & 'Amiens' \u{1f68b}`;
let t: TestRegister;

beforeAll(async () => {
  t = await openDemoRegister();
  await t.register.commands.handle(
    parseSubmission({
      type: 'RegisterSystem',
      organisation: 'urn:vitrine:org:fr-insee:67482',
      system: hostile,
      occurredAt: '2024-01-01',
      data: { name: { fr: name } },
      idempotencyKey: 'embed-1',
    }),
    { organisation: operator, role: 'administrator' },
  );
  await t.settled();
});
afterAll(() => t.close());

const get = (path: string) => fetch(t.url + path, { headers: { accept: 'text/html' }, redirect: 'manual' });
const oembed = (query: Record<string, string>) => get(`/oembed?${new URLSearchParams(query)}`);
/** The public address of the register, as its pages give it. */
const publicUrl = async () =>
  /rel="canonical" href="(.*?)\/en\/systems/.exec(await (await get(`/en/systems/${chatbot}`)).text())![1]!;

test('only the card may be shown in a frame', async () => {
  for (const language of textLanguages) {
    const { status, headers } = await get(`/${language}/systems/${chatbot}/card`);
    expect([status, headers.get('x-frame-options')]).toEqual([200, null]);
    expect(headers.get('content-security-policy')).toContain('frame-ancestors *');
  }
  for (const path of ['', '/embed', '/sign', '/letter', '/card/x', '/cards', '?x=/card', '/embed?card'])
    for (const start of [`/en/systems/${chatbot}`, '/en/systems', '/en']) {
      const { headers } = await get(start + path);
      expect([start, path, headers.get('x-frame-options')]).toEqual([start, path, 'DENY']);
      expect(headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
    }
});

test('the card says the status, the name and who decides, and leads out of its frame', async () => {
  const html = await (await get(`/fr/systems/${chatbot}/card`)).text();
  const { status } = (await (await get(`/v1/systems/${chatbot}`)).json()) as { status: string };
  expect(html).toContain('<base target="_top"/>');
  expect(html).toContain(`<span class="status ${status}">${labels['system-status']![status]!.fr}`);
  expect(html).toContain(`${await publicUrl()}/fr/systems/${chatbot}`);
  const page = await (await get(`/fr/systems/${chatbot}`)).text();
  const [, decides] = /<dt>Est-ce une personne qui décide.*?<strong>(.*?)<\/strong>/s.exec(page)!;
  expect(html).toContain(decides!);
});

test('a hostile name is a name: in the card, in the badge, in what is copied, and by oEmbed', async () => {
  for (const path of [`/fr/systems/${hostile}/card`, `/fr/systems/${hostile}/embed`])
    expect(await (await get(path)).text()).not.toContain('<script>x');
  const url = `${await publicUrl()}/fr/systems/${hostile}`;
  const json = (await (await oembed({ url })).json()) as { title: string; html: string };
  expect(json.title).toBe(name);
  expect(json.html).not.toContain('<script');
  const { root } = parseXml(await (await oembed({ url, format: 'xml' })).text());
  const members = Object.fromEntries(
    root!.children.flatMap((child) => (child instanceof XmlElement ? [[child.name, child.text]] : [])),
  );
  expect(members).toEqual(Object.fromEntries(Object.entries(json).map(([key, value]) => [key, String(value)])));
});

test('the badge says the status in the language that is asked for, and is an image alone', async () => {
  for (const [language, words] of [
    ['en', 'AI: No longer in use'],
    ['de', 'KI: '],
    ['fr', `IA: ${labels['system-status']!['retired']!.fr}`],
  ]) {
    const answer = await get(`/systems/${chatbot}/badge.svg?language=${language}`);
    expect(answer.headers.get('content-type')).toBe('image/svg+xml');
    const { root } = parseXml(await answer.text());
    expect(root!.attributes['aria-label']).toContain(words!);
  }
  expect((await get('/systems/none/badge.svg')).status).toBe(404);
});

describe('oEmbed', () => {
  test('is found from the page of a system, and gives a frame with its card', async () => {
    const page = await (await get(`/nl/systems/${chatbot}`)).text();
    const [, href] = /type="application\/json\+oembed" href="([^"]+)"/.exec(page)!;
    const found = (await (await get(href!.replaceAll('&amp;', '&').replace(await publicUrl(), ''))).json()) as object;
    expect(found).toMatchObject({ version: '1.0', type: 'rich', width: 480, height: 300 });
    const [, src] = /<iframe src="([^"]+)"/.exec((found as { html: string }).html)!;
    expect(src).toBe(`${await publicUrl()}/nl/systems/${chatbot}/card`);
  });

  test('takes a short code, and gives no more than there is room for', async () => {
    const page = await (await get(`/en/systems/${chatbot}`)).text();
    const [, code] = /href="\/r\/([^"]+)"/.exec(page)!;
    const answer = await oembed({
      url: `${await publicUrl()}/r/${code}`,
      maxwidth: '300',
      maxheight: '9999',
      dnt: '1',
    });
    expect(await answer.json()).toMatchObject({ width: 300, height: 300 });
  });

  test.each([
    [{}, 400],
    [{ url: 'https://elsewhere.example/en/systems/x' }, 404],
    [{ url: 'javascript:alert(1)' }, 404],
    [{ url: `PUBLIC.evil.example/en/systems/${chatbot}` }, 404],
    [{ url: 'PUBLIC/en/systems/none' }, 404],
    [{ url: 'PUBLIC/en/systems/%E0%A4%A' }, 404],
    [{ url: 'PUBLIC/en' }, 404],
    [{ url: `PUBLIC/en/systems/${chatbot}`, format: 'yaml' }, 501],
    [{ url: `PUBLIC/en/systems/${chatbot}?asOf=2024-05-01` }, 404],
    [{ url: `PUBLIC/xx/systems/${chatbot}` }, 404],
    [{ url: `PUBLIC/en/systems/${chatbot}`, maxwidth: '-1' }, 400],
    [{ url: `PUBLIC/en/systems/${chatbot}`, callback: 'x' }, 400],
  ])('refuses %j', async (query: Record<string, string>, status) => {
    const own = await publicUrl();
    const asked = Object.entries(query).map(([key, value]) => [key, value.replace('PUBLIC', own)]);
    expect((await oembed(Object.fromEntries(asked))).status).toBe(status);
  });
});
