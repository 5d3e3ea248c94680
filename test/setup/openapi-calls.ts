import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { type EventType, eventKinds } from '#domain';
import { projectRoot } from '#event-store';
import { dataFor } from './arbitrary.js';
import { reportError } from './reader.js';

type Schema = { [keyword: string]: unknown };
type Parameter = { name: string; in: 'path' | 'query'; required?: boolean; schema: Schema; explode?: boolean };
type Response = { headers?: object; content?: Record<string, { schema: Schema }> };
export type Operation = {
  method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  path: string;
  id: string;
  parameters: Parameter[];
  responses: Record<string, Response>;
  /** It needs a key. */
  isSecured: boolean;
};
/** A request. `url`: path and query. */
export type Call = { operation: Operation; url: string; headers: Record<string, string>; body?: string };
/** Existing values for path parameters. */
export type Known = { [parameter: string]: string[] };

type Document = {
  paths: Record<
    string,
    Record<
      string,
      { operationId: string; parameters?: object[]; responses: Record<string, Response>; security?: object[] }
    >
  >;
  components: { schemas: Record<string, Schema>; parameters: Record<string, Parameter> };
};

export async function sendTo(
  url: string,
  { operation, url: path, headers, body }: Call,
  more: Record<string, string> = {},
) {
  const answer = await fetch(url + path, {
    method: operation.method,
    headers: { ...headers, ...more },
    ...(body !== undefined && { body }),
  });
  return { status: answer.status, headers: answer.headers, body: Buffer.from(await answer.arrayBuffer()) };
}

/** Values from a register with the demonstration data, and a webhook that is created here with an administrator's key. */
export async function knownOf(url: string, key: string): Promise<Known> {
  const webhook = await fetch(`${url}/v1/webhooks`, {
    method: 'POST',
    headers: { authorization: key, 'content-type': 'application/json' },
    body: JSON.stringify({ url: 'https://receiver.invalid/' }),
  });
  const get = async (path: string) => (await fetch(url + path, { headers: { accept: 'application/json' } })).json();
  const { systems } = (await get('/v1/systems?limit=100')) as { systems: { id: string; organisation: string }[] };
  const { events } = (await get('/v1/events?limit=100')) as { events: { envelope: { id: string } }[] };
  await reportError(url, systems[0]!.id, 'The deadline is wrong.');
  const reports = await fetch(`${url}/v1/reports`, { headers: { authorization: key } });
  return {
    systemId: systems.map(({ id }) => id),
    organisationId: [...new Set(systems.map(({ organisation }) => organisation))],
    eventId: events.map(({ envelope }) => envelope.id),
    number: ['1', '2', '3'],
    name: ['risk-class', 'language'],
    standard: ['nl-1.0', 'aiact-annex-viii-c'],
    part: ['content', 'contact'],
    reportId: ((await reports.json()) as { reports: { id: string }[] }).reports.map(({ id }) => id),
    webhookId: [((await webhook.json()) as { id: string }).id],
  };
}

/** Reads the checked-in description, against which every answer is checked. */
export function readOpenApi() {
  const document = JSON.parse(readFileSync(join(projectRoot, 'schema/openapi.json'), 'utf8')) as Document;
  const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, { operationId, parameters = [], responses, security }]): Operation => {
      const own = parameters.map((parameter) =>
        '$ref' in parameter
          ? document.components.parameters[String(parameter.$ref).split('/').at(-1)!]!
          : (parameter as Parameter),
      );
      return {
        method: method.toUpperCase() as 'GET',
        path,
        id: operationId,
        parameters: own,
        responses,
        isSecured: security !== undefined,
      };
    }),
  );
  return { operations, check: checker(document) };
}

/** Makes a schema refuse members that it does not name, so that the description must be complete. */
function closed(schema: Schema): Schema {
  const each = (inner: unknown) =>
    Object.fromEntries(Object.entries(inner as Schema).map(([name, one]) => [name, closedUse(one as Schema)]));
  return Object.fromEntries(
    Object.entries(schema).map(([keyword, inner]) => {
      if (keyword === 'properties') return [keyword, each(inner)];
      if (keyword === 'items' || (keyword === 'additionalProperties' && typeof inner === 'object'))
        return [keyword, closedUse(inner as Schema)];
      return [keyword, Array.isArray(inner) && keyword.endsWith('Of') ? inner.map(closed) : inner];
    }),
  );
}

