import { describe, expect, test } from '@jest/globals';
import { given } from '../given.js';
import { type Deployment, leading, statusOf, withSystemStatus } from './deployments.js';

const registered = { type: 'SystemRegistered' } as const;
const at = (type: 'DeploymentStarted' | 'DeploymentSuspended' | 'DeploymentResumed' | 'DeploymentEnded', data = {}) =>
  ({ type, data: { ...(type === 'DeploymentStarted' && { stage: 'production' }), ...data } }) as const;
const start = (data: object = {}) => ({ type: 'StartDeployment', data: { stage: 'production', ...data } }) as const;
const east = { deployment: 'east' };
const used = [registered, at('DeploymentStarted')];
const usedEast = [...used, at('DeploymentStarted', east)];

describe('a second place', () => {
  test('is a deployment of its own', () =>
    given(...used)
      .when(start(east))
      .then());
  test('an event without a name is about main', () =>
    given(...used)
      .when(start({ deployment: 'main' }))
      .refuses('ALREADY_DEPLOYED', '/data/stage'));
  test('is in use once', () =>
    given(...usedEast)
      .when(start(east))
      .refuses('ALREADY_DEPLOYED'));
  test('can be a pilot beside regular use', () =>
    given(...used)
      .when(start({ ...east, stage: 'pilot' }))
      .then());
  test('is suspended and resumed on its own', () => {
    const suspended = [...usedEast, at('DeploymentSuspended', east)];
    given(...suspended)
      .when({ type: 'SuspendDeployment', data: { cause: 'other' } })
      .then();
    given(...suspended)
      .when({ type: 'SuspendDeployment', data: { cause: 'other', ...east } })
      .refuses('ALREADY_SUSPENDED');
    given(...suspended)
      .when({ type: 'ResumeDeployment', data: {} })
      .refuses('NOT_SUSPENDED');
    given(...suspended)
      .when({ type: 'ResumeDeployment', data: east })
      .then();
  });
  test('may have begun before the last change of another', () =>
    given(registered, { ...at('DeploymentStarted'), occurredAt: '2026-05-01' })
      .when({ ...start(east), occurredAt: '2025-03-01' })
      .then());
  test('keeps the order of its own changes', () =>
    given(registered, { ...at('DeploymentStarted', east), occurredAt: '2026-05-01' })
      .when({ type: 'EndDeployment', data: east, occurredAt: '2026-04-30' })
      .refuses('OUT_OF_ORDER', '/occurredAt'));
  test('is not retired before its last change', () =>
    given(...used, { ...at('DeploymentStarted', east), occurredAt: '2026-05-01' })
      .when({ type: 'RetireSystem', data: { reason: 'replaced', dataDisposal: 'deleted', on: '2026-04-01' } })
      .refuses('OUT_OF_ORDER', '/data/on'));
});

describe('a part of a place', () => {
  const partly = [...used, at('DeploymentSuspended', { part: { en: 'Nights' } })];
  test('is suspended while the rest goes on, and resumed', () => {
    given(...partly)
      .when({ type: 'RecordHumanOverride' })
      .then();
    given(...partly)
      .when({ type: 'ResumeDeployment', data: {} })
      .then();
  });
  test('after which all of it can be suspended', () =>
    given(...partly)
      .when({ type: 'SuspendDeployment', data: { cause: 'other' } })
      .then());
});

describe('an end', () => {
  test('needs a use', () => {
    given(registered).when({ type: 'EndDeployment', data: {} }).refuses('NOT_DEPLOYED');
    given(...used)
      .when({ type: 'EndDeployment', data: east })
      .refuses('NOT_DEPLOYED');
    given(...used, at('DeploymentEnded'))
      .when({ type: 'EndDeployment', data: {} })
      .refuses('NOT_DEPLOYED');
  });
  test('is not to come', () =>
    given(...used)
      .when({ type: 'EndDeployment', data: { on: '2027-01-01' } })
      .refuses('OCCURRED_IN_FUTURE', '/data/on'));
  test('does not retire the system: it can be used again', () =>
    given(...used, at('DeploymentEnded'))
      .when(start())
      .then());
  test('leaves acts of the time before, and none of the time after', () => {
    const ended = [...used, { ...at('DeploymentEnded', { on: '2026-01-31' }), occurredAt: '2026-03-01' }];
    given(...ended)
      .when({ type: 'RecordHumanOverride', occurredAt: '2026-01-31' })
      .then();
    given(...ended)
      .when({ type: 'RecordHumanOverride', occurredAt: '2026-02-01' })
      .refuses('NOT_DEPLOYED');
  });
});

describe('a change of the system', () => {
  const changed = { type: 'ChangeSystem', data: { what: ['version'], version: '2' } } as const;
  test('is recorded before, in and after use, but not of a retired one', () => {
    given(registered).when(changed).then();
    given(...used)
      .when(changed)
      .then();
    given(...used, { type: 'SystemRetired', data: {} })
      .when(changed)
      .refuses('SYSTEM_RETIRED');
  });
  test('names a deployment that there is', () =>
    given(...used)
      .when({ ...changed, data: { ...changed.data, ...east } })
      .refuses('NOT_DEPLOYED', '/data/deployment'));
});

describe('the status of the system', () => {
  const places = (...statuses: Deployment['status'][]) =>
    statuses.map((status, i) => ({ deployment: ['main', 'east', 'west'][i]!, status }));
  test.each([
    [['suspended', 'piloted', 'in-use'], 'in-use'],
    [['suspended', 'piloted', 'stopped'], 'piloted'],
    [['suspended', 'stopped'], 'suspended'],
    [['stopped', 'stopped'], 'stopped'],
    [[], undefined],
  ] as const)('%j: %s', (statuses, status) => expect(statusOf(places(...statuses))).toBe(status));
  test('is that of main, if main has it', () => {
    expect(leading(places('in-use', 'in-use'))?.deployment).toBe('main');
    expect(leading(places('stopped', 'in-use', 'in-use'))?.deployment).toBe('east');
  });
  const all = ['registered', 'procured', 'piloted', 'in-use', 'suspended', 'stopped', 'retired'] as const;
  test.each(all)('corrected to %s, the deployments agree with it', (status) => {
    const kinds = ['in-use', 'piloted', 'suspended', 'stopped'] as const;
    const lists = [
      [],
      ...kinds.map((one) => places(one)),
      ...kinds.flatMap((one) => kinds.map((other) => places(one, other))),
    ];
    const expected = { registered: undefined, procured: undefined, retired: 'stopped' }[status as 'retired'];
    for (const list of lists) {
      const left = statusOf(withSystemStatus(list, status));
      if (status === 'retired' && list.length === 0) expect(left).toBeUndefined();
      else
        expect([list, left]).toEqual([list, status in { registered: 0, procured: 0, retired: 0 } ? expected : status]);
    }
  });
});
