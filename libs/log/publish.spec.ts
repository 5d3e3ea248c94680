import { execFileSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import pg from 'pg';
import { type Append, type EventStore, openEventStore, openPool } from '#event-store';
import { createTestDatabase } from '../../test/setup/database.js';
import { claim, claimBeginning } from './claims.js';
import { compareWithLog } from './compare.js';
import { type LogPlaces, logFilesIn } from './files.js';
import { keepPublishing, type LogState } from './keep-publishing.js';
import { singleKey } from './key-files.js';
import { type SignerKey, signerFromSeed } from './note.js';
import { createPublisher } from './publish.js';
import { restoreEvents } from './restore.js';
import { followSuccessions, formatSuccession } from './succession.js';
import { formatBundle } from './tiles.js';
import { type VerifyOptions, verifyLog } from './verify.js';

const signer = signerFromSeed('test.example/log', Buffer.alloc(32, 5));
const organisation = 'urn:vitrine:org:local:test';

let home: string;
let database: Awaited<ReturnType<typeof createTestDatabase>>;
let store: EventStore;

beforeEach(async () => {
  counter = 0;
  home = mkdtempSync(join(tmpdir(), 'vitrine-log-'));
  database = await createTestDatabase();
  store = await openEventStore(database, 'test.example');
  await claimBeginning(places().claims, signer.verifier.name);
});
afterEach(async () => {
  await store.close();
  await database.drop();
  rmSync(home, { recursive: true, force: true });
});

const places = (name = 'log'): LogPlaces => ({
  folder: join(home, name),
  scratch: join(home, 'scratch'),
  claims: join(home, 'claims'),
});
const readFrom = logFilesIn;
const verify = (folder = places().folder, options: Partial<VerifyOptions> = {}) =>
  verifyLog(readFrom(folder), { keys: [signer.verifier], ...options });
const filesIn = (folder: string) =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));

let counter = 0;
function event(i: number): Append['events'][number] {
  const system = `urn:vitrine:sys:test:s${i % 7}`;
  const data = {
    name: { en: `System ${i}` },
    ...(i % 5 === 0 ? { contact: { email: `secret-${i}@test.example` } } : {}),
  };
  const actor = { organisation, role: 'editor' } as const;
  return { organisation, system, type: 'SystemDescribed', schemaVersion: 1, occurredAt: '2026-01-01', actor, data };
}

/** Adds events until the log has `size`. */
async function fill(to: EventStore, size: number): Promise<void> {
  const there = (await to.head()) + 1;
  const events = Array.from({ length: size - there }, () => event(counter++));
  for (let from = 0; from < events.length; from += 1000)
    await to.appendAll(
      events.slice(from, from + 1000).map((one) => ({ stream: one.system!, expectedVersion: 'any', events: [one] })),
    );
}

test.each([0, 1, 2, 255, 256, 257, 511, 512, 600])('a log of %i entries is published and verifies', async (size) => {
  await fill(store, size);
  expect(await createPublisher(store, singleKey(signer), places()).publish()).toMatchObject({ size });
  const result = await verify();
  expect(result).toMatchObject({ events: size, erased: [], faults: [], notMade: [] });
  expect(await createPublisher(store, singleKey(signer), places()).publish()).toBeUndefined();
});

test('it grows in steps, each continuing what was seen before, and leads to the same files as in one go', async () => {
  const publisher = createPublisher(store, singleKey(signer), places());
  let seen: VerifyOptions['seen'];
  for (const size of [3, 256, 300, 512, 700]) {
    await fill(store, size);
    const checkpoint = await publisher.publish();
    const result = await verify(places().folder, seen ? { seen } : {});
    expect(result).toMatchObject({ events: size, faults: [] });
    seen = checkpoint;
  }
  const again = { ...places('again'), claims: join(home, 'other claims') };
  await claimBeginning(again.claims, signer.verifier.name);
  expect((await createPublisher(store, singleKey(signer), again).publish())?.root).toEqual(seen!.root);
  expect(readFileSync(join(again.folder, 'checkpoint'))).toEqual(readFileSync(join(places().folder, 'checkpoint')));
});