function closedUse(schema: Schema): Schema {
  const isObject = schema['$ref'] ?? schema['properties'] ?? schema['allOf'];
  return isObject ? { ...closed(schema), unevaluatedProperties: false } : closed(schema);
}

function checker(document: Document) {
  const ajv = new Ajv2020({ strict: false, allErrors: true });
  formats.default(ajv);
  const schemas = Object.fromEntries(
    Object.entries(document.components.schemas).map(([name, schema]) => [name, closed(schema)]),
  );
  ajv.addSchema({ $id: 'openapi', components: { schemas } });
  const validators = new Map<string, ValidateFunction>();

  /** Throws an Error that says what in an answer is not as documented. */
  return function check({ operation, url }: Call, status: number, headers: Headers, body: Buffer): void {
    const fail = (message: string): never => {
      throw new Error(`${operation.method} ${url} -> ${status}: ${message}\n${body.toString().slice(0, 500)}`);
    };
    const response = operation.responses[status] ?? fail('This status is not documented.');
    if (!headers.get('api-version')) fail('No API-Version.');
    if (status === 304 || (status === 204 && body.length === 0)) return;
    const type = headers.get('content-type')?.split(';')[0] ?? '';
    const content = response.content?.[type] ?? fail(`The media type "${type}" is not documented.`);
    if (type === 'text/csv') parse(body, { columns: true });
    if (!/^application\/(problem\+)?json$/.test(type)) return;
    const key = `${operation.method} ${operation.path} ${status}`;
    let validate = validators.get(key);
    if (!validate) {
      validate = ajv.compile(
        JSON.parse(JSON.stringify(closedUse(content.schema)).replaceAll('"#/', '"openapi#/')) as Schema,
      );
      validators.set(key, validate);
    }
    if (!validate(JSON.parse(body.toString()))) fail(ajv.errorsText(validate.errors).slice(0, 1000));
  };
}

/** Valid calls: without optional parameters, with each of them, and in each format. */
export function goodCalls(operation: Operation, known: Known): Call[] {
  const needed = operation.parameters.filter(({ required, in: place }) => required && place === 'query');
  const base = needed.map(({ name, schema }) => [name, String(goodValues(schema)[0])] as [string, string]);
  const path = pathOf(operation, (name) => known[name]![0]!);
  const withOne = operation.parameters
    // `after` is left out: a cursor must come from an answer.
    .filter(({ in: place, name }) => place === 'query' && name !== 'after')
    .flatMap(({ name, schema }) => goodValues(schema).map((value): [string, string] => [name, value]));
  const urls = [base, ...withOne.map((one) => [...base.filter(([name]) => name !== one[0]), one])].map(
    (query) => `${path}${query.length > 0 ? `?${new URLSearchParams(query)}` : ''}`,
  );
  const isList = operation.responses['200']?.content?.['text/csv'] !== undefined;
  const forms = isList ? ['application/json', 'text/csv', xlsx] : ['application/json'];
  return urls.flatMap((url) => forms.map((accept) => ({ operation, url, headers: { accept } })));
}

export const xlsx = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet';

function goodValues(schema: Schema): string[] {
  if (schema['enum']) return (schema['enum'] as string[]).slice(0, 3);
  if (schema['examples']) return schema['examples'] as string[];
  if (schema['type'] === 'array') return goodValues(schema['items'] as Schema);
  if (schema['type'] === 'integer') return ['1'];
  if (schema['format'] === 'date') return ['2026-06-09'];
  if (schema['oneOf']) return ['2026-06-09', '2026-06-09T12:00:00Z'];
  return ['camera'];
}

function pathOf({ path }: Operation, value: (name: string) => string): string {
  return `/v1${path.replaceAll(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(value(name)))}`;
}

const nasty = [
  "' OR 1=1 --",
  '%00',
  '\u0000',
  '../../etc/passwd',
  '#{7*7}',
  '{{7*7}}',
  '<script>',
  '-1',
  '0',
  '1e9',
  '9'.repeat(20),
  'NaN',
  'null',
  'true',
  '2026-02-30',
  '2026-13-01',
  '0000-00-00',
  '2026-06-09T25:00:00Z',
  '9999-12-31',
  '-0001-01-01',
  'é'.repeat(50),
  '\ud800',
  '\u202e',
  '😀',
  'a'.repeat(3000),
  ',,,',
  '[]',
  '{}',
  '"',
  '\\',
  '%',
  '%zz',
  '_',
  '&',
  'in-use,retired',
  'WyJOQU1FIiwiYSIsImIiXQ',
  'WzFd',
  'W10',
  'WyIiXQ',
  'WzFlOTks',
  'the',
  'camera OR',
  '!()&|:*',
  "''",
];

