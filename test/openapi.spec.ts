import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import readExcelFile from 'read-excel-file/node';
import { projectRoot } from '#event-store';
import { beginLog, parseCheckpoint, parseNote, readSignedCheckpoint } from '#log';
import {
  anyCall,
  type Call,
  goodCalls,
  type Known,
  knownOf,
  readOpenApi,
  sendTo,
  xlsx,
} from './setup/openapi-calls.js';
import { openDemoRegister, type TestRegister } from './setup/register.js';

const { operations, check } = readOpenApi();
const reads = operations.filter(({ method }) => method === 'GET');
let t: TestRegister;
let known: Known;

let admin: string;
const send = (call: Call) => sendTo(t.url, call, call.operation.isSecured ? { authorization: admin } : {});

const home = mkdtempSync(join(tmpdir(), 'vitrine-openapi-'));

beforeAll(async () => {
  // Statements are about the published log.
  const places = { folder: join(home, 'public/log'), scratch: join(home, 'scratch'), claims: join(home, 'claims') };
  await beginLog(join(home, 'keys'), 'test.example/log', places.claims);
  t = await openDemoRegister({ log: { keyFolder: join(home, 'keys'), places } });
  const head = await t.register.store.head();
  for (let tries = 0; tries < 200; tries++) {
    const checkpoint = await readSignedCheckpoint(places.folder);
    if (checkpoint && parseCheckpoint(parseNote(checkpoint).text).size > head) break;
    await sleep(50);
  }
  admin = await t.key('administrator');
  known = await knownOf(t.url, admin);
});
afterAll(async () => {
  await t.close();
  rmSync(home, { recursive: true, force: true });
});

test('the description that is served is the one in schema/openapi.json, but for its address and contact', async () => {
  type Description = { servers: unknown; info: { contact: unknown } };
  const plain = ({ servers: _, info: { contact: __, ...info }, ...rest }: Description) => ({ ...rest, info });
  const served = (await (await fetch(`${t.url}/v1/openapi.json`)).json()) as Description;
  const file = JSON.parse(readFileSync(join(projectRoot, 'schema/openapi.json'), 'utf8')) as Description;
  expect(plain(served)).toEqual(plain(file));
});

describe('every operation answers as the description says', () => {
  test.each(reads.map((operation) => [operation.id, operation] as const))('%s, asked rightly', async (_, operation) => {
    for (const call of goodCalls(operation, known)) {
      const { status, headers, body } = await send(call);
      check(call, status, headers, body);
      expect([200, 404]).toContain(status);
    }
    const [plain] = goodCalls(operation, known);
    expect((await send(plain!)).status).toBe(200);
  });

  test.each(
    operations.filter(({ method }) => method !== 'DELETE').map((operation) => [operation.id, operation] as const),
  )('%s, asked anyhow', async (_, operation) => {
    await fc.assert(
      fc.asyncProperty(anyCall(operation, known), async (call) => {
        const { status, headers, body } = await send(call);
        check(call, status, headers, body);
        expect(status).toBeLessThan(500);
      }),
      { numRuns: 40 },
    );
  });
});

test.each(
  reads
    .filter(({ responses }) => responses['200']?.content?.['text/csv'])
    .map((operation) => [operation.id, operation] as const),
)('%s has the same rows in every form', async (_, operation) => {
  const [call] = goodCalls(operation, known);
  const rows: unknown[] = [];
  let next: string | null = call!.url;
  while (next !== null) {
    const { body, headers } = await send({ ...call!, url: next });
    const answer = JSON.parse(body.toString()) as Record<string, unknown> & { total?: number };
    rows.push(...(Object.values(answer).find(Array.isArray) as unknown[]));
    if (answer.total !== undefined && !headers.get('link')) expect(rows).toHaveLength(answer.total);
    const link = /^<(.*)>; rel="next"$/.exec(headers.get('link') ?? '')?.[1];
    expect(link !== undefined).toBe('next' in answer);
    next = link === undefined ? null : call!.url.split('?')[0] + link;
  }
  const csv = await send({ ...call!, headers: { accept: 'text/csv' } });
  expect(parse(csv.body, { columns: true })).toHaveLength(rows.length);
  const book = await send({ ...call!, headers: { accept: xlsx } });
  expect((await readExcelFile(book.body))[0]?.data).toHaveLength(rows.length + 1);
  const [path, query] = call!.url.split('?');
  const suffixed = await send({ ...call!, url: `${path}.csv${query ? `?${query}` : ''}`, headers: {} });
  expect(suffixed.body.equals(csv.body)).toBe(true);
});
