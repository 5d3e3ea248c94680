import { describe, expect, test } from '@jest/globals';
import type { Code } from '#domain';
import { duties } from '../generated/duties.js';
import type { Body } from './facts.js';
import { type Given, municipality, spellsAfter, statusOn } from './given.js';

const used = (from: string, more: object = {}): Given => ['DeploymentStarted', from, { stage: 'production', ...more }];
const says = (set: object, day = '2019-01-01'): Given => ['SystemDescribed', day, { set, reason: { en: 'x' } }];
const risk = (riskClass: Code<'risk-class'>, more: object = {}): Given => [
  'RiskClassified',
  '2019-01-02',
  { class: riskClass, grounds: { en: 'Why' }, ...more },
];
const high = (...annexIII: string[]) => risk('high', { annexIII });
const assessed = (kind: string, result = 'approved', more: object = {}, day = '2019-01-03'): Given => [
  'AssessmentRecorded',
  day,
  { kind, result, ...more },
];
const incident = (riskClass: string, day: string, more: object = {}): Given => [
  'IncidentReported',
  day,
  { incident: 'i', class: riskClass, happenedOn: day, description: { en: 'x' }, ...more },
];
const dayBefore = (day: string) => new Date(Date.parse(day) - 86_400_000).toISOString().slice(0, 10);
const end = '2032-01-01';

/**
 * How each duty is tried: `given` makes it apply to a system in use; `met` meets it; `excepted`: what takes it away; `lacks`: without this it is unknown.
 * `dates`: the days from which it binds what is new on that day, and what was there before (`old`); by one reading from `first` on.
 */
