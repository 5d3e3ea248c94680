import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { parseAtomFeed, parseJsonFeed } from 'feedsmith';
import request from 'supertest';
import { codelists, operator } from '#domain';
import { openDemoRegister, type TestRegister } from './setup/register.js';

const system = 'urn:vitrine:sys:nl-tooi:gm0363:chatbot';
const amsterdam = 'urn:vitrine:org:nl-tooi:gm0363';
const base = 'https://test.example';
let t: TestRegister;

beforeAll(async () => {
  t = await openDemoRegister();
});
afterAll(() => t.close());

const get = async (address: string) => (await request(t.server).get(address.replace(base, '')).expect(200)).text;
const getAtom = async (address: string) => {
  const text = await get(address);
  return { text, feed: parseAtomFeed(text) };
};
const linkOf = (feed: { links?: { rel?: string; href?: string }[] }, rel: string) =>
  feed.links?.find((link) => link.rel === rel)?.href;

/** The ids of all entries that a reader finds by going from the newest document back through the archives. */
async function crawl(address: string): Promise<string[]> {
  const ids = new Set<string>();
  for (let next: string | undefined = address; next !== undefined; ) {
    const { feed } = await getAtom(next);
    for (const entry of feed.entries ?? []) ids.add(entry.id!);
    next = linkOf(feed, 'prev-archive');
  }
  return [...ids].sort();
}

async function eventsOf(matches: (envelope: { id: string; system?: string; organisation: string }) => boolean) {
  const lines = (await request(t.server).get('/v1/events').expect(200)).text.trim().split('\n');
  const envelopes = lines.map((line) => JSON.parse(line).envelope as { id: string; organisation: string });
  return envelopes
    .filter(matches)
    .map(({ id }) => `urn:uuid:${id}`)
    .sort();
}

describe('each feed is complete: its archives and its newest entries are all its events, each once', () => {
  const of = (kind: string, id?: string) => `/feeds/${kind}.atom${id ? `?id=${encodeURIComponent(id)}` : ''}`;

  test('of the register', async () => {
    expect(await crawl(of('register'))).toEqual(await eventsOf(() => true));
  });
  test('of a system', async () => {
    expect(await crawl(of('system', system))).toEqual(await eventsOf((one) => one.system === system));
  });
  test('of an organisation, with what is about itself', async () => {
    expect(await crawl(of('organisation', amsterdam))).toEqual(await eventsOf((one) => one.organisation === amsterdam));
  });
  test.each([
    ['supplier', 'supplier'],
    ['domain', 'domain'],
  ])('of a %s', async (kind, dimension) => {
    const { counts } = (await request(t.server).get(`/v1/statistics/systems?by=${dimension}`)).body;
    const { value } = counts[0];
    const { systems } = (
      await request(t.server)
        .get('/v1/systems')
        .query({ [dimension]: value, limit: 100 })
    ).body;
    const ids = new Set(systems.map(({ id }: { id: string }) => id));
    expect(ids.size).toBeGreaterThan(0);
    expect(await crawl(of(kind, value))).toEqual(await eventsOf((one) => ids.has(one.system ?? '')));
  });
});

test('an archive never changes while the register goes on, and leads both ways', async () => {
  const { feed: newest } = await getAtom('/feeds/register.atom');
  const archive = linkOf(newest, 'prev-archive')!;
  const { text: before, feed } = await getAtom(archive);
  expect(before).toContain('<fh:archive/>');
  expect(newest.entries).toHaveLength(50);
  expect(linkOf(feed, 'current')).toBe(linkOf(newest, 'self'));
  const older = linkOf(feed, 'prev-archive')!;
  expect(linkOf((await getAtom(older)).feed, 'next-archive')).toBe(archive);
  const actor = { organisation: operator, role: 'administrator' as const };
  const command = {
    type: 'ConfirmRecord',
    organisation: amsterdam,
    system,
    occurredAt: '2026-11-01',
    data: {},
  } as const;
  const outcome = await t.register.commands.handle({ command, key: 'feeds' }, actor);
  await t.settled();
  expect((await getAtom(archive)).text).toBe(before);
  const { feed: after } = await getAtom('/feeds/register.atom');
  expect(after.entries?.[0]?.id).toBe(`urn:uuid:${outcome.eventId}`);
});

