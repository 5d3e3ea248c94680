import { describe, test } from '@jest/globals';
import { given, operatorAdmin } from './given.js';

const registered = { type: 'SystemRegistered', data: { name: { en: 'Camera' } } } as const;
const contract = { type: 'ContractAwarded', data: { lot: '1', value: { amount: '100000' } } } as const;
const inUse = { type: 'DeploymentStarted', data: { stage: 'production' }, occurredAt: '2025-02-01' } as const;
const suspended = { type: 'DeploymentSuspended', data: { cause: 'maintenance' }, occurredAt: '2025-03-01' } as const;
const retired = { type: 'SystemRetired', data: { reason: 'replaced' }, occurredAt: '2026-03-31' } as const;

const retract = (event: string, eventType: string) =>
  ({ type: 'RetractEvent', data: { event, eventType, reason: { en: 'Wrong.' } } }) as const;
const correct = (event: string, eventType: string, data: object, more: object = {}) =>
  ({
    type: 'CorrectEvent',
    data: { event, eventType, data, schemaVersion: 1, reason: { en: 'Wrong.' }, ...more },
  }) as const;
const retraction = (event: string, eventType: string) =>
  ({ type: 'EventRetracted', data: { event, eventType } }) as const;

describe('of an event', () => {
  test('any is corrected', () =>
    given(registered, contract)
      .when(correct('e1', 'ContractAwarded', { lot: '1', value: { amount: '10000' } }))
      .then());
  test('and retracted', () => given(registered, contract).when(retract('e1', 'ContractAwarded')).then());
  test('after retirement, too', () =>
    given(registered, contract, inUse, retired).when(retract('e1', 'ContractAwarded')).then());
  test('that is known', () =>
    given(registered, contract).when(retract('e7', 'ContractAwarded')).refuses('EVENT_UNKNOWN', '/data/event'));
  test('whose type is named', () =>
    given(registered, contract)
      .when(retract('e1', 'RecordConfirmed'))
      .refuses('EVENT_OF_OTHER_TYPE', '/data/eventType'));
  test('not of an erasure', () =>
    given(registered, { type: 'PayloadErased', data: {} })
      .when(retract('e1', 'PayloadErased'))
      .refuses('EVENT_NOT_CORRECTABLE', '/data/event'));
  test('no correction of a correction: the event itself is corrected again', () =>
    given(registered, contract, {
      type: 'EventCorrected',
      data: { event: 'e1', eventType: 'ContractAwarded', data: {} },
    })
      .when(correct('e2', 'EventCorrected', {}))
      .refuses('EVENT_NOT_CORRECTABLE', '/data/event'));
  test('a retraction is retracted', () =>
    given(registered, contract, retraction('e1', 'ContractAwarded')).when(retract('e2', 'EventRetracted')).then());
  test('not twice', () =>
    given(registered, contract, retraction('e1', 'ContractAwarded'))
      .when(retract('e1', 'ContractAwarded'))
      .refuses('ALREADY_RETRACTED', '/data/event'));
  test('of an unknown system', () => given().when(retract('e0', 'SystemRegistered')).refuses('SYSTEM_UNKNOWN'));
});