type Case = {
  id: string;
  given: Given[];
  met: Given | null;
  excepted: Given[][];
  lacks: [without: Given[], fact: string][];
  dates: { from: string; old?: string; first?: string };
  notDone?: Given;
  rejected?: Given;
  expired?: [Given, string];
  body?: Body;
  usedWith?: object;
};
const highRisk = { from: '2027-12-02', old: '2030-08-02' };
const twice = { from: '2027-12-02', old: '2030-08-02', first: '2026-08-02' };
const provider = says({ role: 'both' });
const cases: Case[] = [
  {
    id: 'eu-ai-act/5-1',
    given: [risk('prohibited', { article5: ['A5-1-c'] })],
    met: null,
    excepted: [[risk('high', { annexIII: ['AIII-2'] })]],
    lacks: [],
    dates: { from: '2025-02-02' },
  },
  {
    id: 'eu-ai-act/5-2-assessment',
    given: [
      risk('high', { article5: ['A5-1-h'], article5Exception: { en: 'x' }, annexIII: ['AIII-1-a'] }),
      says({ lawEnforcement: 'yes' }),
    ],
    met: assessed('fria'),
    excepted: [[risk('high', { annexIII: ['AIII-1-a'] }), says({ lawEnforcement: 'yes' })]],
    lacks: [[[risk('high', { article5: ['A5-1-h'], article5Exception: { en: 'x' } })], 'lawEnforcement']],
    dates: { from: '2025-02-02' },
    rejected: assessed('fria', 'rejected'),
    notDone: assessed('fria', 'not-performed'),
  },
  {
    id: 'eu-ai-act/5-2-registration',
    given: [risk('high', { article5: ['A5-1-h'], article5Exception: { en: 'x' } }), says({ lawEnforcement: 'yes' })],
    met: says({ nonPublicRegistration: '2025-01-01' }),
    excepted: [[high('AIII-1-a'), says({ lawEnforcement: 'yes' })]],
    lacks: [[[risk('high', { article5: ['A5-1-h'], article5Exception: { en: 'x' } })], 'lawEnforcement']],
    dates: { from: '2026-08-02', first: '2025-02-02' },
  },
  {
    id: 'eu-ai-act/6-4',
    given: [
      risk('limited', { annexIII: ['AIII-4-a'], derogation: { grounds: ['A6-3-a'] }, profiling: 'no' }),
      provider,
    ],
    met: says({ euDatabaseUrl: 'https://eu.example/1' }),
    excepted: [
      [risk('limited'), provider],
      [risk('limited', { derogation: { grounds: ['A6-3-a'] } }), says({ role: 'deployer' })],
    ],
    lacks: [[[risk('limited', { derogation: { grounds: ['A6-3-a'] } })], 'provider']],
    dates: twice,
  },
  ...(['43', '47'] as const).map((article): Case => {
    const kind = article === '43' ? 'conformity' : 'declaration-of-conformity';
    return {
      id: `eu-ai-act/${article}`,
      given: [high('AIII-5-a'), provider],
      met: assessed(kind),
      excepted: [
        [high('AIII-5-a'), says({ role: 'deployer' })],
        [risk('limited'), provider],
      ],
      lacks: [
        [[high('AIII-5-a')], 'provider'],
        [[provider], 'class route'],
      ],
      dates: highRisk,
      notDone: assessed(kind, 'not-performed'),
      rejected: assessed(kind, 'rejected'),
      ...(article === '43' && {
        expired: [assessed(kind, 'approved', { validUntil: '2030-12-31' }), '2031-01-01'] as [Given, string],
      }),
    };
  }),
  {
    id: 'eu-ai-act/49-1',
    given: [high('AIII-5-a'), provider],
    met: says({ euDatabaseUrl: 'https://eu.example/1' }),
    excepted: [
      [high('AIII-2'), provider],
      [risk('high', { route: 'annex-i-a' }), provider],
    ],
    lacks: [[[high('AIII-1-a'), provider], 'lawEnforcement migrationControl']],
    dates: twice,
  },
  {
    id: 'eu-ai-act/26-2',
    given: [high('AIII-2')],
    met: ['OversightAssigned', '2019-01-03', { role: { en: 'x' }, mode: 'human-decides', authorityToStop: true }],
    excepted: [[risk('minimal')], [risk('high', { route: 'annex-i-b' })], [says({ aiSystem: 'no' }), high('AIII-2')]],
    lacks: [[[], 'class route']],
    dates: highRisk,
  },
  {
    id: 'eu-ai-act/26-5-risk',
    given: [high('AIII-5-a'), ['DeploymentSuspended', '2030-12-01', { cause: 'risk-found' }]],
    met: [
      'DeploymentSuspended',
      '2030-12-02',
      { cause: 'risk-found', notified: ['distributor', 'market-surveillance-authority'] },
    ],
    excepted: [[high('AIII-5-a')], [risk('minimal'), ['DeploymentSuspended', '2030-12-01', { cause: 'risk-found' }]]],
    lacks: [[[['DeploymentSuspended', '2030-12-01', { cause: 'risk-found' }]], 'class route']],
    dates: highRisk,
  },
  ...(['provider', 'authority'] as const).map(
    (party): Case => ({
      id: `eu-ai-act/26-5-incident-${party}`,
      given: [high('AIII-5-a'), incident('A3-49-a', '2030-09-01')],
      met: [
        'IncidentClosed',
        '2030-09-02',
        {
          incident: 'i',
          measures: { en: 'x' },
          notified: [{ party: party === 'provider' ? 'provider' : 'market-surveillance-authority' }],
        },
      ],
      excepted: [
        [high('AIII-5-a')],
        [high('AIII-5-a'), incident('malfunction', '2030-09-01')],
        [risk('minimal'), incident('A3-49-a', '2030-09-01')],
      ],
      lacks: [[[incident('A3-49-a', '2030-09-01')], 'class route']],
      dates: highRisk,
    }),
  ),
  {
    id: 'eu-ai-act/26-6',
    given: [high('AIII-5-a')],
    met: says({ logsKept: 'six-months-or-more' }),
    excepted: [[risk('limited')]],
    lacks: [[[], 'class route']],
    dates: highRisk,
    notDone: says({ logsKept: 'less-than-six-months' }),
  },
  {
    id: 'eu-ai-act/26-7',
    given: [high('AIII-4-b'), says({ atWork: 'yes' })],
    met: says({ workersInformed: '2019-02-01' }),
    excepted: [[high('AIII-4-b'), says({ atWork: 'no' })]],
    lacks: [[[high('AIII-4-b')], 'atWork']],
    dates: highRisk,
  },
  {
    id: 'eu-ai-act/49-3',
    given: [high('AIII-5-a')],
    met: says({ euDatabaseUrl: 'https://eu.example/1' }),
    excepted: [
      [high('AIII-2')],
      [risk('high', { route: 'annex-i-a' })],
      [high('AIII-6-e'), says({ lawEnforcement: 'yes' })],
    ],
    lacks: [
      [[risk('high')], 'annexIII lawEnforcement migrationControl'],
      [[high('AIII-1-a')], 'lawEnforcement migrationControl'],
    ],
    dates: twice,
  },
  {
    id: 'eu-ai-act/49-4',
    given: [high('AIII-6-e'), says({ lawEnforcement: 'yes' })],
    met: says({ nonPublicRegistration: '2028-01-01' }),
    excepted: [
      [high('AIII-5-a'), says({ lawEnforcement: 'yes' })],
      [high('AIII-1-a'), says({ lawEnforcement: 'no', migrationControl: 'no' })],
    ],
    lacks: [[[high('AIII-1-a')], 'lawEnforcement migrationControl']],
    dates: twice,
  },
  {
    id: 'eu-ai-act/49-5',
    given: [high('AIII-2'), provider],
    met: says({ nationalRegistration: 'https://register.example/1' }),
    excepted: [[high('AIII-5-a')]],
    lacks: [[[risk('high')], 'annexIII']],
    dates: twice,
  },
  {
    id: 'eu-ai-act/26-10',
    given: [high('AIII-1-a'), says({ lawEnforcement: 'yes' })],
    met: assessed('use-report', 'no-result-published', { on: '2031-11-01' }, '2031-11-01'),
    excepted: [
      [high('AIII-1-a'), says({ lawEnforcement: 'no' })],
      [high('AIII-5-a'), says({ lawEnforcement: 'yes' })],
    ],
    lacks: [[[high('AIII-1-a')], 'lawEnforcement']],
    dates: highRisk,
    expired: [assessed('use-report', 'no-result-published', { on: '2030-01-01' }, '2030-01-01'), '2031-01-01'],
    notDone: assessed('use-report', 'not-performed'),
  },
  {
    id: 'eu-ai-act/26-11',
    given: [high('AIII-5-a'), says({ decisions: 'assists' })],
    met: used('2030-12-31', { deployment: 'main', peopleAreToldBy: ['letter'] }),
    excepted: [
      [high('AIII-5-a'), says({ decisions: 'none' })],
      [high('AIII-6-d'), says({ decisions: 'assists', lawEnforcement: 'yes' })],
    ],
    lacks: [[[high('AIII-5-a')], 'decisions']],
    dates: highRisk,
    notDone: used('2030-12-31', { deployment: 'main', peopleAreToldBy: ['none'] }),
  },
  {
    id: 'eu-ai-act/27-1',
    given: [high('AIII-5-a')],
    met: assessed('fria'),
    excepted: [[high('AIII-2')], [risk('high', { route: 'annex-i-a' })]],
    lacks: [
      [[risk('high')], 'route annexIII'],
      [[risk('high', { route: 'annex-iii' })], 'annexIII'],
    ],
    dates: highRisk,
    notDone: assessed('fria', 'not-performed'),
    rejected: assessed('fria', 'rejected'),
    expired: [assessed('fria', 'approved', { validUntil: '2030-12-31' }), '2031-01-01'],
  },
  {
    id: 'eu-ai-act/27-3',
    given: [high('AIII-5-a'), assessed('fria')],
    met: assessed('fria', 'approved', { notified: [{ party: 'market-surveillance-authority' }] }),
    excepted: [[high('AIII-5-a')], [high('AIII-2'), assessed('fria')]],
    lacks: [[[risk('high'), assessed('fria')], 'route annexIII']],
    dates: highRisk,
  },
  ...(['1', '2'] as const).map(
    (paragraph): Case => ({
      id: `eu-ai-act/50-${paragraph}`,
      given: [risk('limited', { article50: [`A50-${paragraph}`] }), provider],
      met: used('2030-12-31', {
        peopleAreToldBy: [paragraph === '1' ? 'in-the-conversation' : 'machine-readable-marking'],
      }),
      excepted: [
        [risk('limited', { article50: [`A50-${paragraph}`] }), says({ role: 'deployer' })],
        [risk('limited', { article50: ['A50-3'] }), provider],
      ],
      lacks: [
        [[risk('limited', { article50: [`A50-${paragraph}`] })], 'provider'],
        [[says({ role: 'both' })], 'article50'],
      ],
      dates: paragraph === '1' ? { from: '2026-08-02' } : { from: '2026-08-02', old: '2026-12-02' },
      notDone: used('2030-12-31', { peopleAreToldBy: ['none'] }),
    }),
  ),
  ...(['3', '4'] as const).map((paragraph): Case => {
    const article50 = [paragraph === '3' ? 'A50-3' : 'A50-4-1'];
    return {
      id: `eu-ai-act/50-${paragraph}`,
      given: [risk('limited', { article50 })],
      met: used('2030-12-31', { peopleAreToldBy: ['sign'] }),
      excepted: [
        [risk('limited', { article50: ['A50-1'] })],
        [risk('limited', { article50 }), says({ lawEnforcement: 'yes' })],
      ],
      lacks: [[[], 'article50']],
      dates: { from: '2026-08-02' },
      notDone: used('2030-12-31', { peopleAreToldBy: ['none'] }),
    };
  }),
  {
    id: 'eu-ai-act/73',
    given: [high('AIII-5-a'), provider, incident('A3-49-a', '2030-09-01')],
    met: [
      'IncidentClosed',
      '2030-09-05',
      { incident: 'i', measures: { en: 'x' }, notified: [{ party: 'market-surveillance-authority' }] },
    ],
    excepted: [[high('AIII-5-a'), says({ role: 'deployer' }), incident('A3-49-a', '2030-09-01')]],
    lacks: [[[high('AIII-5-a'), incident('A3-49-a', '2030-09-01')], 'provider']],
    dates: twice,
  },
  {
    id: 'eu-ai-act/86',
    given: [high('AIII-5-a'), says({ decisions: 'makes' })],
    met: says({ appeal: { en: 'Write to us.' } }),
    excepted: [
      [high('AIII-2'), says({ decisions: 'makes' })],
      [high('AIII-5-a'), says({ decisions: 'none' })],
    ],
    lacks: [[[high('AIII-5-a')], 'decisions']],
    dates: twice,
  },
  {
    id: 'gdpr/33',
    given: [incident('data-breach', '2019-06-01', { riskToPersons: 'yes' })],
    met: [
      'IncidentClosed',
      '2019-06-02',
      { incident: 'i', measures: { en: 'x' }, notified: [{ party: 'data-protection-authority' }] },
    ],
    excepted: [[incident('data-breach', '2019-06-01', { riskToPersons: 'no' })], [incident('other', '2019-06-01')]],
    lacks: [[[incident('data-breach', '2019-06-01')], 'riskToPersons']],
    dates: { from: '2018-05-25' },
  },
  {
    id: 'gdpr/35',
    given: [says({ personalData: 'yes', highRiskProcessing: 'yes' })],
    met: assessed('dpia'),
    excepted: [[says({ personalData: 'no' })], [says({ personalData: 'yes', highRiskProcessing: 'no' })]],
    lacks: [
      [[says({ personalData: 'yes' })], 'highRiskProcessing'],
      [[], 'personalData highRiskProcessing'],
    ],
    dates: { from: '2018-05-25' },
    notDone: assessed('dpia', 'not-performed'),
    rejected: assessed('dpia', 'rejected'),
    expired: [assessed('dpia', 'approved', { validUntil: '2030-12-31' }), '2031-01-01'],
  },
  ...(['fr/l311-3-1', 'fr/r311-3-1-2', 'fr/l312-1-3'] as const).map((id): Case => {
    const met = {
      'fr/l311-3-1': used('2030-12-31', { peopleAreToldBy: ['letter'] }),
      'fr/r311-3-1-2': says({ appeal: { fr: 'x' } }),
      'fr/l312-1-3': says({ technique: { fr: 'x' } }),
    }[id];
    return {
      id,
      given: [says({ decisions: 'makes' })],
      met,
      excepted: [[says({ decisions: 'none' })]],
      lacks: [[[], 'decisions']],
      dates: { from: id === 'fr/l312-1-3' ? '2018-10-07' : '2017-09-01' },
      body: { kind: 'municipality', country: 'FR', staff: 800 },
      ...(id === 'fr/l311-3-1' && { notDone: used('2030-12-31', { peopleAreToldBy: ['none'] }) }),
    };
  }),
];

