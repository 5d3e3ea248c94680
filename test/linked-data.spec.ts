import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import jsonld from 'jsonld';
import N3, { type Quad } from 'n3';
import Validator from 'rdf-validate-shacl';
import { projectRoot } from '#event-store';
import { openSnapshot } from '#exports';
import type { Node } from '../libs/exports/rdf/graph.js';
import { irisOf, organisationNode, systemNode } from '../libs/exports/rdf/resources.js';
import { nodesOfTable } from '../libs/exports/rdf/tables.js';
import { codeNodes, shapeNodes, vocabularyNodes } from '../libs/exports/rdf/vocabulary.js';
import { type RdfFormat, rdfOf } from '../libs/exports/rdf/write.js';
import { openDemoRegister, type TestRegister } from './setup/register.js';
import { definedTerms } from './setup/vocabularies.js';

let t: TestRegister;
const nodes: { [name: string]: Node[] } = {};
const iris = irisOf('test.example');
beforeAll(async () => {
  t = await openDemoRegister();
  const snapshot = await openSnapshot(t.register.exporting);
  for (const [name, read] of Object.entries(nodesOfTable)) {
    nodes[name] = [];
    for await (const page of read(snapshot, iris)) nodes[name].push(...page);
  }
  await snapshot.release();
});
afterAll(() => t.close());

async function* once<T>(page: T): AsyncGenerator<T> {
  yield page;
}
async function write(format: RdfFormat, trees: Node[]): Promise<string> {
  let text = '';
  for await (const piece of rdfOf(format, once(trees))) text += piece;
  return text;
}
const canonical = (input: unknown, more: object = {}) =>
  jsonld.canonize(input, {
    algorithm: 'RDFC-1.0',
    format: 'application/n-quads',
    safe: true,
    ...more,
  }) as Promise<string>;
const nQuads = { inputFormat: 'application/n-quads' };
const parse = (turtle: string) => new N3.Parser().parse(turtle);
const toNQuads = (quads: Quad[]): Promise<string> =>
  new Promise((resolve, reject) => {
    const writer = new N3.Writer({ format: 'N-Quads' });
    writer.addQuads(quads);
    writer.end((error: unknown, text: string) => (error ? reject(error as Error) : resolve(text)));
  });
const schema = (name: string) => parse(readFileSync(join(projectRoot, 'schema/rdf', name), 'utf8'));

/** A record with everything that a record can contain, including awkward texts and addresses. */
const full = {
  id: 'urn:vitrine:sys:local:x:full',
  organisation: 'urn:vitrine:org:local:x',
  status: 'suspended',
  statusSince: '2026-01-01T10:00:00Z',
  registeredAt: '2025-01-01',
  name: { en: 'A "quoted" \\ name\nin two lines 🚋', nl: 'x' },
  tags: ['a', 'b\tc'],
  aiSystem: 'yes',
  links: [{ kind: 'public-page', url: 'https://example.org/a b|c{d}"e\\f^g`<h>', title: 'x' }],
  inUseFrom: '2025',
  inUseTo: '2025-03',
  languages: ['nl', 'ca'],
  risk: { occurredAt: '2025-02-01', class: 'high', annexIII: ['AIII-5-a', 'AIII-8-a'], grounds: { en: 'because' } },
  energy: [12.5, 1e-7, 123456789.125, 1e21].map((kWh) => ({
    period: { from: '2025-01-01', to: '2025-12-31' },
    measured: true,
    kWh,
  })),
  costs: [
    { kind: 'licence', period: { from: '2025-01-01', to: '2025-12-31' }, amount: { amount: '10.50', currency: 'EUR' } },
  ],
  source: { register: 'r', id: '1', fields: { b: '2', a: 'é"\n' } },
  withheld: { provider: { basis: 'trade-secret', reason: { en: 'secret' }, until: '2027-01-01' } },
  contact: {
    email: 'a+b@example.org',
    phone: '+31 20 (1)',
    address: 'Street 1',
    office: 'Office',
    url: 'https://example.org/',
  },
};