/** Anything that a client could send to an operation: valid, nearly valid and invalid. */
export function anyCall(operation: Operation, known: Known): fc.Arbitrary<Call> {
  const text = fc.oneof(
    fc.constantFrom(...nasty),
    fc.string({ maxLength: 40 }),
    fc.string({ unit: 'binary', maxLength: 20 }),
  );
  const valueFor = ({ schema }: Parameter): fc.Arbitrary<string> => {
    const good = (schema['enum'] ??
      (schema['items'] as Schema | undefined)?.['enum'] ??
      goodValues(schema)) as string[];
    return fc.oneof({ arbitrary: fc.constantFrom(...good), weight: 8 }, text, fc.integer().map(String));
  };
  const asked = operation.parameters.filter(({ in: place }) => place === 'query');
  const pair = (parameter: Parameter) =>
    valueFor(parameter).map((value) => [parameter.name, value] as [string, string]);
  const needed = asked.filter(({ required }) => required);
  const optional = asked.filter(({ required }) => !required);
  const query = fc
    .tuple(
      fc.tuple(...needed.map((parameter) => fc.option(pair(parameter), { freq: 20 }))),
      // Some of the optional ones, occasionally the same twice.
      optional.length === 0 ? fc.constant([]) : fc.array(fc.oneof(...optional.map(pair)), { maxLength: 4 }),
    )
    .map(([first, rest]) => [...first, ...rest].filter((one) => one !== null));
  const unknown = fc.oneof({ arbitrary: fc.constant(null), weight: 20 }, fc.tuple(text, text));
  const names = [...operation.path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name!);
  const path = fc.tuple(
    ...names.map((name) =>
      fc.oneof(
        { arbitrary: fc.constantFrom(...known[name]!), weight: 4 },
        text.filter((one) => one !== '' && !/^\.{1,2}$/.test(one)),
      ),
    ),
  );
  const accept = fc.constantFrom(
    'application/json',
    'application/json',
    'text/csv',
    xlsx,
    '*/*',
    'text/html',
    'application/json;q=0.1, text/csv',
    ';;q=,',
  );
  const body = ['POST', 'PATCH'].includes(operation.method) ? anyBody() : fc.constant(undefined);
  return fc.tuple(query, unknown, path, accept, body).map(([pairs, extra, values, form, sent]) => {
    const given = new Map(names.map((name, i) => [name, values[i]!]));
    const encode = (one: string) => encodeURIComponent(one.toWellFormed());
    const parts = [...pairs, ...(extra ? [extra] : [])].map(([name, value]) => `${encode(name)}=${encode(value)}`);
    const url = `${pathOf(operation, (name) => given.get(name)!.toWellFormed())}${parts.length > 0 ? `?${parts.join('&')}` : ''}`;
    const headers = { accept: form, ...(sent !== undefined && { 'content-type': 'application/json' }) };
    return { operation, url, headers, ...(sent !== undefined && { body: sent }) };
  });
}

/** Valid and nearly valid commands, and other JSON. */
function anyBody(): fc.Arbitrary<string> {
  const command = fc.constantFrom(...(Object.keys(eventKinds) as EventType[])).chain((event) =>
    fc.record(
      {
        type: fc.constant(eventKinds[event].command),
        organisation: fc.constantFrom('urn:vitrine:org:local:fuzz', 'urn:vitrine:org:nl-tooi:gm0363'),
        system: fc.constantFrom('urn:vitrine:sys:local:fuzz:a', 'urn:vitrine:sys:nl-tooi:gm0363:chatbot'),
        occurredAt: fc.constantFrom('2026-01-01', '2026-06-09T12:00:00Z', '2026-02-30', 'soon'),
        idempotencyKey: fc.string({ maxLength: 10 }),
        data: fc.oneof({ arbitrary: dataFor(event), weight: 4 }, fc.object()),
      },
      { requiredKeys: ['type'] },
    ),
  );
  return fc.oneof(
    { arbitrary: command.map((one) => JSON.stringify(one)), weight: 5 },
    { arbitrary: fc.array(command, { maxLength: 3 }).map((many) => JSON.stringify(many)), weight: 2 },
    fc.json(),
    fc.string({ maxLength: 100 }),
  );
}
