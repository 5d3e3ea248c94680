import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import pg from 'pg';
import { type Append, type Database, migrate, openEventStore, startEmbeddedPostgres } from '#event-store';
import {
  claimBeginning,
  compareWithLog,
  createPublisher,
  type Fault,
  parseBundle,
  readIfThere,
  signerFromSeed,
  singleKey,
  tileWidth,
  verifyLog,
} from '#log';

// Changes a thousand single bytes at random, one at a time, in everything that makes up a log: leaves (in bundles and in the
// database), payloads (in files and in the database), tiles, lengths in bundles, the checkpoint. Each change must be found, and
// the report must name the file, the entry or the event.

const rounds = Number(process.argv[2] ?? 1000);
const size = 700;
const organisation = 'urn:vitrine:org:local:test';
const signer = signerFromSeed('tamper.example/log', Buffer.alloc(32, 5));

type Target = { kind: string; where: string; named: RegExp; change(): Promise<void>; undo(): Promise<void> };

const home = mkdtempSync(join(tmpdir(), 'vitrine-tamper-'));
const postgres = await startEmbeddedPostgres(home);
try {
  await migrate(postgres.database);
  await run(postgres.database);
} finally {
  await postgres.stop();
  rmSync(home, { recursive: true, force: true });
}

async function run(database: Database): Promise<void> {
  const store = await openEventStore(database, 'tamper.example');
  const owner = new pg.Client(database.owner);
  await owner.connect();
  const places = { folder: join(home, 'log'), scratch: join(home, 'scratch'), claims: join(home, 'claims') };
  const copy = join(home, 'copy');
  const publisher = createPublisher(store, singleKey(signer), places);
  await claimBeginning(places.claims, signer.verifier.name);
  try {
    for (const upTo of [100, 300, size - 1]) {
      await store.appendAll(Array.from({ length: upTo - 1 - (await store.head()) }, (_, i) => event(i + upTo)));
      await publisher.publish();
    }
    await eraseOne();
    await publisher.publish();
    cpSync(places.folder, copy, { recursive: true });
    await owner.query('ALTER TABLE vitrine.event DISABLE TRIGGER ALL; ALTER TABLE vitrine.payload DISABLE TRIGGER ALL');
    const read = (path: string) => readIfThere(join(copy, path));
    const verify = async (): Promise<Fault[]> =>
      (await verifyLog(read, { keys: [signer.verifier], folder: copy })).faults.concat(
        (await compareWithLog(store, (path) => readIfThere(join(places.folder, path)), size)).faults,
      );
    if ((await verify()).length > 0) throw new Error('The log does not hold to begin with.');
    const counts = new Map<string, { changed: number; found: number; named: number }>();
    for (let round = 0; round < rounds; round++) {
      const target = await choose(round);
      await target.change();
      const faults = await verify();
      await target.undo();
      const count = counts.get(target.kind) ?? { changed: 0, found: 0, named: 0 };
      counts.set(target.kind, count);
      count.changed++;
      if (faults.length > 0) count.found++;
      if (faults.some(({ where, what }) => target.named.test(`${where}: ${what}`))) count.named++;
      else console.log(`Not named: ${target.kind}, ${target.where}: ${faults.map(({ where }) => where).join(', ')}`);
      if (round % 100 === 99) console.log(`${round + 1} of ${rounds}`);
    }
    if ((await verify()).length > 0) throw new Error('Something was not put back.');
    console.table(Object.fromEntries(counts));
    const sum = (of: 'changed' | 'found' | 'named') => [...counts.values()].reduce((all, one) => all + one[of], 0);
    console.log(`${sum('changed')} changes: ${sum('found')} found, ${sum('named')} named.`);
    if (sum('named') !== rounds) process.exitCode = 1;
  } finally {
    await owner.end();
    await store.close();
  }

  async function eraseOne(): Promise<void> {
    const [target] = await store.readAll(4, 1);
    const { id, system, parts } = target!.envelope;
    const { commitment } = parts.find(({ role }) => role === 'content')!;
    const data = { event: id, part: 'content', commitment, basis: 'court-order' };
    const append = {
      ...event(0),
      stream: system!,
      events: [{ ...event(0).events[0]!, system: system!, type: 'PayloadErased', data }],
    };
    await store.appendAll([append], [{ position: target!.position, part: 'content' }]);
  }

  /** Alternates between files and rows of the database; the byte in each is random. */
  function choose(round: number): Promise<Target> {
    if (round % 5 === 3) return inDatabase('vitrine.event', 'envelope', 'leaf in the database');
    if (round % 5 === 4) return inDatabase('vitrine.payload', 'body', 'payload in the database');
    return inFile(round);
  }

  async function inFile(round: number): Promise<Target> {
    const all = readdirSync(copy, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name));
    const wanted = [/\/payload\//, /\/tile\/entries\//, /\/tile\/\d+\//, /checkpoint$/][round % 4]!;
    const file = pick(all.filter((path) => wanted.test(path)));
    const bytes = readFileSync(file);
    const at = Math.floor(Math.random() * bytes.length);
    const changed = Buffer.from(bytes);
    changed[at] = changed[at]! ^ (1 + Math.floor(Math.random() * 255));
    const path = relative(copy, file);
    return {
      kind: kindOf(path),
      where: `${path}, byte ${at}`,
      named: namesOf(path, bytes, at),
      change: async () => writeFileSync(file, changed),
      undo: async () => writeFileSync(file, bytes),
    };
  }

  async function inDatabase(table: string, column: string, kind: string): Promise<Target> {
    const position = Math.floor(Math.random() * size);
    const { rows } = await owner.query<{ text: string }>(
      `SELECT ${column} AS text FROM ${table} WHERE position = $1 LIMIT 1`,
      [position],
    );
    const text = rows[0]?.text;
    if (text === undefined) return inDatabase(table, column, kind);
    const at = Math.floor(Math.random() * text.length);
    const other = text[at] === 'x' ? 'y' : 'x';
    const set = async (value: string, before: string) =>
      void (await owner.query(`UPDATE ${table} SET ${column} = $1 WHERE position = $2 AND ${column} = $3`, [
        value,
        position,
        before,
      ]));
    const changed = text.slice(0, at) + other + text.slice(at + 1);
    return {
      kind,
      where: `position ${position}, character ${at}`,
      named: new RegExp(`^database, event ${position}:`),
      change: () => set(changed, text),
      undo: () => set(text, changed),
    };
  }
}