const on = (events: Given[], id: string, day: string, body: Body = municipality) =>
  statusOn(spellsAfter(events, body), id, day);
/** A system in use and on the market from a day on. */
const inUse = (from: string, events: Given[]) => [says({ placedOnMarket: from }), used(from), ...events].sort(byDay);
const byDay = (a: Given, b: Given) => (a[1] < b[1] ? -1 : Number(a[1] > b[1]));

test('every duty of the law is tried here', () => {
  const tried = new Set(cases.map(({ id }) => id));
  expect(duties.filter(({ kind, id }) => kind === 'law' && !tried.has(id)).map(({ id }) => id)).toEqual([]);
});

test('what the law bars is what commands are refused for (libs/domain/system/deployment.ts)', () =>
  expect(duties.filter(({ bars }) => bars).map(({ id }) => id)).toEqual([
    'eu-ai-act/5-1',
    'eu-ai-act/26-2',
    'eu-ai-act/27-1',
  ]));

describe.each(cases)('$id', ({ id, given, met, excepted, lacks, dates, notDone, rejected, expired, body }) => {
  const { from, old, first } = dates;
  const since = '2020-01-01';
  const status = (events: Given[], day = end) => on(inUse(since, events), id, day, body);
  test('is missing', () => expect(status(given)).toMatch(/^missing|^not-done/));
  test('is met', () => {
    if (met)
      expect(
        status([
          ...given.filter(([type, , data]) => !(type === 'AssessmentRecorded' && id === 'eu-ai-act/27-3' && data)),
          met,
        ]),
      ).toBe('met');
  });
  test('does not apply', () => {
    for (const events of excepted) expect([events, status(events)]).toEqual([events, undefined]);
    expect(
      status([...given, ['SystemRetired', '2030-12-30', { reason: 'replaced', dataDisposal: 'deleted' }]]),
    ).toEqual(/incident|33|73|26-5/.test(id) ? expect.any(String) : undefined);
  });
  test('is unknown for lack of a fact', () => {
    for (const [events, fact] of lacks) expect([events, status(events)]).toEqual([events, `unknown: ${fact}`]);
  });
  // What claims the exception of Art 6(3) is not high-risk: by one reading nothing is asked of what was there before.
  const last = id === 'eu-ai-act/6-4' ? 'missing-by-one-reading' : 'missing';
  // Incidents and yearly reports are judged by their own days (below).
  const isOfIncidents = /26-5|26-10|73$|gdpr.33/.test(id);
  if (from > since && !isOfIncidents)
    test('binds from its day on, and not on the day before', () => {
      expect(on(inUse(from, given), id, from, body)).toBe('missing');
      const legacy = inUse(dayBefore(from), given);
      expect(on(legacy, id, dayBefore(old ?? from), body)).toBe(first ? 'missing-by-one-reading' : 'not-yet');
      expect(on(legacy, id, old ?? from, body)).toBe(last);
    });
  if (first && old && !isOfIncidents)
    test('by one reading from an earlier day on', () => {
      expect(on(inUse(first, given), id, first, body)).toBe('missing-by-one-reading');
      expect(on(inUse(dayBefore(first), given), id, dayBefore(old), body)).toBe('not-yet');
      expect(on(inUse(dayBefore(first), given), id, old, body)).toBe(last);
    });
  if (notDone) test('is declared as not done', () => expect(status([...given, notDone])).toBe('not-done'));
  if (rejected) test('has a negative result', () => expect(status([...given, rejected])).toBe('rejected'));
  if (expired)
    test('expires', () => {
      const [event, day] = expired;
      expect(status([...given, event], dayBefore(day))).toBe('met');
      expect(status([...given, event], day)).toBe('expired');
    });
});

