import { readdirSync, readFileSync } from 'node:fs';

const microsecondsPerTick = 10_000;

/** CPU microseconds that a PostgreSQL server and its processes have used so far (Linux; NaN elsewhere). */
export function serverCpu(postmaster: number): number {
  try {
    let ticks = 0;
    for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
      const fields = statOf(pid);
      if (!fields) continue;
      const isPostmaster = Number(pid) === postmaster;
      if (!isPostmaster && Number(fields[1]) !== postmaster) continue;
      const [user, system, childUser, childSystem] = fields.slice(11, 15).map(Number) as [
        number,
        number,
        number,
        number,
      ];
      ticks += user + system + (isPostmaster ? childUser + childSystem : 0);
    }
    return ticks * microsecondsPerTick;
  } catch {
    return Number.NaN;
  }
}

/** Fields of /proc/PID/stat after the program's name; undefined for a process that is gone. */
function statOf(pid: string): string[] | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  } catch {
    return undefined;
  }
}
