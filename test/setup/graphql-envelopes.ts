import fc from 'fast-check';

/** A request to /graphql or /graphql/stream as somebody might send it by mistake or on purpose. */
export type Envelope = { method: string; path: string; headers: Record<string, string>; body?: string };

const documents = fc.constantFrom(
  '{ __typename }',
  'query A { __typename }',
  'query A { __typename } query B { register { origin } }',
  'query A($n: Int) { systems(first: $n) { totalCount } }',
  'query A($n: Int!, $c: Boolean = true) { systems(first: $n) { totalCount @include(if: $c) } }',
  'mutation A { confirmRecord(input: {}) { eventId } }',
  'subscription A { events { position } }',
  'fragment F on Query { __typename }',
  '{ ...F } fragment F on Query { ...F }',
  '{ systems(filter: { status: [] }) { totalCount facets { dimension } } }',
  '{ nope }',
  '{ a: __typename a: register { origin } }',
  '{',
  '',
  ' ',
  '\ufeff{ __typename }',
  'query ($v: Nope) { __typename }',
  'query ($v: [Int!]! = [1]) { __typename }',
  '{ systems(first: 99999999999999999999) { totalCount } }',
  '{ systems(after: "\\u0000") { totalCount } }',
  '{ system(id: """block""") { id } }',
  'extend type Query { x: Int } { __typename }',
  'directive @a on FIELD query { __typename @a }',
);
const odd = fc.oneof(
  fc.constantFrom<unknown>(null, true, false, 0, 1, -1, 1e308, '', 'A', 'B', '__proto__', '{}', [], {}, [[]], [null]),
  fc.jsonValue({ maxDepth: 3 }),
);
const variables = fc.oneof(
  odd,
  fc.record({ n: odd, c: odd }, { requiredKeys: [] }),
  fc.constantFrom({ n: 1 }, { n: 1, c: null }, { n: null }, JSON.parse('{"__proto__":{"n":1}}') as object),
);
const extensions = fc.oneof(
  odd,
  fc.constantFrom<object>(
    { persistedQuery: 1 },
    { persistedQuery: { version: 1, sha256Hash: 'x' } },
    { persistedQuery: { version: 2, sha256Hash: 'x' } },
    { persistedQuery: { version: 1, sha256Hash: 'b2b2d29b0e3e7c1f' } },
    { persistedQuery: null },
    { persistedQuery: [] },
    { code: 'x' },
  ),
);
const names = fc.oneof(fc.constantFrom<unknown>('A', 'B', 'C', '', ' ', '__proto__', 'toString', null, 1, {}, []), odd);
const fields = {
  query: fc.oneof({ arbitrary: documents, weight: 6 }, odd),
  operationName: names,
  variables,
  extensions,
};
const asked = fc.oneof(
  { arbitrary: fc.record(fields, { requiredKeys: ['query'] }), weight: 6 },
  { arbitrary: fc.record(fields, { requiredKeys: [] }), weight: 2 },
  odd,
  fc.array(fc.record(fields, { requiredKeys: ['query'] }), { maxLength: 3 }),
);
const headers = fc.record(
  {
    'content-type': fc.constantFrom(
      'application/json',
      'application/json; charset=utf-8',
      'application/json; charset=latin1',
      'application/graphql',
      'application/graphql+json',
      'text/plain',
      'multipart/form-data; boundary=x',
      'application/x-www-form-urlencoded',
      '',
    ),
    accept: fc.constantFrom(
      'application/json',
      'application/graphql-response+json',
      'text/event-stream',
      'multipart/mixed',
      'multipart/mixed; deferSpec=20220824, application/json',
      'text/html',
      '*/*',
      'x',
    ),
    authorization: fc.constantFrom('Bearer x', 'Basic eDp4', ''),
    'accept-encoding': fc.constantFrom('gzip', 'br', 'identity;q=0', '*'),
    'if-none-match': fc.constantFrom('*', '"x"', 'W/"x"'),
  },
  { requiredKeys: [] },
);

export const anyEnvelope: fc.Arbitrary<Envelope> = fc
  .record({
    method: fc.constantFrom('POST', 'POST', 'POST', 'POST', 'GET', 'GET', 'HEAD', 'PUT', 'OPTIONS', 'DELETE'),
    path: fc.constantFrom('/graphql', '/graphql', '/graphql', '/graphql/stream'),
    headers,
    isJson: fc.boolean(),
    asked,
    cut: fc.option(fc.nat(80), { nil: undefined, freq: 10 }),
    times: fc.constantFrom(1, 1, 1, 2),
  })
  .map(({ method, path, headers: given, isJson, asked: what, cut, times }) => {
    const kept = isJson ? { ...given, 'content-type': 'application/json' } : given;
    if (method !== 'GET' && method !== 'HEAD') {
      const text = JSON.stringify(what) ?? '';
      const body = method === 'OPTIONS' ? undefined : cut === undefined ? text : text.slice(0, cut);
      return { method, path, headers: kept, ...(body !== undefined && { body }) };
    }
    const parameters = new URLSearchParams();
    if (typeof what === 'object' && what !== null && !Array.isArray(what))
      for (let i = 0; i < times; i++)
        for (const [name, value] of Object.entries(what))
          parameters.append(name, typeof value === 'string' ? value : (JSON.stringify(value) ?? ''));
    const { 'content-type': _, ...rest } = kept;
    return { method, path: `${path}?${String(parameters)}`, headers: isJson ? rest : given };
  });

/** Sends a request; a stream is cancelled once it has begun. */
export async function sendEnvelope(url: string, { method, path, headers: given, body }: Envelope) {
  const signal = AbortSignal.timeout(20_000);
  const answer = await fetch(`${url}${path}`, { method, headers: given, signal, ...(body !== undefined && { body }) });
  const isStream = answer.headers.get('content-type')?.startsWith('text/event-stream');
  if (isStream) await answer.body?.cancel();
  return { status: answer.status, text: isStream ? '' : await answer.text() };
}

/** What is wrong with an answer, whatever was asked; undefined if nothing. */
export function faultOf({ status, text }: { status: number; text: string }): string | undefined {
  if (status >= 500) return `${status}`;
  if (text.includes('INTERNAL_ERROR')) return 'an internal error';
  return undefined;
}
