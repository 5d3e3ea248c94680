// 100,000 strangers, each with its own address and query, then 560 subscribers that never read: how much memory does the server use, and
// does a normal subscriber still get a place?   npm run harness:strangers [-- HOW MANY [SUBSCRIBERS]]
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort, isReady, launchServer, runVitrine } from './server.js';

const wanted = Number(process.argv[2] ?? 100_000);
const subscribers = Number(process.argv[3] ?? 560);
const limit = 350;
const atOnce = 16;
const home = mkdtempSync(join(tmpdir(), 'vitrine-strangers-'));
const server = launchServer(home, await freePort(), '1', {
  VITRINE_BEHIND_PROXY: '1',
  VITRINE_REQUESTS_A_MINUTE: '1200',
  VITRINE_DUMP_MINUTES: '0',
});
while (!(await isReady(server.url))) await sleep(100);
const { hostname, port } = new URL(server.url);
const agent = new Agent({ keepAlive: true, maxSockets: atOnce });

const addressOf = (n: number) =>
  n % 2 === 0
    ? `10.${(n >> 16) & 255}.${(n >> 8) & 255}.${n & 255}`
    : `2001:db8:${(n >> 16).toString(16)}:${(n & 0xffff).toString(16)}::1`;
const hashOf = (query: string) => createHash('sha256').update(query).digest('hex');

/** The nth request: one question in many forms, different each time. */
function ask(n: number): { method: string; path: string; body?: string } {
  const query = `query Q${n} { systems(first: ${1 + (n % 20)}, search: "w${n}") { totalCount nodes { id } } register { head } }`;
  // Names of operations and variables may be as long as a document.
  const long = `A${n}${'a'.repeat(30_000)}`;
  if (n % 100 === 7)
    return {
      method: 'POST',
      path: '/graphql',
      body: JSON.stringify({ query: `query ${long} { __typename }`, operationName: long }),
    };
  if (n % 100 === 57)
    return {
      method: 'POST',
      path: '/graphql',
      body: JSON.stringify({
        query: `query ($${long}: Boolean!) { __typename @skip(if: $${long}) }`,
        variables: { [long]: false },
      }),
    };
  switch (n % 6) {
    case 0:
      return { method: 'GET', path: `/v1/systems?limit=1&search=word${n}` };
    case 1:
      return { method: 'POST', path: '/graphql', body: JSON.stringify({ query }) };
    case 2:
      return { method: 'GET', path: `/graphql?query=${encodeURIComponent(query)}` };
    case 3:
      return {
        method: 'POST',
        path: '/graphql',
        body: JSON.stringify({ query, extensions: { persistedQuery: { version: 1, sha256Hash: hashOf(query) } } }),
      };
    case 4:
      return { method: 'GET', path: `/v1/systems/urn:vitrine:sys:local:city:none${n}` };
    default:
      return { method: 'GET', path: `/systems?language=nl&after=${n}` };
  }
}

const statuses = new Map<number, number>();
const send = (n: number) =>
  new Promise<void>((done) => {
    const { method, path, body } = ask(n);
    const headers = {
      'x-forwarded-for': addressOf(n),
      'user-agent': `stranger ${n}`,
      ...(body && { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }),
    };
    const asked = request({ hostname, port, method, path, headers, agent }, (answer) => {
      statuses.set(answer.statusCode!, (statuses.get(answer.statusCode!) ?? 0) + 1);
      answer.resume().once('end', done);
    });
    asked.once('error', () => done());
    asked.end(body);
  });

/** Current and peak resident memory, in MiB (Linux). */
const memory = () => {
  const status = readFileSync(`/proc/${server.child.pid}/status`, 'utf8');
  const of = (name: string) => Math.round(Number(new RegExp(`${name}:\\s+(\\d+)`).exec(status)![1]) / 1024);
  return { now: of('VmRSS'), most: of('VmHWM') };
};

console.log(`Before: ${memory().now} MiB.`);
let next = 0;
await Promise.all(
  Array.from({ length: atOnce }, async () => {
    while (next < wanted) {
      const n = next++;
      await send(n);
      if (n % 20_000 === 0 && n > 0) console.log(`${n} of ${wanted}: ${memory().now} MiB`);
    }
  }),
);
const told = [...statuses].sort(([a], [b]) => a - b).map(([status, n]) => `${n} x ${status}`);
console.log(`${wanted} addresses and queries (${told.join(', ')}): ${memory().now} MiB, at most ${memory().most}.`);

const query = encodeURIComponent('subscription { events { type } }');
const open: Socket[] = [];
for (let n = 0; n < subscribers; n++) {
  const socket = connect(Number(port), hostname);
  socket.on('error', () => undefined);
  socket.write(
    `GET /graphql/stream?query=${query} HTTP/1.1\r\nhost: x\r\naccept: text/event-stream\r\nx-forwarded-for: 10.9.${n >> 8}.${n & 255}\r\n\r\n`,
  );
  // It never reads.
  socket.pause();
  open.push(socket);
}
await sleep(2000);
const abort = new AbortController();
const honest = await fetch(`${server.url}/graphql/stream?query=${query}`, {
  headers: { accept: 'text/event-stream', 'x-forwarded-for': '203.0.113.7' },
  signal: abort.signal,
});
const arrives = (async () => {
  let text = '';
  for await (const piece of honest.body!) {
    text += Buffer.from(piece as Uint8Array).toString();
    if (text.includes('SystemRegistered')) return true;
  }
  return false;
})();
const file = join(home, 'command.json');
writeFileSync(
  file,
  JSON.stringify({
    type: 'RegisterSystem',
    organisation: 'urn:vitrine:org:nl-tooi:gm0363',
    system: 'urn:vitrine:sys:nl-tooi:gm0363:honest',
    occurredAt: '2026-01-01',
    idempotencyKey: 'honest',
    data: { name: { nl: 'Eerlijk' } },
  }),
);
const recorded = await runVitrine(home, ['record', file]);
if (recorded.status !== 0) console.log(recorded.stderr);
const hasPlace = await Promise.race([arrives.catch(() => false), sleep(20_000, false)]);
abort.abort();
for (const socket of open) socket.destroy();
const { now, most } = memory();
console.log(
  `${subscribers} silent subscribers; an honest one ${hasPlace ? 'has a place' : 'HAS NONE'}. ${now} MiB, at most ${most} (limit ${limit}).`,
);
await server.stop();
rmSync(home, { recursive: true, force: true });
const isGood = hasPlace && most <= limit && ![...statuses.keys()].some((status) => status >= 500);
console.log(isGood ? 'All is well.' : 'FAILED.');
process.exit(isGood ? 0 : 1);
