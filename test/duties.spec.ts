import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type Outcome, parseSubmission } from '#commands';
import { type DomainEvent, inOrderOfEffect, Refusal, settle } from '#domain';
import type { RecordedEvent } from '#event-store';
import {
  countGaps,
  duties,
  fold,
  type Gap,
  gapStatuses,
  readDuties,
  readGaps,
  readGapsOf,
  type SystemRecord,
} from '#projections';
import { surelyGaps } from '../libs/projections/gaps.js';
import { randomLife, type Step, toCommand } from './setup/lives.js';
import { randomFrom } from './setup/random-document.js';
import { openTestRegister, type TestRegister } from './setup/register.js';

// Gaps on any day, as known on any day, must be what follows from the events by hand: from those that were recorded by then, in the order of effect.
const count = Number(process.env['LIVES'] ?? 120);
const seed = Number(process.env['SEED'] ?? Math.floor(Math.random() * 1e9));
const city = 'urn:vitrine:org:local:city';
const operator = { organisation: 'urn:vitrine:register', role: 'administrator' } as const;
const start = Date.parse('2026-01-10T12:00:00Z');
const dayAt = (time: number) => new Date(time).toISOString().slice(0, 10);
let t: TestRegister;
let now = start;
const histories = new Map<string, RecordedEvent[]>();

beforeAll(async () => {
  t = await openTestRegister({ clock: () => now });
  await send({
    type: 'RegisterOrganisation',
    organisation: city,
    occurredAt: '2020-01-01',
    idempotencyKey: 'city',
    data: { names: { en: 'City' }, kind: 'municipality', country: 'NL' },
  });
  const random = randomFrom(seed);
  const lives = Array.from({ length: count }, (_, n) => ({
    system: `urn:vitrine:sys:local:city:s${String(n).padStart(4, '0')}`,
    life: randomLife(random, 10),
  }));
  for (const { system } of lives)
    await send({
      type: 'RegisterSystem',
      organisation: city,
      system,
      occurredAt: '2022-01-01',
      idempotencyKey: randomUUID(),
      data: { name: { en: 'Camera' }, personalData: 'yes', highRiskProcessing: 'yes' },
    });
  // Each step is recorded on a day of its own; some are corrected or retracted a while later.
  for (let step = 0; step < 10; step++) {
    now += 3 * 86_400_000;
    for (const { system, life } of lives) {
      const { right, wrong, fate } = life[step]!;
      const outcome = await tried(toCommand(fate === 'right' ? right : wrong, city, system));
      if (outcome && fate !== 'right' && random() < 0.5) {
        await tried(about(system, outcome, fate === 'retracted' ? undefined : right));
      }
    }
  }
  await t.settled();
  for (const { system } of lives) histories.set(system, await t.register.store.readStream(system));
}, 240_000);
afterAll(() => t.close());

const send = (command: object): Promise<Outcome> => t.register.commands.handle(parseSubmission(command), operator);
async function tried(command: object): Promise<Outcome | undefined> {
  try {
    return await send(command);
  } catch (error) {
    if (error instanceof Refusal && error.code !== 'SCHEMA_VIOLATION') return undefined;
    throw error;
  }
}
const about = (system: string, { eventId: event, eventType }: Outcome, right?: Step) => ({
  type: right ? 'CorrectEvent' : 'RetractEvent',
  organisation: city,
  system,
  occurredAt: dayAt(now),
  idempotencyKey: randomUUID(),
  data: {
    event,
    eventType,
    reason: { en: 'Wrong.' },
    ...(right && { data: right.data, occurredAt: right.occurredAt }),
  },
});

const pick = <T>(random: () => number, list: readonly T[]) => list[Math.floor(random() * list.length)]!;
const used = (record: SystemRecord) => ['piloted', 'in-use', 'suspended'].includes(record.status);
const plusYear = (day: string) => `${Number(day.slice(0, 4)) + 1}${day.slice(4)}`;