test('of two workers on one database and folder exactly one publishes, and the other takes over', async () => {
  const pool = openPool(database, { max: 2 });
  const other = await openEventStore(database, 'test.example');
  let [atOnce, most] = [0, 0];
  const worker = (own: EventStore) => {
    const publisher = createPublisher(own, singleKey(signer), places());
    const stop = new AbortController();
    const publish = async () => {
      most = Math.max(most, ++atOnce);
      return publisher.publish().finally(() => atOnce--);
    };
    const state: LogState = { refuses: false, forked: false };
    const troubles: string[] = [];
    const report = (change: LogState) => {
      if (change.trouble) troubles.push(change.trouble);
      Object.assign(state, change);
    };
    const done = keepPublishing(own, pool, () => ({ ...publisher, publish }), stop.signal, report);
    const end = () => {
      stop.abort();
      return done;
    };
    return { state, troubles, stop: end };
  };
  const workers = [worker(store), worker(other)];
  const published = async (size: number) => {
    while (!workers.some(({ state }) => state.signed === size)) await sleep(20);
    expect((await verify()).checkpoint!.size).toBe(size);
  };
  try {
    for (const size of [100, 300, 400]) {
      await fill(store, size);
      await published(size);
    }
    const holder = workers.findIndex(({ state }) => state.signed === 400);
    await workers[holder]!.stop();
    await fill(store, 500);
    await published(500);
    expect(workers[1 - holder]!.state.signed).toBe(500);
  } finally {
    await Promise.all(workers.map(({ stop }) => stop()));
    await other.close();
    await pool.end();
  }
  expect([most, workers.flatMap(({ troubles }) => troubles)]).toEqual([1, []]);
  expect(await verify()).toMatchObject({ faults: [], events: 500 });
});

test('partial tiles stay until the full one was there for a while; one that does not fit is found', async () => {
  const publisher = createPublisher(store, singleKey(signer), places());
  for (const size of [3, 100, 300, 310]) {
    await fill(store, size);
    await publisher.publish();
  }
  const { folder } = places();
  const partial = join(folder, 'tile/0/000.p/100');
  const check = async () => (await verify(folder, { folder })).faults.map(({ where }) => where);
  expect(await check()).toEqual([]);
  const bytes = readFileSync(partial);
  bytes[77] = bytes[77]! ^ 1;
  writeFileSync(partial, bytes);
  expect(await check()).toEqual(['tile/0/000.p/100']);
  expect(await publisher.sweep(60_000)).toBe(0);
  expect(await publisher.sweep(-1)).toBe(2);
  expect(existsSync(partial)).toBe(false);
  expect(existsSync(join(folder, 'tile/0/001.p/44'))).toBe(true);
  expect(await check()).toEqual([]);
});

test('a new key signs the same checkpoint beside the old one, then alone; a reader of the old one is led on', async () => {
  await fill(store, 300);
  const next = signerFromSeed('test.example/log', Buffer.alloc(32, 6));
  const known = [signer.verifier, next.verifier];
  const successions = [{ from: signer.verifier.id, note: formatSuccession(signer, next) }];
  await createPublisher(store, singleKey(signer), places()).publish();
  const publish = (signers: SignerKey[]) => createPublisher(store, { signers, known, successions }, places()).publish();
  expect(await publish([next, signer])).toMatchObject({ size: 300 });
  expect(await publish([next, signer])).toBeUndefined();
  expect((await verify(places().folder)).signedBy).toEqual([signer.verifier]);
  expect(await publish([next])).toMatchObject({ size: 300 });
  expect((await verify(places().folder)).faults[0]?.what).toBe('The note is not signed by a known key.');
  const keys = await followSuccessions(readFrom(places().folder), signer.verifier);
  expect(await verify(places().folder, { keys })).toMatchObject({ faults: [], signedBy: [next.verifier] });
});