test.each(['en', 'fr', 'nl', 'de', 'es', 'ca', 'it'])('in %s, as Atom and as JSON Feed alike', async (language) => {
  const query = `?id=${system}&language=${language}`;
  const { feed } = await getAtom(`/feeds/system.atom${query}`);
  const json = parseJsonFeed(await get(`/feeds/system.json${query}`));
  expect(json.language).toBe(language);
  expect(json.items?.map(({ id, title }) => [id, title])).toEqual(
    feed.entries?.map(({ id, title }) => [id, title?.value]),
  );
  for (const entry of feed.entries ?? []) {
    for (const member of ['id', 'title', 'updated', 'published', 'content'] as const)
      expect(entry[member]).toBeTruthy();
    expect(entry.authors?.[0]?.name).toBeTruthy();
    expect(Date.parse(entry.updated as string)).not.toBeNaN();
    // The kind of event in the reader's language.
    expect(codelists['event-type']).toContain(entry.categories?.[0]?.term);
    expect(entry.categories?.[0]?.label).not.toBe(entry.categories?.[0]?.term);
  }
  for (const member of ['id', 'title', 'updated'] as const) expect(feed[member]).toBeTruthy();
});

test('a JSON Feed leads to its archives', async () => {
  const seen = new Set<string>();
  for (let next: string | undefined = '/feeds/register.json'; next !== undefined; ) {
    const feed: { items?: { id?: string }[]; next_url?: string } = parseJsonFeed(await get(next));
    for (const item of feed.items ?? []) seen.add(item.id!);
    next = feed.next_url;
  }
  expect([...seen].sort()).toEqual(await eventsOf(() => true));
});

test('feeds say 304 when nothing is new, and what is wrong with a request', async () => {
  const first = await request(t.server).get('/feeds/register.atom').expect(200);
  expect(first.headers['content-type']).toBe('application/atom+xml; charset=utf-8');
  await request(t.server).get('/feeds/register.atom').set('if-none-match', first.headers['etag']!).expect(304);
  await request(t.server).get('/feeds/nothing.atom').expect(404);
  await request(t.server).get('/feeds/system.atom').expect(400);
  await request(t.server).get('/feeds/system.atom?id=urn:x').expect(404);
  await request(t.server).get('/feeds/domain.atom?id=nonsense').expect(400);
  await request(t.server).get('/feeds/register.atom?archive=999').expect(404);
  await request(t.server).get('/feeds/register.atom?language=xx').expect(400);
});

test('an entry about a system leads to its page first, in the language of the feed, and to the data', async () => {
  const { feed } = await getAtom('/feeds/register.atom?language=nl');
  const entries = feed.entries!.filter(({ links }) => linkOf({ links: links! }, 'related'));
  expect(entries.length).toBeGreaterThan(10);
  for (const { links } of entries) {
    const [first, second] = links!.filter(({ rel }) => rel === 'alternate');
    expect([first!.type, second!.type]).toEqual(['text/html', 'application/json']);
    const page = await request(t.server).get(first!.href!.replace(base, '')).set('accept', 'text/html').expect(200);
    expect(page.text).toContain('<html lang="nl">');
    expect(await get(second!.href!)).toContain('"envelope"');
  }
  const { items } = JSON.parse(await get('/feeds/register.json')) as { items: { url: string; external_url: string }[] };
  for (const { url, external_url } of items.filter((item) => item.url !== item.external_url))
    expect([url, external_url]).toEqual([expect.stringContaining('/systems/'), expect.stringContaining('/v1/events/')]);
});
