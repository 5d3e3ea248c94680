import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import request from 'supertest';
import { beginLog, formatVerifierKey, openLogKeys, parseCheckpoint, parseNote, verifyReceipt } from '#log';
import { writeDurably } from '../libs/log/files.js';
import { runVitrine } from './harness/server.js';
import { openTestRegister, type TestRegister } from './setup/register.js';

const city = 'urn:vitrine:org:local:city';
const home = mkdtempSync(join(tmpdir(), 'vitrine-log-'));
await beginLog(join(home, 'keys'), 'test.example/log', join(home, 'claims'));
const signer = openLogKeys(join(home, 'keys'), 'test.example/log').signers[0]!;
const key = formatVerifierKey(signer.verifier);
const places = { folder: join(home, 'public/log'), scratch: join(home, 'scratch'), claims: join(home, 'claims') };
const count = 300;
let t: TestRegister;

const get = (path: string) => request(t.server).get(path).buffer(true).parse(asBytes);
const asBytes = (response: request.Response, done: (error: Error | null, body: Buffer) => void) => {
  const chunks: Buffer[] = [];
  const stream = response as unknown as NodeJS.ReadableStream;
  stream.on('data', (chunk: Buffer) => chunks.push(chunk));
  stream.on('end', () => done(null, Buffer.concat(chunks)));
};
const sizeOf = async () => {
  const { status, body } = await get('/log/checkpoint');
  return status === 200 ? parseCheckpoint(parseNote(body as Buffer).text).size : 0;
};
const vitrine = (...args: string[]) => runVitrine(join(home, 'reader'), args);

beforeAll(async () => {
  t = await openTestRegister({ log: { keyFolder: join(home, 'keys'), places } });
  const admin = await t.key('administrator');
  const commands = Array.from({ length: count }, (_, i) => ({
    type: i === 0 ? 'RegisterOrganisation' : 'RegisterSystem',
    organisation: city,
    ...(i > 0 ? { system: `urn:vitrine:sys:local:city:s${i}` } : {}),
    occurredAt: '2026-01-01',
    idempotencyKey: `key-${i}`,
    data: i === 0 ? { names: { en: 'City' }, kind: 'municipality', country: 'NL' } : { name: { en: `System ${i}` } },
  }));
  await request(t.server).post('/v1/events').set('authorization', admin).send(commands).expect(200);
  for (let tries = 0; tries < 100 && (await sizeOf()) < count; tries++) await sleep(50);
});
afterAll(async () => {
  await t.close();
  rmSync(home, { recursive: true, force: true });
});

test('events are in a signed checkpoint soon, and its files are served as c2sp.org/tlog-tiles asks', async () => {
  expect(await sizeOf()).toBe(count);
  const tile = await get('/log/tile/0/000').expect(200);
  expect(tile.headers['content-type']).toBe('application/octet-stream');
  expect(tile.headers['cache-control']).toBe('public, max-age=31536000, immutable');
  expect((tile.body as Buffer).length).toBe(256 * 32);
  await get('/log/tile/0/000').set('if-none-match', tile.headers['etag']!).expect(304);
  await get(`/log/tile/entries/001.p/${count - 256}`).expect(200);
  const checkpoint = await get('/log/checkpoint').expect(200);
  expect(checkpoint.headers['content-type']).toBe('text/plain; charset=utf-8');
  expect(checkpoint.headers['cache-control']).toBe('public, max-age=5');
  // As a rotation of keys writes it.
  await writeDurably(places.scratch, join(places.folder, 'key/0123abcd'), Buffer.from('which key follows\n'));
  const followed = await get('/log/key/0123abcd').expect(200);
  expect(followed.headers['content-type']).toBe('text/plain; charset=utf-8');
  expect(followed.headers['cache-control']).toBe('public, max-age=31536000, immutable');
  expect((await get('/log/key/none')).status).toBe(404);
});

test('the checkpoint is whole at every moment, and so is a payload, while others take their place', async () => {
  const folder = places.folder;
  const notes = [readFileSync(join(folder, 'checkpoint')), Buffer.from('short\n\nnote\n')];
  const payloads = [readFileSync(join(folder, 'payload/000.jsonl')), Buffer.from('')];
  let isOver = false;
  const replacing = (async () => {
    for (let i = 0; !isOver; i++) {
      await writeDurably(places.scratch, join(folder, 'checkpoint'), notes[i % 2]!);
      await writeDurably(places.scratch, join(folder, 'payload/000.jsonl'), payloads[i % 2]!);
    }
    await writeDurably(places.scratch, join(folder, 'checkpoint'), notes[0]!);
    await writeDurably(places.scratch, join(folder, 'payload/000.jsonl'), payloads[0]!);
  })();
  try {
    for (let i = 0; i < 300; i++) {
      const [note, payload] = await Promise.all([get('/log/checkpoint'), get('/log/payload/000.jsonl')]);
      expect([note.status, notes.some((one) => one.equals(note.body as Buffer))]).toEqual([200, true]);
      expect([payload.status, payloads.some((one) => one.equals(payload.body as Buffer))]).toEqual([200, true]);
    }
  } finally {
    isOver = true;
    await replacing;
  }
});

