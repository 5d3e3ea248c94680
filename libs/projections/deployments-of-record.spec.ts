import { describe, expect, test } from '@jest/globals';
import { asSeen } from './deployments-of-record.js';
import type { SystemRecord } from './system-record.js';

// An older import of the Dutch listing took the date of the entry for that of what happened. Nothing else may lose its date by that.
describe('the date is that of the entry in the source', () => {
  const listed = {
    register: 'nl-algoritmeregister',
    id: '1',
    fields: { geregistreerd: '2025-02-20', toegevoegd: '2026-03-01' },
  };
  const seen = (
    source: object | undefined,
    type: 'DeploymentStarted' | 'SystemRetired',
    occurredAt: string,
    data: object,
  ) => asSeen({ source } as unknown as SystemRecord, { type, occurredAt, data } as never) as { seen?: boolean };

  test.each([
    ['of a start', 'DeploymentStarted', { stage: 'production' }],
    ['of a retirement', 'SystemRetired', { reason: 'unknown', dataDisposal: 'unknown' }],
  ] as const)('%s', (_, type, data) => {
    expect(seen(listed, type, '2025-02-20', data)).toEqual({ ...data, seen: true });
  });

  test.each<[string, object | undefined, 'DeploymentStarted' | 'SystemRetired', string, object]>([
    ['of another day', listed, 'DeploymentStarted', '2025-02-21', { stage: 'production' }],
    ['of the day on which it was first listed', listed, 'DeploymentStarted', '2026-03-01', { stage: 'production' }],
    [
      'where the event says since when',
      listed,
      'DeploymentStarted',
      '2025-02-20',
      { stage: 'production', from: '2019-03' },
    ],
    ['where the event says until when', listed, 'SystemRetired', '2025-02-20', { reason: 'cost', on: '2025-02-18' }],
    [
      'where the event says that it was not only seen',
      listed,
      'DeploymentStarted',
      '2025-02-20',
      { stage: 'production', seen: false },
    ],
    [
      'of another source',
      { ...listed, register: 'nl-standard' },
      'DeploymentStarted',
      '2025-02-20',
      { stage: 'production' },
    ],
    ['of no source', undefined, 'DeploymentStarted', '2025-02-20', { stage: 'production' }],
  ])('not %s', (_, source, type, occurredAt, data) => {
    expect(seen(source, type, occurredAt, data)).toEqual(data);
  });
});
