import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { freePort, isReady, launchServer, type RunningServer, runVitrine } from './harness/server.js';
import { type StandIn, startStandIn } from './setup/kurrent-stand-in.js';

// The whole register with the order of its events in KurrentDB; a stand-in speaks the client's own protocol.
const home = mkdtempSync(join(tmpdir(), 'vitrine-kurrent-'));
let standIn: StandIn;
let server: RunningServer;
let settings: { VITRINE_KURRENTDB_URL: string };
const vitrine = async (...args: string[]) => {
  const { status, stdout, stderr } = await runVitrine(home, args, settings);
  return [status, stdout + stderr] as const;
};
const json = async (path: string) => (await fetch(server.url + path)).json() as Promise<{ [name: string]: unknown }>;
const send = async (command: object) => {
  const answer = await fetch(`${server.url}/v1/events`, {
    method: 'POST',
    headers: { authorization: `Bearer ${server.key()}`, 'content-type': 'application/json' },
    body: JSON.stringify({ occurredAt: '2026-01-02', ...command }),
  });
  return (await answer.json()) as { position: number; eventId: string };
};
const records = () => standIn.streams.get('vitrine-harness.example')!;

beforeAll(async () => {
  standIn = await startStandIn();
  settings = { VITRINE_KURRENTDB_URL: standIn.url };
  server = launchServer(home, await freePort(), '1', settings);
  while (!(await isReady(server.url))) await new Promise((resolve) => setTimeout(resolve, 100));
});
afterAll(async () => {
  await server.stop();
  standIn.stop();
  rmSync(home, { recursive: true, force: true });
});

test('the demonstration is in the log of KurrentDB, and in every answer', async () => {
  expect(records().length).toBeGreaterThan(200);
  expect(await json('/readyz')).toMatchObject({ status: 'ok', troubles: [] });
  expect((await json('/v1/systems')) as { total: number }).toMatchObject({ total: 14 });
  const entries = (await (await fetch(`${server.url}/v1/events`)).text()).trim().split('\n');
  expect(entries.map((line) => (JSON.parse(line) as { envelope: object }).envelope)).toEqual(
    records().map(({ data }) => JSON.parse(data.toString())),
  );
});

test('commands, an erasure and a backup go their way, and all of it is verified', async () => {
  const organisation = 'urn:vitrine:org:local:kurrent';
  const before = records().length;
  await send({
    type: 'RegisterOrganisation',
    organisation,
    idempotencyKey: '1',
    data: { names: { en: 'K' }, kind: 'municipality', country: 'NL' },
  });
  standIn.appendFaults.push('unavailable after', 'not leader');
  const system = 'urn:vitrine:sys:local:kurrent:camera';
  const register = {
    type: 'RegisterSystem',
    organisation,
    system,
    idempotencyKey: '2',
    data: { name: { en: 'Quodlibet' } },
  };
  const { position, eventId } = await send(register);
  expect([position, await send(register)]).toEqual([before + 1, expect.objectContaining({ position, repeated: true })]);
  expect(await vitrine('erase', eventId, '--basis', 'gdpr-17-1-d', '--yes')).toEqual([
    0,
    expect.stringContaining('Gone from the register'),
  ]);
  expect(await json(`/v1/systems/${system}`)).toMatchObject({ erasures: [{ event: eventId }] });
  expect(records()).toHaveLength(before + 3);
  expect(await vitrine('verify')).toEqual([0, expect.stringContaining('All that was checked holds.')]);
  expect(await vitrine('backup', join(home, 'backup'))).toEqual([
    0,
    expect.stringContaining(`${before + 3} events are backed up`),
  ]);
  expect(readFileSync(join(home, 'public/log/checkpoint'), 'utf8')).toContain(`\n${before + 3}\n`);
});

test('without the address of KurrentDB nothing is started that could write past it', async () => {
  await server.stop();
  const { VITRINE_KURRENTDB_URL: _, ...none } = settings;
  const { status, stderr } = await runVitrine(home, ['status'], none);
  expect([status, stderr]).toEqual([1, expect.stringContaining('Set VITRINE_KURRENTDB_URL')]);
});

test('while KurrentDB is down what is there can be read, and the register says that it cannot write', async () => {
  server = launchServer(home, await freePort(), '0', settings);
  while (!(await isReady(server.url))) await new Promise((resolve) => setTimeout(resolve, 100));
  standIn.chance = () => 'unavailable before';
  const refused = send({
    type: 'RegisterOrganisation',
    organisation: 'urn:vitrine:org:local:late',
    idempotencyKey: '3',
    data: { names: { en: 'L' }, kind: 'municipality', country: 'NL' },
  });
  expect((await fetch(`${server.url}/v1/systems`)).status).toBe(200);
  expect(await refused).toMatchObject({ status: 503, code: 'STORE_UNAVAILABLE' });
  while (await isReady(server.url)) await new Promise((resolve) => setTimeout(resolve, 100));
  expect(await json('/readyz')).toMatchObject({ status: 'cannot-write' });
  delete standIn.chance;
  const { position } = await send({
    type: 'RegisterOrganisation',
    organisation: 'urn:vitrine:org:local:late',
    idempotencyKey: '3',
    data: { names: { en: 'L' }, kind: 'municipality', country: 'NL' },
  });
  expect(position).toBe(records().length - 1);
});
