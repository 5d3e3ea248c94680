import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import jsonld from 'jsonld';
import N3, { type Quad } from 'n3';
import { RdfXmlParser } from 'rdfxml-streaming-parser';
import { operator } from '#domain';
import type { RecordedEvent } from '#event-store';
import {
  answerOai,
  type CatalogueFacts,
  cataloguePage,
  datasetEntries,
  licences,
  listDumps,
  writeArchive,
} from '#exports';
import { submitOne } from '#server';
import { openDemoRegister, type TestRegister } from './setup/register.js';

const folder = mkdtempSync(join(tmpdir(), 'vitrine-open-data-'));
let t: TestRegister;
beforeAll(async () => {
  t = await openDemoRegister({ dumps: { folder, licence: licences[0]!, minutes: 1_000_000 } });
  for (let waited = 0; (await listDumps(folder)).length === 0 && waited < 20_000; waited += 100) await sleep(100);
});
afterAll(async () => {
  await t.close();
  rmSync(folder, { recursive: true, force: true });
});
const get = (path: string, accept?: string) =>
  fetch(new URL(path, t.url), { redirect: 'manual', ...(accept && { headers: { accept } }) });
const parse = (text: string, base: string) => new N3.Parser({ baseIRI: base }).parse(text);
const values = (quads: Quad[], predicate: string) =>
  quads.filter((quad) => quad.predicate.value === predicate).map(({ object }) => object.value);
const dcat = 'http://www.w3.org/ns/dcat#';
const hydra = 'http://www.w3.org/ns/hydra/core#';

async function canonical(quads: Quad[]): Promise<string> {
  const text: string = await new Promise((resolve, reject) => {
    const writer = new N3.Writer({ format: 'N-Quads' });
    writer.addQuads(quads);
    writer.end((error: unknown, all: string) => (error ? reject(error as Error) : resolve(all)));
  });
  return jsonld.canonize(text, {
    algorithm: 'RDFC-1.0',
    inputFormat: 'application/n-quads',
    format: 'application/n-quads',
  }) as Promise<string>;
}
const parseXml = (text: string): Promise<Quad[]> =>
  new Promise((resolve, reject) => {
    const quads: Quad[] = [];
    const parser = new RdfXmlParser();
    parser.on('data', (quad: Quad) => quads.push(quad));
    parser.on('error', reject);
    parser.on('end', () => resolve(quads));
    parser.end(text);
  });

