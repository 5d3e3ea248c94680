import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { parseSubmission } from '#commands';
import { projectRoot } from '#event-store';
import {
  beginLog,
  type Decision,
  formatVerifierKey,
  openLogKeys,
  parseVerifierKey,
  rotateLogKey,
  type Statement,
  verifyDecision,
  verifyStatement,
} from '#log';
import { runVitrine } from './harness/server.js';
import { openTestRegister, type TestRegister } from './setup/register.js';

// A statement about a duty must convince somebody who has only the file and the key of the log, and nothing that was changed may pass.
const city = 'urn:vitrine:org:local:city';
const system = 'urn:vitrine:sys:local:city:camera';
const operator = { organisation: 'urn:vitrine:register', role: 'administrator' } as const;
const home = mkdtempSync(join(tmpdir(), 'vitrine-statement-'));
const script = join(projectRoot, 'test/readers/check-statement.mjs');
let t: TestRegister;
let vkey: string;
let statement: Statement;
let decision: Decision;

beforeAll(async () => {
  await beginLog(join(home, 'keys'), 'test.example/log', join(home, 'claims'));
  vkey = formatVerifierKey(openLogKeys(join(home, 'keys'), 'test.example/log').signers[0]!.verifier);
  const places = { folder: join(home, 'public/log'), scratch: join(home, 'scratch'), claims: join(home, 'claims') };
  t = await openTestRegister({ log: { keyFolder: join(home, 'keys'), places } });
  let n = 0;
  const send = (type: string, occurredAt: string, data: object, of: string | undefined = system) =>
    t.register.commands.handle(
      parseSubmission({
        type,
        organisation: city,
        ...(of && { system: of }),
        occurredAt,
        idempotencyKey: `k${n++}`,
        data,
      }),
      operator,
    );
  await send('RegisterOrganisation', '2020-01-01', { names: { en: 'City' }, kind: 'municipality', country: 'NL' }, '');
  for (let i = 0; i < 5; i++)
    await send('RegisterSystem', '2021-01-01', { name: { en: `S${i}` } }, `urn:vitrine:sys:local:city:s${i}`);
  await send('RegisterSystem', '2021-01-01', { name: { en: 'Camera' }, contact: { email: 'office@city.example' } });
  await send('StartDeployment', '2026-01-01', { stage: 'production' });
  await send('DescribeSystem', '2026-05-03', { set: { purpose: { en: 'To see “all”' } }, reason: { en: 'x' } });
  await t.settled();
  await t.published();
  statement = (await (await ask('on=2026-06-03')).json()) as Statement;
  decision = (await (await askDecision('2026-04-01')).json()) as Decision;
}, 60_000);
afterAll(async () => {
  await t.close();
  rmSync(home, { recursive: true, force: true });
});

const ask = (query: string, of = system) =>
  fetch(`${t.url}/v1/systems/${of}/statement?duty=vitrine/legal-basis&${query}`);
const askDecision = (on: string, of = system) => fetch(`${t.url}/v1/systems/${of}/decision?on=${on}`);
const keep = (content: unknown): string => {
  const file = join(home, 'statement.json');
  writeFileSync(file, JSON.stringify(content));
  return file;
};
const check = (content: unknown) => spawnSync(process.execPath, [script, keep(content), vkey], { encoding: 'utf8' });

test('says what a duty came to, and a script of a third party can check it', async () => {
  expect(check(statement)).toMatchObject({
    status: 0,
    stdout: 'vitrine/legal-basis on 2026-06-03: missing, for 154 days, since 2026-01-01\n',
  });
  expect(statement.events).toHaveLength(4);
  expect(verifyStatement(statement, parseVerifierKey(vkey))).toMatchObject({
    duty: 'vitrine/legal-basis',
    status: 'missing',
    days: 154,
    streams: [
      { name: system, events: 3 },
      { name: city, events: 1 },
    ],
  });
});

test('the command line says which part is proved, and which is the word of the city', async () => {
  const { status, stdout } = await runVitrine(join(home, 'reader'), [
    'verify-statement',
    keep(statement),
    '--key',
    vkey,
  ]);
  expect([status, stdout]).toEqual([0, expect.stringContaining(`Proved          3 events of ${system}`)]);
  expect(stdout).toContain('Signed word     that these streams have no other events');
});

