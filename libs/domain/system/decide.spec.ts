import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { arbitraryFigures, findLeaks } from '../../../test/setup/inference.js';
import { codelists } from '../generated/codelists.js';
import { eventKinds } from '../generated/events.js';
import { camera, city, given, operatorAdmin } from '../given.js';
import { suppressSmallCounts } from './recorded-data.js';
import { evolveSystem, initialSystem } from './state.js';

const registered = { type: 'SystemRegistered', data: { name: { en: 'Camera' } } } as const;
const piloted = { type: 'DeploymentStarted', data: { stage: 'pilot' } } as const;
const inUse = { type: 'DeploymentStarted', data: { stage: 'production' } } as const;
const suspended = { type: 'DeploymentSuspended', data: { cause: 'risk-found' } } as const;
const retired = {
  type: 'SystemRetired',
  data: { reason: 'replaced', dataDisposal: 'deleted' },
  occurredAt: '2026-03-31',
} as const;
const prohibited = {
  type: 'RiskClassified',
  data: { class: 'prohibited', grounds: { en: 'It scores people' } },
} as const;
const high = {
  type: 'RiskClassified',
  data: { class: 'high', annexIII: ['AIII-5-a'], grounds: { en: 'Benefits' } },
} as const;
const pointTwo = {
  type: 'RiskClassified',
  data: { class: 'high', annexIII: ['AIII-2'], grounds: { en: 'Traffic' } },
} as const;
const oversight = {
  type: 'OversightAssigned',
  data: { role: { en: 'Head' }, mode: 'human-decides', authorityToStop: true },
} as const;
const fria = { type: 'AssessmentRecorded', data: { kind: 'fria', result: 'approved' } } as const;

const start = (stage: string, data = {}) => ({ type: 'StartDeployment', data: { stage, ...data } }) as const;
const afterDuty = { now: '2028-06-01T00:00:00Z' };

describe('registration', () => {
  test('begins a life', () =>
    given()
      .when({ type: 'RegisterSystem', data: { name: { en: 'Camera' } } })
      .then());
  test('happens once', () => given(registered).when({ type: 'RegisterSystem' }).refuses('SYSTEM_EXISTS', '/system'));
  test('not under the name of a file', () =>
    given()
      .when({ type: 'RegisterSystem', system: `${camera}.csv`, data: { name: { en: 'Camera' } } })
      .refuses('NAME_RESERVED', '/system'));
  test('nothing comes before it', () => given().when({ type: 'ConfirmRecord' }).refuses('SYSTEM_UNKNOWN', '/system'));
});

describe('time', () => {
  test('not the future', () =>
    given(registered)
      .when({ type: 'ConfirmRecord', occurredAt: '2026-11-03' })
      .refuses('OCCURRED_IN_FUTURE', '/occurredAt'));
  test('today in the east of the world is not the future', () =>
    given(registered).when({ type: 'ConfirmRecord', occurredAt: '2026-11-02' }).then());
  test('a time is compared exactly', () =>
    given(registered)
      .when({ type: 'ConfirmRecord', occurredAt: '2026-11-01T12:10:00Z' })
      .refuses('OCCURRED_IN_FUTURE'));
  test('not before computers', () =>
    given(registered).when({ type: 'ConfirmRecord', occurredAt: '0000-01-01' }).refuses('OCCURRED_TOO_EARLY'));
});