describe('what was changed is found and named:', () => {
  let copy: string;
  beforeEach(async () => {
    await fill(store, 300);
    await createPublisher(store, singleKey(signer), places()).publish();
    copy = join(home, 'copy');
    cpSync(places().folder, copy, { recursive: true });
  });

  // A folder from a stranger must neither hang a reader nor exhaust its memory.
  test.each<[string, (file: string) => void]>([
    ['a pipe', (file) => execFileSync('mkfifo', [file])],
    ['a device without end', (file) => symlinkSync('/dev/zero', file)],
    [
      'a link to a pipe',
      (file) => {
        execFileSync('mkfifo', [`${file}.pipe`]);
        symlinkSync(`${file}.pipe`, file);
      },
    ],
    ['a folder', (file) => mkdirSync(file)],
    [
      'a file of 8 GB',
      (file) => {
        writeFileSync(file, '');
        truncateSync(file, 8e9);
      },
    ],
  ])('%s in the place of any file', async (_, put) => {
    for (const file of filesIn(copy).filter((one) => !one.includes('/key/'))) {
      const aside = `${file}.aside`;
      renameSync(file, aside);
      put(file);
      const { faults } = await verify(copy, { folder: copy });
      expect(faults.map(({ what }) => what)).toContainEqual(expect.stringContaining(`${file} `));
      rmSync(file, { recursive: true });
      renameSync(aside, file);
    }
    expect((await verify(copy)).faultCount).toBe(0);
  });

  test('a folder that leads back to itself', async () => {
    for (const name of ['x000', 'x001', 'x002']) symlinkSync('.', join(copy, 'tile/0', name));
    expect((await verify(copy, { folder: copy })).faultCount).toBe(0);
  });

  test('every byte that is flipped, in every file', async () => {
    for (const file of filesIn(copy)) {
      const bytes = readFileSync(file);
      for (let i = 0; i < 12; i++) {
        const at = Math.floor((bytes.length * i) / 12);
        const changed = Buffer.from(bytes);
        changed[at] = changed[at]! ^ 1;
        writeFileSync(file, changed);
        const { faultCount } = await verify(copy);
        expect([file, at, faultCount > 0]).toEqual([file, at, true]);
      }
      writeFileSync(file, bytes);
    }
    expect(await verify(copy)).toMatchObject({ faults: [] });
  });

  test('every file that is missing', async () => {
    for (const file of filesIn(copy)) {
      const bytes = readFileSync(file);
      rmSync(file);
      expect([file, (await verify(copy)).faultCount > 0]).toEqual([file, true]);
      writeFileSync(file, bytes);
    }
  });

  test('every file that is longer than it should be', async () => {
    const foreign = `{"index":999999,"part":"contact","salt":"${'0'.repeat(64)}","payload":{}}\n`;
    for (const file of filesIn(copy)) {
      const bytes = readFileSync(file);
      const [entry] = file.includes('/entries/') ? [formatBundle([Buffer.from('{}')])] : [];
      const more = file.includes('/payload/') ? Buffer.from(foreign) : (entry ?? Buffer.alloc(32));
      writeFileSync(file, Buffer.concat([bytes, more]));
      expect([file, (await verify(copy)).faultCount > 0]).toEqual([file, true]);
      writeFileSync(file, bytes);
    }
  });

  test('a fork whose server answers for the history that was seen, once it is asked for it', async () => {
    const seen = (await verify(copy)).checkpoint!;
    const forked = await createTestDatabase();
    const other = await openEventStore(forked, 'test.example');
    const where = { ...places('fork'), claims: join(home, 'fork claims') };
    await claimBeginning(where.claims, signer.verifier.name);
    await fill(other, 400);
    await createPublisher(other, singleKey(signer), where).publish();
    await other.close();
    await forked.drop();
    const asked = new Set<string>();
    const twoFaced = async (path: string) => {
      const again = path.startsWith('tile/') && asked.has(path);
      asked.add(path);
      return (again ? await readFrom(copy)(path) : undefined) ?? readFrom(where.folder)(path);
    };
    expect((await verifyLog(twoFaced, { keys: [signer.verifier] })).faults).toEqual([]);
    asked.clear();
    expect((await verifyLog(twoFaced, { keys: [signer.verifier], seen })).faults).toEqual([
      { where: 'checkpoint', what: 'The first 300 entries are not those that were there when the log was last seen.' },
    ]);
  });

  test('an older log than the one seen', async () => {
    const seen = (await verify(copy)).checkpoint!;
    const old = { ...places('old'), claims: join(home, 'no claims') };
    await fill(store, 310);
    await createPublisher(store, singleKey(signer), places()).publish();
    expect(await verify(places().folder, { seen })).toMatchObject({ faults: [] });
    const newer = (await verify()).checkpoint!;
    expect((await verify(copy, { seen: newer })).faults).toEqual([
      { where: 'checkpoint', what: 'The log had 310 entries when it was last seen and has 300 now.' },
    ]);
    expect(existsSync(old.folder)).toBe(false);
  });

  test('an unknown key, and no key at all', async () => {
    const stranger = signerFromSeed('test.example/log', Buffer.alloc(32, 6)).verifier;
    expect((await verify(copy, { keys: [stranger] })).faults[0]?.what).toBe('The note is not signed by a known key.');
    const { faults, notMade } = await verify(copy, { keys: [] });
    expect([faults, notMade.length]).toEqual([[], 1]);
  });
});

