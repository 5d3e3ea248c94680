import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { parse } from 'csv-parse/sync';
import request from 'supertest';
import { openTestRegister, type TestRegister } from './setup/register.js';

const city = 'urn:vitrine:org:local:city';
const other = 'urn:vitrine:org:local:other';
const camera = 'urn:vitrine:sys:local:city:camera';
let t: TestRegister;
let admin: string;
let n = 0;

const command = (type: string, data: object, rest: object = {}) => ({
  type,
  organisation: city,
  system: camera,
  occurredAt: '2026-01-01',
  idempotencyKey: `key-${++n}`,
  data,
  ...rest,
});
const organisation = (id: string) =>
  command(
    'RegisterOrganisation',
    { names: { en: id }, kind: 'municipality', country: 'NL' },
    { organisation: id, system: undefined },
  );
const post = (body: unknown, key = admin, query = '') =>
  request(t.server)
    .post(`/v1/events${query}`)
    .set('authorization', key)
    .send(body as object);

beforeAll(async () => {
  t = await openTestRegister();
  admin = await t.key('administrator');
  await post([organisation(city), organisation(other), command('RegisterSystem', { name: { en: 'Camera' } })]).expect(
    200,
  );
  await t.settled();
});
afterAll(() => t.close());

describe('POST /v1/events', () => {
  test('records one command, and the same again only once', async () => {
    const confirm = command('ConfirmRecord', {});
    const first = await post(confirm).expect(201);
    expect(first.body).toMatchObject({ eventType: 'RecordConfirmed', repeated: false });
    const again = await post(confirm).expect(200);
    expect(again.body).toEqual({ ...first.body, repeated: true });
    const reused = await post({ ...confirm, data: { nextReview: '2027-01-01' } }).expect(409);
    expect(reused.body.code).toBe('IDEMPOTENCY_KEY_REUSED');
  });

  test('a batch has a result each, and goes on after a refusal', async () => {
    const answer = await post([
      command('ConfirmRecord', {}),
      command('ResumeDeployment', {}),
      { nonsense: 1 },
      command('ConfirmRecord', {}),
    ]).expect(200);
    expect(answer.body).toMatchObject({ recorded: 2, repeated: 0, refused: 2 });
    expect(
      answer.body.results.map(
        (result: { status: string; problem?: { code: string } }) => result.problem?.code ?? result.status,
      ),
    ).toEqual(['recorded', 'NOT_SUSPENDED', 'SCHEMA_VIOLATION', 'recorded']);
  });

  test('all or nothing', async () => {
    const before = await t.register.store.head();
    const batch = [command('ConfirmRecord', {}), command('ResumeDeployment', {})];
    const answer = await post(batch, admin, '?atomic=true').expect(200);
    expect(answer.body.results.map((result: { problem: { code: string } }) => result.problem.code)).toEqual([
      'ALL_OR_NOTHING',
      'NOT_SUSPENDED',
    ]);
    expect(await t.register.store.head()).toBe(before);
    const good = [
      command('StartDeployment', { stage: 'production' }),
      command('SuspendDeployment', { cause: 'risk-found' }),
      command('ResumeDeployment', {}),
    ];
    expect((await post(good, admin, '?atomic=true').expect(200)).body).toMatchObject({ recorded: 3, refused: 0 });
    expect((await post(good, admin, '?atomic=true').expect(200)).body).toMatchObject({
      recorded: 0,
      repeated: 3,
      refused: 0,
    });
  });

  test('the same command twice in an all-or-nothing batch is done once; another under its key is refused', async () => {
    const twice = command('ConfirmRecord', {});
    expect(
      (await post([twice, twice, command('ConfirmRecord', {})], admin, '?atomic=true').expect(200)).body,
    ).toMatchObject({ recorded: 2, repeated: 1 });
    const other = command('ConfirmRecord', {});
    const another = { ...other, data: { nextReview: '2027-01-01' } };
    const { body } = await post([other, another], admin, '?atomic=true').expect(200);
    expect(body.results.map(({ problem }: { problem: { code: string } }) => problem.code)).toEqual([
      'ALL_OR_NOTHING',
      'IDEMPOTENCY_KEY_REUSED',
    ]);
  });

  test('all-or-nothing batches at the same time all get through', async () => {
    const answers = await Promise.all(
      Array.from({ length: 8 }, () =>
        post([command('ConfirmRecord', {}), command('ConfirmRecord', {})], admin, '?atomic=true'),
      ),
    );
    expect(answers.map(({ body }) => body.recorded)).toEqual(Array(8).fill(2));
  });

  test('a system is handed over only to an organisation that is there', async () => {
    const move = (transferTo: string) => command('DescribeSystem', { transferTo, reason: { en: 'x' } });
    expect((await post(move('urn:vitrine:org:local:nobody')).expect(422)).body).toMatchObject({
      code: 'ORGANISATION_UNKNOWN',
      path: '/data/transferTo',
    });
  });

  test('a field that is withheld is shown again only when it is stated again', async () => {
    const system = 'urn:vitrine:sys:local:city:withheld';
    const on = (type: string, data: object) => post(command(type, data, { system })).expect(201);
    const record = async () => {
      await t.settled();
      return (await request(t.server).get(`/v1/systems/${system}`)).body as Record<string, never>;
    };
    await on('RegisterSystem', { name: { en: 'W' }, summary: { en: 'hush' } });
    await on('WithholdField', { field: 'summary', basis: 'trade-secret', reason: { en: 'x' } });
    await on('WithholdField', { field: 'supplier', basis: 'trade-secret', reason: { en: 'x' } });
    await on('AwardContract', { lot: '1', kind: 'bought', supplier: { name: 'Hidden Ltd' } });
    const hidden = await record();
    expect(JSON.stringify(hidden)).not.toMatch(/hush|Hidden/);
    expect(Object.keys(hidden['withheld']!)).toEqual(['summary', 'supplier']);
    const suppliers = await request(t.server).post('/graphql').send({ query: '{ suppliers { name } }' });
    expect(suppliers.text).not.toContain('Hidden');
    await on('DescribeSystem', { reason: { en: 'open' }, set: { summary: { en: 'public' } } });
    expect(await record()).toMatchObject({ summary: { en: 'public' }, withheld: { supplier: {} } });
  });

  test('an empty batch and one of 1,001 are refused whole', async () => {
    expect((await post([]).expect(422)).body.code).toBe('EMPTY_APPEND');
    expect((await post(Array.from({ length: 1001 }, () => command('ConfirmRecord', {}))).expect(422)).body.code).toBe(
      'TOO_MANY_EVENTS',
    );
  });
});