describe('who may', () => {
  const other = 'urn:vitrine:org:local:other';
  test("another organisation's officer may not", () =>
    given(registered)
      .when({ type: 'ConfirmRecord' }, { actor: { organisation: other, role: 'editor' } })
      .refuses('OTHER_ORGANISATION'));
  test("a command may not name another organisation than the system's", () =>
    given(registered)
      .when({ type: 'ConfirmRecord', organisation: other }, { actor: operatorAdmin })
      .refuses('OTHER_ORGANISATION'));
  test('the operator may for any', () =>
    given(registered).when({ type: 'ConfirmRecord' }, { actor: operatorAdmin }).then());
  test('an auditor only reads', () =>
    given(registered)
      .when({ type: 'ConfirmRecord' }, { actor: { organisation: city, role: 'auditor' } })
      .refuses('ROLE_MAY_NOT'));
  test.each(['ConfirmRecord', 'RetireSystem', 'StartDeployment'] as const)('an integrator may not %s', (type) =>
    given(registered, inUse)
      .when({ type }, { actor: { organisation: city, role: 'integrator' } })
      .refuses('ROLE_MAY_NOT'),
  );
  test('an integrator records overrides', () =>
    given(registered, inUse)
      .when(
        { type: 'RecordHumanOverride', data: { act: 'reversed' } },
        { actor: { organisation: city, role: 'integrator' } },
      )
      .then());
  test('only an administrator erases', () => given(registered).when({ type: 'ErasePayload' }).refuses('ROLE_MAY_NOT'));
  test('only the operator hands over', () =>
    given(registered)
      .when({ type: 'DescribeSystem', data: { transferTo: other } })
      .refuses('ROLE_MAY_NOT', '/data/transferTo'));
  test('after handing over the new organisation answers for it', () => {
    const moved = { type: 'SystemDescribed', data: { transferTo: other } } as const;
    given(registered, moved).when({ type: 'ConfirmRecord' }).refuses('OTHER_ORGANISATION');
    given(registered, moved)
      .when({ type: 'ConfirmRecord', organisation: other }, { actor: { organisation: other, role: 'editor' } })
      .then();
  });
});

describe('procurement', () => {
  const started = { type: 'ProcurementStarted', data: { lot: '1', procedure: 'open' } } as const;
  const ended = { type: 'ProcurementEnded', data: { lot: '1', outcome: 'cancelled' } } as const;
  test('one at a time for a lot', () =>
    given(registered, started)
      .when({ type: 'StartProcurement', data: { lot: '1' } })
      .refuses('LOT_OPEN', '/data/lot'));
  test('another lot may be open', () =>
    given(registered, started)
      .when({ type: 'StartProcurement', data: { lot: '2' } })
      .then());
  test('again after it ended', () =>
    given(registered, started, ended)
      .when({ type: 'StartProcurement', data: { lot: '1' } })
      .then());
  test('ends once', () =>
    given(registered, started, ended)
      .when({ type: 'EndProcurement', data: { lot: '1' } })
      .refuses('LOT_NOT_OPEN'));
  test('a contract does not end before it begins', () =>
    given(registered)
      .when({ type: 'AwardContract', data: { lot: '1', from: '2026-02-01', to: '2026-01-01' } })
      .refuses('PERIOD_REVERSED', '/data/to'));
});

describe('risk', () => {
  test('no Art 6(3) claim for profiling', () =>
    given(registered)
      .when({ type: 'ClassifyRisk', data: { derogation: { grounds: ['A6-3-a'] }, profiling: 'yes' } })
      .refuses('DEROGATION_WITH_PROFILING'));
  const whole = {
    class: 'limited',
    annexIII: ['AIII-5-a'],
    derogation: { grounds: ['A6-3-a'] },
    classifiedBy: { en: 'Legal service' },
    profiling: 'no',
    grounds: { en: 'A narrow task' },
  };
  const classify = (data: object) => given(registered).when({ type: 'ClassifyRisk', data });
  test('a lower class than Annex III has by a whole claim', () => classify(whole).then());
  test.each([
    ['derogation', undefined],
    ['classifiedBy', undefined],
    ['profiling', undefined],
    ['profiling', 'unknown'],
  ] as const)('not with %s %s', (field, value) =>
    classify({ ...whole, [field]: value }).refuses('ANNEX_III_WITHOUT_DEROGATION', `/data/${field}`),
  );
  test.each(['high', 'prohibited'])('of class %s it needs none', (riskClass) =>
    classify({ class: riskClass, annexIII: ['AIII-5-a'], grounds: { en: 'Benefits' } }).then(),
  );
  test('a practice of Art 5 with another class names the exception', () => {
    const used = { class: 'high', annexIII: ['AIII-1-a'], article5: ['A5-1-h'], grounds: { en: 'Missing children' } };
    classify(used).refuses('ARTICLE_5_WITHOUT_EXCEPTION', '/data/article5Exception');
    classify({ ...used, article5Exception: { en: 'Art 5(1)(h)(i)' } }).then();
    classify({ ...used, class: 'prohibited' }).then();
  });
  test.each(['-', '...', '7', '?!'])('the grounds %j are none', (en) =>
    classify({ class: 'minimal', grounds: { en } }).refuses('GROUNDS_WITHOUT_WORDS', '/data/grounds'),
  );
  test.each(['pilot', 'production'])('a prohibited system has no %s', (stage) =>
    given(registered, prohibited).when(start(stage)).refuses('PROHIBITED_PRACTICE'),
  );
  test('of before the prohibition, use is recorded as it was', () =>
    given(registered, prohibited)
      .when({ ...start('production'), occurredAt: '2025-02-01' })
      .then());
  test.each([
    ['2026-12-01', true],
    ['2026-12-02', false],
  ])('a practice that was added in 2026: on %s %j', (occurredAt, isTaken) => {
    const added = { type: 'RiskClassified', data: { class: 'prohibited', article5: ['A5-1-ba'] } } as const;
    const decided = given(registered, added).when({ ...start('production'), occurredAt }, afterDuty);
    if (isTaken) decided.then();
    else decided.refuses('PROHIBITED_PRACTICE', '/data/breaches');
  });
  test('what happens all the same is recorded if the breach is named', () => {
    given(registered, prohibited)
      .when(start('production', { breaches: ['eu-ai-act/5-1'] }))
      .then();
    given(registered, prohibited)
      .when(start('production', { breaches: ['eu-ai-act/5-1', 'eu-ai-act/26-2'] }))
      .refuses('NOT_A_BREACH', '/data/breaches');
    given(registered)
      .when(start('production', { breaches: ['eu-ai-act/5-1'] }))
      .refuses('NOT_A_BREACH', '/data/breaches');
    given(registered, inUse, suspended, prohibited)
      .when({ type: 'ResumeDeployment', data: { breaches: ['eu-ai-act/5-1'] } })
      .then();
  });
  test('a system found prohibited is not resumed', () =>
    given(registered, inUse, suspended, prohibited).when({ type: 'ResumeDeployment' }).refuses('PROHIBITED_PRACTICE'));
});

