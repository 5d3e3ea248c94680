// Sends requests to every REST operation, generated from its OpenAPI description, and checks every answer against it: a documented
// status and body, never a 500. Also sends GraphQL requests of any form.   npm run harness:api [-- REQUESTS [SEED]]
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { migrate, startEmbeddedPostgres } from '#event-store';
import { createServer, Register } from '#server';
import { loadDemo } from '../../apps/cli/demo.js';
import { anyEnvelope, faultOf, sendEnvelope } from '../setup/graphql-envelopes.js';
import { anyCall, knownOf, readOpenApi, sendTo } from '../setup/openapi-calls.js';

const requests = Number(process.argv[2] ?? 20_000);
const seed = Number(process.argv[3] ?? Date.now() % 2 ** 31);
const atOnce = 8;

const home = mkdtempSync(join(tmpdir(), 'vitrine-api-'));
const postgres = await startEmbeddedPostgres(home);
await migrate(postgres.database);
const register = await Register.open({ database: postgres.database, origin: 'api.example', projecting: true });
await loadDemo(register);
await register.projected.waitUntil(await register.store.head());
const app = await createServer(register);
await app.listen(0, '127.0.0.1');
const url = await app.getUrl();
const { secret } = await register.keys.create({
  name: 'fuzz',
  role: 'administrator',
  organisation: null,
  expiresAt: null,
});

const key = `Bearer ${secret}`;
const { operations: unsorted, check } = readOpenApi();
// DELETE goes last, because the other operations need the webhook.
const operations = unsorted.sort((a, b) => Number(a.method === 'DELETE') - Number(b.method === 'DELETE'));
const known = await knownOf(url, key);
const share = Math.ceil(requests / operations.length);
const statuses = new Map<string, number>();
const faults: string[] = [];
let slowest = { milliseconds: 0, url: '' };
for (const [i, operation] of operations.entries()) {
  const calls = fc.sample(anyCall(operation, known), { numRuns: share, seed: seed + i });
  await Promise.all(
    Array.from({ length: atOnce }, async () => {
      for (let call = calls.pop(); call; call = calls.pop()) {
        const begun = performance.now();
        const headers: Record<string, string> = operation.isSecured ? { authorization: key } : {};
        const answer = await sendTo(url, call, headers);
        const milliseconds = performance.now() - begun;
        if (milliseconds > slowest.milliseconds) slowest = { milliseconds, url: call.url };
        const outcome = `${operation.id} ${answer.status}`;
        statuses.set(outcome, (statuses.get(outcome) ?? 0) + 1);
        try {
          check(call, answer.status, answer.headers, answer.body);
          if (answer.status >= 500)
            throw new Error(`${operation.method} ${call.url} -> ${answer.status}: ${answer.body}`);
        } catch (error) {
          faults.push((error as Error).message.slice(0, 600));
        }
      }
    }),
  );
  const own = [...statuses].filter(([key]) => key.startsWith(`${operation.id} `));
  console.log(`${operation.id}: ${own.map(([key, count]) => `${count} x ${key.split(' ')[1]}`).join(', ')}`);
}
const envelopes = fc.sample(anyEnvelope, { numRuns: Math.ceil(requests / 4), seed });
const sentToGraphql = envelopes.length;
await Promise.all(
  Array.from({ length: atOnce }, async () => {
    for (let envelope = envelopes.pop(); envelope; envelope = envelopes.pop()) {
      const fault = faultOf(await sendEnvelope(url, envelope));
      if (fault) faults.push(`GraphQL: ${fault}: ${JSON.stringify(envelope)}`.slice(0, 600));
    }
  }),
);
console.log(`GraphQL: ${sentToGraphql} envelopes`);
await app.close();
await register.close();
await postgres.stop();
rmSync(home, { recursive: true, force: true });

for (const fault of faults.slice(0, 20)) console.log(fault);
const sent = [...statuses.values()].reduce((sum, count) => sum + count, 0);
console.log(
  `${sent} requests to ${operations.length} operations (seed ${seed}): ${faults.length} answers not as documented.`,
);
console.log(`The slowest took ${slowest.milliseconds.toFixed(0)} ms: ${slowest.url.slice(0, 200)}`);
if (faults.length > 0) process.exit(1);