test('what changes is not sent again to who has it, and tells its length without its bytes', async () => {
  for (const path of ['/log/checkpoint', '/log/payload/000.jsonl']) {
    const { headers, body } = await get(path).expect(200);
    await get(path).set('if-none-match', headers['etag']!).expect(304);
    const head = await request(t.server).head(path).expect(200);
    expect(head.headers['content-length']).toBe(String((body as Buffer).length));
  }
});

test.each([
  '/log/payload/002.jsonl',
  '/log/payload/..%2f..%2f..%2fkeys/log.key',
  '/log/payload/000',
  '/log/tile/0/002',
  '/log/tile/0/001.p/200',
  '/log/../keys/log.key',
  '/log/%2e%2e/%2e%2e/keys/log.key',
  '/log/',
  '/log/tile',
])('%s is not there', async (path) => {
  const { status, body } = await get(path);
  expect([403, 404]).toContain(status);
  expect((body as Buffer).toString()).not.toContain('PRIVATE');
});

test('every event has a receipt, which holds by the public key alone', async () => {
  for (const index of [0, 1, 255, 256, count - 1]) {
    const { body } = await get(`/log/proof/${index}.tlog-proof`).expect(200);
    const payloads = (await get(`/log/payload/00${Math.floor(index / 256)}.jsonl`).expect(200)).body as Buffer;
    const receipt = verifyReceipt(body as Buffer, signer.verifier, payloads);
    expect(receipt).toMatchObject({ index, absent: [] });
    expect(receipt.payloads).toHaveLength(1);
    const other = Buffer.from(payloads.toString().replaceAll('City', 'Town').replaceAll('System', 'Sistem'));
    expect(() => verifyReceipt(body as Buffer, signer.verifier, other)).toThrow('not the one to which');
  }
  const missing = await request(t.server).get(`/log/proof/${count}.tlog-proof`).expect(404);
  expect(missing.body.code).toBe('NOT_FOUND');
  for (const bad of ['x.tlog-proof', '01.tlog-proof', '-1.tlog-proof', '1', '99999999999999999999.tlog-proof'])
    await request(t.server).get(`/log/proof/${bad}`).expect(404);
});

test('the command line verifies it from outside, remembers it, and checks a receipt offline', async () => {
  const first = await vitrine('verify', t.url);
  expect([first.status, first.stdout]).toEqual([2, expect.stringContaining('nobody vouches for the checkpoint')]);
  const second = await vitrine('verify', t.url, '--key', key);
  expect([second.status, second.stdout]).toEqual([0, expect.stringContaining('All that was checked holds.')]);
  const third = await vitrine('verify', t.url);
  expect([third.status, third.stdout]).toEqual([0, expect.stringContaining(`Last seen       ${count} entries`)]);

  const file = join(home, 'mine.tlog-proof');
  writeFileSync(file, (await get('/log/proof/7.tlog-proof')).body as Buffer);
  const good = await vitrine('verify-receipt', file, '--key', key);
  expect([good.status, good.stdout]).toEqual([0, expect.stringContaining('Entry 7 of test.example/log')]);
  const bundle = join(home, 'bundle.jsonl');
  writeFileSync(bundle, (await get('/log/payload/000.jsonl')).body as Buffer);
  const whole = await vitrine('verify-receipt', file, '--key', key, '--payload', bundle);
  expect([whole.status, whole.stdout]).toEqual([0, expect.stringContaining('Payload (content) holds')]);
  writeFileSync(bundle, '');
  const without = await vitrine('verify-receipt', file, '--key', key, '--payload', bundle);
  expect([without.status, without.stdout]).toEqual([2, expect.stringContaining('holds no payload of entry 7')]);
  writeFileSync(file, readFileSync(file, 'utf8').replace('index 7', 'index 8'));
  const bad = await vitrine('verify-receipt', file, '--key', key);
  expect([bad.status, bad.stderr]).toEqual([1, expect.stringContaining('leads to another root')]);
});

test('readiness names what is signed', async () => {
  const { body } = await request(t.server).get('/readyz').expect(200);
  expect(body).toMatchObject({ status: 'ok', head: count - 1, signed: count });
});