describe('high risk before production', () => {
  const both = ['eu-ai-act/26-2', 'eu-ai-act/27-1'];
  const production = { ...start('production'), occurredAt: '2028-01-15' };
  test('needs oversight once the law applies', () =>
    given(registered, high).when(production, afterDuty).refuses('HIGH_RISK_WITHOUT_OVERSIGHT'));
  test('needs an assessment', () =>
    given(registered, high, oversight).when(production, afterDuty).refuses('HIGH_RISK_WITHOUT_ASSESSMENT'));
  test.each(['not-performed', 'rejected'])('one that is %s is none', (result) => {
    const none = { type: 'AssessmentRecorded', data: { kind: 'fria', result } } as const;
    given(registered, high, oversight, none).when(production, afterDuty).refuses('HIGH_RISK_WITHOUT_ASSESSMENT');
  });
  test('both are named at once, and taken at once', () => {
    const run = given(registered, high).when(production, afterDuty).events;
    expect(run).toThrow(expect.objectContaining({ details: expect.objectContaining({ duties: both }) }));
    given(registered, high)
      .when({ ...start('production', { breaches: both }), occurredAt: '2028-01-15' }, afterDuty)
      .then();
  });
  test('goes ahead with both', () => given(registered, high, oversight, fria).when(production, afterDuty).then());
  test('Annex III point 2 needs no assessment (Art 27(1))', () =>
    given(registered, pointTwo, oversight).when(production, afterDuty).then());
  test('a pilot does not wait', () =>
    given(registered, high)
      .when({ ...start('pilot'), occurredAt: '2028-01-15' }, afterDuty)
      .then());
  test('before the law applies it is a gap, not a bar', () => given(registered, high).when(start('production')).then());
  test('in service before: until 2030 (Art 111(2))', () => {
    given(registered, high)
      .when({ ...start('production', { from: '2025-05' }), occurredAt: '2028-01-15' }, afterDuty)
      .then();
    given(registered, high)
      .when({ ...start('production', { from: '2025-05' }), occurredAt: '2030-08-02' }, { now: '2031-01-01T00:00:00Z' })
      .refuses('HIGH_RISK_WITHOUT_OVERSIGHT');
  });
  test('on the market before: until 2030 (Art 111(2)), whenever the city began', () =>
    given({ type: 'SystemRegistered', data: { placedOnMarket: '2026' } }, high)
      .when(production, afterDuty)
      .then());
  test('a resumption counts as well', () =>
    given(registered, inUse, suspended, high)
      .when({ type: 'ResumeDeployment', occurredAt: '2031-01-01' }, { now: '2031-02-01T00:00:00Z' })
      .refuses('HIGH_RISK_WITHOUT_OVERSIGHT'));
});