describe('nothing is signed', () => {
  let other: Awaited<ReturnType<typeof createTestDatabase>>;
  let restored: EventStore;
  beforeEach(async () => {
    await fill(store, 300);
    await createPublisher(store, singleKey(signer), places()).publish();
    other = await createTestDatabase();
    restored = await openEventStore(other, 'test.example');
  });
  afterEach(async () => {
    await restored.close();
    await other.drop();
  });
  const refusal = async (from: EventStore, where = places()) => {
    const before = readFileSync(join(places().folder, 'checkpoint'));
    const message = await createPublisher(from, singleKey(signer), where)
      .publish()
      .then(String, (error: { code: string; message: string }) => `${error.code}: ${error.message}`);
    expect(readFileSync(join(places().folder, 'checkpoint'))).toEqual(before);
    return message;
  };

  test('when the database is behind what was signed', async () => {
    await fill(restored, 250);
    expect(await refusal(restored)).toContain(
      'LOG_FORKED: The database ends at event 249, but a checkpoint of 300 events is signed.',
    );
  });

  test('when it has other events, even more of them', async () => {
    await fill(restored, 400);
    expect(await refusal(restored)).toMatch(/^LOG_FORKED: Event \d+ of the database is not the one that was published/);
  });

  test('when the public folder is lost and the database is another', async () => {
    await fill(restored, 400);
    const empty = { ...places(), folder: join(home, 'empty') };
    expect(await refusal(restored, empty)).toContain(
      'LOG_FORKED: A checkpoint of size 300 with another root was signed',
    );
    expect(existsSync(join(empty.folder, 'checkpoint'))).toBe(false);
  });

  test('but a lost public folder comes back from the right database', async () => {
    await fill(store, 310);
    const again = { ...places(), folder: join(home, 'again') };
    const publisher = createPublisher(store, singleKey(signer), again);
    expect((await publisher.publish())?.size).toBe(300);
    expect((await publisher.publish())?.size).toBe(310);
    expect(await verify(again.folder)).toMatchObject({ faults: [], events: 310 });
  });

  test('when the key is here and nothing says what it signed before', async () => {
    const nowhere = { ...places('nowhere'), claims: join(home, 'no claims') };
    expect(await refusal(store, nowhere)).toContain('LOG_FORKED: The key of the log is here, but nothing says');
  });

  test('when another process claims a smaller size and has put its own tiles in place', async () => {
    // Two databases, one folder: tiles of the other must not vouch for its claim.
    const publisher = createPublisher(store, singleKey(signer), places());
    await fill(store, 600);
    const rival = { origin: 'test.example/log', size: 400, root: Buffer.alloc(32, 7) };
    await claim(places().claims, rival);
    await expect(publisher.publish()).rejects.toThrow(/are not those for which a checkpoint was claimed|another root/);
  });

  test('of events that the database has lost, but for the checkpoint that was claimed when the process ended', async () => {
    const publisher = createPublisher(store, singleKey(signer), places());
    await fill(store, 300);
    await publisher.publish();
    const before = readFileSync(join(places().folder, 'checkpoint'));
    await fill(store, 340);
    const whole = (await publisher.publish())!;
    // The state in between: all files are there, the size is claimed, the checkpoint is the earlier one.
    writeFileSync(join(places().folder, 'checkpoint'), before);
    const other = await createTestDatabase();
    const older = await openEventStore(other, 'test.example');
    counter = 0;
    await fill(older, 310);
    await expect(createPublisher(older, singleKey(signer), places()).publish()).rejects.toThrow(
      'The database ends at event 309',
    );
    expect((await verify()).checkpoint).toEqual(whole);
    expect((await verify()).faults).toEqual([]);
    // Tiles that do not lead to the claim are not signed.
    writeFileSync(join(places().folder, 'checkpoint'), before);
    writeFileSync(join(places().folder, 'tile/1/000.p/1'), Buffer.alloc(32, 1));
    await expect(createPublisher(older, singleKey(signer), places()).publish()).rejects.toThrow(
      'The database ends at event 309',
    );
    expect(readFileSync(join(places().folder, 'checkpoint'))).toEqual(before);
    await older.close();
    await other.drop();
  });

  test('when this process may not publish any more', async () => {
    await fill(store, 301);
    const gone = async () => Promise.reject(new Error('the lock is gone'));
    const publisher = createPublisher(store, singleKey(signer), places(), gone);
    await expect(publisher.publish()).rejects.toThrow('the lock is gone');
    expect((await verify()).events).toBe(300);
  });

  test('when the published tiles were damaged', async () => {
    const tile = join(places().folder, 'tile/1/000.p/1');
    writeFileSync(tile, Buffer.alloc(32));
    await fill(store, 301);
    expect(await refusal(store)).toContain('ROOT_DIFFERS');
  });
});