/** The gaps on a day as known on a day, worked out from the events without the code that judges duties. */
function gapsByHand(history: RecordedEvent[], on: string, knownOn: string): string[] {
  const events = history
    .filter(({ envelope }) => envelope.recordedAt.slice(0, 10) <= knownOn)
    .map(({ envelope, data }) => ({ ...envelope, data: data ?? {}, erased: false }) as unknown as DomainEvent);
  const facts = inOrderOfEffect(settle(events));
  // What is withheld still counts if it was stated before.
  const stated = facts.filter(({ event }) => event.type !== 'FieldWithheld');
  const record = fold(history[0]!.stream, stated, on);
  const withheld = fold(history[0]!.stream, facts, on)?.withheld ?? {};
  if (!record) return [];
  const found: string[] = [];
  if (used(record)) {
    if (!record.risk && record.aiSystem !== 'no') found.push('risk-class');
    if (!record.legalBasis && !withheld['legalBasis']) found.push('legal-basis');
    if (!record.appeal && !withheld['appeal']) found.push('appeal');
    const figures = facts
      .filter(({ event, from }) => event.type === 'OversightFiguresReported' && from.slice(0, 10) <= on)
      .map(({ event }) => dayAt(Date.parse((event.data as { period: { to: string } }).period.to) + 86_400_000));
    const running = (record.deployments ?? []).filter(({ status }) => status !== 'stopped');
    const [first] = running.map(({ from, occurredAt }) => from ?? occurredAt!).sort();
    if (on >= plusYear([...figures, first!.slice(0, 10)].sort().at(-1)!)) found.push('oversight-figures');
    const dpias = (record.assessments ?? []).filter(({ kind }) => kind === 'dpia');
    if (record.personalData === 'yes' && dpias.length === 0 && !withheld['assessment'])
      found.push('data-protection-assessment');
  }
  return found.sort();
}

const obligations = ['risk-class', 'legal-basis', 'appeal', 'oversight-figures', 'data-protection-assessment'];

test(`gaps of random systems on random days, by both times, equal a fold by hand (seed ${seed})`, async () => {
  const random = randomFrom(seed + 1);
  let [some, other] = [0, 0];
  for (let i = 0; i < Math.max(500, count); i++) {
    const system = pick(random, [...histories.keys()]);
    const history = histories.get(system)!;
    const on = dayAt(Date.parse('2021-12-01') + Math.floor(random() * 1600) * 86_400_000);
    const knownOn = dayAt(start + (Math.floor(random() * 40) - 3) * 86_400_000);
    const found = (await readGapsOf(t.register.pool, { on, knownOn }, [system])).get(system) ?? [];
    const ours = found.map(({ obligation }) => obligation).filter((one) => obligations.includes(one));
    const expected = gapsByHand(history, on, knownOn);
    expect([system, on, knownOn, ours.sort()]).toEqual([system, on, knownOn, expected]);
    if (expected.length > 0) some++;
    if (expected.join() !== gapsByHand(history, on, '2100-01-01').join()) other++;
    // All that is judged for one system says the same as what is stored for all.
    const judged = ((await readDuties(t.register.pool, system, knownOn)) ?? []).filter(
      ({ since, until, status }) =>
        since <= on &&
        (until === null || until > on) &&
        ['missing', 'not-done', 'rejected', 'expired'].includes(status),
    );
    expect(judged.map(({ duty, status, since }) => [duty, status, since]).sort()).toEqual(
      found.map(({ duty, status, since }: Gap) => [duty, status, since]).sort(),
    );
  }
  expect(some).toBeGreaterThan(100);
  // What was known changed what was said.
  expect(other).toBeGreaterThan(20);
});

test('the gaps of the whole register are those of each system, page by page', async () => {
  const days = { on: '2024-06-01', knownOn: dayAt(start + 12 * 86_400_000) };
  const all: Gap[] = [];
  for (let after: [string, string] | undefined, more = true; more; ) {
    const page = await readGaps(t.register.pool, days, {}, { first: 37, after });
    all.push(...page.gaps);
    const last = page.gaps.at(-1);
    after = last && [last.system, last.duty];
    more = page.hasMore;
  }
  const each = await readGapsOf(t.register.pool, days, [...histories.keys()]);
  expect(all).toEqual([...each.keys()].sort().flatMap((system) => each.get(system)!));
  expect(all.length).toBeGreaterThan(count);
  expect(new Set(all.map(({ duty }) => duty)).size).toBeLessThan(duties.length);
});

test('what is counted already is what there is, on any day, of any obligation and status', async () => {
  const { pool } = t.register;
  const random = randomFrom(seed + 1);
  const obligations = [...new Set(duties.map(({ obligation }) => obligation))];
  let most = 0;
  for (let n = 0; n < 60; n++) {
    const on = dayAt(Date.UTC(2019, 0, 1) + Math.floor(random() * 4500) * 86_400_000);
    const obligation = random() < 0.5 ? undefined : obligations[Math.floor(random() * obligations.length)];
    const statuses = random() < 0.5 ? surelyGaps : gapStatuses.filter(() => random() < 0.5);
    const { rows } = await pool.query<{ total: number }>(
      `SELECT count(*) AS total FROM gap WHERE since <= $1 AND until > $1 AND known_until = '9999-12-31' AND status = ANY ($2)
       AND ($3::text IS NULL OR obligation = $3)`,
      [on, statuses, obligation ?? null],
    );
    const total = await countGaps(
      pool,
      { on },
      { obligations: obligation === undefined ? undefined : [obligation], statuses },
    );
    expect([on, obligation, statuses, total]).toEqual([on, obligation, statuses, rows[0]!.total]);
    most = Math.max(most, total);
  }
  expect(most).toBeGreaterThan(count);
});
