import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import request from 'supertest';
import { formatVerifierKey, openLogKeys, rotateLogKey, verifyLog } from '#log';
import { createTestDatabase } from './setup/database.js';
import { openDemoRegister, openTestRegister, type TestRegister } from './setup/register.js';

// Two machines on one database, each with its own home.
let place: string;
let database: Awaited<ReturnType<typeof createTestDatabase>>;
let open: TestRegister[];

beforeEach(async () => {
  place = mkdtempSync(join(tmpdir(), 'vitrine-second-'));
  database = await createTestDatabase();
  open = [];
});
afterEach(async () => {
  for (const t of open) await t.close();
  await database.drop();
  rmSync(place, { recursive: true, force: true });
});

const logOf = (home: string) => ({
  keyFolder: join(place, home, 'keys'),
  places: {
    folder: join(place, home, 'public/log'),
    scratch: join(place, home, 'public/.scratch'),
    claims: join(place, home, 'log-claims'),
  },
});
const start = async (home: string, demo = false): Promise<TestRegister> => {
  const t = await (demo ? openDemoRegister : openTestRegister)({ database, log: logOf(home) });
  open.push(t);
  return t;
};
const stop = async (t: TestRegister) => {
  open = open.filter((other) => other !== t);
  await t.close();
};
const filesOf = (home: string) => verifyLog(async (path) => read(join(place, home, 'public/log', path)), { keys: [] });
const read = (path: string) => {
  try {
    return readFileSync(path);
  } catch {
    return undefined;
  }
};

test('a second machine signs no second log, and says whose it is', async () => {
  const first = await start('first', true);
  await first.published();
  const key = formatVerifierKey(openLogKeys(logOf('first').keyFolder, 'test.example/log').signers[0]!.verifier);
  const second = await start('second');
  const { body } = await request(second.server).get('/readyz').expect(503);
  expect(body).toMatchObject({
    status: 'log-refused',
    reason: expect.stringContaining('The key of the log is missing'),
  });
  expect(read(join(place, 'second/keys/log.key'))).toBeUndefined();
  await new Promise((resolve) => setTimeout(resolve, 500));
  expect((await filesOf('second')).checkpoint).toBeUndefined();
  // The first one continues to publish, also what the second one records.
  expect(await first.register.store.readLogKeys()).toEqual([key]);
  await first.published();
  expect((await request(first.server).get('/readyz').expect(200)).body).toMatchObject({ status: 'ok' });
});

test('one that has a key of its own signs nothing either', async () => {
  // Its home is that of another register with its own database.
  const other = await createTestDatabase();
  const elsewhere = await openDemoRegister({ database: other, log: logOf('second') });
  await elsewhere.published();
  await elsewhere.close();
  await other.drop();
  rmSync(join(place, 'second/public'), { recursive: true });

  const first = await start('first', true);
  await first.published();
  const second = await start('second');
  const { body } = await request(second.server).get('/readyz').expect(503);
  expect(body.reason).toContain(`is signed by ${(await first.register.store.readLogKeys())[0]}, as its database says`);
  expect((await filesOf('second')).checkpoint).toBeUndefined();
});

test('of two that begin at the same time one is the first', async () => {
  await Promise.all([start('first'), start('second')]);
  const refused = open.filter(({ register }) => register.state.log.refuses);
  expect(refused).toHaveLength(1);
  expect(await open[0]!.register.store.readLogKeys()).toHaveLength(1);
});

test('a key that follows the named one is named beside it; a moved home goes on', async () => {
  const first = await start('first', true);
  await first.published();
  await stop(first);
  cpSync(join(place, 'first'), join(place, 'moved'), { recursive: true });
  rotateLogKey(logOf('moved').keyFolder, 'test.example/log');
  const moved = await start('moved');
  await moved.published();
  expect(await moved.register.store.readLogKeys()).toHaveLength(2);
});

test('a register of before, whose database names no key yet, names its own', async () => {
  const first = await start('first', true);
  await first.published();
  await stop(first);
  const { default: pg } = await import('pg');
  const owner = new pg.Client(database.owner);
  await owner.connect();
  await owner.query('DELETE FROM vitrine.log_key');
  await owner.end();
  // A machine that has never published must not begin a second log meanwhile.
  const stranger = await start('second');
  expect(stranger.register.state.log).toMatchObject({ refuses: true, trouble: expect.stringContaining('is missing') });
  await stop(stranger);
  const again = await start('first');
  await again.published();
  expect(await again.register.store.readLogKeys()).toHaveLength(1);
});