describe('rights', () => {
  test('a key from a backup is off until it is confirmed, once; one that is there stays as it is', async () => {
    const lost = await t.register.keys.create({
      name: 'lost',
      role: 'administrator',
      organisation: null,
      expiresAt: null,
    });
    const kept = (await t.register.keys.list()).find(({ id }) => id === lost.id)!;
    const other = { ...kept, id: 'abcdefabcdef', name: 'other' };
    expect((await t.register.keys.restore([kept, other])).map(({ id }) => id)).toEqual([other.id]);
    expect(await t.register.keys.confirm(kept.id)).toBe(false);
    expect(await t.register.keys.confirm(other.id)).toBe(true);
    expect(await t.register.keys.confirm(other.id)).toBe(false);
    expect(await t.register.keys.revoke(other.id)).toBe(true);
    expect(await t.register.keys.revoke(other.id)).toBe(false);
    expect(await t.register.keys.restore([])).toEqual([]);
  });

  const confirm = () => command('ConfirmRecord', {});
  test.each([
    ['no key', async () => '', 401, 'UNAUTHENTICATED'],
    ['an invented key', async () => `Bearer vitrine_${'0'.repeat(12)}.${'x'.repeat(43)}`, 401, 'UNAUTHENTICATED'],
    ['a password', async () => 'Basic abc', 401, 'UNAUTHENTICATED'],
    ['an expired key', () => t.key('editor', city, new Date('2020-01-01')), 401, 'KEY_EXPIRED'],
    ['an auditor', () => t.key('auditor', city), 403, 'ROLE_MAY_NOT'],
    ['an integrator', () => t.key('integrator', city), 403, 'ROLE_MAY_NOT'],
    ["another organisation's editor", () => t.key('editor', other), 403, 'OTHER_ORGANISATION'],
  ])('%s is refused with the reason', async (_, key, status, code) => {
    const before = await t.register.store.head();
    const answer = await post(confirm(), await key()).expect(status);
    expect(answer.body.code).toBe(code);
    expect(answer.type).toBe('application/problem+json');
    expect(await t.register.store.head()).toBe(before);
  });

  test('a revoked key is refused', async () => {
    const { id, secret } = await t.register.keys.create({
      name: 'x',
      role: 'editor',
      organisation: city,
      expiresAt: null,
    });
    await post(confirm(), `Bearer ${secret}`).expect(201);
    await t.register.keys.revoke(id);
    expect((await post(confirm(), `Bearer ${secret}`).expect(401)).body.code).toBe('KEY_REVOKED');
  });

  test('an integrator records overrides and figures of its own organisation', async () => {
    const key = await t.key('integrator', city);
    await post(command('RecordHumanOverride', { act: 'reversed', reason: 'safety', outputKind: 'alert' }), key).expect(
      201,
    );
    await post(
      command('ReportOversightFigures', {
        period: { from: '2025-01-01', to: '2025-03-31' },
        measured: false,
        note: { en: 'Nobody counted.' },
      }),
      key,
    ).expect(201);
  });

  test('an editor of the organisation records', async () => post(confirm(), await t.key('editor', city)).expect(201));
});

