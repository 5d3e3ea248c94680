import { describe, expect, test } from '@jest/globals';
import type { DomainEvent, EventType } from './command.js';
import { effectiveFrom, inOrderOfEffect, readWords, settle } from './facts.js';

const event = (id: string, type: EventType, data: object = {}, occurredAt = '2025-01-01', erased = false) =>
  ({ id, type, occurredAt, organisation: 'urn:vitrine:org:local:city', data, erased }) as DomainEvent;
const contract = (id: string, amount: string) => event(id, 'ContractAwarded', { value: { amount } });
const correct = (id: string, about: string, data: object = {}, more: object = {}) =>
  event(id, 'EventCorrected', { event: about, eventType: 'ContractAwarded', data, ...more }, '2026-01-01');
const retract = (id: string, about: string, eventType: EventType = 'ContractAwarded') =>
  event(id, 'EventRetracted', { event: about, eventType }, '2026-01-01');
/** What is said in the end: id and amount, or only the id. */
const said = (events: DomainEvent[]) =>
  settle(events).map(({ event: { id, data } }) => {
    const { value } = data as { value?: { amount: string } };
    return value ? `${id} ${value.amount}` : id;
  });

describe('the last word counts', () => {
  const wrong = contract('a', '100000');
  const right = { value: { amount: '10000' } };
  const cases: [string, DomainEvent[], string[]][] = [
    ['nothing was said', [wrong], ['a 100000']],
    ['corrected', [wrong, correct('b', 'a', right)], ['a 10000', 'b']],
    [
      'corrected twice',
      [wrong, correct('b', 'a', { value: { amount: '1' } }), correct('c', 'a', right)],
      ['a 10000', 'b', 'c'],
    ],
    ['retracted', [wrong, retract('b', 'a')], ['b']],
    ['retracted, then corrected', [wrong, retract('b', 'a'), correct('c', 'a', right)], ['a 10000', 'b', 'c']],
    ['corrected, then retracted', [wrong, correct('b', 'a', right), retract('c', 'a')], ['b', 'c']],
    [
      'its correction retracted',
      [wrong, correct('b', 'a', right), retract('c', 'b', 'EventCorrected')],
      ['a 100000', 'c'],
    ],
    ['its retraction retracted', [wrong, retract('b', 'a'), retract('c', 'b', 'EventRetracted')], ['a 100000', 'c']],
    [
      'the retraction of its retraction retracted',
      [wrong, retract('b', 'a'), retract('c', 'b', 'EventRetracted'), retract('d', 'c', 'EventRetracted')],
      ['b', 'd'],
    ],
    ['another is corrected', [wrong, contract('x', '5'), correct('b', 'x', right)], ['a 100000', 'x 10000', 'b']],
    [
      'the word is about an event of another type',
      [event('a', 'RecordConfirmed'), correct('b', 'a', right)],
      ['a', 'b'],
    ],
    ['the word is about nothing', [wrong, correct('b', 'nothing', right)], ['a 100000', 'b']],
    [
      'the correction was erased: what is right is unknown',
      [
        wrong,
        event('b', 'EventCorrected', {}, '2026-01-01', true),
        event('c', 'PayloadErased', { event: 'b', part: 'content', corrects: 'a' }),
      ],
      ['a', 'b', 'c'],
    ],
  ];
  test.each(cases)('%s', (_, events, expected) => expect(said(events)).toEqual(expected));

  test('an erasure that was recorded later says what an erased correction was about', () => {
    const erased = event('b', 'EventCorrected', {}, '2026-01-01', true);
    const later = event('c', 'PayloadErased', { event: 'b', part: 'content', corrects: 'a' });
    expect(settle([wrong, erased], [later])[0]!.event).toMatchObject({ id: 'a', data: {}, erased: true });
  });

  test('a correction brings its own contact, or none', () => {
    const described = event('a', 'SystemDescribed', { set: {}, contact: { email: 'old@city.example' } });
    const by = (more: object) =>
      settle([
        described,
        event('b', 'EventCorrected', { event: 'a', eventType: 'SystemDescribed', data: {}, ...more }),
      ])[0]!.event.data;
    expect(by({})).toEqual({});
    expect(by({ contact: { email: 'new@city.example' } })).toEqual({ contact: { email: 'new@city.example' } });
  });

  test('the words about each event are known, without those that were retracted', () => {
    const { on } = readWords([
      correct('b', 'a'),
      retract('c', 'a'),
      retract('d', 'c', 'EventRetracted'),
      correct('e', 'x'),
    ]);
    expect([...on].map(([id, words]) => [id, words.map((word) => word.id)])).toEqual([
      ['a', ['b']],
      ['c', ['d']],
      ['x', ['e']],
    ]);
  });
});