describe('what was there before', () => {
  const given = [high('AIII-5-a')];
  const status = (events: Given[], day: string, body?: Body) =>
    on([...events].sort(byDay), 'eu-ai-act/27-1', day, body);
  const changed = (significantDesignChange?: string): Given => [
    'SystemChanged',
    '2028-03-01',
    { what: ['model'], ...(significantDesignChange && { significantDesignChange }) },
  ];
  test('has until 2030 if it was on the market, even if the city began later', () => {
    const events = [...given, says({ placedOnMarket: '2027-12-01' }), used('2029-01-01')];
    expect(status(events, '2029-01-01')).toBe('not-yet');
    expect(status(events, '2030-08-02')).toBe('missing');
  });
  test('may have been on the market: that is unknown, until the later day', () => {
    const events = [...given, used('2029-01-01')];
    expect(status(events, '2030-08-01')).toBe('unknown: placedOnMarket');
    expect(status(events, '2030-08-02')).toBe('missing');
  });
  test.each([
    ['2027', 'unknown: placedOnMarket'],
    ['2027-12', 'unknown: placedOnMarket'],
    ['2027-11', 'not-yet'],
    ['2028', 'missing'],
  ])('on the market in %s: %s', (placedOnMarket, expected) =>
    expect(status([...given, says({ placedOnMarket }), used('2029-01-01')], '2029-01-01')).toBe(expected),
  );
  test('loses that time by a significant change of its design, from that day on', () => {
    const events = [...given, used('2026-01-01'), changed('yes')];
    expect(status(events, '2028-02-29')).toBe('not-yet');
    expect(status(events, '2028-03-01')).toBe('missing');
  });
  test('keeps it after another change', () =>
    expect(status([...given, used('2026-01-01'), changed('no')], '2028-03-01')).toBe('not-yet'));
  test('is unknown after a change of which nobody says what it is', () => {
    const events = [...given, used('2026-01-01'), changed()];
    expect(status(events, '2028-03-01')).toBe('unknown: significantDesignChange');
    expect(status(events, '2030-08-02')).toBe('missing');
  });
  test('a date cannot be bought: use that was recorded only later needs evidence', () => {
    const late = (more: object): Given => [
      'DeploymentStarted',
      '2029-01-01',
      { stage: 'production', from: '2026', ...more },
    ];
    expect(status([...given, late({})], '2029-01-01')).toBe('unknown: placedOnMarket evidence');
    expect(status([...given, late({ evidence: 'https://city.example/minutes' })], '2029-01-01')).toBe('not-yet');
  });
  test('of a body of which nobody knows whether it is a public authority, it is unknown', () => {
    const company: Body = { kind: 'public-company', country: 'NL' };
    expect(on([...given, used('2026-01-01')], 'eu-ai-act/26-2', '2030-08-02', company)).toBe(
      'unknown: publicAuthority',
    );
  });
  test.each([
    ['annex-i-a', '2028-08-01', 'not-yet'],
    ['annex-i-a', '2030-08-02', 'missing'],
    ['annex-i-b', '2030-08-02', undefined],
  ])('by %s on %s: %s', (route, day, expected) =>
    expect(on([risk('high', { route }), used('2027-01-01')], 'eu-ai-act/26-2', day)).toBe(expected),
  );
  test('what is new under Annex I is bound from 2028-08-02', () => {
    const events = [risk('high', { route: 'annex-i-a' }), says({ placedOnMarket: '2028-08-02' }), used('2028-08-02')];
    expect(on(events, 'eu-ai-act/26-2', '2028-08-02')).toBe('missing');
  });
  test('without a route, the day is unknown between the two', () => {
    const events = [risk('high'), says({ placedOnMarket: '2028-01-01' }), used('2028-01-01')];
    expect(on(events, 'eu-ai-act/26-2', '2028-01-01')).toBe('unknown: route');
  });
  test.each([
    [['A5-1-c'], '2025-02-02', 'missing'],
    [['A5-1-ba'], '2026-12-01', 'not-yet'],
    [['A5-1-ba', 'A5-1-bb'], '2026-12-02', 'missing'],
    [['A5-1-ba', 'A5-1-h'], '2025-02-02', 'missing'],
    [undefined, '2026-12-01', 'unknown: article5'],
    [undefined, '2026-12-02', 'missing'],
  ])('a prohibited practice: %j on %s: %s', (article5, day, expected) =>
    expect(on([risk('prohibited', { ...(article5 && { article5 }) }), used('2019-06-01')], 'eu-ai-act/5-1', day)).toBe(
      expected,
    ),
  );
});

