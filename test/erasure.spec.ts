import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { buildClientSchema, getIntrospectionQuery, type IntrospectionQuery } from 'graphql';
import { operator } from '#domain';
import type { RecordedEvent } from '#event-store';
import { ownIntake, rebuild } from '#projections';
import { submit, submitOne } from '#server';
import { loadDemo } from '../apps/cli/demo.js';
import { freePort, type RunningServer, runVitrine, startServer } from './harness/server.js';
import { createTestDatabase } from './setup/database.js';
import { dumpReadModels } from './setup/dump.js';
import { openTestRegister, type TestRegister } from './setup/register.js';
import { selectAll } from './setup/select-all.js';

/** A file of the database may disappear while its folder is searched. */
function readIfThere(file: string): Buffer | undefined {
  try {
    return readFileSync(file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

const actor = { organisation: operator, role: 'administrator' } as const;
const erasure = (event: RecordedEvent, part: 'content' | 'contact', organisation = event.envelope.organisation) => ({
  type: 'ErasePayload',
  organisation,
  ...(event.envelope.system === undefined ? {} : { system: event.envelope.system }),
  occurredAt: '2026-11-20',
  idempotencyKey: `erase-${event.envelope.id}-${part}`,
  data: {
    event: event.envelope.id,
    part,
    commitment: event.envelope.parts.find(({ role }) => role === part)!.commitment,
    basis: 'court-order',
    // Which deployment an event was about stays.
    ...(event.envelope.type.startsWith('Deployment') && event.data?.['deployment']
      ? { deployment: event.data['deployment'] }
      : {}),
    // So does what a correction was about.
    ...(/^Event(Corrected|Retracted)$/.test(event.envelope.type) && { corrects: event.data!['event'] }),
  },
});

type Past = {
  record: { erasures: object[] | null } | null;
  versions: { nodes: { eventId: string; erasures: object[] }[] };
};

describe('whatever is erased, the register answers', () => {
  let t: TestRegister;
  let database: Awaited<ReturnType<typeof createTestDatabase>>;
  beforeAll(async () => {
    database = await createTestDatabase();
    t = await openTestRegister({ database });
    await loadDemo(t.register);
  });
  afterAll(async () => {
    await t.close();
    await database.drop();
  });

  const ask = async (query: string, variables: object = {}) => {
    const answer = await fetch(`${t.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query, variables }),
    });
    return (await answer.json()) as { data: Record<string, unknown>; errors?: unknown[] };
  };

  test('every field of every system and organisation, after every event is erased', async () => {
    const introspection = (await ask(getIntrospectionQuery())).data as unknown as IntrospectionQuery;
    const fields = (type: string) => selectAll(buildClientSchema(introspection), type, ['Organisation', 'System']);
    const system = `query($id: ID!) { system(id: $id) { ${fields('System')} } }`;
    const organisation = `query($id: ID!) { organisation(id: $id) { ${fields('Organisation')} } }`;
    const head = await t.register.store.head();
    const everything = await t.register.store.readAll(-1, 10_000);
    for (const [i, event] of everything.entries()) {
      const last = (await t.register.store.readStreamBackwards(event.stream, 1))[0]!;
      for (const { role } of event.envelope.parts)
        await submitOne(t.register, erasure(event, role, last.envelope.organisation), actor);
      if (i % 3 !== 0 && i < head) continue;
      await t.settled();
      const about = event.envelope.system === undefined ? organisation : system;
      const { errors, data } = await ask(about, { id: event.stream });
      expect(errors).toBeUndefined();
      const shown = Object.values(data)[0] as { erasures?: unknown[]; record?: { erasures: unknown[] } };
      expect((shown.erasures ?? shown.record?.erasures)!.length).toBeGreaterThan(0);
      if (!event.envelope.system) continue;
      const past = `query($id: ID!, $on: String) { system(id: $id) { record(asOf: $on) { erasures { event erasedBy } }
        versions(first: 100) { nodes { eventId erasures { erasedBy } } } } }`;
      const then = (await ask(past, { id: event.stream, on: event.envelope.occurredAt })).data['system'] as Past;
      // What counted then and is erased now is marked as erased, on any day and in every version.
      if (then.record) expect(then.record.erasures?.length ?? 0).toBeGreaterThan(0);
      const version = then.versions.nodes.find(({ eventId }) => eventId === event.envelope.id);
      if (version) expect(version.erasures.length).toBe(event.envelope.parts.length);
    }
    const live = await dumpReadModels(database);
    await rebuild(database, ownIntake(t.register.store));
    expect(await dumpReadModels(database)).toEqual(live);
    const left = (await t.register.store.readAll(-1, 10_000)).filter(({ data }) => data !== null);
    expect(left.every(({ envelope }) => envelope.type === 'PayloadErased')).toBe(true);
  });

  test('an erasure is refused for what is not there, and done once however often it is sent', async () => {
    const [first] = await t.register.store.readAll(-1, 1);
    const again = erasure(first!, 'content');
    expect((await submitOne(t.register, again, actor)).repeated).toBe(true);
    const other = await submit(t.register, [{ ...again, idempotencyKey: 'other' }], actor, false);
    expect(other.results[0]).toMatchObject({ status: 'refused', problem: { code: 'NOTHING_TO_ERASE' } });
    const note = (await t.register.store.readAll((await t.register.store.head()) - 1, 1))[0]!;
    const ofErasure = await submit(t.register, [erasure(note, 'content', note.envelope.organisation)], actor, false);
    expect(ofErasure.results[0]).toMatchObject({ status: 'refused', problem: { code: 'NOTHING_TO_ERASE' } });
    const editor = { organisation: first!.stream, role: 'editor' } as const;
    await expect(submitOne(t.register, { ...again, idempotencyKey: 'e' }, editor)).rejects.toMatchObject({
      code: expect.stringMatching(/ROLE_MAY_NOT|NOTHING_TO_ERASE/),
    });
  });

  test('the payload is gone for good (410) and says by which event', async () => {
    const [first] = await t.register.store.readAll(-1, 1);
    const id = first!.envelope.id;
    const gone = await fetch(`${t.url}/v1/events/${id}/payload/content`);
    expect(gone.status).toBe(410);
    expect(await gone.json()).toMatchObject({
      code: 'PAYLOAD_ERASED',
      erasure: { event: id, basis: 'court-order', erasedBy: expect.stringMatching(/^[0-9a-f-]{36}$/) },
    });
    expect((await fetch(`${t.url}/v1/events/${id}/payload/other`)).status).toBe(404);
    expect((await fetch(`${t.url}/v1/events/nonsense/payload/content`)).status).toBe(404);
    expect(await (await fetch(`${t.url}/v1/events/${id}`)).json()).toMatchObject({ position: 0, payload: {} });
    const { data } = await ask('{ events(first: 1) { nodes { data erased erasures { erasedBy basis { code } } } } }');
    const basis = { code: 'court-order' };
    expect(data['events']).toMatchObject({
      nodes: [{ data: null, erased: ['content', 'contact'], erasures: [{ basis }, { basis }] }],
    });
  });
});

describe('what is erased is nowhere any more', () => {
  const home = mkdtempSync(join(tmpdir(), 'vitrine-erasure-'));
  const mark = 'Quodlibet';
  const city = 'urn:vitrine:org:local:city';
  const system = 'urn:vitrine:sys:local:city:camera';
  let server: RunningServer;

  const vitrine = (...args: string[]) => runVitrine(home, args);
  const send = async (commands: object[]) => {
    const answer = await fetch(`${server.url}/v1/events?atomic=true`, {
      method: 'POST',
      headers: { authorization: `Bearer ${server.key()}`, 'content-type': 'application/json' },
      body: JSON.stringify(commands),
    });
    const result = (await answer.json()) as { refused: number; results: { eventId: string }[] };
    expect(result).toMatchObject({ refused: 0 });
    return result.results.map(({ eventId }) => eventId);
  };
  const filesWithMark = () =>
    readdirSync(home, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .filter((file) => readIfThere(file)?.includes(mark));

  beforeAll(async () => {
    server = await startServer(home, await freePort());
  });
  afterAll(async () => {
    await server.stop();
    rmSync(home, { recursive: true, force: true });
  });

  test('no file of the register holds it, and the log verifies', async () => {
    const command = (type: string, data: object, own: object = { system }) => ({
      type,
      organisation: city,
      occurredAt: '2026-01-02',
      idempotencyKey: `${type}-${JSON.stringify(data).length}`,
      data,
      ...own,
    });
    const ids = await send([
      command('RegisterOrganisation', { names: { en: `City of ${mark}` }, kind: 'municipality', country: 'NL' }, {}),
      command('RegisterSystem', { name: { en: `${mark} cameras` }, contact: { email: `someone@${mark}.example` } }),
      command('DescribeSystem', { set: { purpose: { en: `About ${mark}. `.repeat(300) } }, reason: { en: mark } }),
      command('AwardContract', { lot: 'one', kind: 'licensed', supplier: { name: `${mark} Ltd` } }),
    ]);
    await server.stop();
    server = await startServer(home, await freePort());
    expect(filesWithMark().length).toBeGreaterThan(3);
    const asked = await vitrine('erase', ids[1]!, '--basis', 'court-order');
    expect([asked.status, asked.stderr]).toEqual([1, expect.stringContaining('--yes')]);
    const done = await vitrine('erase', ...ids, '--basis', 'court-order', '--yes');
    expect([done.stderr, done.status]).toEqual([expect.stringContaining('Waiting'), 0]);
    expect(done.stdout).toContain('Gone from the register');
    expect(filesWithMark()).toEqual([]);
    for (const path of ['exports/systems.jsonl', 'exports/systems.csv', 'exports/events.jsonl', 'exports/events.csv'])
      expect(await (await fetch(`${server.url}/${path}`)).text()).not.toContain(mark);
    const verified = await vitrine('verify');
    expect(verified.stdout).toContain('Erased          5 payloads, each by a later entry');
    expect(verified.stdout).toContain('All that was checked holds.');
    await server.stop();
    expect(filesWithMark()).toEqual([]);
  });
});
