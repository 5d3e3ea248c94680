import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import { unzipSync } from 'fflate';
import { projectRoot } from '#event-store';
import { freePort, type RunningServer, runVitrine, startServer } from './harness/server.js';

const place = mkdtempSync(join(tmpdir(), 'vitrine-old-'));
const home = join(place, 'home');
let server: RunningServer | undefined;

afterAll(async () => {
  await server?.stop();
  rmSync(place, { recursive: true, force: true });
});

/** All files in a folder, by their relative paths. */
const filesOf = (folder: string) =>
  Object.fromEntries(
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .map((file) => [file.slice(folder.length), readFileSync(file).toString('latin1')]),
  );

/**
 * An old answer, with the changes that CHANGELOG.md describes: the reason why energy was not measured has its own field, and a system is retired
 * from the day after its last day of use. What was recorded (`payload`) is unchanged.
 */
function today(before: unknown): unknown {
  if (Array.isArray(before)) return before.map(today);
  if (typeof before !== 'object' || before === null) return before;
  const lastDay = (before as { retirement?: { on?: string } }).retirement?.on;
  const entries = Object.entries(before).map(([name, value]) => {
    const isReason = name === 'method' && 'measured' in before && !before.measured;
    if (name === 'statusSince' && lastDay !== undefined)
      return [name, new Date(Date.parse(lastDay) + 86_400_000).toISOString().slice(0, 10)];
    return [isReason ? 'notMeasuredReason' : name, name === 'payload' ? value : today(value)] as const;
  });
  return Object.fromEntries(entries);
}

/** Members of a record that are new in this release, or that more records have. */
const newMembers = new Set<unknown>(['deployments', 'statusBefore']);

/** An answer whose lists of what changed do not name them. */
function withoutNew(answer: unknown): unknown {
  return JSON.parse(JSON.stringify(answer), (name, value) =>
    name === 'changed' && Array.isArray(value) ? value.filter((member) => !newMembers.has(member)) : value,
  );
}

test('a register of release 0.2 comes back with the same log, byte for byte, and gives the same answers, but for what CHANGELOG lists', async () => {
  chmodSync(place, 0o755);
  for (const [name, bytes] of Object.entries(unzipSync(readFileSync(join(projectRoot, 'test/registers/0.2.zip'))))) {
    mkdirSync(dirname(join(place, name)), { recursive: true });
    writeFileSync(join(place, name), bytes, { mode: 0o600 });
  }
  const restored = await runVitrine(home, [
    'restore',
    join(place, 'backup'),
    '--keys',
    join(place, 'keys'),
    '--nothing-newer',
  ]);
  expect([restored.status, restored.stderr + restored.stdout]).toEqual([
    0,
    expect.stringContaining('307 events restored'),
  ]);
  expect(filesOf(join(home, 'public/log'))).toEqual(filesOf(join(place, 'backup/log')));

  server = await startServer(home, await freePort());
  const answers = JSON.parse(readFileSync(join(place, 'answers.json'), 'utf8')) as { [path: string]: object };
  expect(Object.keys(answers)).toHaveLength(66);
  // An answer may have new fields; it must still have all that it had, except for the listed changes.
  for (const [path, before] of Object.entries(answers)) {
    const answer = await fetch(server.url + path, { headers: { accept: 'application/json' } });
    expect({ path, body: withoutNew(await answer.json()) }).toMatchObject({
      path,
      body: withoutNew(today(before)) as object,
    });
  }
  expect(filesOf(join(home, 'public/log'))).toEqual(filesOf(join(place, 'backup/log')));
});
