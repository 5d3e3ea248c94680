import { once } from 'node:events';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { get as httpGet, type IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import zlib, { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import pg from 'pg';
import { operator } from '#domain';
import type { RecordedEvent } from '#event-store';
import {
  buildDump,
  type Dumping,
  isInDumps,
  keepOnce,
  licences,
  listDumps,
  type Manifest,
  openSnapshot,
} from '#exports';
import { openExportPool } from '#projections';
import { submitOne } from '#server';
import { copyCsv, ofSnapshot } from '../libs/exports/snapshot.js';
import { createTestDatabase } from './setup/database.js';
import { openDemoRegister, type TestRegister } from './setup/register.js';

const actor = { organisation: operator, role: 'administrator' } as const;
const organisation = 'urn:vitrine:org:nl-tooi:gm0363';
const folder = mkdtempSync(join(tmpdir(), 'vitrine-dump-files-'));
let database: Awaited<ReturnType<typeof createTestDatabase>>;
let t: TestRegister;
let dumping: Dumping;
let first: number;

const keep = async (minutes: number) => {
  await t.settled();
  return keepOnce(t.register.exporting, { ...dumping, minutes }, 0, new AbortController().signal);
};
/** Waits for a condition. The register maintains its dumps itself, too, and may hold the lock meanwhile. */
const until = async (holds: () => boolean | Promise<boolean>) => {
  for (let tries = 0; tries < 1200; tries++) {
    if (await holds()) return;
    await keep(1000);
    await sleep(100);
  }
  throw new Error('It never was so.');
};
const removalOf = async (position: number) =>
  (await listDumps(folder)).find(({ at }) => at === position)?.manifest.removed;
const get = (path: string, headers: Record<string, string> = {}) =>
  fetch(`${t.url}${path}`, { headers: { 'accept-encoding': 'identity', ...headers } });
const register = (name: string) =>
  submitOne(
    t.register,
    {
      type: 'RegisterSystem',
      organisation,
      system: `urn:vitrine:sys:nl-tooi:gm0363:${name}`,
      occurredAt: '2026-10-01',
      idempotencyKey: name,
      data: { name: { en: `Called ${name}` } },
    },
    actor,
  );

const erase = ({ envelope }: RecordedEvent, part: 'content' | 'contact') =>
  submitOne(
    t.register,
    {
      type: 'ErasePayload',
      organisation: envelope.organisation,
      system: envelope.system,
      occurredAt: '2026-11-20',
      idempotencyKey: `erase ${part} of ${envelope.id}`,
      data: {
        event: envelope.id,
        part,
        commitment: envelope.parts.find(({ role }) => role === part)!.commitment,
        basis: 'court-order',
      },
    },
    actor,
  );

beforeAll(async () => {
  database = await createTestDatabase();
  const licence = licences[1]!;
  // With this interval the register builds only the first dump; the others are built by the tests below.
  t = await openDemoRegister({ database, dumps: { folder, licence, minutes: 1_000_000 } });
  dumping = { database, origin: t.register.origin, folder, licence, minutes: 0 };
  for (let waited = 0; (await listDumps(folder)).length === 0 && waited < 20_000; waited += 100) await sleep(100);
  first = (await listDumps(folder))[0]!.at;
});
afterAll(async () => {
  await t.close();
  await database.drop();
  rmSync(folder, { recursive: true, force: true });
});

describe('the files of a dump', () => {
  test('a register that runs makes its first dump by itself', async () => {
    const manifest = (await (await get('/exports/latest/datapackage.json')).json()) as Manifest;
    expect(manifest.version).toBe(String(first));
    expect(manifest.licenses[0]!.name).toBe('CC-BY-4.0');
    for (const { path, bytes, mediatype } of manifest.resources) {
      const answer = await get(`/exports/${first}/${path}`);
      const body = Buffer.from(await answer.arrayBuffer());
      expect([path, answer.status, body.length]).toEqual([path, 200, bytes]);
      expect(answer.headers.get('content-type')).toMatch(mediatype);
      // A dump may have to be removed one day, so it is not immutable for caches.
      expect(answer.headers.get('cache-control')).toBe('public, max-age=60');
      expect(body.equals(readFileSync(join(folder, String(first), path)))).toBe(true);
    }
  });

  test('goes on where it broke off, and not with another file', async () => {
    const path = '/exports/latest/events.jsonl';
    const whole = await get(path);
    const text = await whole.text();
    const etag = whole.headers.get('etag')!;
    expect(whole.headers.get('content-location')).toBe(`/exports/${first}/events.jsonl`);
    const rest = await get(path, { range: 'bytes=1000-', 'if-range': etag });
    expect([rest.status, await rest.text()]).toEqual([206, Buffer.from(text).subarray(1000).toString()]);
    expect(rest.headers.get('content-range')).toBe(
      `bytes 1000-${Buffer.byteLength(text) - 1}/${Buffer.byteLength(text)}`,
    );
    const other = await get(path, { range: 'bytes=1000-', 'if-range': '"another"' });
    expect([other.status, (await other.text()) === text]).toEqual([200, true]);
    // A range of `latest` is served only if the request names the file that it belongs to.
    expect((await get(path, { range: 'bytes=1000-' })).status).toBe(200);
    const numbered = `/exports/${first}/events.jsonl`;
    expect((await get(numbered, { range: 'bytes=1000-' })).status).toBe(206);
    expect((await get(numbered, { range: 'bytes=999999999-' })).status).toBe(416);
    expect((await get(numbered, { range: 'bytes=-999999999' })).status).toBe(200);
    expect((await get(numbered, { 'if-match': etag })).status).toBe(200);
    expect((await get(numbered, { 'if-match': '"another"' })).status).toBe(412);
    expect((await get(path, { 'if-none-match': etag })).status).toBe(304);
  });

  test('compressed for who takes it', async () => {
    const plain = await (await get('/exports/latest/systems.csv')).text();
    // fetch decompresses it.
    const zipped = await get('/exports/latest/systems.csv', { 'accept-encoding': 'br, gzip' });
    expect([zipped.headers.get('content-encoding'), await zipped.text()]).toEqual(['gzip', plain]);
    expect(zipped.headers.get('vary')).toContain('accept-encoding');
    expect(
      (await get('/exports/latest/systems.csv', { 'accept-encoding': 'gzip;q=0' })).headers.get('content-encoding'),
    ).toBeNull();
    // Node has Zstandard since 22.15.
    const asking = httpGet(`${t.url}/exports/latest/systems.csv`, { headers: { 'accept-encoding': 'gzip, zstd' } });
    const [best] = (await once(asking, 'response')) as [IncomingMessage];
    best.destroy();
    expect(best.headers['content-encoding']).toBe('zstdCompress' in zlib ? 'zstd' : 'gzip');
    const same = await get('/exports/latest/systems.csv.zst');
    expect([same.status, same.headers.get('content-type')]).toEqual(
      'zstdCompress' in zlib ? [200, 'application/zstd'] : [404, expect.stringContaining('json')],
    );
    const file = await get('/exports/latest/systems.csv.gz');
    expect([file.headers.get('content-type'), gunzipSync(Buffer.from(await file.arrayBuffer())).toString()]).toEqual([
      'application/gzip',
      plain,
    ]);
  });

  test('ranges, tags and conditions hold for every file (RFC 9110)', async () => {
    for (const file of ['systems.csv', 'systems.csv.gz', 'datapackage.json', 'SHA256SUMS']) {
      const path = `/exports/${first}/${file}`;
      const whole = await get(path);
      const bytes = Buffer.from(await whole.arrayBuffer());
      const etag = whole.headers.get('etag')!;
      const ask = async (headers: Record<string, string>, method = 'GET') => {
        const answer = await fetch(t.url + path, { method, headers: { 'accept-encoding': 'identity', ...headers } });
        return { status: answer.status, headers: answer.headers, bytes: Buffer.from(await answer.arrayBuffer()) };
      };
      expect((await ask({ range: 'bytes=-99999999' })).bytes.equals(bytes)).toBe(true);
      expect((await ask({ range: 'bytes=-5' })).bytes.equals(bytes.subarray(-5))).toBe(true);
      expect((await ask({ range: 'bytes=0-3' }, 'HEAD')).status).toBe(200);
      const beyond = await ask({ range: `bytes=${bytes.length}-` });
      expect([beyond.status, beyond.headers.get('content-range')]).toEqual([416, `bytes */${bytes.length}`]);
      expect((await ask({ 'if-none-match': etag })).status).toBe(304);
      expect((await ask({ 'if-match': '"x"', 'if-none-match': etag })).status).toBe(412);
      expect((await ask({ range: 'bytes=0-3', 'if-range': etag })).status).toBe(206);
      const byDate = await ask({ range: 'bytes=0-3', 'if-range': 'Wed, 25 Nov 2026 10:00:00 GMT' });
      expect([byDate.status, byDate.bytes.equals(bytes)]).toEqual([200, true]);
    }
    const preflight = await fetch(`${t.url}/exports/latest/systems.csv`, {
      method: 'OPTIONS',
      headers: { 'access-control-request-method': 'GET', 'access-control-request-headers': 'range,if-range' },
    });
    expect(preflight.headers.get('access-control-allow-headers')).toContain('if-range, range');
  });

  test.each([
    '/exports/latest/nothing.csv',
    '/exports/latest/.building',
    '/exports/999999/systems.csv',
    '/exports/first/systems.csv',
    '/exports/latest/..%2f..%2fsecret',
    '/exports/latest/systems.parquet.gz',
    '/exports/latest/%00',
  ])('there is no %s', async (path) => {
    const answer = await get(path);
    expect(answer.status).toBe(404);
    expect(((await answer.json()) as { code: string }).code).toBe('NOT_FOUND');
  });

  test.each(['/exports/latest', '/exports/latest/'])('%s leads to what is in it', async (path) => {
    const answer = await get(path);
    expect([answer.redirected, new URL(answer.url).pathname]).toEqual([true, '/exports/latest/datapackage.json']);
  });

  test('are listed, for people in their language and for programs', async () => {
    const page = await (await get('/exports', { accept: 'text/html', 'accept-language': 'de' })).text();
    expect(page).toContain('<html lang="de">');
    for (const href of [...page.matchAll(/href="(\/[^"]+)"/g)].map(([, one]) => one!.replaceAll('&amp;', '&')))
      expect([href, (await get(href, { accept: 'text/html, */*;q=0.8' })).status]).toEqual([href, 200]);
    const list = (await (await get('/exports')).json()) as { dumps: { position: number }[] };
    expect(list.dumps.map(({ position }) => position)).toEqual([first]);
  });
});

describe('dumps come and go', () => {
  test('a new one comes when something changed, and not too often', async () => {
    expect(await keep(0.000001)).toBe(false);
    await register('a');
    expect(await keep(1000)).toBe(false);
    // The log may not be signed up to there yet, and the previous call may still hold the lock.
    await until(() => keep(0.000001));
    // Only the last dump of a day is kept.
    expect((await listDumps(folder)).map(({ at }) => at)).toEqual([await t.register.store.head()]);
    expect((await get(`/exports/${first}/systems.csv`)).status).toBe(404);
    expect((await get('/exports/latest/datapackage.json')).status).toBe(200);
  });

  test('`latest` leads to the newest one, also when a crash came before it did', async () => {
    const at = (await listDumps(folder)).at(-1)!.at;
    rmSync(join(folder, 'latest'));
    symlinkSync('7', join(folder, 'latest'));
    await until(() => readlinkSync(join(folder, 'latest')) === String(at));
    expect(readlinkSync(join(folder, 'latest'))).toBe(String(at));
  });

  test('what is erased by law goes from the dumps at once, and the manifest says so', async () => {
    const before = (await listDumps(folder)).at(-1)!;
    const [event] = (await t.register.store.readAll(before.at - 1, 1)) as [RecordedEvent];
    await erase(event, 'content');
    await until(async () => (await removalOf(before.at)) !== undefined);
    expect(await removalOf(before.at)).toMatchObject({ because: 'erasure' });
    const latest = await (await get('/exports/latest/events.jsonl')).text();
    expect(latest).not.toContain('Called a');
    expect(latest).toContain(event.envelope.id);
    const gone = await get(`/exports/${before.at}/events.jsonl`);
    expect([gone.status, ((await gone.json()) as { detail: string }).detail]).toEqual([
      410,
      expect.stringContaining('erased by law'),
    ]);
  });

  test('what is erased while a dump is built does not come with it, and is not called gone before', async () => {
    const { eventId } = await register('late');
    await t.settled();
    const at = await t.register.projected.position();
    const [event] = (await t.register.store.readAll(at - 1, 1)) as [RecordedEvent];
    expect(event.envelope.id).toBe(eventId);
    const pool = openExportPool(database, 1);
    const holder = new pg.Client(database.owner);
    await holder.connect();
    await holder.query('BEGIN; LOCK TABLE read.organisation IN ACCESS EXCLUSIVE MODE');
    const building = join(folder, '.building');
    let built = Promise.resolve(false);
    try {
      // The register also checks from time to time; then this call does not get the lock.
      while (!existsSync(building))
        if (await Promise.race([built.then(() => true), sleep(50)]))
          built = keepOnce(t.register.exporting, { ...dumping, minutes: 1e-9 }, 0, new AbortController().signal);
      await erase(event, 'content');
      expect(await isInDumps(pool, folder)).toBe(true);
    } finally {
      await holder.query('COMMIT');
      await holder.end();
    }
    await built;
    expect((await listDumps(folder)).map((dump) => dump.at)).not.toContain(at);
    while (!(await keep(1e-9))) await sleep(50);
    expect(await isInDumps(pool, folder)).toBe(false);
    await pool.end();
    for (const file of readdirSync(folder, { recursive: true, withFileTypes: true }))
      if (file.isFile() && /jsonl$|csv$/.test(file.name))
        expect(readFileSync(join(file.parentPath, file.name), 'utf8')).not.toContain('Called late');
  });

  test('the other part of an event that is erased later goes, too', async () => {
    const [event] = (await t.register.store.readAll(0, 1)) as [RecordedEvent];
    // A dump of a position before both erasures, built between them, as happens if the log is signed a moment later.
    const before = await t.register.projected.position();
    const held = join(folder, String(before));
    await until(async () => (await listDumps(folder)).some(({ at }) => at === before));
    await erase(event, 'content');
    await t.settled();
    await until(async () => (await removalOf(before)) !== undefined && readdirSync(held).length === 1);
    const built = join(folder, '.built');
    await buildDump(t.register.exporting, built, { origin: t.register.origin, licence: dumping.licence, at: before });
    rmSync(held, { recursive: true, force: true });
    renameSync(built, held);
    expect(readFileSync(join(held, 'events.jsonl'), 'utf8')).toContain('algoritmen@amsterdam.example.org');
    await keep(1000);
    expect(await removalOf(before)).toBeUndefined();
    await erase(event, 'contact');
    await t.settled();
    await until(async () => (await removalOf(before)) !== undefined);
    expect(await removalOf(before)).toMatchObject({ because: 'erasure' });
    await until(() => readdirSync(held).length === 1);
    expect(readdirSync(held)).toEqual(['datapackage.json']);
  });

  test('what a crash left is swept', async () => {
    const removed = (await listDumps(folder)).find(({ manifest }) => manifest.removed)!;
    const left = [join(folder, '.building'), join(folder, '77')];
    for (const place of left) mkdirSync(place, { recursive: true });
    for (const place of [...left, join(folder, String(removed.at))]) writeFileSync(join(place, 'events.csv'), 'erased');
    writeFileSync(join(folder, '77/datapackage.json'), '');
    expect((await get('/exports')).status).toBe(200);
    await until(() => !existsSync(left[0]!) && !existsSync(left[1]!));
    for (const place of left) expect(existsSync(place)).toBe(false);
    expect(existsSync(join(folder, String(removed.at), 'events.csv'))).toBe(false);
  });

  test('without a link to the latest, it is found all the same', async () => {
    rmSync(join(folder, 'latest'));
    expect((await get('/exports/latest/systems.csv')).status).toBe(200);
  });
});

test('a COPY that is broken off gives its connection back', async () => {
  const pool = openExportPool(database, 1);
  const snapshot = await openSnapshot(pool);
  const copied = ofSnapshot(snapshot, (client) =>
    copyCsv(client, 'SELECT g FROM generate_series(1, 20000000) g', false),
  );
  await once(copied, 'readable');
  copied.read();
  copied.destroy();
  await snapshot.release();
  const answered = pool.query<{ one: number }>('SELECT 1 AS one').then(({ rows }) => rows[0]!.one);
  expect(await Promise.race([answered, sleep(5000)])).toBe(1);
  await pool.end();
});