describe('everything under its own address', () => {
  const system = '/systems/urn:vitrine:sys:nl-tooi:gm0363:chatbot';

  test.each([system, '/organisations/urn:vitrine:org:nl-tooi:gm0363', '/catalog'])(
    '%s: the same graph in every form',
    async (path) => {
      const turtle = await get(path, 'text/turtle');
      expect(turtle.headers.get('content-type')).toBe('text/turtle; charset=utf-8');
      expect(turtle.headers.get('vary')).toContain('accept');
      const form = async (type: string, ending: string) => {
        const text = await (await get(path, type)).text();
        // Pages of the catalogue contain their own address.
        if (path !== '/catalog') expect(await (await get(`${path}.${ending}`)).text()).toBe(text);
        return text;
      };
      const own = await canonical(parse(await turtle.text(), t.url));
      expect(own.length).toBeGreaterThan(1000);
      expect(await canonical(parse(await form('application/n-triples', 'nt'), t.url))).toBe(own);
      expect(await canonical(await parseXml(await form('application/rdf+xml', 'rdf')))).toBe(own);
      const fromJson = (await jsonld.toRDF(JSON.parse(await form('application/ld+json', 'jsonld')), {
        format: 'application/n-quads',
      })) as string;
      expect(await canonical(parse(fromJson, t.url))).toBe(own);
    },
  );

  test('an event, and what takes none of these forms is led to JSON', async () => {
    const [event] = (await t.register.store.readAll(5, 1)) as [RecordedEvent];
    const text = await (await get(`/events/${event.envelope.id}`, 'text/turtle;q=0.5, text/html;q=0.1')).text();
    expect(text).toContain(`a prov:Activity, v:Event, v:${event.envelope.type}`);
    expect((await get(system, 'text/html')).headers.get('location')).toBe(`/en${system}`);
    const page = await (await get(`/en${system}`, 'text/html')).text();
    expect(page).toContain('<h1>Chat with the city (demonstration)</h1>');
    expect(page).toMatch(/<h2 id="history">History<\/h2>.*<ol class="life"><li><time datetime="20/s);
    const led = await get(system, 'application/json');
    expect(led.status).toBe(303);
    expect((await get(led.headers.get('location')!)).status).toBe(200);
    expect((await get('/systems/urn:vitrine:sys:x:y:z', 'text/turtle')).status).toBe(404);
    expect((await get('/events/nonsense', 'text/turtle')).status).toBe(404);
    expect((await fetch(`${t.url}/oai`, { method: 'POST' })).status).toBe(200);
    const asJson = { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{}' };
    const refused = (await (await fetch(`${t.url}/oai`, asJson)).json()) as { status: number; detail: string };
    expect(refused).toMatchObject({ status: 415, detail: expect.stringContaining('x-www-form-urlencoded') });
  });

  test.each(['context.jsonld', 'vocabulary.ttl', 'codes.ttl', 'shapes.ttl'])(
    '/schema/rdf/%s is served',
    async (file) => {
      expect((await get(`/schema/rdf/${file}`)).status).toBe(200);
    },
  );
});

/** The facts of a register with `count` dumps, of which every third was removed. */
function manyDumps(count: number): CatalogueFacts {
  const dumps = Array.from({ length: count }, (_, i) => ({
    at: i * 10,
    builtAt: Date.parse('2026-01-01T00:00:00Z') + i * 86_400_000,
    manifest: {
      title: 'x',
      version: String(i * 10),
      created: new Date(Date.parse('2026-01-01T00:00:00Z') + i * 86_400_000).toISOString(),
      licenses: [],
      log: { origin: 'x', size: 1, rootHash: 'x' },
      erasedLater: [],
      resources: [
        { name: 'a', path: 'systems.csv', mediatype: 'text/csv', bytes: 1, hash: 'sha256:00', title: 'A & <B>' },
      ],
      ...(i % 3 === 1 && { removed: { on: '2026-06-01', because: 'erasure' as const } }),
    },
  }));
  return { origin: 'x.example', url: 'https://x.example', countries: ['NL', 'XK'], licence: licences[0]!, dumps };
}
const now = new Date('2027-01-01T00:00:00Z');

describe('the catalogue', () => {
  test.each([['nextPage'], ['next']])('a client that follows hydra:%s collects every data set', (way) => {
    const facts = manyDumps(20);
    const entries = datasetEntries(facts, now);
    const found = new Set<string>();
    let page = 1;
    for (let turns = 0; turns < 50; turns++) {
      const [catalogue, view] = cataloguePage(facts, entries, page, 4, 'https://x.example/catalog.ttl');
      expect(view!.types).toEqual(['hydra:PagedCollection', 'hydra:PartialCollectionView']);
      expect(view!.properties.find(([name]) => name === 'hydra:totalItems')![1]).toMatchObject({ value: '25' });
      for (const [name, value] of catalogue!.properties)
        if (name === 'dcat:dataset') found.add((value as { id: string }).id);
      const next = view!.properties.find(([name]) => name === `hydra:${way}`)?.[1] as { iri: string } | undefined;
      if (!next) break;
      page = Number(new URL(next.iri).searchParams.get('page'));
    }
    expect(page).toBe(7);
    expect([...found].sort()).toEqual(entries.flatMap(({ node }) => node?.id ?? []).sort());
  });

  test('names the data sets, their files and the interfaces; every address in it answers', async () => {
    const quads = parse(await (await get('/catalog.ttl')).text(), t.url);
    expect(values(quads, `${dcat}dataset`)).toHaveLength(12);
    expect(values(quads, `${hydra}totalItems`)).toEqual(['12']);
    expect(new Set(values(quads, `${dcat}service`)).size).toBe(6);
    const addresses = [...values(quads, `${dcat}downloadURL`), ...values(quads, `${dcat}endpointDescription`)];
    expect(addresses).toHaveLength(24 + 18 + 6);
    for (const address of new Set(addresses)) {
      const { pathname, search } = new URL(address);
      if (pathname.startsWith('/log')) continue;
      expect([address, (await get(pathname + search, '*/*')).status]).toEqual([address, 200]);
    }
    // No triple is repeated.
    const triples = (await (await get('/catalog.nt')).text()).trimEnd().split('\n');
    expect(new Set(triples).size).toBe(triples.length);
    expect((await get('/catalog.ttl?page=2')).status).toBe(404);
    expect((await get('/catalog.ttl?page=x')).status).toBe(400);
  });

  test('a dump of today is no data set yet: another may take its place', () => {
    const facts = manyDumps(2);
    const keys = (day: string) => datasetEntries(facts, new Date(day)).map(({ key }) => key);
    expect(keys('2026-01-01T12:00:00Z').filter((key) => key.startsWith('dump'))).toEqual(['dump-10']);
    expect(keys('2026-01-02T12:00:00Z')).toContain('dump-0');
  });
});

describe('OAI-PMH', () => {
  const facts = manyDumps(160);
  const entries = datasetEntries(facts, now);
  const oai = { origin: facts.origin, url: 'https://x.example/oai', earliest: 0 };
  const ask = (query: string) => answerOai([...new URLSearchParams(query)], entries, oai, now);
  const all = (text: string, form: RegExp) => [...text.matchAll(form)].map(([, found]) => found!);
  const ids = (text: string) => all(text, /<identifier>([^<]+)<\/identifier>/g);
  const tokenOf = (text: string) => /<resumptionToken[^>]*>([^<]+)</.exec(text)?.[1];

  test.each(['dcat_ap', 'dcat', 'oai_dc'])('a client collects every %s record, the deleted ones too', (prefix) => {
    const found: string[] = [];
    let deleted = 0;
    let text = ask(`verb=ListRecords&metadataPrefix=${prefix}`);
    for (let turns = 0; turns < 20; turns++) {
      found.push(...ids(text));
      deleted += all(text, /(status="deleted")/g).length;
      const token = tokenOf(text);
      if (!token) break;
      // Some harvesters send the prefix again.
      text = ask(`verb=ListRecords&resumptionToken=${token}${turns % 2 ? `&metadataPrefix=${prefix}` : ''}`);
    }
    expect(found).toEqual(entries.map(({ key }) => `oai:x.example:${key}`));
    expect(deleted).toBe(53);
  });

  test('a list of one record is a list', () => {
    const [one] = entries;
    const only = answerOai([...new URLSearchParams('verb=ListIdentifiers&metadataPrefix=dcat_ap')], [one!], oai, now);
    expect([ids(only), tokenOf(only)]).toEqual([[`oai:x.example:${one!.key}`], undefined]);
  });

  test('the RDF of a record is RDF', async () => {
    const text = ask('verb=GetRecord&metadataPrefix=dcat_ap&identifier=oai:x.example:dump-0');
    const quads = await parseXml(/<rdf:RDF[\s\S]*<\/rdf:RDF>/.exec(text)![0]);
    expect(values(quads, `${dcat}distribution`)).toEqual(['https://x.example/datasets/dump-0#systems.csv']);
    expect(values(quads, 'http://purl.org/dc/terms/title')).toContain('A & <B>');
  });

  test('what changed in a time', () => {
    expect(ids(ask('verb=ListIdentifiers&metadataPrefix=oai_dc&from=2026-01-05&until=2026-01-07'))).toEqual([
      'oai:x.example:dump-30',
      'oai:x.example:dump-40',
      'oai:x.example:dump-50',
    ]);
    expect(
      ids(
        ask(
          'verb=ListIdentifiers&metadataPrefix=oai_dc&from=2026-01-05T00:00:00Z&until=2026-01-06T23:59:59Z&set=dumps',
        ),
      ),
    ).toHaveLength(2);
    expect(ids(ask('verb=ListIdentifiers&metadataPrefix=oai_dc&set=current'))).toHaveLength(12);
  });

  test.each([
    ['', 'badVerb'],
    ['verb=Nonsense', 'badVerb'],
    ['verb=constructor', 'badVerb'],
    ['verb=Identify&verb=Identify', 'badVerb'],
    ['verb=Identify&x=1', 'badArgument'],
    ['verb=ListRecords', 'badArgument'],
    ['verb=ListRecords&metadataPrefix=oai_dc&metadataPrefix=oai_dc', 'badArgument'],
    ['verb=ListRecords&metadataPrefix=marc', 'cannotDisseminateFormat'],
    ['verb=ListRecords&metadataPrefix=__proto__', 'cannotDisseminateFormat'],
    ['verb=ListRecords&metadataPrefix=oai_dc&from=2027-02-02', 'noRecordsMatch'],
    ['verb=ListRecords&metadataPrefix=oai_dc&until=1969-12-31', 'noRecordsMatch'],
    ['verb=ListRecords&metadataPrefix=oai_dc&from=yesterday', 'badArgument'],
    ['verb=ListRecords&metadataPrefix=oai_dc&from=2026-02-31', 'badArgument'],
    ['verb=ListRecords&metadataPrefix=oai_dc&from=2026-02-02&until=2026-01-01', 'badArgument'],
    ['verb=ListRecords&metadataPrefix=oai_dc&from=2026-01-01&until=2026-01-01T00:00:00Z', 'badArgument'],
    ['verb=ListRecords&metadataPrefix=oai_dc&set=none', 'noRecordsMatch'],
    ['verb=ListRecords&resumptionToken=abc', 'badResumptionToken'],
    [
      `verb=ListRecords&resumptionToken=${Buffer.from('dcat_ap|0|9|nope|0').toString('base64url')}`,
      'badResumptionToken',
    ],
    ['verb=ListRecords&resumptionToken=ZGNhdF9hcHwwfDF8fC0x', 'badResumptionToken'],
    ['verb=GetRecord&metadataPrefix=oai_dc&identifier=oai:x.example:<none>', 'idDoesNotExist'],
    ['verb=ListMetadataFormats&identifier=x', 'idDoesNotExist'],
  ])('%s: %s', (query, code) => {
    const text = ask(query);
    expect(text).toContain(`<error code="${code}">`);
    expect(text).not.toMatch(/<none>/);
  });

  test('datestamps are of what happened: before the first dump, and of one that is removed on its own day', () => {
    const none = datasetEntries({ ...facts, dumps: [], since: '2025-05-05T05:05:05Z' }, now);
    expect(new Set(none.map(({ changedAt }) => new Date(changedAt).toISOString()))).toEqual(
      new Set(['2025-05-05T05:05:05.000Z']),
    );
    const removedAt = Date.parse('2026-01-01T12:00:00Z');
    const removed = { on: '2026-01-01', because: 'erasure' as const };
    const [dump] = facts.dumps;
    const dumps = [{ ...dump!, builtAt: removedAt, manifest: { ...dump!.manifest, removed } }];
    expect(datasetEntries({ ...facts, dumps }, new Date(removedAt)).find(({ set }) => set === 'dumps')).toMatchObject({
      changedAt: removedAt,
      node: undefined,
    });
  });

  test('by GET and by POST', async () => {
    const query = 'verb=Identify';
    const byGet = await (await get(`/oai?${query}`)).text();
    const byPost = await fetch(`${t.url}/oai`, { method: 'POST', body: new URLSearchParams(query) });
    const plain = (text: string) => text.replace(/<responseDate>[^<]*/, '');
    expect(plain(await byPost.text())).toBe(plain(byGet));
    expect(byGet).toContain('<deletedRecord>persistent</deletedRecord>');
  });
});

describe('the event stream', () => {
  const tree = 'https://w3id.org/tree#';

  async function crawl(): Promise<Map<string, { text: string; isForGood: boolean; members: string[] }>> {
    const pages = new Map<string, { text: string; isForGood: boolean; members: string[] }>();
    const queue = [`${t.url}/ldes/root.trig`];
    for (let url = queue.pop(); url; url = queue.pop()) {
      if (pages.has(url)) continue;
      const answer = await fetch(url);
      expect([url, answer.status, answer.headers.get('content-type')]).toEqual([
        url,
        200,
        'application/trig; charset=utf-8',
      ]);
      const text = await answer.text();
      const quads = parse(text, url);
      pages.set(url, {
        text,
        isForGood: answer.headers.get('cache-control')!.includes('immutable'),
        members: values(quads, `${tree}member`),
      });
      queue.push(...values(quads, `${tree}node`));
    }
    return pages;
  }

  test('has every event once, and one view', async () => {
    const pages = await crawl();
    const members = [...pages.values()].flatMap((page) => page.members);
    const events = await t.register.store.readAll(-1, 10_000);
    expect(members.sort()).toEqual(events.map(({ envelope }) => `https://test.example/events/${envelope.id}`).sort());
    const root = parse(pages.get(`${t.url}/ldes/root.trig`)!.text, `${t.url}/ldes/root.trig`);
    expect(values(root, `${tree}view`)).toEqual([`${t.url}/ldes/root.trig`]);
  });

  test('a full page never changes, whatever is recorded or erased; and nothing that can be erased is in it', async () => {
    const before = (await crawl()).get(`${t.url}/ldes/000.trig`)!;
    expect([before.isForGood, before.members.length]).toEqual([true, 256]);
    expect(before.text).toContain('ldes:immutable true');
    expect(before.text).not.toContain('Amsterdam');
    const [event] = (await t.register.store.readAll(0, 1)) as [RecordedEvent];
    await submitOne(
      t.register,
      {
        type: 'ErasePayload',
        organisation: event.envelope.organisation,
        system: event.envelope.system,
        occurredAt: '2026-11-20',
        idempotencyKey: 'erase',
        data: {
          event: event.envelope.id,
          part: 'content',
          commitment: event.envelope.parts[0]!.commitment,
          basis: 'court-order',
        },
      },
      { organisation: operator, role: 'administrator' },
    );
    await t.settled();
    const after = await crawl();
    expect(after.get(`${t.url}/ldes/000.trig`)!.text).toBe(before.text);
    expect([...after.values()].flatMap((page) => page.members)).toHaveLength((await t.register.store.head()) + 1);
  });

  test.each([
    '/ldes/009.trig',
    '/ldes/9.trig',
    '/ldes/x000/001.trig',
    '/ldes/node/1/001.trig',
    '/ldes/',
    '/ldes/root.ttl',
    '/ldes/node/9/000.trig',
  ])('there is no %s', async (path) => {
    expect((await get(path)).status).toBe(404);
  });
});

test('all systems are a page, in the order of their names, a hundred a page', async () => {
  const ask = (path: string, accept = 'text/html') => fetch(t.url + path, { headers: { accept }, redirect: 'manual' });
  expect((await ask('/systems?language=de')).headers.get('location')).toBe('/de/systems');
  const text = await (await ask('/de/systems')).text();
  const links = [...text.matchAll(/href="(\/de\/systems\/[^"]+)"/g)].map(([, href]) => href!);
  expect(links).toHaveLength(14);
  for (const href of links) expect(await (await ask(href)).text()).toContain('<html lang="de">');
  expect([(await ask('/systems', 'application/json')).status, (await ask('/en/systems?after=x')).status]).toEqual([
    303, 400,
  ]);
});

describe('what harvesters look for', () => {
  test.each([
    ['/.well-known/api-catalog', 'application/linkset+json', '/v1/openapi.json'],
    ['/.well-known/security.txt', 'text/plain', 'Expires: '],
    ['/robots.txt', 'text/plain', 'Sitemap: https://test.example/sitemap.xml'],
    ['/sitemap.xml', 'application/xml', '<sitemap><loc>https://test.example/sitemap/1.xml</loc></sitemap>'],
    [
      '/sitemap/1.xml',
      'application/xml',
      '<loc>https://test.example/nl/systems/urn:vitrine:sys:nl-tooi:gm0363:chatbot</loc>',
    ],
  ])('%s', async (path, type, part) => {
    const answer = await get(path);
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, expect.stringContaining(type)]);
    expect(await answer.text()).toContain(part);
  });

  test('every address of the site map is a page in each language', async () => {
    const text = await (await get('/sitemap/1.xml')).text();
    const links = [...text.matchAll(/hreflang="([^"]+)" href="https:\/\/test\.example([^"]+)"/g)];
    expect(links).toHaveLength((15 + 3 + 14) * 7 * 8);
    for (const [, language, path] of links.filter((_, i) => i % 35 === 0 || i < 24)) {
      const answer = await fetch(t.url + path, {
        headers: { accept: 'text/html, */*;q=0.8', 'accept-language': 'nl' },
      });
      expect([path, answer.status, answer.headers.get('content-type')]).toEqual([
        path,
        200,
        expect.stringContaining('text/html'),
      ]);
      expect(await answer.text()).toContain(`<html lang="${language === 'x-default' ? 'nl' : language}">`);
    }
    for (const path of ['/sitemap/2.xml', '/sitemap/0.xml', '/sitemap/x']) expect((await get(path)).status).toBe(404);
  });
});

