import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { parseSubmission } from '#commands';
import { operator } from '#domain';
import { openTestRegister, type TestRegister } from './setup/register.js';

// The page of a system on a day, as known on another, must be what the page of that day said at the end of that other day.
const city = 'urn:vitrine:org:local:city';
const system = 'urn:vitrine:sys:local:city:camera';
const dayMilliseconds = 86_400_000;
let now = Date.UTC(2025, 0, 1, 9);
let t: TestRegister;
let n = 0;

beforeAll(async () => {
  t = await openTestRegister({ clock: () => now });
});
afterAll(() => t.close());

const isoDay = (at: number) => new Date(at).toISOString().slice(0, 10);

async function send(type: string, occurredAt: string, data: object, of: string | undefined = system): Promise<string> {
  const command = { type, organisation: city, ...(of && { system: of }), occurredAt, data, idempotencyKey: `k${n++}` };
  const { eventId } = await t.register.commands.handle(parseSubmission(command), {
    organisation: operator,
    role: 'administrator',
  });
  return eventId;
}

/** What a page says, without what leads elsewhere from it, and without what it says of itself. */
async function said(query: string): Promise<string> {
  await t.settled();
  const answer = await fetch(`${t.url}/en/systems/${system}?${query}`);
  if (answer.status !== 200) return String(answer.status);
  const [main] = /<main.*<\/main>/s.exec(await answer.text())!;
  return main
    .replace(/<form class="day".*?<\/form>/s, '')
    .replace(/<p role="note" class="banner">.*?<\/p>/s, '')
    .replace(/<svg class="qr".*?<\/svg>/s, '')
    .replace(/ href="[^"]*"/g, '');
}

test('whatever was recorded, corrected and retracted later', async () => {
  await send('RegisterOrganisation', '2020-01-01', { names: { en: 'City' }, kind: 'municipality', country: 'NL' }, '');
  await send('RegisterSystem', '2024-01-01', { name: { en: 'Camera' }, role: 'deployer' });
  const figures = (outputs: number, from: string, to: string) => ({
    measured: true,
    period: { from, to },
    outputs,
    reviewed: outputs,
    overridden: 40,
  });
  let start = '';
  let report = '';
  let change = '';
  const steps: (() => Promise<unknown>)[] = [
    async () => {
      start = await send('StartDeployment', '2024-03-01', { stage: 'production' });
    },
    () => send('DescribeSystem', '2024-06-01', { set: { purpose: { en: 'To count people' } }, reason: { en: 'x' } }),
    async () => {
      report = await send('ReportOversightFigures', '2024-12-31', figures(900, '2024-04-01', '2024-06-30'));
    },
    () => send('ClassifyRisk', '2024-05-01', { class: 'limited', grounds: { en: 'It speaks.' } }),
    () =>
      send('CorrectEvent', '2024-03-01', {
        event: start,
        eventType: 'DeploymentStarted',
        occurredAt: '2024-09-01',
        data: { stage: 'production' },
        reason: { en: 'Wrong day.' },
      }),
    async () => {
      change = await send('ReportIncident', '2024-10-01', {
        incident: 'i1',
        class: 'other',
        happenedOn: '2024-10-01',
        description: { en: 'Dark.' },
      });
    },
    () =>
      send('CorrectEvent', '2024-12-31', {
        event: report,
        eventType: 'OversightFiguresReported',
        data: figures(800, '2024-04-01', '2024-06-30'),
        reason: { en: 'Miscounted.' },
      }),
    () =>
      send('RetractEvent', '2024-10-01', {
        event: change,
        eventType: 'IncidentReported',
        reason: { en: 'Another system.' },
      }),
    () => send('RenameOrganisation', '2024-06-15', { names: { en: 'Other city' }, reason: { en: 'x' } }, ''),
    () => send('SuspendDeployment', '2025-01-02', { cause: 'other', reason: { en: 'x' } }),
    () => send('ReportOversightFigures', '2025-01-31', figures(700, '2024-07-01', '2024-09-30')),
  ];
  const days = ['2023-12-31', '2024-02-01', '2024-04-01', '2024-07-15', '2024-10-02', '2025-01-01'];
  const then: [string, string, string][] = [];
  for (const step of steps) {
    now += 3 * dayMilliseconds;
    await step();
    for (const day of days) then.push([day, isoDay(now), await said(`asOf=${day}`)]);
  }
  now += 30 * dayMilliseconds;
  for (const [day, known, right] of then) {
    expect([day, known, await said(`asOf=${day}&knownOn=${known}`)]).toEqual([day, known, right]);
    // A day later nothing else was known, and the day before, what was said then.
    const before = then.find(([one, at]) => one === day && at === isoDay(Date.parse(known) - 3 * dayMilliseconds));
    const eve = isoDay(Date.parse(known) - dayMilliseconds);
    if (before) expect([day, eve, await said(`asOf=${day}&knownOn=${eve}`)]).toEqual([day, eve, before[2]]);
  }
  expect(new Set(then.map(([, , page]) => page)).size).toBeGreaterThan(15);
}, 60_000);

test('says by which day it knows, and what cannot be known is refused', async () => {
  const page = await (await fetch(`${t.url}/en/systems/${system}?asOf=2024-07-15&knownOn=2025-01-06`)).text();
  expect(page).toContain(
    'This is the record as it stood on 15 July 2024, according to what had been recorded by 6 January 2025. It is not the current record.',
  );
  expect(page).toContain('<meta name="robots" content="noindex"/>');
  expect(page).not.toContain('Decision receipt');
  // Without a day, of that day itself.
  expect(await said('knownOn=2025-01-06')).toBe(await said('asOf=2025-01-06&knownOn=2025-01-06'));
  for (const [query, status] of [
    ['knownOn=2024-12-31', 404],
    ['knownOn=tomorrow', 400],
    ['knownOn=2099-01-01', 400],
    ['knownOn=', 400],
  ] as const)
    expect([query, (await fetch(`${t.url}/en/systems/${system}?${query}`)).status]).toEqual([query, status]);
});
