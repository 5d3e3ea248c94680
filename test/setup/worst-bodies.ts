import { randomFrom } from './random-document.js';

/** A request that is designed to be slow. `by`: the role of the key that is sent with it, if any. */
export type WorstBody = {
  family: string;
  path: string;
  by: 'nobody' | 'administrator' | 'integrator' | 'auditor';
  headers: Record<string, string>;
  body: Buffer;
};

type Family = {
  path?: string;
  by?: WorstBody['by'][];
  type?: string;
  make(size: number, random: () => number): string | Buffer;
};

const mebibyte = 1024 * 1024;
const organisation = 'urn:vitrine:org:local:bench1';
const command = (n: number, data: unknown, rest: object = {}) => ({
  type: 'RegisterSystem',
  organisation,
  system: `urn:vitrine:sys:bench:w${n}`,
  occurredAt: '2025-01-01',
  idempotencyKey: `w${n}`,
  data,
  ...rest,
});
const count = (size: number, bytes: number) => Math.max(1, Math.floor(size / bytes));
const list = (length: number, item: (i: number) => string, separator = ',') =>
  Array.from({ length }, (_, i) => item(i)).join(separator);
/** A list of commands, at most as many as one request may have. */
const commands = (length: number, data: (n: number) => unknown, from = 0) =>
  JSON.stringify(Array.from({ length: Math.min(1000, length) }, (_, n) => command(from + n, data(from + n))));
const gql = (query: string, variables?: unknown) =>
  JSON.stringify({ query, ...(variables !== undefined && { variables }) });
const anybody: WorstBody['by'][] = ['nobody', 'administrator', 'administrator', 'integrator', 'auditor'];
const writers: WorstBody['by'][] = ['administrator', 'administrator', 'administrator', 'integrator'];
const oddTexts = ['1', 'a.', '%20', '\\u0041', '\\"', '\\\\', '-', ' ', ':@', 'é', '\\ud83d\\ude00', 'x\\n'];
const one = <T>(random: () => number, choices: T[]): T => choices[Math.floor(random() * choices.length)]!;

