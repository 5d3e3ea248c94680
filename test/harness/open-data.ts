// Independent readers of the open data of a log of 100,000 events: ldes-client replicates the event stream, is killed three times and resumes;
// two SHACL engines validate the catalogue against the shapes of DCAT-AP.   npm run harness:open-data [-- FOLDER_OF_DCAT_AP [EVENTS]]
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { openEventStore, projectRoot, startEmbeddedPostgres } from '#event-store';
import { seed } from './seed.js';
import { beginRegister, freePort, startServer } from './server.js';

const [shapes, count = '100000'] = process.argv.slice(2);
const size = Number(count);
const peers = join(projectRoot, 'test/harness/peers');
const home = mkdtempSync(join(tmpdir(), 'vitrine-open-data-'));
if (!existsSync(join(peers, 'node_modules')))
  execFileSync('npm', ['install', '--no-package-lock', '--no-audit', '--no-fund'], { cwd: peers, stdio: 'inherit' });
await beginRegister(home);
const postgres = await startEmbeddedPostgres(home);
const store = await openEventStore(postgres.database, 'harness.example');
await seed(store, size, (done) => console.log(`seeding: ${done} of ${size}`));
const expected = new Set<string>();
for (let after = -1; after < size - 1; ) {
  const events = await store.readAll(after, 1000);
  for (const { envelope } of events) expected.add(`https://harness.example/events/${envelope.id}`);
  after = events.at(-1)!.position;
}
await store.close();
await postgres.stop();
const server = await startServer(home, await freePort());
let failed = false;

const members = new Set<string>();
/** The members that the client had saved as emitted when it was last killed: it must not emit them again. */
const saved = new Set<string>();
let [again, unsaved] = [0, 0];
const given: number[] = [];
for (const killAfter of [Math.floor(size / 7), Math.floor(size / 5), Math.floor(size / 3), Number.POSITIVE_INFINITY]) {
  given.push(await replicate(killAfter));
  for (const id of execFileSync(process.execPath, ['saved.mjs', join(home, 'state')], { cwd: peers, maxBuffer: 1e9 })
    .toString()
    .split('\n'))
    saved.add(id);
}
const afterwards = await replicate();
const missing = [...expected].filter((id) => !members.has(id)).length;
const strange = [...members].filter((id) => !expected.has(id)).length;
console.log(
  `ldes-client: ${given.slice(0, -1).join(', ')} members, killed after each; ${given.at(-1)} to the end; ${afterwards} in one more run.`,
);
console.log(`Given before the client had saved that it gave them, and so once more: ${unsaved}.`);
say(
  missing + strange + again + afterwards === 0,
  `${members.size} of ${expected.size} events, ${missing} missing, ${strange} strange, ${again} of those that it had saved given again`,
);

if (shapes !== undefined) {
  const sets = [
    ['shacl/shapes.ttl'],
    ['shacl/shapes.ttl', 'shacl/shapes_recommended.ttl', 'shacl/range.ttl'],
    ['shacl-generated/dcat-ap-SHACL.ttl', 'shacl-generated/ranges.ttl'],
  ];
  for (let waited = 0; !(await hasDumps()) && waited < 600; waited++)
    await new Promise((resolve) => setTimeout(resolve, 1000));
  for (const set of sets) {
    const child = spawn(
      process.execPath,
      ['validate.mjs', `${server.url}/catalog.ttl`, ...set.map((file) => join(shapes, '3.0.1', file))],
      { cwd: peers, stdio: 'inherit' },
    );
    const [code] = (await once(child, 'exit')) as [number];
    say(code === 0, `the catalogue by ${set.join(', ')}`);
  }
}
await server.stop();
rmSync(home, { recursive: true, force: true });
process.exitCode = failed ? 1 : 0;

function say(holds: boolean, what: string): void {
  console.log(`${holds ? 'holds' : 'FAILED'}: ${what}`);
  if (!holds) failed = true;
}

async function hasDumps(): Promise<boolean> {
  return (await fetch(`${server.url}/exports/latest/datapackage.json`)).ok;
}

/** Runs the client and kills it after `killAfter` members. Returns how many it emitted. It emits a member first, then saves that it did. */
async function replicate(killAfter = Number.POSITIVE_INFINITY): Promise<number> {
  const child = spawn(
    join(peers, 'node_modules/.bin/ldes-client'),
    ['--save', join(home, 'state'), '--poll-interval', '1000', `${server.url}/ldes/root.trig`],
    { stdio: ['ignore', 'pipe', 'ignore'] },
  );
  let got = 0;
  for await (const line of createInterface({ input: child.stdout })) {
    const id = /^<(\S+)> <http:\/\/purl\.org\/dc\/terms\/created> /.exec(line)?.[1];
    if (!id) continue;
    if (saved.has(id)) again++;
    else if (members.has(id)) unsaved++;
    members.add(id);
    got++;
    if (got === killAfter) child.kill('SIGTERM');
  }
  return got;
}
