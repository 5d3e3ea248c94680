import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { parseCheckpoint, parseNote } from '#log';
import { freePort, launchServer, type RunningServer, runVitrine, startServer } from './harness/server.js';
import { reportError } from './setup/reader.js';

const place = mkdtempSync(join(tmpdir(), 'vitrine-restore-'));
const [home, second, backup, keys] = ['home', 'second', 'backup', 'keys'].map((name) => join(place, name)) as [
  string,
  string,
  string,
  string,
];
const city = 'urn:vitrine:org:local:city';
const mark = 'Quodlibet';
let server: RunningServer | undefined;

const vitrine = async (at: string, ...args: string[]) => {
  const { status, stdout, stderr } = await runVitrine(at, args, { VITRINE_DEMO: '0' });
  return { status, stdout, stderr, said: stdout + stderr };
};
const start = async (at: string) => {
  server = await startServer(at, await freePort());
  return server;
};
const stop = () => server?.stop();
const send = async (command: object) => {
  const answer = await fetch(`${server!.url}/v1/events`, {
    method: 'POST',
    headers: { authorization: `Bearer ${administrator}`, 'content-type': 'application/json' },
    body: JSON.stringify({ organisation: city, occurredAt: '2026-01-02', ...command }),
  });
  return (await answer.json()) as { eventId: string; repeated: boolean };
};
const register = (name: string) => ({
  type: 'RegisterSystem',
  system: `urn:vitrine:sys:local:city:${name}`,
  idempotencyKey: name,
  data: { name: { en: name }, contact: { email: `${name}@${mark}.example` } },
});
const answerOf = async (url: string): Promise<Response> => {
  for (;;) {
    const answer = await fetch(url).catch(() => undefined);
    if (answer) return answer;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
};
const checkpoint = (of: string) =>
  parseCheckpoint(parseNote(readFileSync(join(of, 'public/log/checkpoint'))).text).size;
const signed = async (of: string, size: number) => {
  for (let waited = 0; waited < 10_000 && checkpoint(of) < size; waited += 50)
    await new Promise((resolve) => setTimeout(resolve, 50));
  expect(checkpoint(of)).toBe(size);
};
const filesWithMark = (folder: string, what = mark) =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((file) => readFileSync(file).includes(what));
let administrator: string;
let eventOfOne: string;

beforeAll(async () => {
  chmodSync(place, 0o755);
  await start(home);
  administrator = server!.key();
  await send({
    type: 'RegisterOrganisation',
    idempotencyKey: 'city',
    data: { names: { en: 'City' }, kind: 'municipality', country: 'NL' },
  });
  eventOfOne = (await send(register('one'))).eventId;
  await send(register('two'));
  await reportError(server!.url, register('one').system, 'Only the office may read this.');
});
afterEach(() => rmSync(second, { recursive: true, force: true }));
afterAll(async () => {
  await stop();
  rmSync(place, { recursive: true, force: true });
});

test('a backup beside the running register comes back elsewhere: events, keys, idempotency, the same log', async () => {
  const made = await vitrine(home, 'backup', backup, '--keys', keys);
  expect([made.said, made.status]).toEqual([expect.stringContaining('3 events are backed up'), 0]);
  expect(filesWithMark(backup, 'PRIVATE+KEY')).toEqual([]);
  expect((await vitrine(home, 'backup', backup, '--keys', join(backup, 'keys'))).said).toContain('must lie apart');
  // What readers wrote is in the private part, and nowhere else.
  const written = filesWithMark(backup, 'Only the office may read this.');
  expect(written).toEqual([expect.stringContaining(join(backup, 'private', 'reports-'))]);
  const claims = readdirSync(join(home, 'log-claims'));
  expect((await vitrine(home, 'restore', backup)).said).toContain('runs on');
  expect(readdirSync(join(home, 'log-claims'))).toEqual(claims);
  const exported = (await vitrine(home, 'export', 'systems')).stdout;
  await stop();

  expect((await vitrine(second, 'restore', backup)).said).toContain('Nothing here says which key signs');
  expect((await vitrine(second, 'restore', backup, '--keys', keys)).said).toContain(
    'does not know what the log signed last',
  );
  const restored = await vitrine(second, 'restore', backup, '--keys', keys, '--nothing-newer');
  expect([restored.said, restored.status]).toEqual([expect.stringContaining('all of it was verified'), 0]);
  expect((await vitrine(second, 'restore', backup)).stdout).toContain('0 events restored; 3 were there');
  expect((await vitrine(second, 'export', 'systems')).stdout).toBe(exported);
  const waiting = (await vitrine(second, 'reports')).stdout;
  expect(waiting).toContain('Only the office may read this.');
  const id = waiting.slice(0, 36);
  expect((await vitrine(second, 'reports', 'decline', id, '--reply', 'It is right.')).stdout).toContain('Declined');
  expect((await vitrine(second, 'reports', 'decline', id, '--reply', 'It is right.')).said).toContain('REPORT_DECIDED');
  expect((await vitrine(second, 'reports')).stdout).toContain('No report waits.');
  expect((await vitrine(second, 'reports', '--all')).stdout).toContain('declined');
  for (const file of ['checkpoint', 'payload/000.jsonl', 'tile/0/000.p/3', 'tile/entries/000.p/3'])
    expect(readFileSync(join(second, 'public/log', file))).toEqual(readFileSync(join(home, 'public/log', file)));
  await start(second);
  // The backup may be older than a revocation, so its keys are inactive until somebody who knows them confirms them.
  expect(await send(register('two'))).toMatchObject({ code: 'KEY_NOT_CONFIRMED' });
  const today = new Date().toISOString().slice(0, 10);
  expect(restored.stdout).toContain(`vitrine keys confirm "first administrator" ${today}`);
  expect((await vitrine(second, 'keys', 'confirm', 'first administrator', '2020-01-01')).said).toContain('No key');
  expect((await vitrine(second, 'keys', 'confirm', 'first administrator', today)).stdout).toContain('is on again');
  await new Promise((resolve) => setTimeout(resolve, 2100));
  expect(await send(register('two'))).toMatchObject({ repeated: true });
  await stop();
});

test('a key that was revoked since the backup stays revoked, and the keys of a backup are those that were signed', async () => {
  await start(home);
  const made = (await vitrine(home, 'keys', 'create', '--name', 'Meter', '--role', 'integrator')).stderr;
  const id = /Key (\w+)/.exec(made)![1]!;
  const later = join(place, 'later');
  await vitrine(home, 'backup', later);
  await vitrine(home, 'keys', 'revoke', id);
  await stop();
  expect((await vitrine(home, 'restore', later)).stdout).toContain('0 API keys restored');
  expect((await vitrine(home, 'keys', 'list')).stdout).toMatch(new RegExp(`${id}  integrator     revoked`));

  // Somebody who can write to the backup changes a key and adapts the hashes.
  const forge = (change: (manifest: { format: string; files: Record<string, string> }) => void) => {
    const manifest = JSON.parse(readFileSync(join(later, 'manifest.json'), 'utf8'));
    const name = Object.keys(manifest.files).find((one) => one.includes('api-keys'))!;
    writeFileSync(join(later, name), readFileSync(join(later, name), 'utf8').replace('Meter', 'Forged'));
    manifest.files[name] = createHash('sha256')
      .update(readFileSync(join(later, name)))
      .digest('hex');
    change(manifest);
    writeFileSync(join(later, 'manifest.json'), `${JSON.stringify(manifest, null, 2)}\n`);
  };
  forge(() => undefined);
  const forged = await vitrine(second, 'restore', later, '--keys', keys, '--nothing-newer');
  expect([forged.status, forged.said]).toEqual([1, expect.stringContaining('is not signed by the key of the log')]);
  expect(existsSync(join(second, 'log-claims'))).toBe(false);
  // As if made by release 0.1, which did not sign: what is not verified is reported.
  forge((manifest) => {
    manifest.format = 'vitrine/backup/v1';
  });
  const unsigned = await vitrine(second, 'restore', later, '--keys', keys, '--nothing-newer');
  expect([unsigned.status, unsigned.stdout]).toEqual([2, expect.stringMatching(/Not checked {5}the API keys/)]);
  expect(unsigned.stdout).not.toContain('all of it was verified');
});

test('a backup that was changed is not restored', async () => {
  const broken = join(place, 'broken');
  cpSync(backup, broken, { recursive: true });
  writeFileSync(join(broken, 'private', readdirSync(join(broken, 'private'))[0]!), '');
  const one = await vitrine(second, 'restore', broken, '--keys', keys, '--nothing-newer');
  expect([one.status, one.said]).toEqual([1, expect.stringContaining('was changed since the backup was made')]);
  cpSync(join(backup, 'private'), join(broken, 'private'), { recursive: true });
  const payload = join(broken, 'log/payload/000.jsonl');
  writeFileSync(payload, readFileSync(payload, 'utf8').replace('City', 'Town'));
  const two = await vitrine(second, 'restore', broken, '--keys', keys, '--nothing-newer');
  expect([two.status, two.said]).toEqual([1, expect.stringContaining('entry 0: Its payload (content) is not the one')]);
  expect(existsSync(join(second, 'log-claims'))).toBe(false);
});

test('a home that has the key, and nothing that says what was signed by it, signs and records nothing', async () => {
  mkdirSync(second);
  cpSync(keys, join(second, 'keys'), { recursive: true });
  server = launchServer(second, await freePort());
  let told: { status: string; reason?: string };
  // On a busy machine the database answers some moments later than the server.
  do {
    const ready = await answerOf(`${server.url}/readyz`);
    expect(ready.status).toBe(503);
    told = (await ready.json()) as typeof told;
    await new Promise((resolve) => setTimeout(resolve, 50));
  } while (told.status === 'unavailable');
  expect(told.status).toBe('log-refused');
  expect(told.reason).toContain('nothing says what it has signed');
  await stop();
  expect(existsSync(join(second, 'public/log/checkpoint'))).toBe(false);
  expect((await vitrine(second, 'restore', backup)).said).toContain('does not know what the log signed last');
});

test('an older database: no signature, the register says so, and the way out gives all of it back', async () => {
  spawnSync('cp', ['-a', join(home, 'postgres'), join(place, 'dump')]);
  await start(home);
  await send(register('three'));
  await signed(home, 4);
  expect((await vitrine(home, 'erase', eventOfOne, '--basis', 'gdpr-17-1-d', '--yes')).status).toBe(0);
  await signed(home, 6);
  await stop();
  const before = readFileSync(join(home, 'public/log/checkpoint'));
  rmSync(join(home, 'postgres'), { recursive: true });
  renameSync(join(place, 'dump'), join(home, 'postgres'));

  server = launchServer(home, await freePort());
  const ready = await answerOf(`${server.url}/readyz`);
  expect([ready.status, await ready.json()]).toEqual([
    503,
    expect.objectContaining({ status: 'log-refused', reason: expect.stringContaining('a checkpoint of 6 events') }),
  ]);
  expect((await vitrine(home, 'status')).stdout).toContain('REFUSED: 6 events are signed, the database has 3');
  expect(readFileSync(join(home, 'public/log/checkpoint'))).toEqual(before);
  const refused = await fetch(`${server.url}/v1/events`, {
    method: 'POST',
    headers: { authorization: `Bearer ${administrator}`, 'content-type': 'application/json' },
    body: JSON.stringify({ organisation: city, occurredAt: '2026-01-02', ...register('four') }),
  });
  expect([refused.status, await refused.json()]).toEqual([503, expect.objectContaining({ code: 'LOG_REFUSES' })]);
  await stop();

  expect((await vitrine(home, 'restore', backup)).said).toContain('has 3 events, but 6 were signed');
  const restored = await vitrine(home, 'restore', backup, '--rest-from', join(home, 'public/log'));
  expect([restored.said, restored.status]).toEqual([expect.stringContaining('3 events restored; 3 were there'), 0]);
  expect(filesWithMark(home, `one@${mark}`)).toEqual([]);
  await start(home);
  expect(await send(register('three'))).not.toHaveProperty('eventId');
  await stop();
});

test('a backup made again lets go of what was erased', async () => {
  expect(filesWithMark(backup, `one@${mark}`)).toHaveLength(1);
  const again = await vitrine(home, 'backup', backup);
  expect([again.said, again.status]).toEqual([expect.stringContaining('6 events are backed up'), 0]);
  expect(filesWithMark(backup, `one@${mark}`)).toEqual([]);
  expect(filesWithMark(backup, `three@${mark}`)).toHaveLength(1);
});
