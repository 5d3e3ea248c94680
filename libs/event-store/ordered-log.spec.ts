import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from '@jest/globals';
import { createTestDatabase } from '../../test/setup/database.js';
import { hasNats, openNats, startNats } from '../../test/setup/nats.js';
import { describeEventStore } from './contract.js';
import { openEventStore } from './event-store.js';
import { openOrderedLog } from './ordered-log.js';

// biome-ignore lint/suspicious/noSkippedTests: counted as skipped where there is no nats-server.
if (!hasNats()) test.skip('the contract on three nodes of NATS: install nats-server', () => undefined);
else
  describeEventStore('three nodes of NATS JetStream', async () => {
    const place = mkdtempSync(join(tmpdir(), 'vitrine-nats-'));
    const cluster = await startNats(place);
    const database = await createTestDatabase();
    const log = await openNats(cluster.urls, 'contract');
    const store = await openEventStore(database, 'test.example', { openStorage: openOrderedLog(database, log) });
    return {
      store,
      close: async () => {
        await store.close();
        await database.drop();
        await cluster.stop();
        rmSync(place, { recursive: true, force: true });
      },
    };
  });