describe('use', () => {
  test('pilot, then production', () => given(registered, piloted).when(start('production')).then());
  test('not twice', () =>
    given(registered, inUse).when(start('production')).refuses('ALREADY_DEPLOYED', '/data/stage'));
  test('no pilot of what is in production', () =>
    given(registered, inUse).when(start('pilot')).refuses('ALREADY_DEPLOYED'));
  test('suspended only when used', () => given(registered).when({ type: 'SuspendDeployment' }).refuses('NOT_DEPLOYED'));
  test('suspended once', () =>
    given(registered, inUse, suspended).when({ type: 'SuspendDeployment' }).refuses('ALREADY_SUSPENDED'));
  test('no start while suspended', () =>
    given(registered, inUse, suspended).when(start('production')).refuses('ALREADY_SUSPENDED'));
  test('resumed only after', () =>
    given(registered, inUse).when({ type: 'ResumeDeployment' }).refuses('NOT_SUSPENDED'));
  test('resumes to where it was', () =>
    given(registered, piloted, suspended, { type: 'DeploymentResumed' }).when(start('production')).then());
  test('an override needs use', () => given(registered).when({ type: 'RecordHumanOverride' }).refuses('NOT_DEPLOYED'));
});

describe('order', () => {
  const inJune = { ...inUse, occurredAt: '2026-06-01' };
  test.each([
    ['SuspendDeployment', {}],
    ['RetireSystem', {}],
    ['CorrectRecord', { since: '2026-05-31', status: 'registered' }],
  ] as const)('%s not before the last change of status', (type, data) =>
    given(registered, inJune).when({ type, data, occurredAt: '2026-05-31' }).refuses('OUT_OF_ORDER'),
  );
  test.each([
    ['StartDeployment', { stage: 'production', from: '2026-05' }, '/data/from'],
    ['RetireSystem', { on: '2026-05-30' }, '/data/on'],
  ] as const)('%s nor with a day in it that is before', (type, data, path) =>
    given(registered, inJune).when({ type, data, occurredAt: '2026-06-02' }).refuses('OUT_OF_ORDER', path),
  );
  test('use may have begun before the registration', () =>
    given(registered)
      .when({ type: 'StartDeployment', data: { stage: 'production', from: '2018' } })
      .then());
  test('on the same day it may', () =>
    given(registered, inJune).when({ type: 'SuspendDeployment', occurredAt: '2026-06-01' }).then());
  test('what does not change the status may come late', () =>
    given(registered, inJune).when({ type: 'RecordAssessment', occurredAt: '2024-01-01' }).then());
  test('nor a handing over', () => {
    const moved = { type: 'SystemDescribed', data: { transferTo: city }, occurredAt: '2026-06-01' } as const;
    given(registered, moved)
      .when({ type: 'DescribeSystem', data: { transferTo: city }, occurredAt: '2026-05-01' }, { actor: operatorAdmin })
      .refuses('OUT_OF_ORDER', '/occurredAt');
  });
});