test.each(cases.map((one) => [one.id, one] as const))('%s: an event with a time of day counts on its day', (_, one) => {
  const told = ([type, day, data = {}]: Given): Given => [type, day, data, day];
  const timed = ([type, day, data = {}]: Given): Given => [type, `${day}T10:30:00Z`, data, day];
  const spells = (form: (event: Given) => Given) => {
    const events = [
      ...one.given,
      used('2031-01-01', one.usedWith),
      ...(one.met ? [one.met] : []),
      ...(one.rejected ? [one.rejected] : []),
    ];
    return spellsAfter(events.map(form), one.body).map(({ duty, since, until, status }) => [
      duty.id,
      since,
      until,
      status,
    ]);
  };
  expect(spells(timed)).toEqual(spells(told));
});

describe('incidents', () => {
  const given = [high('AIII-5-a'), says({ role: 'both' }), used('2020-01-01')];
  const judged = (kind: string, id: string, day: string, more: object = {}) =>
    on([...given, incident(kind, '2031-03-01', more)], id, day);
  test('are told at once', () => {
    expect(judged('A3-49-a', 'eu-ai-act/26-5-incident-authority', '2031-03-01')).toBe('missing');
    const told = { notified: [{ party: 'market-surveillance-authority', on: '2031-03-04' }] };
    expect(judged('A3-49-a', 'eu-ai-act/26-5-incident-authority', '2031-03-03', told)).toBe('missing');
    expect(judged('A3-49-a', 'eu-ai-act/26-5-incident-authority', '2031-03-04', told)).toBe('met');
  });
  test.each([
    ['A3-49-a', '2031-03-16', '2031-03-17'],
    ['A3-49-b', '2031-03-03', '2031-03-04'],
  ])('%s is reported by the provider by %s', (kind, last, late) => {
    expect(judged(kind, 'eu-ai-act/73', last)).toBe('not-yet');
    expect(judged(kind, 'eu-ai-act/73', late)).toBe('missing');
  });
  test('a breach is told within three days', () => {
    const more = { riskToPersons: 'yes' };
    expect(judged('data-breach', 'gdpr/33', '2031-03-04', more)).toBe('not-yet');
    expect(judged('data-breach', 'gdpr/33', '2031-03-05', more)).toBe('missing');
  });
  test('of before the duty bound are not judged', () => {
    const before = [high('AIII-5-a'), used('2020-01-01'), incident('A3-49-a', '2030-08-01')];
    expect(on(before, 'eu-ai-act/26-5-incident-authority', end)).toBeUndefined();
    const suspended: Given = ['DeploymentSuspended', '2029-01-01', { cause: 'risk-found' }];
    expect(on([high('AIII-5-a'), used('2020-01-01'), suspended], 'eu-ai-act/26-5-risk', end)).toBeUndefined();
  });
  test('a yearly report is due a year after the duty bound', () => {
    const police = [high('AIII-1-a'), says({ lawEnforcement: 'yes' }), used('2020-01-01')];
    expect(on(police, 'eu-ai-act/26-10', '2031-08-01')).toBe('not-yet');
    expect(on(police, 'eu-ai-act/26-10', '2031-08-02')).toBe('missing');
  });
  test('who is provider tells no provider', () =>
    expect(judged('A3-49-a', 'eu-ai-act/26-5-incident-provider', '2031-03-02')).toBeUndefined());
});