describe('what is right must have been acceptable at once', () => {
  test('the data by their rules, with the path at which they stand', () =>
    given(registered, contract)
      .when(correct('e1', 'ContractAwarded', { lot: '1', from: '2026-01-02', to: '2026-01-01' }))
      .refuses('PERIOD_REVERSED', '/data/data/to'));
  test('the time by its rules', () =>
    given(registered, contract)
      .when(correct('e1', 'ContractAwarded', contract.data, { occurredAt: '2999-01-01' }))
      .refuses('OCCURRED_IN_FUTURE', '/data/occurredAt'));
  test('in its place: a production that was corrected to a pilot may go into production', () =>
    given(registered, inUse)
      .when(correct('e1', 'DeploymentStarted', { stage: 'pilot' }))
      .then());
  test('no other event may depend on what is retracted', () =>
    given(registered, inUse, suspended)
      .when(retract('e1', 'DeploymentStarted'))
      .refuses('OTHER_EVENT_DEPENDS', '/data/event'));
  test('once that one is retracted, it may', () =>
    given(registered, inUse, suspended, retraction('e2', 'DeploymentSuspended'))
      .when(retract('e1', 'DeploymentStarted'))
      .then());
  test('what was refused today anyway does not depend', () =>
    given(registered, inUse, inUse).when(retract('e1', 'DeploymentStarted')).then());
  test('beside events that were forced into the log', () =>
    given(registered, contract, { type: 'OversightFiguresReported', data: { period: 7 } }, { type: 'Unknown' as never })
      .when(retract('e1', 'ContractAwarded'))
      .then());
  test('and a forced one itself', () =>
    given(
      registered,
      { type: 'SystemRetired', data: { on: 'soon' } },
      { type: 'RiskClassified', data: { annexIII: 3 } },
    )
      .when(retract('e1', 'SystemRetired'))
      .then());
  test('a registration while nothing else counts', () => {
    given(registered).when(retract('e0', 'SystemRegistered')).then();
    given(registered, contract).when(retract('e0', 'SystemRegistered')).refuses('OTHER_EVENT_DEPENDS');
    given(registered, contract, retraction('e1', 'ContractAwarded')).when(retract('e0', 'SystemRegistered')).then();
  });
  test('then the system can be registered again', () =>
    given(registered, retraction('e0', 'SystemRegistered'))
      .when({ type: 'RegisterSystem', data: registered.data })
      .then());
});

describe('rights', () => {
  const integrator = { organisation: 'urn:vitrine:org:local:city', role: 'integrator' } as const;
  const act = { type: 'HumanOverrideRecorded', data: {} } as const;
  test('who may record it may retract it', () =>
    given(registered, inUse, act).when(retract('e2', 'HumanOverrideRecorded'), { actor: integrator }).then());
  test('who may not record it may not retract it', () =>
    given(registered, contract).when(retract('e1', 'ContractAwarded'), { actor: integrator }).refuses('ROLE_MAY_NOT'));
  test('only the operator takes a transfer back', () => {
    const moved = { type: 'SystemDescribed', data: { transferTo: 'urn:vitrine:org:local:city' } } as const;
    given(registered, moved).when(retract('e1', 'SystemDescribed')).refuses('ROLE_MAY_NOT');
    given(registered, moved).when(retract('e1', 'SystemDescribed'), { actor: operatorAdmin }).then();
  });
  test('nor undoes that another way', () => {
    const to = { transferTo: 'urn:vitrine:org:local:city' };
    const moved = { type: 'SystemDescribed', data: to } as const;
    given(registered, moved, retraction('e1', 'SystemDescribed'))
      .when(retract('e2', 'EventRetracted'))
      .refuses('ROLE_MAY_NOT');
    const corrected = {
      type: 'EventCorrected',
      data: { event: 'e1', eventType: 'SystemDescribed', data: to },
    } as const;
    const described = { type: 'SystemDescribed', data: { set: {} } } as const;
    given(registered, described, corrected).when(retract('e1', 'SystemDescribed')).refuses('ROLE_MAY_NOT');
    given(registered, described, corrected).when(retract('e2', 'EventCorrected')).refuses('ROLE_MAY_NOT');
    given(registered, described).when(retract('e1', 'SystemDescribed')).then();
  });
  test('of an organisation, its administrator corrects a new name, the operator the registration', () => {
    const organisation = { type: 'OrganisationRegistered', data: {} } as const;
    const renamed = { type: 'OrganisationRenamed', data: { names: { en: 'X' } } } as const;
    const own = { organisation: 'urn:vitrine:org:local:city', role: 'administrator' } as const;
    const wish = { ...retract('e1', 'OrganisationRenamed'), system: '' };
    given(organisation, renamed).when(wish, { actor: own }).then();
    given(organisation, renamed)
      .when({ ...retract('e0', 'OrganisationRegistered'), system: '' }, { actor: own })
      .refuses('ROLE_MAY_NOT');
  });
});