describe('bad input appends nothing and gets a documented code', () => {
  const good = JSON.stringify(command('ConfirmRecord', {}));
  const raw: [string, string | Buffer, number, string][] = [
    ['malformed JSON', '{"type":', 400, 'MALFORMED_JSON'],
    ['no body', '', 400, 'MALFORMED_JSON'],
    [
      'bad UTF-8',
      Buffer.concat([Buffer.from('{"type":"'), Buffer.from([0xff, 0xfe]), Buffer.from('"}')]),
      400,
      'INVALID_UTF8',
    ],
    ['the same field twice', good.replace('{', '{"type":"ConfirmRecord",'), 400, 'DUPLICATE_JSON_KEY'],
    [
      'the same field twice, deep',
      good.replace('"data":{}', '"data":{"note":{"en":"a","en":"b"}}'),
      400,
      'DUPLICATE_JSON_KEY',
    ],
    ['10 MB', JSON.stringify({ text: 'x'.repeat(10_000_000) }), 413, 'BODY_TOO_LARGE'],
    ['a number', '1', 400, 'SCHEMA_VIOLATION'],
    ['null', 'null', 400, 'SCHEMA_VIOLATION'],
    ['deep nesting', `${'['.repeat(50_000)}${']'.repeat(50_000)}`, 400, 'MALFORMED_JSON'],
    ['a NUL in a text', good.replace('"data":{}', '"data":{"note":{"en":"a\\u0000b"}}'), 400, 'TEXT_NOT_ALLOWED'],
    [
      'a NUL in the name of a field',
      good.replace('"data":{}', '"data":{"note":{"e\\u0000":"a"}}'),
      400,
      'TEXT_NOT_ALLOWED',
    ],
    ['half a character', good.replace('"data":{}', '"data":{"note":{"en":"\\ud800"}}'), 400, 'TEXT_NOT_ALLOWED'],
    ['an infinite number', good.replace('"data":{}', '"data":{"kWh":1e999}'), 400, 'SCHEMA_VIOLATION'],
    ['a prototype', good.replace('"data":{}', '"data":{"__proto__":{"x":1}}'), 400, 'SCHEMA_VIOLATION'],
  ];
  test.each(raw)('%s', async (_, body, status, code) => {
    const before = await t.register.store.head();
    const headers = { authorization: admin, 'content-type': 'application/json' };
    const answer = await fetch(`${t.url}/v1/events`, { method: 'POST', headers, body: body as string });
    expect([answer.status, ((await answer.json()) as { code: string }).code]).toEqual([status, code]);
    expect(await t.register.store.head()).toBe(before);
  });

  test.each([
    ['administrator', 5 * 1024 * 1024],
    ['editor', 5 * 1024 * 1024],
    ['integrator', 64 * 1024],
  ] as const)('an %s may send a body of %i bytes, and not one more', async (role, most) => {
    const authorization = await t.key(role, city);
    for (const length of [most, most + 1]) {
      const answer = await fetch(`${t.url}/v1/events`, {
        method: 'POST',
        headers: { authorization, 'content-type': 'application/json' },
        body: '[]'.padEnd(length),
      });
      const { code } = (await answer.json()) as { code: string };
      expect([length, code === 'BODY_TOO_LARGE']).toEqual([length, length > most]);
    }
  });

  test('a refusal of very much is of bearable length', async () => {
    const data = Object.fromEntries(Array.from({ length: 200 }, (_, n) => [`${n}`.padEnd(50, 'x'), 1]));
    const { status, body } = await post(command('ConfirmRecord', data));
    expect([status, body.detail.length, body.problems.length]).toEqual([400, 2000, 50]);
  });

  const shaped: [string, object, number, string, string][] = [
    ['wrong type', { data: [] }, 400, 'SCHEMA_VIOLATION', '/data'],
    ['an unknown field', { surprise: 1 }, 400, 'SCHEMA_VIOLATION', '/surprise'],
    ['an unknown field inside', { data: { surprise: 1 } }, 400, 'SCHEMA_VIOLATION', '/data/surprise'],
    ['an unknown command', { type: 'DropTable' }, 400, 'UNKNOWN_COMMAND', '/type'],
    ['a command named after a property of Object', { type: 'constructor' }, 400, 'UNKNOWN_COMMAND', '/type'],
    ['the future', { occurredAt: '2999-01-01' }, 422, 'OCCURRED_IN_FUTURE', '/occurredAt'],
    ['the year 0', { occurredAt: '0000-01-01' }, 422, 'OCCURRED_TOO_EARLY', '/occurredAt'],
    ['the 30th of February', { occurredAt: '2026-02-30' }, 400, 'SCHEMA_VIOLATION', '/occurredAt'],
    ['a local time', { occurredAt: '2026-02-01T12:00:00+01:00' }, 400, 'SCHEMA_VIOLATION', '/occurredAt'],
    [
      'an unknown organisation',
      { organisation: 'urn:vitrine:org:local:none', system: 'urn:vitrine:sys:local:none:x' },
      422,
      'ORGANISATION_UNKNOWN',
      '/organisation',
    ],
    ["another organisation's system", { organisation: other }, 403, 'OTHER_ORGANISATION', '/organisation'],
    ['a system that is not there', { system: 'urn:vitrine:sys:local:city:none' }, 422, 'SYSTEM_UNKNOWN', '/system'],
    ['no system', { system: undefined }, 400, 'UNKNOWN_COMMAND', '/system'],
    ['a key of 201 characters', { idempotencyKey: 'x'.repeat(201) }, 400, 'SCHEMA_VIOLATION', '/idempotencyKey'],
    ['a URN with a quote', { system: "urn:vitrine:sys:local:city:a'b" }, 400, 'SCHEMA_VIOLATION', '/system'],
    [
      '2 MB of text',
      {
        type: 'DescribeSystem',
        data: {
          reason: { en: 'x' },
          set: Object.fromEntries(
            ['purpose', 'risks', 'data', 'notes'].map((field) => [
              field,
              Object.fromEntries(
                ['en', 'fr', 'nl', 'de', 'es', 'ca', 'it', 'fy', 'eu', 'gl', 'pt'].map((language) => [
                  language,
                  'é'.repeat(20_000),
                ]),
              ),
            ]),
          ),
        },
      },
      413,
      'PAYLOAD_TOO_LARGE',
      '',
    ],
  ];
  test.each(shaped)('%s', async (_, rest, status, code, path) => {
    const before = await t.register.store.head();
    const answer = await post(command('ConfirmRecord', {}, rest));
    expect([answer.status, answer.body.code, answer.body.path ?? '']).toEqual([status, code, path]);
    expect(await t.register.store.head()).toBe(before);
  });

  test('another kind of content', async () => {
    const answer = await request(t.server)
      .post('/v1/events')
      .set('authorization', admin)
      .set('content-type', 'text/xml')
      .send('<a/>');
    expect([answer.status, answer.body.code]).toEqual([415, 'UNSUPPORTED_MEDIA_TYPE']);
  });

  test.each([
    '/v1/systems?limit=0',
    '/v1/systems?limit=abc',
    '/v1/systems?limit=101',
    '/v1/systems?order=sideways',
    '/v1/systems?after=xxx',
    '/v1/systems?staus=retired',
    '/v1/systems?status=a&status=b',
    '/v1/events?after=-2',
    '/v1/events?limit=1e3',
    `/v1/systems/${camera}?asOf=yesterday`,
    `/v1/systems/${camera}?asOf=2026-02-30`,
    `/v1/systems/${camera}?asOf=0000-01-01`,
    '/v1/systems?organisation=%00',
    '/v1/systems/a%00b',
    '/v1/systems/a%00b?asOf=2024-01-01',
    '/v1/systems/%ff',
    `/v1/systems?order=CHANGED&after=${Buffer.from('["x","y"]').toString('base64url')}`,
  ])('GET %s', async (url) => {
    const answer = await request(t.server).get(url);
    expect([answer.status, answer.body.code]).toEqual([400, 'INVALID_PARAMETER']);
  });
});