test('what only one of several possible bodies must do is unknown, while nobody says which it is', () => {
  const traffic = [high('AIII-2'), used('2020-01-01')];
  expect(on(traffic, 'eu-ai-act/49-5', end)).toBe('unknown: provider');
  expect(on([...traffic, says({ role: 'deployer' })], 'eu-ai-act/49-5', end)).toBe('missing-by-one-reading');
});

test.each([
  ['NL', 'missing', 'missing'],
  ['NO', undefined, 'missing'],
  ['CH', undefined, undefined],
  [undefined, 'unknown: area', 'unknown: area'],
])('in %s: the AI Act %s, the GDPR %s', (country, act, gdpr) => {
  const events = [high('AIII-5-a'), says({ personalData: 'yes', highRiskProcessing: 'yes' }), used('2020-01-01')];
  const body: Body = { kind: 'municipality', ...(country && { country }) };
  expect(on(events, 'eu-ai-act/26-2', end, body)).toBe(act);
  expect(on(events, 'gdpr/35', end, body)).toBe(gdpr);
});

describe('who is the provider', () => {
  const change = (more: object): Given => ['SystemChanged', '2030-01-01', { what: ['purpose'], ...more }];
  const status = (...events: Given[]) => on([high('AIII-5-a'), used('2020-01-01'), ...events], 'eu-ai-act/43', end);
  test('who modifies it substantially (Art 25)', () =>
    expect(status(change({ substantialModification: 'yes', madeBy: 'organisation' }))).toBe('missing'));
  test('not who uses it after the provider changed it', () =>
    expect(
      status(says({ role: 'deployer' }), change({ substantialModification: 'yes', madeBy: 'provider' })),
    ).toBeUndefined());
  test('unknown if nobody says who changed it', () =>
    expect(status(says({ role: 'deployer' }), change({ substantialModification: 'yes' }))).toBe('unknown: provider'));
});