test('an archive holds the pages, the stream and the catalogue, and nothing that was erased', async () => {
  const target = join(folder, 'archive');
  await writeArchive(t.register.exporting, target, {
    origin: 'test.example',
    licence: licences[0]!,
    at: await t.register.projected.position(),
    language: 'nl',
  });
  const [event] = (await t.register.store.readAll(0, 1)) as [RecordedEvent];
  expect(event.erased).toContain('content');
  const files = readdirSync(target, { recursive: true, encoding: 'utf8' }).filter((name) =>
    statSync(join(target, name)).isFile(),
  );
  expect(files.filter((name) => name.endsWith('index.html'))).toHaveLength(1 + 14);
  const text = (name: string) => readFileSync(join(target, name), 'utf8');
  for (const name of files.filter((one) => !/gz$|xlsx$|parquet$/.test(one)))
    expect([name, text(name).includes('Image analysis in the camera control room (demonstration)')]).toEqual([
      name,
      false,
    ]);
  expect(parse(text('ldes/000.trig'), 'https://test.example/ldes/000.trig').length).toBeGreaterThan(256 * 8);
  const catalogue = parse(text('catalog.ttl'), 'https://test.example/catalog.ttl');
  expect(values(catalogue, `${dcat}dataset`)).toEqual([expect.stringContaining('/datasets/dump-')]);
  // It is one file: there are no pages to leaf through.
  expect(catalogue.map(({ predicate }) => predicate.value).filter((iri) => iri.includes('hydra'))).toEqual([]);
  expect(text('systems/urn:vitrine:sys:nl-tooi:gm0363:chatbot/index.html')).toContain('<html lang="nl">');
  // A page of the stream for each 256 events, and the root above them.
  const count = (await t.register.store.head()) + 1;
  const pages = Math.ceil(count / 256);
  expect(files.filter((name) => name.startsWith('ldes/0')).length).toBe(pages);
  expect(files.filter((name) => name.startsWith('ldes/')).length).toBe(pages + 1);
});
