import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type Executors, findDifferences, namesOf, openExecutors } from './setup/executors.js';
import { openDemoRegister, type TestRegister } from './setup/register.js';
import { selectAll } from './setup/select-all.js';

// The same queries, executed by graphql-js and compiled: the answers must be identical, byte for byte.
let t: TestRegister;
let executors: Executors;

beforeAll(async () => {
  t = await openDemoRegister();
  executors = await openExecutors(t.register);
});
afterAll(async () => {
  await executors.close();
  await t.close();
});

async function both(query: string, variables: object = {}): Promise<string> {
  const [plain, compiled] = await executors.ask({ query, variables: variables as Record<string, unknown> });
  expect(compiled).toBe(plain);
  return plain;
}

test('random documents', async () => {
  const seed = Number(process.env['DOCUMENT_SEED'] ?? Date.now() % 1_000_000_000);
  const { different, withData, internal } = await findDifferences(executors, await namesOf(t.register), {
    count: 2000,
    seed,
  });
  expect(withData).toBeGreaterThan(1000);
  expect([different, internal]).toEqual([[], []]);
});

test('every field of every system and organisation', async () => {
  const fields = (type: string) => selectAll(executors.schema, type, ['Organisation', 'System']);
  const events = await t.register.store.readAll(-1, 10_000);
  const streams = [...new Set(events.map(({ stream }) => stream))];
  expect(streams.length).toBeGreaterThanOrEqual(15);
  for (const id of streams) {
    const type = id.startsWith('urn:vitrine:sys:') ? 'System' : 'Organisation';
    const answer = await both(`query($id: ID!) { ${type.toLowerCase()}(id: $id) { ${fields(type)} } }`, { id });
    expect(answer).toContain(id);
    expect(answer).not.toContain('"errors"');
  }
});

test.each<[string, string, object]>([
  [
    'pages',
    'query($n: Int) { systems(first: $n) { totalCount pageInfo { hasNextPage endCursor } edges { cursor node { id } } } }',
    { n: 3 },
  ],
  [
    'filters',
    'query($f: SystemFilter) { systems(filter: $f, order: CHANGED) { totalCount nodes { id position } } }',
    { f: { status: ['in-use', 'piloted'], domain: null } },
  ],
  [
    'a search with facets',
    '{ systems(search: "camera", language: NL) { matched totalCount facets(dimensions: [STATUS, DOMAIN, ORGANISATION]) { dimension values { value label(language: NL) count } } nodes { id name(language: NL) { value isFallback } } } }',
    {},
  ],
  [
    'nodes of several types',
    '{ nodes(ids: ["urn:vitrine:org:nl-tooi:gm0363", "urn:vitrine:sys:nl-tooi:gm0363:chatbot", "no"]) { __typename id ... on System { status { code } } ... on Organisation { country } } }',
    {},
  ],
  [
    'skip and include',
    'query($yes: Boolean!) { register { origin @skip(if: $yes) position @include(if: $yes) } }',
    { yes: true },
  ],
  [
    'fragments and aliases',
    '{ a: systems(first: 2) { ...P } b: systems(first: 2, order: REGISTERED) { ...P } } fragment P on SystemConnection { nodes { id n: name { value } } }',
    {},
  ],
  [
    'two versions compared',
    '{ system(id: "urn:vitrine:sys:nl-tooi:gm0363:chatbot") { difference(from: 0, to: 3) { path kind before after } version(number: 2) { number difference { path } } } }',
    {},
  ],
  [
    'two times',
    '{ system(id: "urn:vitrine:sys:nl-tooi:gm0363:chatbot") { record(asOf: "2024-06-30", recordedAsOf: "2030-01-01") { status { label(language: FR) } } } }',
    {},
  ],
  [
    'statistics',
    '{ statistics(filter: { country: "NL" }) { systems by(dimension: RISK_CLASS) { value label count } statusByMonth { month status { code } systems } eventsByMonth { month type events } } }',
    {},
  ],
  ['a refusal', '{ systems(first: 0) { totalCount } register { origin } }', {}],
  ['a refusal within', '{ organisations { nodes { id systems(after: "x") { totalCount } } } }', {}],
  [
    'fragments under several conditions',
    'query($i: Boolean!) { systems(first: 1) { nodes { id ...s @include(if: $i) ...s @skip(if: $i) } } } fragment s on System { name { value } }',
    { i: false },
  ],
  [
    'fragments within each other under conditions',
    'query($c: Boolean!, $d: Boolean!) { systems(first: 1) { nodes { ...Card ...Detail @include(if: $d) } } } fragment Card on System { id ...Name @skip(if: $c) } fragment Detail on System { ...Name status { code } } fragment Name on System { name { value } }',
    { c: true, d: true },
  ],
  [
    'null for a condition',
    'query($i: Boolean = true) { systems(first: 1) { totalCount @include(if: $i) } }',
    { i: null },
  ],
  ['a wrong variable', 'query($n: Int!) { systems(first: $n) { totalCount } }', { n: 'many' }],
  [
    'introspection',
    '{ __schema { queryType { name } types { name kind description } } __type(name: "System") { fields { name args { name defaultValue } } } }',
    {},
  ],
])('%s', async (_, query, variables) => {
  expect(await both(query, variables)).toMatch(/"data"|"errors"/);
});