describe('an event counts from', () => {
  test.each([
    ['ContractAwarded', {}, '2025-01-01'],
    ['RecordCorrected', { since: '2023-02-03' }, '2023-02-03'],
    ['DeploymentStarted', { stage: 'pilot' }, '2025-01-01'],
    ['DeploymentStarted', { from: '2021' }, '2021-01-01'],
    ['DeploymentStarted', { from: '2021-03' }, '2021-03-01'],
    ['DeploymentStarted', { from: '2021-03-15' }, '2021-03-15'],
    ['SystemRetired', {}, '2025-01-01'],
    ['SystemRetired', { on: '2024-12-31' }, '2025-01-01'],
    ['SystemRetired', { on: '2024-02-28' }, '2024-02-29'],
    ['SystemRetired', { on: '2024-11' }, '2024-12-01'],
    ['SystemRetired', { on: '2023' }, '2024-01-01'],
    // The event itself says more than the year that it lies in.
    ['SystemRetired', { on: '2025' }, '2025-01-01'],
    ['SystemRetired', { on: '2025-01' }, '2025-01-01'],
  ] as const)('%s %j: %s', (type, data, from) => expect(effectiveFrom(event('a', type, data))).toBe(from));

  test('a corrected event from its right day; the correction with it', () => {
    const moved = correct('b', 'a', {}, { occurredAt: '2024-05-01' });
    expect(settle([contract('a', '1'), moved]).map(({ from }) => from)).toEqual(['2024-05-01', '2024-05-01']);
    expect(settle([contract('a', '1'), moved, retract('c', 'b', 'EventCorrected')]).map(({ from }) => from)).toEqual([
      '2025-01-01',
      '2025-01-01',
    ]);
  });

  test('a correction that names no time leaves it as it was corrected before', () => {
    const moved = correct('b', 'a', {}, { occurredAt: '2024-05-01' });
    const [fact] = settle([contract('a', '1'), moved, correct('c', 'a', { value: { amount: '2' } })]);
    expect([fact!.from, fact!.event.data]).toEqual(['2024-05-01', { value: { amount: '2' } }]);
  });

  test('what is no date is not read', () => {
    for (const odd of ['soon', 7, null, '2024-13', '2024-02-30', {}])
      for (const data of [{ from: odd }, { on: odd }])
        for (const type of ['DeploymentStarted', 'SystemRetired'] as const)
          expect([odd, effectiveFrom(event('a', type, data))]).toEqual([odd, '2025-01-01']);
  });

  test('the order of effect keeps the order of recording within a moment', () => {
    const facts = settle([
      event('a', 'RecordConfirmed', {}, '2025-01-02'),
      event('b', 'RecordConfirmed', {}, '2025-01-01'),
      event('c', 'RecordConfirmed', {}, '2025-01-02T00:00:00Z'),
    ]);
    expect(inOrderOfEffect(facts).map((fact) => fact.event.id)).toEqual(['b', 'a', 'c']);
  });
});

test('of two corrections of the record, the later holds from its own day on', () => {
  const name = (id: string, en: string, since: string) =>
    event(id, 'RecordCorrected', { since, set: { name: { en }, purpose: { en } } }, since);
  const later = event('c', 'RecordCorrected', { since: '2021-01-01', set: { name: { en: 'C' } } });
  const facts = inOrderOfEffect(settle([name('b', 'B', '2022-01-01'), later]));
  expect(facts.map((fact) => [fact.event.id, (fact.event.data as { set: object }).set])).toEqual([
    ['c', { name: { en: 'C' } }],
    ['b', { purpose: { en: 'B' } }],
  ]);
  const earlier = settle([
    name('b', 'B', '2022-01-01'),
    event('c', 'RecordCorrected', { since: '2023-01-01', set: { name: { en: 'C' } } }),
  ]);
  expect(earlier[0]!.event.data).toMatchObject({ set: { name: { en: 'B' } } });
});