describe('what is withheld', () => {
  const withhold = (field: string, until?: string): Given => [
    'FieldWithheld',
    '2019-02-01',
    { field, basis: 'public-security', reason: { en: 'x' }, ...(until && { until }) },
  ];
  const status = (events: Given[], id: string, day = end) => on([used('2019-01-05'), ...events], id, day);
  test('is not missing', () =>
    expect(status([withhold('legalBasis')], 'vitrine/legal-basis')).toBe('unknown: legalBasis'));
  test('counts if it was stated before', () => {
    const dpia = [says({ personalData: 'yes', highRiskProcessing: 'yes' })];
    expect(status([...dpia, withhold('personalData')], 'gdpr/35')).toBe('missing');
    expect(status([...dpia, assessed('dpia'), withhold('assessment')], 'gdpr/35')).toBe('met');
  });
  test('may be there: one withheld assessment hides none that is recorded', () => {
    const dpia = [says({ personalData: 'yes', highRiskProcessing: 'yes' })];
    expect(status([...dpia, withhold('assessment')], 'gdpr/35')).toBe('unknown: assessments');
    expect(status([...dpia, withhold('assessment'), assessed('dpia', 'rejected', {}, '2019-03-01')], 'gdpr/35')).toBe(
      'rejected',
    );
  });
  test('until a day: after it, that it is not published is told', () => {
    const events = [withhold('legalBasis', '2024-12-31')];
    expect(status(events, 'vitrine/legal-basis', '2024-12-31')).toBe('unknown: legalBasis');
    expect(status(events, 'vitrine/withholding-ended', '2024-12-31')).toBe('met');
    expect(status(events, 'vitrine/legal-basis', '2025-01-01')).toBe('unknown: legalBasis');
    expect(status(events, 'vitrine/withholding-ended', '2025-01-01')).toBe('missing');
    const stated = [...events, says({ legalBasis: { en: 'x' } }, '2025-02-01')];
    expect(status(stated, 'vitrine/withholding-ended', '2025-02-01')).toBeUndefined();
  });
});