/** Sizes are approximate, in bytes. */
const families: Record<string, Family> = {
  'numbers as names': { by: anybody, make: (size) => `{${list(count(size, 10), (i) => `"${i}":0`)}}` },
  'texts as names': { by: anybody, make: (size) => `{${list(count(size, 14), (i) => `"k${i}x":0`)}}` },
  'names that are escaped': { by: writers, make: (size) => `{${list(count(size, 16), (i) => `"\\u0061${i}":0`)}}` },
  'a list of lists': {
    by: anybody,
    make: (size) => `[${list(count(size, 200), () => '['.repeat(98) + ']'.repeat(98))}]`,
  },
  'too deep': { by: anybody, make: (size) => '['.repeat(size / 2) + ']'.repeat(size / 2) },
  'objects in a list': { by: writers, make: (size) => `[${list(count(size, 3), () => '{}')}]` },
  'a list of many lists with values': {
    by: writers,
    make: (size) => `[${list(count(size, 10_000), () => `[${list(2400, () => '1')}]`)}]`,
  },
  'long numbers': {
    by: writers,
    make: (size, random) =>
      `[${list(count(size, 1000), () => `${one(random, ['-', ''])}1.${'7'.repeat(900)}e-30${count(900, 4)}`)}]`,
  },
  'one long number': { by: writers, make: (size) => '9'.repeat(size) },
  'one long text': { by: writers, make: (size, random) => `"${one(random, oddTexts).repeat(size / 4)}"` },
  'a text that does not end': { by: writers, make: (size) => `["${'\\'.repeat(size)}` },
  blanks: { by: anybody, make: (size, random) => one(random, [' ', '\n', '\t']).repeat(size) },
  commas: { by: writers, make: (size) => `[${','.repeat(size)}]` },
  'quotation marks': { by: writers, make: (size) => '"'.repeat(size) },
  brackets: { by: writers, make: (size, random) => one(random, ['{', '}', '[{', ']', '{"a":']).repeat(size / 3) },
  'malformed at the end': {
    by: writers,
    make: (size) =>
      `[${list(count(size, 300), (i) => JSON.stringify(command(i, { name: { en: 'x'.repeat(100) } })))},{"a":}]`,
  },
  'a name twice, at the end': {
    by: writers,
    make: (size) =>
      `[${list(count(size, 300), (i) => JSON.stringify(command(i, { name: { en: 'x'.repeat(100) } })))},{"a":1,"a":2}]`,
  },
  'not UTF-8 at the end': {
    by: writers,
    make: (size) => Buffer.concat([Buffer.alloc(size, 'é'), Buffer.from([0xff])]),
  },
  'commands with unknown fields': {
    by: writers,
    make: (size, random) => {
      const fields = 1 + Math.floor(random() * 2000);
      return commands(count(size, fields * 14), () =>
        Object.fromEntries(Array.from({ length: fields }, (_, i) => [`f${i}`, i])),
      );
    },
  },
  'commands with long lists': {
    by: writers,
    make: (size, random) => {
      const items = 1 + Math.floor(random() * 2400);
      return commands(count(size, items * 4), () => ({
        name: { en: 'x' },
        links: Array.from({ length: items }, () => ({})),
        tags: [],
      }));
    },
  },
  'commands with odd texts': {
    by: writers,
    make: (size, random) => {
      const text = JSON.parse(`"${one(random, oddTexts)}"`) as string;
      const length = Math.min(size / 2, 60_000);
      return commands(count(size, length * 3), () => ({
        name: { en: text.repeat(length / text.length) },
        contact: { email: text.repeat(length / text.length), phone: `${text.repeat(length / text.length)}x` },
        links: [{ url: `https://${text.repeat(50)}` }],
      }));
    },
  },
  'good commands': {
    by: writers,
    make: (size, random) => {
      const base = Math.floor(random() * 1e9);
      const length = 1 + Math.floor(random() * 4000);
      const data = (n: number) => ({ name: { en: `System ${n}` }, purpose: { en: 'p'.repeat(length) } });
      return commands(count(size, length + 250), data, base);
    },
  },
  'good commands, all or none': {
    path: '/v1/events?atomic=true',
    by: writers,
    make: (size, random) => {
      const base = Math.floor(random() * 1e9);
      const data = (n: number) => ({ name: { en: `System ${n}` }, purpose: { en: 'p'.repeat(250) } });
      return commands(count(size, 500), data, base);
    },
  },
  'one large command': {
    by: writers,
    make: (size, random) =>
      JSON.stringify(
        command(Math.floor(random() * 1e9), {
          name: { en: 'Large' },
          ...Object.fromEntries(
            ['summary', 'purpose', 'notes', 'impact', 'risks', 'data'].map((field) => [
              field,
              Object.fromEntries(
                ['en', 'nl', 'fr', 'de', 'es', 'it', 'ca'].map((language) => [
                  language,
                  'é '.repeat(Math.min(size / 200, 4000)),
                ]),
              ),
            ]),
          ),
        }),
      ),
  },
  'the same command many times': {
    by: writers,
    make: (size) =>
      JSON.stringify(
        Array.from({ length: Math.min(1000, count(size, 300)) }, () => command(1, { name: { en: 'Same' } })),
      ),
  },
  'a path that is not there': {
    path: '/v1/nothing',
    by: anybody,
    make: (size) => `{${list(count(size, 10), (i) => `"${i}":0`)}}`,
  },
  'a webhook': {
    path: '/v1/webhooks',
    by: anybody,
    make: (size) =>
      JSON.stringify({
        url: `https://a.example/${'x'.repeat(size)}`,
        types: Array.from({ length: count(size, 30) }, () => 'RecordConfirmed'),
      }),
  },
  'a form': {
    path: '/oai',
    type: 'application/x-www-form-urlencoded',
    by: ['nobody'],
    make: (size) => list(count(size, 8), (i) => `a${i}=%20`, '&'),
  },
  'GraphQL: one field many times': {
    path: '/graphql',
    make: (size) => gql(`{ ${'__typename '.repeat(count(Math.min(size, 90_000), 11))}}`),
  },
  'GraphQL: fields below fields': {
    path: '/graphql',
    make: (_, random) => gql(`{ ${'systems{nodes{name{value}}} '.repeat(Math.floor(random() * 600))}}`),
  },
  'GraphQL: fragments': {
    path: '/graphql',
    make: (_, random) => {
      const n = 1 + Math.floor(random() * 98);
      const fields = 1 + Math.floor((5500 / n - 8) * random());
      return gql(
        `{ ${list(n, (i) => `...f${i}`, ' ')} } ${list(n, (i) => `fragment f${i} on Query { ${i + 1 < n ? `...f${i + 1}` : ''} ${list(Math.max(fields, 1), (j) => (j % 2 ? `a${i}_${j}:__typename` : '__typename'), ' ')} }`, ' ')}`,
      );
    },
  },
  'GraphQL: operations': {
    path: '/graphql',
    make: (_, random) =>
      gql(list(1 + Math.floor(random() * 99), (i) => `query a${i}($v:Int){systems(first:$v){totalCount}}`, ' ')),
  },
  'GraphQL: unknown fields': {
    path: '/graphql',
    make: (size) => gql(`{ ${list(count(Math.min(size, 90_000), 16), (i) => `systmes${i}`, ' ')} }`),
  },
  'GraphQL: nested values': {
    path: '/graphql',
    make: (_, random) => {
      const n = Math.floor(random() * 2900);
      return gql(`{ systems(first: ${'['.repeat(n)}${']'.repeat(n)}) { totalCount } }`);
    },
  },
  'GraphQL: many ids': {
    path: '/graphql',
    make: (_, random) =>
      gql('query($i:[ID!]!){ nodes(ids:$i){ id ... on System { name{value language all} record { json } } } }', {
        i: Array.from(
          { length: 1 + Math.floor(random() * 200) },
          () => `urn:vitrine:sys:bench:s${Math.floor(random() * 2000)}`,
        ),
      }),
  },
  'GraphQL: the schema': {
    path: '/graphql',
    make: (_, random) =>
      gql(
        `{ ${list(1 + Math.floor(random() * 4), (i) => `a${i}:__schema{types{name fields{name args{name type{name}} type{name ofType{name}}} inputFields{name} enumValues{name}}}`, ' ')} }`,
      ),
  },
  'GraphQL: large pages': {
    path: '/graphql',
    make: (_, random) =>
      gql(
        `{ systems(first:${50 + Math.floor(random() * 51)}, after: null${' '.repeat(random() * 50)}){ totalCount nodes{ id name{value language all} status{code label} organisation{ id name{value} } gaps{ obligation{code label} since bindingFrom } timeline(first:${1 + Math.floor(random() * 5)}){ nodes{ type occurredAt recordedAt } } record{ purpose{value all} domain{code label} riskClassification { class { code label } } } } } }`,
      ),
  },
  'GraphQL: many pages': {
    path: '/graphql',
    make: (_, random) =>
      gql(
        `{ ${list(Math.floor(random() * 60), (i) => `a${i}:systems(first:${1 + Math.floor(random() * 8)},search:"camera ${i}",language:EN){ totalCount nodes{ id name{value} } facets(limit:5){ values{value count} } }`, ' ')} }`,
      ),
  },
  'GraphQL: figures and months': {
    path: '/graphql',
    make: (_, random) =>
      gql(
        `{ statistics${' '.repeat(random() * 30)}{ systems statusByMonth{month status{code label} systems} eventsByMonth{month type events} ${list(8, (i) => `d${i}:by(dimension:${['STATUS', 'DOMAIN', 'ORGANISATION', 'SUPPLIER'][i % 4]},limit:1000){value label count}`, ' ')} } }`,
      ),
  },
  'GraphQL: variables': {
    path: '/graphql',
    make: (size) =>
      `{"query":"{__typename}","variables":{"a":[${list(count(Math.min(size, 90_000), 6), () => '1e308')}]}}`,
  },
  'GraphQL: a long text': {
    path: '/graphql',
    make: (size, random) =>
      gql(
        `{ systems(search: ${JSON.stringify(one(random, ['a ', 'ab', '!&|', 'é', '😀']).repeat(Math.min(size, 60_000) / 4))}) { totalCount } }`,
      ),
  },
  'GraphQL: a mutation': {
    path: '/graphql',
    by: ['administrator', 'nobody'],
    make: (size, random) =>
      gql('mutation($i: RegisterSystemInput!){ registerSystem(input:$i){ eventId } }', {
        i: {
          organisation,
          system: `urn:vitrine:sys:bench:g${Math.floor(random() * 1e9)}`,
          occurredAt: '2025-01-01',
          idempotencyKey: String(random()),
          name: [{ language: 'EN', value: 'x' }],
          links: Array.from({ length: count(Math.min(size, 60_000), 20) }, () => ({ url: 'x' })),
        },
      }),
  },
  'GraphQL: too large': { path: '/graphql', make: (size) => gql(`{ a(b: "${'x'.repeat(size)}") }`) },
};

export const familyNames = Object.keys(families);

/** Makes the same body for the same seed. `size`: about how many bytes, if the size of the family can be varied. */
export function makeWorstBody(family: string, size: number, seed: number): WorstBody {
  const random = randomFrom(seed);
  const { path = '/v1/events', by = ['nobody'], type = 'application/json', make } = families[family]!;
  const sender = one(random, by);
  const body = Buffer.from(make(Math.min(size, 5 * mebibyte - 1000), random));
  return { family, path, by: sender, headers: { 'content-type': type }, body };
}
