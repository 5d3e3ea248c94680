import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import request from 'supertest';
import { parseSubmission } from '#commands';
import { eventKinds, operator } from '#domain';
import { readDemo } from '../apps/cli/demo.js';
import { openTestRegister, type TestRegister } from './setup/register.js';

let t: TestRegister;
let admin: string;
const chatbot = 'urn:vitrine:sys:nl-tooi:gm0363:chatbot';

const ask = async (query: string, variables: object = {}, key?: string) => {
  const call = request(t.server).post('/graphql').send({ query, variables });
  return (await (key ? call.set('authorization', key) : call)).body as {
    data: Record<string, never>;
    errors?: { message: string; extensions: Record<string, string> }[];
  };
};

beforeAll(async () => {
  t = await openTestRegister();
  admin = await t.key('administrator');
  const demo = readDemo();
  for (let from = 0; from < demo.length; from += 1000)
    await request(t.server)
      .post('/v1/events?atomic=true')
      .set('authorization', admin)
      .send(demo.slice(from, from + 1000) as object)
      .expect(200);
  await t.settled();
});
afterAll(() => t.close());

test('the demonstration is in', async () => {
  const { data } = await ask(
    '{ register { origin head position } statistics { systems organisations events by(dimension: STATUS) { value label(language: FR) count } statusByMonth { month status { code } systems } eventsByMonth { month type events } } }',
  );
  expect(data).toMatchObject({
    register: { origin: 'test.example', head: readDemo().length - 1, position: readDemo().length - 1 },
    statistics: { organisations: 3, events: readDemo().length },
  });
});

test('systems filter, order and page by the Relay rules', async () => {
  const query =
    'query($after: String, $filter: SystemFilter) { systems(first: 4, after: $after, filter: $filter, order: NAME) { totalCount edges { cursor node { id name { value } status { code label(language: NL) } organisation { name { value } } } } pageInfo { hasNextPage endCursor } } }';
  const seen: string[] = [];
  let after: string | null = null;
  do {
    const { systems } = (await ask(query, { after })).data as unknown as {
      systems: {
        totalCount: number;
        edges: { node: { id: string; organisation: object } }[];
        pageInfo: { hasNextPage: boolean; endCursor: string };
      };
    };
    expect(systems.totalCount).toBeGreaterThanOrEqual(12);
    seen.push(...systems.edges.map(({ node }) => node.id));
    for (const { node } of systems.edges) expect(node.organisation).toHaveProperty('name.value');
    after = systems.pageInfo.hasNextPage ? systems.pageInfo.endCursor : null;
  } while (after);
  expect(new Set(seen).size).toBe(seen.length);
  const high = (await ask(query, { filter: { riskClass: 'high', annexIII: ['AIII-2', 'AIII-1-a'] } }))
    .data as unknown as {
    systems: { totalCount: number };
  };
  expect(high.systems.totalCount).toBeGreaterThanOrEqual(2);
});

test('one system with its record, past, versions, timeline, figures and gaps', async () => {
  const { data, errors } = await ask(
    `query($id: ID!) { system(id: $id) {
      id status { code } record { name(language: DE) { value language isFallback all } purpose { value } risk { class { code label } grounds { value } } oversight { mode { code } } contracts { supplier { name } } json } past: record(asOf: "2000-01-01") { status { code } }
      versions(first: 100) { totalCount nodes { number type changed difference { path kind } record { status { code } } } } timeline(first: 100) { totalCount nodes { position type data } } contracts { award { kind { code } } system { id } }
      oversightFigures { period { from to } measured outputs { value isSuppressed } overridden { value } overriddenByReason { code { code label(language: CA) } count { value } } } overrideCounts { month act { code } count } gaps(on: "2026-11-01") { obligation { label } since bindingFrom } } }`,
    { id: chatbot },
  );
  expect(errors).toBeUndefined();
  const { system } = data as unknown as {
    system: {
      past: null;
      record: { name: { value: string; language: string; isFallback: boolean } };
      versions: { totalCount: number; nodes: { number: number }[] };
      oversightFigures: object[];
      timeline: { totalCount: number; nodes: object[] };
    };
  };
  expect(system.past).toBeNull();
  expect(system.record.name).toMatchObject({ language: 'en', isFallback: true });
  expect(system.versions.nodes.map(({ number }) => number)).toEqual(system.versions.nodes.map((_, i) => i + 1));
  expect(system.versions.totalCount).toBe(system.versions.nodes.length);
  expect(system.oversightFigures.length).toBeGreaterThan(3);
  expect(system.timeline.totalCount).toBe(system.timeline.nodes.length);
  expect(system.timeline.nodes.length).toBeGreaterThanOrEqual(system.versions.nodes.length);
});

