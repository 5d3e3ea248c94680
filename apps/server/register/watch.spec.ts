import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from '@jest/globals';
import { openEventStore } from '#event-store';
import { ownIntake, prepareReadModels } from '#projections';
import { createTestDatabase } from '../../../test/setup/database.js';
import { Watch } from './watch.js';

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
