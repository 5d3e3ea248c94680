import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from '@jest/globals';
import { openEventStore } from '#event-store';
import { ownIntake, prepareReadModels } from '#projections';
import { createTestDatabase } from '../../../test/setup/database.js';
import { Watch } from './watch.js';

test('a log that waits behind the events stands still; one that has them all does not', async () => {
  const database = await createTestDatabase();
  const store = await openEventStore(database, 'test.example');
  await prepareReadModels(database, ownIntake(store));
  const event = {
    organisation: 'urn:vitrine:org:local:city',
    type: 'OrganisationRegistered',
    schemaVersion: 1,
  } as const;
  const actor = { organisation: 'urn:vitrine:register', role: 'administrator' } as const;
  await store.append({
    stream: event.organisation,
    expectedVersion: 'none',
    events: [{ ...event, occurredAt: '2026-01-01', actor, data: { names: { en: 'City' } } }],
  });
  let size = 0;
  const nothing = { onSeen: () => undefined, writeTrouble: () => undefined };
  const watch = new Watch(database, { ...nothing, readSigned: async () => size });
  const blind = new Watch(database, nothing);
  try {
    await watch.look();
    await sleep(700);
    const waiting = (await watch.look())!;
    expect([waiting.signed, waiting.logStandsStill >= 300]).toEqual([0, true]);
    size = 1;
    await sleep(400);
    const whole = (await watch.look())!;
    expect([whole.signed, whole.logStandsStill < 300]).toEqual([1, true]);
    expect(await blind.look()).toMatchObject({ signed: undefined, logStandsStill: 0 });
  } finally {
    await watch.close();
    await blind.close();
    await store.close();
    await database.drop();
  }
});

test('a disk that is a little slow is waited for; of one that hangs, the last size is told', async () => {
  const database = await createTestDatabase();
  const store = await openEventStore(database, 'test.example');
  await prepareReadModels(database, ownIntake(store));
  let milliseconds = 200;
  let size = 5;
  const watch = new Watch(database, {
    onSeen: () => undefined,
    writeTrouble: () => undefined,
    readSigned: async () => {
      await sleep(milliseconds);
      return size;
    },
  });
  try {
    expect((await watch.look())!.signed).toBe(5);
    [milliseconds, size] = [2500, 6];
    await sleep(400);
    expect((await watch.look())!.signed).toBe(5);
  } finally {
    await sleep(milliseconds);
    await watch.close();
    await store.close();
    await database.drop();
  }
});
