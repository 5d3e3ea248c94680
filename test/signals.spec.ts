import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { parseSubmission } from '#commands';
import { labels, operator } from '#domain';
import { openDemoRegister, type TestRegister } from './setup/register.js';

const system = 'urn:vitrine:sys:nl-tooi:gm0363:quiet';
const other = 'urn:vitrine:sys:nl-tooi:gm0363:noisy';
let t: TestRegister;
let n = 0;
const send = (type: string, occurredAt: string, data: object, of = system) =>
  t.register.commands.handle(
    parseSubmission({
      type,
      organisation: 'urn:vitrine:org:nl-tooi:gm0363',
      system: of,
      occurredAt,
      idempotencyKey: `signals-${n++}`,
      data,
    }),
    { organisation: operator, role: 'administrator' },
  );

beforeAll(async () => {
  t = await openDemoRegister();
  for (const [id, name] of [
    [system, 'Quiet'],
    [other, 'Noisy'],
  ] as const) {
    await send('RegisterSystem', '2024-01-01', { name: { en: name } }, id);
    await send(
      'AwardContract',
      '2024-01-02',
      { kind: 'service', lot: `L-${name}`, procedure: 'open', supplier: { name: 'Stil B.V.' } },
      id,
    );
    await send('StartDeployment', '2024-01-03', { stage: 'production' }, id);
  }
  for (const [from, to] of [
    ['2025-01-01', '2025-06-30'],
    ['2025-07-01', '2025-12-31'],
  ])
    await send('ReportOversightFigures', '2026-01-05', {
      period: { from, to },
      measured: true,
      outputs: 4000,
      reviewed: 4000,
      overridden: 0,
    });
  await send(
    'ReportIncident',
    '2026-02-01',
    { incident: 'I-1', class: 'malfunction', happenedOn: '2026-01-31', description: { en: 'x' } },
    other,
  );
  await t.settled();
});
afterAll(() => t.close());

const overRest = async (on: string, of = system) =>
  (await (await fetch(`${t.url}/v1/systems/${of}/signals?on=${on}`)).json()) as { signals: object[]; code?: string };
async function overGraphql(on: string) {
  const query = `{ system(id: "${system}") { signals(on: "${on}") { signal { code label(language: NL) } since period { from to } counts about { system { id } supplier incident on } answer { occurredAt answer { value } } } } }`;
  const answer = await fetch(`${t.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query }),
  });
  return ((await answer.json()) as { data: { system: { signals: object[] } } }).data.system.signals;
}

test('what deserves a question is told, with what it rests on, and the answer', async () => {
  const quiet = {
    since: '2025-12-31',
    period: { from: '2025-01-01', to: '2025-12-31' },
    counts: { outputs: 8000, overridden: 0 },
  };
  const about = { system: other, supplier: 'Stil B.V.', incident: 'I-1', on: '2026-01-31' };
  expect((await overRest('2026-01-30')).signals).toEqual([{ signal: 'no-override', ...quiet }]);
  expect((await overRest('2026-03-01')).signals).toEqual([
    { signal: 'no-override', ...quiet },
    { signal: 'supplier-incident', since: '2026-01-31', about },
  ]);
  await send('AnswerSignal', '2026-03-02', {
    signal: 'no-override',
    answer: { en: 'It only suggests; nobody has to follow it.' },
  });
  await t.settled();
  expect(await overGraphql('2026-03-02')).toEqual([
    {
      signal: { code: 'no-override', label: expect.any(String) },
      ...quiet,
      about: null,
      answer: { occurredAt: '2026-03-02', answer: { value: 'It only suggests; nobody has to follow it.' } },
    },
    {
      signal: { code: 'supplier-incident', label: expect.any(String) },
      since: '2026-01-31',
      period: null,
      counts: null,
      about: { ...about, system: { id: other } },
      answer: null,
    },
  ]);
  const page = await (
    await fetch(`${t.url}/systems/${system}?language=en`, { headers: { accept: 'text/html' } })
  ).text();
  expect(page).toContain('It only suggests; nobody has to follow it.');
});

test('the page of the system tells them as the API does: today, and on a day', async () => {
  const today = t.register.today();
  for (const [on, query] of [
    [today, ''],
    ['2026-01-30', '?asOf=2026-01-30'],
    ['2026-03-02', '?asOf=2026-03-02'],
  ] as const)
    for (const of of [system, other]) {
      const page = await (await fetch(`${t.url}/en/systems/${of}${query}`)).text();
      const [, list = ''] = /<h3>Worth asking about<[/]h3>.*?<ul>(.*?)<[/]ul>/s.exec(page) ?? [];
      const told = [...list.matchAll(/<li><b>(.*?)<[/]b>/g)].map(([, label]) => label);
      const { signals } = (await overRest(on, of)) as { signals: { signal: string }[] };
      expect([on, of, told]).toEqual([on, of, signals.map(({ signal }) => labels['signal']![signal]!.en)]);
    }
  const page = await (await fetch(`${t.url}/en/systems/${system}?asOf=2026-03-02`)).text();
  expect(page).toContain(
    `<a href="/en/suppliers/Stil%20B.V.">Stil B.V.</a> · <a href="/en/systems/${other}">incident I-1 of another system</a>`,
  );
  expect(page).toContain('The organisation answers: It only suggests; nobody has to follow it.');
});

test('of a system that is not here nothing is told, and that is said', async () => {
  expect(await overRest('2026-03-01', 'urn:vitrine:sys:nl-tooi:gm0363:none')).toMatchObject({ code: 'NOT_FOUND' });
});

test.each([
  ['a period that ends before it begins', { period: { from: '2025-02-01', to: '2025-01-01' } }, 'PERIOD_REVERSED'],
  ['a system without an incident', { signal: 'supplier-incident', system: other }, 'SCHEMA_VIOLATION'],
  ['an incident without a system', { signal: 'supplier-incident', incident: 'I-1' }, 'SCHEMA_VIOLATION'],
  ['an incident to another signal', { system: other, incident: 'I-1' }, 'SCHEMA_VIOLATION'],
])('an answer that names %s is refused', async (_, data, code) => {
  const said = { signal: 'no-override', answer: { en: 'x' }, ...data };
  await expect((async () => send('AnswerSignal', '2026-03-01', said))()).rejects.toMatchObject({ code });
});