test('after an erasure the log verifies, says so, and holds the content nowhere', async () => {
  await fill(store, 270);
  const publisher = createPublisher(store, singleKey(signer), places());
  await publisher.publish();
  const [target] = (await store.readAll(-1, 1)).concat(await store.readAll(4, 1)).slice(-1);
  expect(target?.payload.map(({ part }) => part)).toContain('contact');
  const { commitment } = target!.envelope.parts.find(({ role }) => role === 'contact')!;
  const erased: Append['events'][number] = {
    ...event(1),
    system: target!.envelope.system!,
    type: 'PayloadErased',
    data: { event: target!.envelope.id, part: 'contact', commitment, legalBasis: 'gdpr-17' },
  };
  const held = () => filesIn(home).filter((file) => readFileSync(file).includes(`secret-${secret}@`));
  const secret = /secret-(\d+)@/.exec(JSON.stringify(target!.data))![1];
  expect(held()).toHaveLength(1);
  const append: Append = { stream: target!.stream, expectedVersion: 'any', events: [erased] };
  await store.appendAll([append], [{ position: target!.position, part: 'contact' }]);
  await publisher.publish();
  expect(held()).toEqual([]);
  expect(await verify()).toMatchObject({
    faults: [],
    erased: [{ index: target!.position, part: 'contact', by: 270 }],
  });
});