test('duties: all of them, and those of a system on a day, as known on a day', async () => {
  const { data, errors } = await ask(
    `query($id: ID!) {
      duties { id version cite kind isSettled note obligation { label(language: FR) } definition }
      system(id: $id) {
        duties(on: "2026-11-20") { duty { id cite } status { code label(language: IT) } lacks since until bindingFrom }
        dutyHistory { duty { id } status { code } since until }
        before: duties(on: "2026-11-20", knownOn: "2020-01-01") { duty { id } }
        gaps(on: "2027-12-31") { duty { id } status { code } since until }
      }
      gaps(on: "2030-08-02", status: ["missing-by-one-reading"], first: 5) { totalCount nodes { duty { id } status { code } } }
    }`,
    { id: `${chatbot}-2` },
  );
  expect(errors).toBeUndefined();
  const { duties, system, gaps } = data as unknown as {
    duties: object[];
    system: { duties: object[]; dutyHistory: object[]; before: object[]; gaps: object[] };
    gaps: { totalCount: number; nodes: object[] };
  };
  expect(duties.length).toBeGreaterThan(30);
  expect(duties).toContainEqual(
    expect.objectContaining({ id: 'eu-ai-act/27-1', cite: 'Regulation (EU) 2024/1689 Art 27(1)', isSettled: true }),
  );
  expect(system.duties).toContainEqual(
    expect.objectContaining({
      duty: { id: 'vitrine/appeal', cite: 'Vitrine' },
      status: { code: 'met', label: 'Adempiuto' },
    }),
  );
  expect(system.dutyHistory.length).toBeGreaterThan(system.duties.length);
  expect(system.before).toEqual([]);
  expect(system.gaps).toContainEqual(expect.objectContaining({ duty: { id: 'vitrine/oversight-figures' } }));
  expect(gaps.totalCount).toBeGreaterThan(0);
  for (const gap of gaps.nodes) expect(gap).toMatchObject({ status: { code: 'missing-by-one-reading' } });
  expect((await ask('{ gaps(status: ["met"]) { totalCount } }')).errors?.[0]?.extensions).toMatchObject({
    code: 'INVALID_PARAMETER',
  });
});

test('events after a position, organisations, gaps, suppliers', async () => {
  const { data, errors } = await ask(
    '{ events(afterPosition: 4, first: 3) { totalCount nodes { id position type envelope data erased system { id } organisation { id } proof { receipt } } pageInfo { hasNextPage endCursor } } organisations { totalCount nodes { name { value } notice { all } systems { totalCount } gaps { totalCount } contracts { totalCount nodes { organisation { id } } } } } gaps(first: 5, on: "2026-11-20") { totalCount nodes { system { id } obligation { code } } pageInfo { endCursor } } suppliers { totalCount nodes { name contracts } } codelists { name codes { code label(language: IT) } } exports { path } }',
  );
  expect(errors).toBeUndefined();
  const { events } = data as unknown as { events: { nodes: { position: number }[] } };
  expect(events.nodes.map(({ position }) => position)).toEqual([5, 6, 7]);
  const { organisations } = data as unknown as {
    organisations: { nodes: { notice: { all: object }; systems: { totalCount: number } }[] };
  };
  for (const { notice, systems } of organisations.nodes) {
    expect(Object.keys(notice.all).length).toBeGreaterThanOrEqual(2);
    expect(systems.totalCount).toBeGreaterThanOrEqual(4);
  }
});

test('a node is what its id says: system, organisation or event, alone and among others', async () => {
  const [event] = await t.register.store.readAll(20, 1);
  const ids = [chatbot, 'urn:vitrine:org:nl-tooi:gm0363', event!.envelope.id];
  const wanted = [
    { __typename: 'System', id: ids[0], name: { value: 'Chat with the city (demonstration)' } },
    { __typename: 'Organisation', id: ids[1], kind: { code: 'municipality' } },
    { __typename: 'Event', id: ids[2], position: 21 },
  ];
  const fields =
    '{ __typename id ... on System { name { value } } ... on Organisation { kind { code } } ... on Event { position } }';
  const all = await ask(`query($ids: [ID!]!) { nodes(ids: $ids) ${fields} }`, {
    ids: [...ids, 'urn:vitrine:sys:none', '00000000-0000-7000-8000-000000000000'],
  });
  expect(all.errors).toBeUndefined();
  expect(all.data).toEqual({ nodes: [...wanted, null, null] });
  for (const [i, id] of ids.entries())
    expect((await ask(`query($id: ID!) { node(id: $id) ${fields} }`, { id })).data).toEqual({ node: wanted[i] });
});