describe('figures', () => {
  const figures = (data: object) =>
    ({
      type: 'ReportOversightFigures',
      data: {
        period: { from: '2026-01-01', to: '2026-03-31' },
        measured: true,
        outputs: 100,
        reviewed: 50,
        overridden: 10,
        ...data,
      },
    }) as const;
  test('are taken', () => given(registered, inUse).when(figures({})).then());
  test.each([
    [{ reviewed: 101 }, '/data/reviewed'],
    [{ overridden: 51 }, '/data/overridden'],
    [{ overriddenByReason: { 'wrong-output': 6, safety: 5 } }, '/data/overriddenByReason'],
    [{ overriddenByOutcome: { neutral: 11 } }, '/data/overriddenByOutcome'],
    [{ objections: 1, objectionsByOutcome: { upheld: 2 } }, '/data/objectionsByOutcome'],
    [{ objectionsByOutcome: { upheld: 1 } }, '/data/objectionsByOutcome'],
  ])('%j contradict', (data, path) =>
    given(registered, inUse).when(figures(data)).refuses('COUNTS_INCONSISTENT', path),
  );
  test.each<[string, object, object]>([
    ['below 10 are suppressed', { objections: 6 }, { objections: 'suppressed' }],
    ['zero is not', { objections: 0 }, { objections: 0 }],
    ['10 is not', { overridden: 10 }, { overridden: 10 }],
    [
      'one part takes the next smallest with it, so that it cannot be had by subtraction',
      { overridden: 36, overriddenByReason: { 'wrong-output': 27, safety: 9 } },
      { overridden: 36, overriddenByReason: { 'wrong-output': 'suppressed', safety: 'suppressed' } },
    ],
    [
      'two that come to less than 10 take a third',
      { overridden: 40, overriddenByReason: { 'wrong-output': 20, safety: 2, 'missing-context': 1, other: 17 } },
      {
        overridden: 40,
        overriddenByReason: {
          'wrong-output': 20,
          safety: 'suppressed',
          'missing-context': 'suppressed',
          other: 'suppressed',
        },
      },
    ],
    [
      'two that come to 10 take no other',
      { overridden: 40, overriddenByReason: { 'wrong-output': 29, safety: 6, other: 5 } },
      { overridden: 40, overriddenByReason: { 'wrong-output': 29, safety: 'suppressed', other: 'suppressed' } },
    ],
    [
      'what is left of a total counts as a part',
      { overridden: 20, overriddenByReason: { safety: 15 } },
      { overridden: 20, overriddenByReason: { safety: 'suppressed' } },
    ],
    [
      'enough that is left shields a small part',
      { overridden: 40, overriddenByReason: { safety: 5, legal: 20 } },
      {
        overridden: 40,
        overriddenByReason: { safety: 'suppressed', legal: 20 },
      },
    ],
    ['so few are not reviewed', { reviewed: 97 }, { outputs: 100, reviewed: 'suppressed', overridden: 10 }],
    [
      'so few are not overridden',
      { reviewed: 50, overridden: 45 },
      { outputs: 100, reviewed: 'suppressed', overridden: 45 },
    ],
    [
      'so few are neither',
      { outputs: 18, reviewed: 14, overridden: 10 },
      { outputs: 'suppressed', reviewed: 'suppressed', overridden: 10 },
    ],
    ['what comes suppressed stays so', { objections: 'suppressed' }, { objections: 'suppressed' }],
  ])('small counts are never recorded: %s', (_, given_, recorded) => {
    const [event] = given(registered, inUse).when(figures(given_)).events();
    expect(event!.data).toMatchObject(recorded);
    expect(suppressSmallCounts(event!.data as never)).toEqual(event!.data);
  });
  test.each([
    { objections: 10, objectionsByOutcome: { upheld: 1, rejected: 9 } },
    { objections: 11, objectionsByOutcome: { upheld: 1, rejected: 1, withdrawn: 9 } },
  ])('parts that are few enough to be told apart from their total stay: %j', (rest) => {
    const { objections, objectionsByOutcome } = suppressSmallCounts({ ...figures({}).data, ...rest } as never);
    expect([objections, objectionsByOutcome]).toEqual([rest.objections, expect.anything()]);
  });
  const ones = (count: number) =>
    Object.fromEntries(codelists['override-reason'].slice(0, count).map((code) => [code, 1]));
  test.each([
    { outputs: 10, reviewed: 10, overridden: 10, overriddenByReason: ones(10) },
    { outputs: 500, reviewed: 100, overridden: 9, overriddenByReason: ones(9) },
    {
      outputs: 40,
      reviewed: 30,
      overridden: 10,
      overriddenByReason: ones(10),
      overriddenByOutcome: { 'in-favour-of-person': 10 },
    },
  ])('parts that could only be 1 each are left out: %j', (rest) => {
    const published = suppressSmallCounts({ ...figures({}).data, ...rest } as never);
    expect(published).not.toHaveProperty('overriddenByReason');
    expect(published.overridden).toBe(rest.overridden < 10 ? 'suppressed' : rest.overridden);
    expect(published.overriddenByOutcome).toEqual(rest.overriddenByOutcome);
    expect(findLeaks(published)).toEqual([]);
  });
  test('no part of a sum can be had by subtraction, whatever the parts', () => {
    const parts = fc.dictionary(fc.constantFrom('a', 'b', 'c', 'd', 'e'), fc.integer({ min: 0, max: 40 }), {
      minKeys: 1,
    });
    fc.assert(
      fc.property(parts, (counts) => {
        const data = { ...figures({ overriddenByReason: counts }).data, overridden: 1000 } as never;
        const { overriddenByReason } = suppressSmallCounts(data) as { overriddenByReason: Record<string, unknown> };
        const hidden = Object.keys(counts).filter((code) => overriddenByReason[code] === 'suppressed');
        const shown = Object.keys(counts).filter((code) => !hidden.includes(code));
        for (const code of shown) {
          expect(overriddenByReason[code]).toBe(counts[code]);
          expect(counts[code]! === 0 || counts[code]! >= 10).toBe(true);
        }
      }),
    );
  });
  test('no count from 1 to 9 can be calculated, whatever the figures', () => {
    fc.assert(
      fc.property(arbitraryFigures, (data) => {
        const published = suppressSmallCounts(data);
        expect(findLeaks(published)).toEqual([]);
        expect(suppressSmallCounts(published)).toEqual(published);
      }),
      { numRuns: 5000 },
    );
  });
  test('what attacks the figures finds what was to be had before', () => {
    const period = { from: '2026-01-01', to: '2026-03-31' };
    const found = (rest: object) =>
      findLeaks({ period, measured: true, outputs: 100, reviewed: 50, overridden: 20, ...rest });
    expect(found({ overriddenByReason: { safety: 15 } })).toEqual(['rest of overriddenByReason is 5']);
    expect(
      found({
        overridden: 'suppressed',
        overriddenByReason: Object.fromEntries(Object.keys(ones(9)).map((code) => [code, 'suppressed'])),
      }),
    ).toContain('legal is 1');
    expect(found({ reviewed: 97 })).toEqual(['not reviewed is 3']);
    expect(found({ overridden: 47 })).toEqual(['not overridden is 3']);
    expect(found({ overriddenByReason: { safety: 'suppressed', legal: 12 } })).toContain(
      'overriddenByReason unseen is 8',
    );
    expect(found({ objections: 11, objectionsByOutcome: { upheld: 'suppressed', rejected: 10 } })).toContain(
      'upheld is 1',
    );
    expect(found({ overridden: 20, overriddenByReason: { safety: 10, legal: 10 } })).toEqual([]);
  });
  describe('of periods that share days', () => {
    const reported = { type: 'OversightFiguresReported', data: figures({}).data } as const;
    test.each([
      ['2026-01-01', '2026-01-31'],
      ['2025-01-01', '2026-12-31'],
      ['2025-12-01', '2026-01-01'],
      ['2026-03-31', '2026-04-30'],
      ['2026-01-01', '2026-03-30'],
    ])('%s to %s beside the first quarter are refused', (from, to) =>
      given(registered, inUse, reported)
        .when(figures({ period: { from, to } }), { now: '2027-02-01T00:00:00Z' })
        .refuses('PERIOD_OVERLAPS', '/data/period'),
    );
    test('exactly the same again is a correction', () =>
      given(registered, inUse, reported)
        .when(figures({ outputs: 90 }))
        .then());
    test('the day after goes on', () =>
      given(registered, inUse, reported)
        .when(figures({ period: { from: '2026-04-01', to: '2026-04-30' } }))
        .then());
  });
  test('of a period the right way round', () =>
    given(registered)
      .when(figures({ period: { from: '2026-03-31', to: '2026-01-01' } }))
      .refuses('PERIOD_REVERSED'));
  test('of a period that is over', () =>
    given(registered)
      .when(figures({ period: { from: '2026-01-01', to: '2026-12-31' } }))
      .refuses('PERIOD_NOT_OVER'));
  test('after retirement for before it', () => given(registered, inUse, retired).when(figures({})).then());
  const beyond = { period: { from: '2026-03-01', to: '2026-04-01' } };
  test.each(['ReportOversightFigures', 'ReportEnergy'] as const)('%s not beyond retirement', (type) =>
    given(registered, inUse, retired).when({ type, data: beyond }).refuses('PERIOD_AFTER_RETIREMENT'),
  );
  test('a contract may cost beyond it', () =>
    given(registered, inUse, retired).when({ type: 'ReportCost', data: beyond }).then());
  test('not beyond the last day of use', () => {
    const ended = { ...retired, data: { ...retired.data, on: '2025-09-30' } } as const;
    const until = (to: string) => given(registered, inUse, ended).when(figures({ period: { from: '2025-09-01', to } }));
    until('2025-09-30').then();
    until('2025-10-01').refuses('PERIOD_AFTER_RETIREMENT');
  });
});