describe('a database that differs from its published log is found out:', () => {
  beforeEach(async () => {
    await fill(store, 300);
    await createPublisher(store, singleKey(signer), places()).publish();
  });
  const compare = async (sql: string) => {
    const client = new pg.Client(database.owner);
    await client.connect();
    await client.query(`ALTER TABLE vitrine.event DISABLE TRIGGER ALL; ${sql}`);
    await client.end();
    return (await compareWithLog(store, readFrom(places().folder), 300)).faults.map(
      ({ where, what }) => `${where}: ${what}`,
    );
  };
  const move = (from: number, to: number) => `UPDATE vitrine.event SET position = ${to} WHERE position = ${from};`;
  const shift = (from: number, by: number) =>
    `UPDATE vitrine.event SET position = -position - 1000 WHERE position >= ${from};
     UPDATE vitrine.event SET position = -position - 1000 + ${by} WHERE position < 0;`;
  const add = (copied: number, at: number, envelope: string) =>
    `INSERT INTO vitrine.event SELECT ${at}, gen_random_uuid(), 'x${at}', 0, NULL, ${envelope} FROM vitrine.event WHERE position = ${copied};`;

  test('nothing', async () => expect(await compare('')).toEqual([]));
  test.each([0, 1, 255, 256, 257, 290, 299])(
    'nothing in its first %d events, of which the log has more',
    async (size) => {
      const { faults } = await compareWithLog(store, readFrom(places().folder), size, undefined, 300);
      expect(faults).toEqual([]);
    },
  );
  test.each([1, 256, 290])('a database that ends after %d events is filled from it', async (size) => {
    await compare(`ALTER TABLE vitrine.payload DISABLE TRIGGER ALL; DELETE FROM vitrine.payload WHERE position >= ${size};
      DELETE FROM vitrine.event WHERE position >= ${size};`);
    expect(await restoreEvents(database, store, readFrom(places().folder), 300)).toBe(300 - size);
    expect(await compare('')).toEqual([]);
  });
  test('a row with another stream than its envelope', async () => {
    expect(await compare(`UPDATE vitrine.event SET stream = 'urn:vitrine:sys:test:other' WHERE position = 8;`)).toEqual(
      ['database, event 8: Its row says another id, stream or version than its envelope.'],
    );
  });
  test('a changed, a lost and a foreign payload', async () => {
    const triggers = 'ALTER TABLE vitrine.payload DISABLE TRIGGER ALL;';
    const found =
      await compare(`${triggers} UPDATE vitrine.payload SET body = replace(body, 'System', 'Sistem') WHERE position = 3;
      DELETE FROM vitrine.payload WHERE position = 4; INSERT INTO vitrine.payload VALUES (6, 'contact', sha256('x'), '{}');`);
    expect(found.sort()).toEqual([
      'database, event 3: Its payload (content) is not the one to which the entry commits.',
      'database, event 4: Its payload (content) is missing, and no event says that it was erased.',
      'database: A payload belongs to no entry (6 contact).',
    ]);
  });
  test('a swapped pair', async () => {
    expect(await compare(move(7, -1) + move(9, 7) + move(-1, 9))).toEqual([
      'database, event 7: It was moved: the log has it as entry 9.',
      'database, event 9: It was moved: the log has it as entry 7.',
    ]);
  });
  test('a dropped event', async () => {
    expect(await compare('DELETE FROM vitrine.event WHERE position = 20;')).toEqual([
      'database, event 20: It is missing: the log has an entry here.',
    ]);
  });
  test('a dropped event, and the others closed up', async () => {
    const found = await compare(`DELETE FROM vitrine.event WHERE position = 297; ${shift(298, -1)}`);
    expect(found).toEqual([
      'database, event 297: It was moved: the log has it as entry 298.',
      'database, event 298: It was moved: the log has it as entry 299.',
      'database, event 299: It is missing: the log has an entry here.',
    ]);
  });
  test('an inserted event', async () => {
    const found = await compare(shift(298, 1) + add(5, 298, `replace(envelope, 'editor', 'auditor')`));
    expect(found[0]).toBe(
      'database, event 298: It was changed or put in: the log has another entry here, and this one nowhere.',
    );
    expect(found).toHaveLength(2);
  });
  test('a repeated event', async () => {
    const found = await compare(shift(298, 1) + add(5, 298, 'envelope'));
    expect(found[0]).toBe('database, event 298: It repeats event 5: the log has another entry here.');
  });
});
