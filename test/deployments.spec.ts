import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { parseSubmission } from '#commands';
import { Refusal } from '#domain';
import { readCounts, readRecordAsOf, readStatusOverTime, readSystem, type SystemRecord } from '#projections';
import { randomFrom } from './setup/random-document.js';
import { openTestRegister, type TestRegister } from './setup/register.js';

// Random changes of three deployments. What the register says must be what follows from each deployment on its own, worked out here by hand.
const count = Number(process.env['LIVES'] ?? 120);
const seed = Number(process.env['SEED'] ?? Math.floor(Math.random() * 1e9));
const city = 'urn:vitrine:org:local:city';
const operator = { organisation: 'urn:vitrine:register', role: 'administrator' } as const;
const day = (n: number) => new Date(Date.UTC(2022, 0, 1 + n)).toISOString().slice(0, 10);

type Change = {
  deployment: string;
  kind: 'start' | 'pilot' | 'suspend' | 'part' | 'resume' | 'end' | 'retire';
  from: number;
};
let t: TestRegister;
const lives = new Map<string, Change[]>();

beforeAll(async () => {
  t = await openTestRegister();
  const random = randomFrom(seed);
  const pick = <T>(list: readonly T[]) => list[Math.floor(random() * list.length)]!;
  await send('RegisterOrganisation', undefined, '2020-01-01', {
    names: { en: 'City' },
    kind: 'municipality',
    country: 'NL',
  });
  for (let i = 0; i < count; i++) {
    const system = `urn:vitrine:sys:local:city:s${i}`;
    await send('RegisterSystem', system, '2021-01-01', { name: { en: 'Camera' } });
    const changes: Change[] = [];
    for (let n = 0; n < 18; n++) {
      const deployment = pick(['main', 'east', 'west']);
      const kind = pick(['start', 'start', 'pilot', 'suspend', 'part', 'resume', 'end', 'end'] as const);
      const change = {
        deployment,
        kind: random() < 0.015 ? ('retire' as const) : kind,
        from: Math.floor(random() * 60) + 20 * n,
      };
      if (await record(system, change, random)) changes.push(change);
    }
    lives.set(system, changes);
  }
  await t.settled();
}, 120_000);
afterAll(() => t.close());

async function send(type: string, system: string | undefined, occurredAt: string, data: object): Promise<boolean> {
  const command = {
    type,
    organisation: city,
    ...(system && { system }),
    occurredAt,
    data,
    idempotencyKey: randomUUID(),
  };
  try {
    await t.register.commands.handle(parseSubmission(command), operator);
    return true;
  } catch (error) {
    if (error instanceof Refusal && error.code !== 'SCHEMA_VIOLATION') return false;
    throw error;
  }
}

/** Says the day now as the day of the event, now as a day in its data. */
function record(system: string, { deployment, kind, from }: Change, random: () => number): Promise<boolean> {
  const later = day(from + 30);
  const where = deployment === 'main' && random() < 0.5 ? {} : { deployment };
  const isStated = random() < 0.5;
  switch (kind) {
    case 'start':
    case 'pilot': {
      const data = { ...where, stage: kind === 'pilot' ? 'pilot' : 'production' };
      return send('StartDeployment', system, isStated ? later : day(from), {
        ...data,
        ...(isStated && { from: day(from) }),
      });
    }
    case 'suspend':
      return send('SuspendDeployment', system, day(from), { ...where, cause: 'other' });
    case 'part':
      return send('SuspendDeployment', system, day(from), { ...where, cause: 'other', part: { en: 'Nights' } });
    case 'resume':
      return send('ResumeDeployment', system, day(from), where);
    case 'end':
      return send('EndDeployment', system, isStated ? later : day(from), {
        ...where,
        ...(isStated && { on: day(from - 1) }),
      });
    case 'retire':
      return send('RetireSystem', system, day(from), { reason: 'replaced', dataDisposal: 'deleted' });
  }
}

/** What each deployment is on a day, each worked out on its own, and what the system is by that. */
function standOn(changes: Change[], on: number): string {
  const then = changes.filter(({ from }) => from <= on);
  if (then.some(({ kind }) => kind === 'retire')) return 'retired';
  const statuses = ['main', 'east', 'west'].map((name) => {
    const own = then.filter(({ deployment }) => deployment === name).sort((a, b) => a.from - b.from);
    let [status, stage] = ['none', 'in-use'];
    for (const { kind } of own) {
      if (kind === 'start') [status, stage] = ['in-use', 'in-use'];
      if (kind === 'pilot') [status, stage] = ['piloted', 'piloted'];
      if (kind === 'suspend') status = 'suspended';
      if (kind === 'resume') status = stage;
      if (kind === 'end') status = 'stopped';
    }
    return status;
  });
  return ['in-use', 'piloted', 'suspended', 'stopped'].find((status) => statuses.includes(status)) ?? 'registered';
}

/**
 * Since when the status is what it is: the day of the last change that made it another. Changes of one day count in the order in which they were recorded: what
 * ends in one place and begins in another on the same day has changed that day.
 */
function sinceOf(changes: Change[]): number {
  let [status, since] = ['registered', -1];
  const inOrder = changes.map((change, n) => ({ ...change, n })).sort((a, b) => a.from - b.from || a.n - b.n);
  for (const [n, { from }] of inOrder.entries()) {
    const next = standOn(inOrder.slice(0, n + 1), from);
    if (next !== status) [status, since] = [next, from];
  }
  return since;
}

test(`status, since when, and both as of any day (seed ${seed})`, async () => {
  const random = randomFrom(seed + 1);
  const counted: { [status: string]: number } = {};
  let several = 0;
  for (const [system, changes] of lives) {
    const status = standOn(changes, 500);
    const from = sinceOf(changes);
    counted[status] = (counted[status] ?? 0) + 1;
    const record = JSON.parse((await readSystem(t.register.pool, system))!.record) as SystemRecord;
    expect([system, record.status, record.statusSince]).toEqual([system, status, from < 0 ? '2021-01-01' : day(from)]);
    if ((record.deployments?.length ?? 0) > 1) several++;
    for (let i = 0; i < 3; i++) {
      const on = Math.floor(random() * 420);
      const then = await readRecordAsOf(t.register.pool, system, { effective: day(on) });
      expect([system, on, then?.status]).toEqual([system, on, standOn(changes, on)]);
    }
  }
  expect(several).toBeGreaterThan(count / 2);
  const counts = await readCounts(t.register.pool, {}, 'status', 100);
  expect(Object.fromEntries(counts.map(({ key, count: systems }) => [key, systems]))).toEqual(counted);
});

test(`counts at the end of each month (seed ${seed})`, async () => {
  const months = await readStatusOverTime(t.register.pool, {});
  const lastDay = (month: string) => Math.round(Date.UTC(+month.slice(0, 4), +month.slice(5), 0) / 86_400_000) - 18_993;
  for (const month of ['2021-12', '2022-01', '2022-04', '2022-08', '2023-01', '2023-03']) {
    const expected: { [status: string]: number } = {};
    for (const changes of lives.values()) {
      const status = standOn(changes, lastDay(month));
      expected[status] = (expected[status] ?? 0) + 1;
    }
    const found = months.filter((one) => one.month === month).map(({ status, systems }) => [status, systems]);
    expect([month, Object.fromEntries(found)]).toEqual([month, expected]);
  }
});