describe('reading', () => {
  test('lists, with a total and the log position', async () => {
    await t.settled();
    const answer = await request(t.server).get('/v1/systems?status=in-use').expect(200);
    expect(answer.body).toMatchObject({ total: 1, systems: [{ id: camera, status: 'in-use' }] });
    expect(answer.headers['vitrine-log-position']).toBe(String(answer.body.logPosition));
    expect(answer.headers['api-version']).toBe('1.0.0');
    await request(t.server).get('/v1/systems?status=in-use').set('if-none-match', answer.headers['etag']!).expect(304);
  });

  test('one system, now and as of a day', async () => {
    await request(t.server).get(`/v1/systems/${camera}`).expect(200);
    const before = await request(t.server).get(`/v1/systems/${camera}?asOf=2025-12-31`).expect(404);
    expect(before.body.code).toBe('NOT_FOUND');
    expect((await request(t.server).get(`/v1/systems/${camera}?asOf=2026-01-01`).expect(200)).body.id).toBe(camera);
    await request(t.server).get('/v1/systems/urn:vitrine:sys:local:city:none').expect(404);
  });

  test('the history: every event, one a line, after a position', async () => {
    const all = (
      await request(t.server)
        .get('/v1/events')
        .buffer(true)
        .parse((stream, done) => {
          let text = '';
          stream.on('data', (chunk) => {
            text += chunk;
          });
          stream.on('end', () => done(null, text));
        })
    ).body as string;
    const events = all
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { position: number });
    expect(events.map(({ position }) => position)).toEqual(events.map((_, i) => i));
    expect(events).toHaveLength((await t.register.store.head()) + 1);
  });

  test.each(['systems.csv', 'systems.jsonl', 'events.csv', 'events.jsonl'])(
    '/exports/%s is the same for the same position',
    async (name) => {
      const get = async () => {
        const answer = await request(t.server)
          .get(`/exports/${name}`)
          .buffer(true)
          .parse((stream, done) => {
            const chunks: Buffer[] = [];
            stream.on('data', (chunk: Buffer) => chunks.push(chunk));
            stream.on('end', () => done(null, Buffer.concat(chunks)));
          });
        return { position: answer.headers['vitrine-log-position'], bytes: answer.body as Buffer };
      };
      const first = await get();
      expect(first.bytes.length).toBeGreaterThan(100);
      expect(await get()).toEqual(first);
    },
  );

  test('every line of the table is a row of as many cells as the header, whatever the texts hold', async () => {
    const texts = ['one\ntwo', 'a "quoted", word', '=1+1', ' \u200b=1', 'line\r\nline', 'é'];
    for (const [i, text] of texts.entries())
      await post(
        command(
          'RegisterSystem',
          { name: { en: text }, notes: { en: `\n${text}` } },
          { system: `urn:vitrine:sys:local:city:text-${i}` },
        ),
      ).expect(201);
    await t.settled();
    const rows = parse((await request(t.server).get('/exports/systems.csv').expect(200)).text) as string[][];
    expect(new Set(rows.map((row) => row.length)).size).toBe(1);
    const names = rows.map((row) => row[rows[0]!.indexOf('name')]);
    expect(names).toEqual(expect.arrayContaining(['one\ntwo', "'=1+1", "'\u200b=1", 'a "quoted", word']));
  });

  test('readers that go away give back what they held', async () => {
    for (let i = 0; i < 40; i++) {
      const leaving = new AbortController();
      const reading = fetch(`${t.url}/exports/${i % 2 ? 'systems' : 'events'}.csv`, { signal: leaving.signal }).catch(
        () => undefined,
      );
      setTimeout(() => leaving.abort(), i % 8);
      await reading;
    }
    await request(t.server).get('/v1/systems').timeout(5000).expect(200);
    await request(t.server).get('/exports/events.csv').timeout(5000).expect(200);
  });

  test('health', async () => {
    await request(t.server).get('/healthz').expect(200);
    expect((await request(t.server).get('/readyz').expect(200)).body).toMatchObject({ status: 'ok' });
  });

  test("the first page speaks the reader's language", async () => {
    const page = await request(t.server)
      .get('/')
      .redirects(1)
      .set('accept-language', 'xx, ca;q=0.8, en;q=0.2')
      .expect(200);
    expect(page.text).toContain('<html lang="ca">');
    const links = [...page.text.matchAll(/href="([^"]+)"/g)].map(
      ([, href]) => new URL(href!.replaceAll('&amp;', '&'), t.url),
    );
    for (const { pathname, search } of links)
      await request(t.server)
        .get(pathname + search)
        .redirects(1)
        .set('accept', 'text/html, */*;q=0.8')
        .expect(200);
    expect(page.text).toContain('<link rel="alternate" hreflang="fr" href="https://test.example/fr"/>');
    const leads = (path: string) => request(t.server).get(path).set('accept-language', 'nl').expect(303);
    expect((await leads('/')).headers['location']).toBe('/nl');
    expect((await leads('/?language=fr')).headers['location']).toBe('/fr');
  });

  test('what is not there is a problem document', async () => {
    expect((await request(t.server).get('/nothing').expect(404)).body.code).toBe('NOT_FOUND');
  });
});
