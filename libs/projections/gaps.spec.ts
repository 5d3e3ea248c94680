import { describe, expect, test } from '@jest/globals';
import { findGaps } from './gaps.js';
import type { SystemRecord } from './system-record.js';

/** A system in production since 1 September 2026, without any duty met. */
const gapsOf = (more: Partial<SystemRecord>) =>
  findGaps({
    id: 'urn:vitrine:sys:local:city:x',
    organisation: 'urn:vitrine:org:local:city',
    status: 'in-use',
    statusSince: '2026-09-01',
    registeredAt: '2026-01-01',
    deployment: { occurredAt: '2026-09-01', stage: 'production' },
    ...more,
  } as SystemRecord);
const risk = (riskClass: string, ...annexIII: string[]): Partial<SystemRecord> =>
  ({
    risk: {
      occurredAt: '2026-01-02',
      class: riskClass,
      grounds: { en: 'Why' },
      ...(annexIII.length > 0 && { annexIII }),
    },
  }) as Partial<SystemRecord>;
const names = (more: Partial<SystemRecord>) => gapsOf(more).map(({ obligation }) => obligation);

describe('duties of high-risk systems', () => {
  const aboutPeople = ['human-oversight', 'rights-assessment', 'eu-database'];
  const found = (...points: string[]) => names(risk('high', ...points)).filter((name) => aboutPeople.includes(name));
  test('of Annex III', () => expect(found('AIII-5-a')).toEqual(aboutPeople));
  test('of Annex I, or of a route that nobody stated: neither Art 27 nor Art 49', () =>
    expect(found()).toEqual(['human-oversight']));
  test('of point 2: Art 27(1) and 49(3) except it', () => expect(found('AIII-2')).toEqual(['human-oversight']));
  test('of point 2 and another: the other counts', () => expect(found('AIII-2', 'AIII-5-a')).toEqual(aboutPeople));
  test.each(['AIII-1-a', 'AIII-6-b', 'AIII-7-a'])('of %s: no public entry is missed, it may be excepted', (point) =>
    expect(found(point)).toEqual(['human-oversight', 'rights-assessment']),
  );
  test.each(['minimal', 'limited', 'prohibited'])('not of class %s', (riskClass) =>
    expect(names(risk(riskClass)).filter((name) => aboutPeople.includes(name))).toEqual([]),
  );
});

describe('an assessment', () => {
  const has = (more: object) =>
    names({ ...risk('high', 'AIII-5-a'), personalData: 'yes', ...more }).filter((name) => name.endsWith('assessment'));
  const made = (kind: string, result: string) => ({ assessments: [{ occurredAt: '2026-01-03', kind, result }] });
  test('is missed', () => expect(has({})).toEqual(['rights-assessment', 'data-protection-assessment']));
  test.each(['approved', 'approved-with-conditions', 'no-result-published'])('that is %s meets the duty', (result) => {
    expect(has(made('fria', result))).toEqual(['data-protection-assessment']);
    expect(has(made('dpia', result))).toEqual(['rights-assessment']);
  });
  test.each(['not-performed', 'rejected'])('that is %s does not', (result) => {
    expect(has(made('fria', result))).toContain('rights-assessment');
    expect(has(made('dpia', result))).toContain('data-protection-assessment');
  });
  test('that is withheld may be there', () =>
    expect(has({ withheld: { assessment: { basis: 'trade-secret', reason: { en: 'x' } } } })).toEqual([]));
});

describe('people are told', () => {
  const told = (by?: string[]) =>
    names({
      risk: { occurredAt: '2026-01-02', class: 'limited', grounds: { en: 'x' }, article50: ['A50-1'] },
      deployment: { occurredAt: '2026-09-01', stage: 'production', ...(by && { peopleAreToldBy: by }) },
    } as Partial<SystemRecord>).includes('transparency');
  test.each([[undefined], [['none']]])('not by %j', (by) => expect(told(by)).toBe(true));
  test.each([[['sign']], [['none', 'letter']]])('by %j', (by) => expect(told(by)).toBe(false));
  test('of Art 50(2), the provider must', () =>
    expect(
      names({ risk: { occurredAt: '2026-01-02', class: 'limited', grounds: { en: 'x' }, article50: ['A50-2'] } }),
    ).not.toContain('transparency'));
});

test.each([
  [['A5-1-c'], '2025-02-02'],
  [['A5-1-ba', 'A5-1-bb'], '2026-12-02'],
  [['A5-1-ba', 'A5-1-h'], '2025-02-02'],
  [undefined, '2026-12-02'],
])('a prohibited practice in use is told: %j from %s', (article5, bindingFrom) => {
  const prohibited = { class: 'prohibited', grounds: { en: 'x' }, ...(article5 && { article5 }) };
  const found = (more: object) =>
    gapsOf({ risk: prohibited, ...more } as unknown as Partial<SystemRecord>).filter(
      ({ obligation }) => obligation === 'prohibited-practice',
    );
  expect(found({})).toMatchObject([{ since: '2026-09-01', bindingFrom }]);
  expect(found({ status: 'retired' })).toEqual([]);
});

describe('a serious incident is told to the provider', () => {
  const incident = (more: object) => ({
    incidents: [{ occurredAt: '2026-10-02', incident: 'i', class: 'A3-49-a', happenedOn: '2026-10-01', ...more }],
  });
  const untold = (more: object) =>
    gapsOf(more as Partial<SystemRecord>).filter(({ obligation }) => obligation === 'provider-notice');
  test('by who uses a high-risk system, from the day on which that binds it', () =>
    expect(untold({ ...risk('high', 'AIII-5-a'), ...incident({}) })).toMatchObject([
      { since: '2026-10-01', bindingFrom: '2030-08-02' },
    ]));
  test('not by others', () => expect(untold({ ...risk('minimal'), ...incident({}) })).toEqual([]));
  test('not if it was', () =>
    expect(untold({ ...risk('high', 'AIII-5-a'), ...incident({ notified: [{ party: 'provider' }] }) })).toEqual([]));
});

test('use counts from the day that the deployment names', () => {
  const deployment = { occurredAt: '2026-09-01', stage: 'production', from: '2021-03' } as const;
  expect(gapsOf({ deployment }).find(({ obligation }) => obligation === 'appeal')).toMatchObject({
    since: '2021-03-01',
  });
  expect(gapsOf({ deployment }).find(({ obligation }) => obligation === 'oversight-figures')).toMatchObject({
    since: '2022-03-01',
  });
});