describe('incidents and requests', () => {
  const incident = { type: 'IncidentReported', data: { incident: 'i1' } } as const;
  const request = { type: 'CorrectionRequested', data: { request: 'r1' } } as const;
  test('an incident once', () =>
    given(registered, incident)
      .when({ type: 'ReportIncident', data: { incident: 'i1', happenedOn: '2026-01-01' } })
      .refuses('INCIDENT_EXISTS'));
  test('not before it happened', () =>
    given(registered)
      .when({ type: 'ReportIncident', data: { incident: 'i1', happenedOn: '2027-01-01' } })
      .refuses('OCCURRED_IN_FUTURE'));
  test('closing an unknown one', () =>
    given(registered)
      .when({ type: 'CloseIncident', data: { incident: 'i1' } })
      .refuses('INCIDENT_UNKNOWN'));
  test('closing twice', () =>
    given(registered, incident, { type: 'IncidentClosed', data: { incident: 'i1' } })
      .when({ type: 'CloseIncident', data: { incident: 'i1' } })
      .refuses('INCIDENT_CLOSED'));
  test('a request once', () =>
    given(registered, request)
      .when({ type: 'RequestCorrection', data: { request: 'r1' } })
      .refuses('REQUEST_EXISTS'));
  test('answering an unknown one', () =>
    given(registered)
      .when({ type: 'AnswerCorrection', data: { request: 'r1' } })
      .refuses('REQUEST_UNKNOWN'));
  test('answering twice', () =>
    given(registered, request, { type: 'CorrectionAnswered', data: { request: 'r1' } })
      .when({ type: 'AnswerCorrection', data: { request: 'r1' } })
      .refuses('REQUEST_ANSWERED'));
});