describe('mutations', () => {
  const target = 'organisation: "urn:vitrine:org:nl-tooi:gm0363", occurredAt: "2026-11-16"';

  test('there is one for each command', async () => {
    const { data } = await ask('{ __schema { mutationType { fields { name } } } }');
    const names = (
      data as unknown as { __schema: { mutationType: { fields: { name: string }[] } } }
    ).__schema.mutationType.fields.map(({ name }) => name);
    const commands = Object.values(eventKinds).map(({ command }) => command[0]!.toLowerCase() + command.slice(1));
    expect(names.sort()).toEqual(commands.sort());
  });

  test('record, and answer with the place in the log', async () => {
    const { data, errors } = await ask(
      `mutation { registerSystem(${target}, system: "urn:vitrine:sys:nl-tooi:gm0363:new", idempotencyKey: "g1", data: { name: { en: "New" }, links: [{ kind: "public-page", url: "https://example.org/" }], provider: null }) { position eventType repeated } }`,
      {},
      admin,
    );
    expect(errors).toBeUndefined();
    expect(data).toMatchObject({ registerSystem: { eventType: 'SystemRegistered', repeated: false } });
  });

  test.each([
    [
      'without a key',
      `registerSystem(${target}, system: "urn:vitrine:sys:nl-tooi:gm0363:b", idempotencyKey: "g2", data: { name: { en: "x" } }) { position }`,
      false,
      'UNAUTHENTICATED',
      undefined,
    ],
    [
      'against a rule',
      `resumeDeployment(${target}, system: "urn:vitrine:sys:nl-tooi:gm0363:new", idempotencyKey: "g3", data: {}) { position }`,
      true,
      'NOT_SUSPENDED',
      undefined,
    ],
    [
      'with a wrong code',
      `startDeployment(${target}, system: "urn:vitrine:sys:nl-tooi:gm0363:new", idempotencyKey: "g4", data: { stage: "moon" }) { position }`,
      true,
      'SCHEMA_VIOLATION',
      '/data/stage',
    ],
  ])('are refused %s, with code and field', async (_, mutation, withKey, code, path) => {
    const { errors } = await ask(`mutation { ${mutation} }`, {}, withKey ? admin : undefined);
    expect(errors![0]!.extensions['code']).toBe(code);
    expect(errors![0]!.extensions['path']).toBe(path);
  });

  test('are not done by GET', async () => {
    const query = encodeURIComponent(
      `mutation { confirmRecord(${target}, system: "${chatbot}", idempotencyKey: "g5", data: {}) { position } }`,
    );
    const answer = await request(t.server).get(`/graphql?query=${query}`).set('authorization', admin);
    expect(answer.status).toBe(405);
  });
});

test.each([
  ['{ systems(first: 101) { totalCount } }', 'INVALID_PARAMETER'],
  ['{ systems(first: -1) { totalCount } }', 'INVALID_PARAMETER'],
  ['{ systems(after: "!") { totalCount } }', 'INVALID_PARAMETER'],
  ['{ gaps(on: "soon") { totalCount } }', 'INVALID_PARAMETER'],
  ['{ nothing }', 'GRAPHQL_VALIDATION_FAILED'],
  ['{ systems', 'GRAPHQL_PARSE_FAILED'],
])('%s is refused with %s', async (query, code) => {
  expect((await ask(query)).errors![0]!.extensions['code']).toBe(code);
});

describe('a count that is no Int', () => {
  const organisation = 'urn:vitrine:org:nl-tooi:gm0363';
  const system = `urn:vitrine:sys:nl-tooi:gm0363:large-counts`;
  const actor = { organisation: operator, role: 'administrator' } as const;
  const figures = (outputs: number) => ({
    type: 'ReportOversightFigures',
    organisation,
    system,
    occurredAt: '2025-01-02',
    data: { period: { from: '2024-01-01', to: '2024-12-31' }, measured: true, outputs, reviewed: 100, overridden: 20 },
  });
  const fields = 'oversightFigures { outputs { exact isSuppressed } reviewed { value exact } }';

  test('is refused from now on', () => {
    for (const outputs of [2 ** 31, 3e9, 2 ** 53 - 1])
      expect(() => parseSubmission({ ...figures(outputs), idempotencyKey: 'x' })).toThrow('must be <= 2147483647');
    parseSubmission({ ...figures(2 ** 31 - 1), idempotencyKey: 'x' });
  });

  test('that is in the log already has a field of its own, and is never silently null', async () => {
    const record = (type: string, occurredAt: string, data: object, key: string) =>
      t.register.commands.handle({ command: { type, organisation, system, occurredAt, data } as never, key }, actor);
    await record('RegisterSystem', '2020-01-01', { name: { nl: 'Grote aantallen' } }, 'large-0');
    await record('StartDeployment', '2021-01-01', { stage: 'production' }, 'large-1');
    // Bypasses validation, as if an older release had recorded it.
    await t.register.commands.handle({ command: figures(3e9) as never, key: 'large-2' }, actor);
    await t.settled();
    for (let time = 0; time < 3; time++) {
      const right = await ask(`{ system(id: "${system}") { ${fields} } }`);
      expect(right).toEqual({
        data: {
          system: {
            oversightFigures: [{ outputs: { exact: 3e9, isSuppressed: false }, reviewed: { value: 100, exact: 100 } }],
          },
        },
      });
      const told = await ask(`{ system(id: "${system}") { oversightFigures { outputs { value } } } }`);
      expect(told.errors).toMatchObject([
        { message: expect.stringContaining('Ask for "exact"'), extensions: { code: 'INVALID_PARAMETER' } },
      ]);
    }
    const rest = await fetch(`${t.url}/v1/systems/${system}/figures`);
    expect(JSON.stringify(await rest.json())).toContain('"outputs":3000000000');
  });
});
