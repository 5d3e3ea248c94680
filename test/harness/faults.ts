// Provokes faults and checks what /readyz reports, how soon, how long each answer takes, and how soon the register recovers. Faults that
// need a small disk are provoked by root only.   npm run harness:faults
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { killCluster, resume, startCluster } from '../setup/cluster.js';
import {
  databaseFrozen,
  type Fault,
  faultsAtStart,
  isTold,
  quickFaults,
  recordSomething,
  type Stage,
  slowFaults,
  startRegister,
  untilReady,
} from '../setup/faults.js';
import { freePort } from './server.js';

const place = mkdtempSync(join(tmpdir(), 'vitrine-faults-'));
const disk = join(place, 'disk');
mkdirSync(disk);
const isSmall = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=300m,mode=755', 'tmpfs', disk]).status === 0;
const node = await startCluster(disk, { wal_keep_size: '0', max_wal_size: '64MB' });
const port = await freePort();
const stage: Stage = { place, home: join(place, 'home'), node, server: startRegister(join(place, 'home'), node, port) };
const seconds = (since: number) => ((performance.now() - since) / 1000).toFixed(1);
let failed = 0;
let longest = 0;

const until = async (isSo: Parameters<typeof untilReady>[1], server = stage.server) => {
  const { answer, longest: slowest } = await untilReady(server, isSo);
  longest = Math.max(longest, slowest);
  return answer;
};
await until(({ status }) => status === 200);
await recordSomething(stage);
console.log('| fault | /readyz says | status | after (s) | well again after (s) |\n| --- | --- | --- | --- | --- |');
for (const fault of [...quickFaults, ...slowFaults]) {
  if (fault.says === 'cannot-write' && fault.name.includes('disk') && !isSmall)
    console.log(`| ${fault.name} | (needs root) |`);
  else await provoke(fault);
}
for (const { name, says, status, start } of faultsAtStart) {
  const begun = performance.now();
  const other = start(stage, await freePort());
  try {
    const found = await until((answer) => isTold(answer.health, says), other);
    report(name, says, found.status, seconds(begun), '-', found.status === status);
  } finally {
    await other.stop();
  }
}
const mend = await databaseFrozen.provoke(stage);
const begun = performance.now();
stage.server.child.kill('SIGTERM');
await once(stage.server.child, 'exit');
const isInTime = performance.now() - begun <= 10_000;
report(
  'SIGTERM while the database is frozen',
  '(ends)',
  Number(stage.server.child.exitCode),
  seconds(begun),
  '-',
  isInTime,
);
await mend();
console.log(`\nThe longest answer took ${(longest / 1000).toFixed(2)} s.`);
if (longest > 2000) failed++;
await killCluster(node);
if (isSmall) spawnSync('umount', ['-l', disk]);
rmSync(place, { recursive: true, force: true });
console.log(failed === 0 ? 'All were told.' : `${failed} FAILED.`);
process.exit(failed === 0 ? 0 : 1);

async function provoke({ name, says, status, provoke }: Fault): Promise<void> {
  const begun = performance.now();
  const undo = await provoke(stage);
  const found = await until(({ health }) => isTold(health, says));
  const after = seconds(begun);
  await undo();
  const mended = performance.now();
  if (says === 'unavailable' && name.includes('down')) await resume(node);
  if (says !== 'event-set-aside') await until(({ health }) => !isTold(health, says));
  report(
    name,
    says,
    found.status,
    after,
    says === 'event-set-aside' ? 'stays' : seconds(mended),
    found.status === status,
  );
}

function report(name: string, says: string, status: number, after: string, again: string, isRight: boolean): void {
  if (!isRight) failed++;
  console.log(`| ${name} | ${says} | ${status}${isRight ? '' : ' WRONG'} | ${after} | ${again} |`);
}