describe('the same graph in every serialization', () => {
  const same = async (tree: Node) => {
    const own = await canonical(JSON.parse(await write('jsonld', [tree])));
    expect(own.length).toBeGreaterThan(100);
    expect(await canonical(await toNQuads(parse(await write('ttl', [tree]))), nQuads)).toBe(own);
    expect(await canonical(await write('nt', [tree]), nQuads)).toBe(own);
  };

  test.each(['organisations', 'systems', 'events'])('of %s, by jsonld and n3', async (name) => {
    for (const tree of nodes[name]!) await same(tree);
  });

  test('of a record with everything in it', () => same(systemNode(full as never, iris)));

  test('numbers are in digits', async () => {
    const text = await write('nt', [systemNode(full as never, iris)]);
    const numbers = [...text.matchAll(/ns#kWh> "([^"]+)"/g)].map(([, number]) => number);
    expect(numbers.sort()).toEqual(['0.0000001', '1000000000000000000000', '12.5', '123456789.125']);
  });
});

test('the published vocabulary, code lists and shapes are those that the program has', async () => {
  for (const [name, published] of [
    ['vocabulary.ttl', vocabularyNodes()],
    ['codes.ttl', codeNodes()],
    ['shapes.ttl', shapeNodes()],
  ] as const)
    expect([name, await write('ttl', published)]).toEqual([
      name,
      readFileSync(join(projectRoot, 'schema/rdf', name), 'utf8'),
    ]);
});

describe('the terms', () => {
  const own = () => new Set([...schema('vocabulary.ttl'), ...schema('codes.ttl')].map(({ subject }) => subject.value));
  const allQuads = async () => [
    ...parse(await write('nt', [...Object.values(nodes).flat(), systemNode(full as never, iris)])),
  ];

  test('are all defined by their vocabularies', async () => {
    const defined = new Set([...definedTerms, ...own(), 'http://www.w3.org/1999/02/22-rdf-syntax-ns#type']);
    const used = new Set<string>();
    for (const { predicate, object } of await allQuads()) {
      used.add(predicate.value);
      if (predicate.value.endsWith('#type') || /^https:\/\/(vitrine\.example|w3id\.org)\//.test(object.value))
        used.add(object.value);
    }
    expect([...used].filter((term) => !defined.has(term))).toEqual([]);
    expect(used.size).toBeGreaterThan(120);
  });
});

describe('the shapes', () => {
  const validate = (quads: Quad[]) => {
    const shapes = new N3.Store(schema('shapes.ttl'));
    return new Validator(shapes).validate(new N3.Store(quads)) as Promise<{
      conforms: boolean;
      results: { focusNode: { value: string }; path: { value: string } }[];
    }>;
  };

  test('hold on every record', async () => {
    const trees = [...nodes['organisations']!, ...nodes['systems']!, systemNode(full as never, iris)];
    const { results } = await validate(parse(await write('nt', trees)));
    expect(results.map(({ focusNode, path }) => `${focusNode.value} ${path.value}`)).toEqual([]);
  });

  test.each<[string, object, string]>([
    ['a status of another list', { status: 'https://elsewhere.example/x' }, 'status'],
    ['a date that is none', { statusSince: 'T' }, 'statusSince'],
    ['a text twice in one language', { impact: { en: 'a' }, name: undefined }, 'impact'],
  ])('find %s', async (_, wrong, property) => {
    const text = await write('nt', [systemNode({ ...full, ...wrong } as never, iris)]);
    const spoilt = text
      .replace('https://vitrine.example/codes/system-status/https://elsewhere.example/x', 'https://elsewhere.example/x')
      .replace(
        '<https://vitrine.example/ns#impact> "a"@en .',
        '<https://vitrine.example/ns#impact> "a"@en .\n<https://test.example/systems/urn:vitrine:sys:local:x:full> <https://vitrine.example/ns#impact> "b"@en .',
      );
    const { results } = await validate(parse(spoilt));
    expect(results.map(({ path }) => path.value)).toEqual(
      expect.arrayContaining([`https://vitrine.example/ns#${property}`]),
    );
  });
});

test('an organisation that is closed, renamed and erased from', async () => {
  const organisation = {
    id: 'urn:vitrine:org:local:x',
    status: 'closed',
    names: { nl: 'Nieuw' },
    kind: 'municipality',
    country: 'XK',
    registeredAt: '2025-01-01',
    formerNames: [{ names: { nl: 'Oud' }, until: '2025-06-01' }],
    erasures: [{ occurredAt: '2025-07-01', event: 'e', part: 'contact', basis: 'court-order', erasedBy: 'f' }],
  };
  const text = await write('ttl', [organisationNode(organisation as never, iris)]);
  expect(text).toContain('foaf:name "Nieuw"@nl');
  expect(text).toContain('v:country "XK"');
});