describe('refused is', () => {
  const replace = (from: string | RegExp, to: string) => () => ({
    ...statement,
    note: statement.note.replace(from, to),
  });
  const withEvents = (change: (events: Statement['events']) => Statement['events']) => () => ({
    ...statement,
    events: change([...statement.events]),
  });
  test.each<[string, () => unknown]>([
    ['another day', replace('on 2026-06-03', 'on 2026-06-04')],
    ['another status', replace('status missing', 'status met')],
    ['another head', replace(/stream (\S+ \d) [0-9a-f]{64}/, `stream $1 ${'0'.repeat(64)}`)],
    ['another duty', () => ({ ...statement, duty: { ...statement.duty, kind: 'law' } })],
    ['an event less', withEvents((events) => events.slice(0, -1))],
    ['an event left out', withEvents((events) => events.filter((_, i) => i !== 1))],
    ['an event twice', withEvents((events) => [events[0]!, ...events])],
    [
      'other content',
      withEvents(([first, ...rest]) => [{ ...first!, payload: first!.payload.replace('Camera', 'Kamera') }, ...rest]),
    ],
    [
      'content that cannot be read',
      withEvents(([first, ...rest]) => [
        { ...first!, payload: first!.payload.replace('{"index":', '{"index": ').replace('Camera', 'Forged') },
        ...rest,
      ]),
    ],
    [
      'the content of another event',
      withEvents(([first, second, ...rest]) => [{ ...first!, payload: second!.payload }, second!, ...rest]),
    ],
    [
      'content beside its own',
      withEvents(([first, second, ...rest]) => [
        { ...first!, payload: first!.payload + second!.payload },
        second!,
        ...rest,
      ]),
    ],
    ['an event that is none', withEvents(([first, ...rest]) => [{ ...first!, payload: 7 as never }, ...rest])],
    ['the events in another order', withEvents(([first, second, ...rest]) => [second!, first!, ...rest])],
    [
      'another entry',
      withEvents(([first, ...rest]) => {
        const receipt = first!.receipt.replace(/^extra (\S+)/m, (_, entry: string) => {
          const changed = Buffer.from(entry, 'base64').toString().replace('2021-01-01', '2021-01-02');
          return `extra ${Buffer.from(changed).toString('base64')}`;
        });
        return [{ ...first!, receipt }, ...rest];
      }),
    ],
  ])('%s', (_, change) => {
    expect(() => verifyStatement(change() as Statement, parseVerifierKey(vkey))).toThrow();
    expect(check(change())).toMatchObject({ status: 1, stderr: expect.stringContaining('refused') });
  });
});

test('a decision receipt says how the system stood that day, and a script of a third party can check it', async () => {
  const asOf = await (await fetch(`${t.url}/v1/systems/${system}?asOf=2026-04-01`)).json();
  const duties = (await (await fetch(`${t.url}/v1/systems/${system}/duties?on=2026-04-01&limit=100`)).json()) as {
    duties: { duty: string; status: string; since: string }[];
  };
  const verified = verifyDecision(decision, parseVerifierKey(vkey));
  expect(verified.record).toEqual(asOf);
  expect(verified.record).toMatchObject({ status: 'in-use' });
  // What was described later is in the events, and not in the record of that day.
  expect(JSON.stringify(verified.record)).not.toContain('To see');
  expect(verified.duties.map(({ duty, status, since }) => ({ duty, status, since }))).toEqual(
    duties.duties.map(({ duty, status, since }) => ({ duty, status, since })),
  );
  expect(verified.duties.length).toBeGreaterThan(3);
  expect(verified.streams).toEqual([
    { name: system, events: 3 },
    { name: city, events: 1 },
  ]);
  expect(check(decision)).toMatchObject({
    status: 0,
    stdout: `${system} on 2026-04-01: in-use, ${verified.duties.length} duties\n`,
  });
  const { status, stdout } = await runVitrine(join(home, 'reader'), [
    'verify-statement',
    keep(decision),
    '--key',
    vkey,
  ]);
  expect([status, stdout]).toEqual([0, expect.stringContaining('on 2026-04-01 the record of')]);
});