function event(i: number): Append {
  const system = `urn:vitrine:sys:test:s${i % 9}`;
  const data = {
    name: { en: `System ${i}`, fr: `Système ${i}` },
    ...(i % 4 === 0 ? { contact: { email: `office-${i}@test.example` } } : {}),
  };
  const actor = { organisation, role: 'editor' } as const;
  return {
    stream: system,
    expectedVersion: 'any',
    events: [
      { organisation, system, type: 'SystemDescribed', schemaVersion: 1, occurredAt: '2026-01-01', actor, data },
    ],
  };
}

function kindOf(path: string): string {
  if (path === 'checkpoint') return 'checkpoint';
  if (path.startsWith('payload/')) return 'payload file';
  return path.startsWith('tile/entries/') ? 'leaf or length in a bundle' : 'tile';
}

/** What the report of a change must name: the file, or, in a bundle or payload file, the entry. */
function namesOf(path: string, bytes: Buffer, at: number): RegExp {
  if (path.startsWith('payload/')) {
    const line = bytes.subarray(0, at).toString().split('\n').length - 1;
    const [, index] = /"index":(\d+)/.exec(bytes.toString().split('\n')[line] ?? '') ?? [];
    return new RegExp(`^(${literally(path)}|entry ${index}):`);
  }
  if (!path.startsWith('tile/entries/')) return new RegExp(`^${literally(path)}:`);
  const bundle = Number(/(\d{3})(\.p)?/.exec(path)![1]);
  let end = 0;
  const within = parseBundle(bytes).findIndex((leaf) => {
    end += leaf.length + 2;
    return end > at;
  });
  return new RegExp(`^${literally(path)}:|\\bentry ${bundle * tileWidth + within}\\b`);
}

/** Escapes a text for a regular expression. */
function literally(text: string): string {
  return text.replace(/[.\\/]/g, '\\$&');
}

function pick<T>(from: T[]): T {
  return from[Math.floor(Math.random() * from.length)]!;
}