describe('retirement', () => {
  test('not its own successor', () =>
    given(registered)
      .when({ type: 'RetireSystem', data: { successor: camera } })
      .refuses('SUCCESSOR_IS_ITSELF'));
  test.each(['DescribeSystem', 'StartDeployment', 'RetireSystem', 'AwardContract', 'WithholdField'] as const)(
    'then no %s',
    (type) => given(registered, retired).when({ type, data: {} }).refuses('SYSTEM_RETIRED'),
  );
  test.each([
    ['CorrectRecord', { since: '2026-01-01' }],
    ['ConfirmRecord', {}],
    ['RequestCorrection', { request: 'r' }],
    ['RecordAssessment', { kind: 'audit', result: 'rejected' }],
    ['ReportIncident', { incident: 'i', happenedOn: '2026-02-01' }],
  ] as const)('but %s', (type, data) => given(registered, retired).when({ type, data }).then());
  test('an act carries its day only', () =>
    expect(
      given(registered, inUse).when({ type: 'RecordHumanOverride', occurredAt: '2026-03-31T11:48:00Z' }).events(),
    ).toMatchObject([{ occurredAt: '2026-03-31' }]));
  test('an act of the time before, not of the time after', () => {
    const act = (occurredAt: string) =>
      given(registered, inUse, retired).when({ type: 'RecordHumanOverride', occurredAt });
    act('2026-03-31').then();
    act('2026-04-01').refuses('NOT_DEPLOYED');
  });
  test.each([
    ['StartDeployment', { stage: 'production', from: '2027' }, '/data/from'],
    ['RetireSystem', { on: '2027-01' }, '/data/on'],
    ['RetireSystem', { on: '2026-12' }, '/data/on'],
    ['RetireSystem', { on: '2026-11-03' }, '/data/on'],
  ] as const)('%s on a day that has not come', (type, data, path) =>
    given(registered).when({ type, data }).refuses('OCCURRED_IN_FUTURE', path),
  );
  test('a correction can undo it', () =>
    given(registered, retired, { type: 'RecordCorrected', data: { since: '2026-04-01', status: 'in-use' } })
      .when({ type: 'SuspendDeployment' })
      .then());
});

test('every event of the log can be folded in any state', () => {
  const types = Object.keys(eventKinds) as (keyof typeof eventKinds)[];
  for (const before of [[], [registered], [registered, inUse], [registered, inUse, suspended], [registered, retired]])
    for (const type of types) {
      const events = [...before, { type, data: {} }].map(
        (fact) => ({ occurredAt: '2025-01-01', organisation: city, ...fact }) as never,
      );
      expect(() => events.reduce(evolveSystem, initialSystem)).not.toThrow();
    }
});