describe('refused is a decision receipt with', () => {
  test.each<[string, (right: Decision) => Decision]>([
    ['another record', (right) => ({ ...right, record: { ...right.record, status: 'retired' } as never })],
    [
      'the record of another system',
      (right) => ({ ...right, record: { ...right.record, id: 'urn:vitrine:sys:x:y:z' } }),
    ],
    ['another day', (right) => ({ ...right, note: right.note.replace('on 2026-04-01', 'on 2026-04-02') })],
    ['a duty less', (right) => ({ ...right, duties: right.duties.slice(1) })],
    ['a duty more', (right) => ({ ...right, duties: [...right.duties, right.duties[0]!] })],
    [
      'another duty',
      ({ duties: [first, ...rest], ...right }) => ({ ...right, duties: [{ ...first, kind: 'x' }, ...rest] }),
    ],
    ['an event less', (right) => ({ ...right, events: right.events.slice(0, -1) })],
    ['the note of a statement', (right) => ({ ...right, note: statement.note })],
  ])('%s', (_, change) => {
    expect(() => verifyDecision(change(decision), parseVerifierKey(vkey))).toThrow();
    expect(check(change(decision)).status).toBe(1);
  });
});

test('the page of a day offers its receipt; that of /verify names the key, and says how to check without a script', async () => {
  const read = async (path: string) => (await fetch(t.url + path)).text();
  expect(await read(`/fr/systems/${system}?asOf=2026-04-01`)).toContain(
    `href="/v1/systems/${system}/decision?on=2026-04-01" type="application/json" download`,
  );
  const answer = await fetch(`${t.url}/fr/verify`);
  expect(answer.headers.get('content-security-policy')).toContain("script-src 'self'");
  const html = await answer.text();
  expect(html).toContain(`value="${vkey}"`);
  expect(html).toContain(`--key ${vkey}</code>`);
  expect(await read('/.well-known/api-catalog')).toContain('/log/vkeys');
});

test('the keys of the log are public, the one that signs first', async () => {
  const keys = async () => (await fetch(`${t.url}/log/vkeys`)).text();
  expect(await keys()).toBe(`${vkey}\n`);
  const { to } = rotateLogKey(join(home, 'keys'), 'test.example/log');
  expect(await keys()).toBe(`${formatVerifierKey(to)}\n${vkey}\n`);
  // What was signed before the change holds by the old key, if both are known.
  expect(verifyDecision(decision, [to, parseVerifierKey(vkey)]).on).toBe('2026-04-01');
  expect(() => verifyDecision(decision, to)).toThrow('not signed by a known key');
});

test('nothing is signed before the read models have all of the published log', async () => {
  const blocker = await t.register.exporting.connect();
  await blocker.query('BEGIN; LOCK TABLE read.timeline IN SHARE ROW EXCLUSIVE MODE');
  try {
    const published = t.register.state.log.signed!;
    await t.register.commands.handle(
      parseSubmission({
        type: 'SuspendDeployment',
        organisation: city,
        system,
        occurredAt: '2026-06-01',
        idempotencyKey: 'late',
        data: { cause: 'other', reason: { en: 'x' } },
      }),
      operator,
    );
    for (let tries = 0; tries < 200 && t.register.state.log.signed === published; tries++)
      await new Promise((resolve) => setTimeout(resolve, 50));
    const behind = askDecision('2026-06-03');
    await new Promise((resolve) => setTimeout(resolve, 500));
    await blocker.query('ROLLBACK');
    const { record } = (await (await behind).json()) as { record: { status: string } };
    expect(record.status).toBe('suspended');
  } finally {
    blocker.release();
  }
}, 30_000);

test('what cannot be stated is not', async () => {
  expect((await ask('on=2099-01-01')).status).toBe(400);
  expect((await ask('on=2019-01-01')).status).toBe(404);
  expect((await ask('on=2026-06-03', 'urn:vitrine:sys:local:city:none')).status).toBe(404);
  expect((await fetch(`${t.url}/v1/systems/${system}/statement?duty=no/duty`)).status).toBe(400);
  expect((await askDecision('2099-01-01')).status).toBe(400);
  expect((await askDecision('2019-01-01')).status).toBe(404);
  expect((await askDecision('2026-06-03', 'urn:vitrine:sys:local:city:none')).status).toBe(404);
});