describe('good practice', () => {
  const status = (events: Given[], id: string, day: string) =>
    on([used('2020-03-01'), ...events], `vitrine/${id}`, day);
  const figures = (to: string, day: string): Given => [
    'OversightFiguresReported',
    day,
    { period: { from: '2020-01-01', to }, measured: false },
  ];
  test('figures once a year', () => {
    expect(status([], 'oversight-figures', '2021-02-28')).toBe('met');
    expect(status([], 'oversight-figures', '2021-03-01')).toBe('missing');
    const reported = [figures('2020-12-31', '2021-06-01')];
    expect(status(reported, 'oversight-figures', '2021-05-31')).toBe('missing');
    expect(status(reported, 'oversight-figures', '2021-06-01')).toBe('met');
    expect(status(reported, 'oversight-figures', '2021-12-31')).toBe('met');
    expect(status(reported, 'oversight-figures', '2022-01-01')).toBe('missing');
    const again: Given[] = [
      ['DeploymentEnded', '2021-07-01'],
      ['DeploymentStarted', '2024-01-01', { stage: 'production' }],
    ];
    expect(status([...reported, ...again], 'oversight-figures', '2024-12-31')).toBe('met');
    expect(status([...reported, ...again], 'oversight-figures', '2025-01-01')).toBe('missing');
  });
  test('a class, a legal basis, how to object', () => {
    for (const id of ['risk-class', 'legal-basis', 'appeal']) expect(status([], id, '2020-03-01')).toBe('missing');
    expect(status([says({ aiSystem: 'no' })], 'risk-class', '2020-03-01')).toBeUndefined();
    expect(status([risk('minimal')], 'risk-class', '2020-03-01')).toBe('met');
  });
  test('the review that is announced', () => {
    const announced: Given = ['RecordConfirmed', '2020-04-01', { nextReview: '2021-04-01' }];
    expect(status([], 'review', '2021-04-02')).toBeUndefined();
    expect(status([announced], 'review', '2021-04-01')).toBe('met');
    expect(status([announced], 'review', '2021-04-02')).toBe('missing');
  });
  test('an answer to readers', () => {
    const asked: Given = ['CorrectionRequested', '2020-04-01', { request: 'r', about: 'name', due: '2020-05-01' }];
    expect(status([asked], 'correction-answer', '2020-05-01')).toBe('met');
    expect(status([asked], 'correction-answer', '2020-05-02')).toBe('missing');
  });
  test('a gap that was mended is there on the days when it was open', () => {
    const mended = [['RiskClassified', '2025-06-01', { class: 'minimal', grounds: { en: 'x' } }] as Given];
    expect(status(mended, 'risk-class', '2024-06-01')).toBe('missing');
    expect(status(mended, 'risk-class', '2025-06-01')).toBe('met');
  });
});

test('what is not a duty of traffic systems is not asked of them', () => {
  const traffic = spellsAfter([high('AIII-2'), used('2020-01-01')]);
  const asked = new Set(traffic.filter(({ status }) => status !== 'unknown').map(({ duty }) => duty.id));
  for (const id of ['27-1', '27-3', '49-1', '49-3', '49-4', '86']) expect([...asked]).not.toContain(`eu-ai-act/${id}`);
});

test('what is met, whether or not the duty applies, tells nothing, until it expires', () => {
  const events = [
    used('2020-01-01'),
    says({ personalData: 'yes' }),
    assessed('dpia', 'approved', { validUntil: '2025-12-31' }),
  ];
  expect(on(events, 'gdpr/35', '2025-12-31')).toBeUndefined();
  expect(on(events, 'gdpr/35', '2026-01-01')).toBe('unknown: highRiskProcessing');
});

describe('dates at the edges', () => {
  test('a last day without end is no end', () => {
    const dpia = [says({ personalData: 'yes', highRiskProcessing: 'yes' }), used('2020-01-01')];
    expect(on([...dpia, assessed('dpia', 'approved', { validUntil: '9999-12-31' })], 'gdpr/35', end)).toBe('met');
    const withheld: Given = [
      'FieldWithheld',
      '2020-02-01',
      { field: 'area', basis: 'trade-secret', until: '9999-12-31' },
    ];
    expect(on([withheld], 'vitrine/withholding-ended', end)).toBe('met');
  });
  test.each(['soon', '2020-13-45'])('the odd date %j ends nothing, and holds nothing up', (odd) => {
    const life: Given[] = [used('2020-01-01'), ['RecordConfirmed', '2020-02-01', { nextReview: odd }]];
    expect(on(life, 'vitrine/review', end)).toBe('met');
    expect(() =>
      on([used('2020-01-01'), ['RecordCorrected', '2020-02-01', { since: 'soon', status: 'retired' }]], 'gdpr/35', end),
    ).toThrow(RangeError);
  });
  test('use since a year in which the law began to apply may have been before', () => {
    const events: Given[] = [
      high('AIII-5-a'),
      used('2027-12-20', { from: '2027-12', evidence: 'https://city.example/x' }),
    ];
    expect(on(events, 'eu-ai-act/26-2', '2027-12-20')).toBe('unknown: placedOnMarket from');
  });
});
