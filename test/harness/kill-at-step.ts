import fs from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';

type Method = (...given: never[]) => Promise<unknown>;

/** Kills the process at its `n`th file operation from now on. A write counts as two, because only half of it may be done. */
export function killAtStep(n: number): void {
  let steps = 0;
  const step = () => {
    if (++steps === n) process.kill(process.pid, 'SIGKILL');
  };
  const counted = (method: Method): Method =>
    function (this: unknown, ...given) {
      step();
      return method.apply(this, given);
    };
  const names = ['readFile', 'open', 'rename', 'link', 'mkdir', 'rm', 'readdir'] as const;
  const promises = fs as unknown as Record<string, Method>;
  const open = promises['open']!;
  for (const name of names) promises[name] = counted(promises[name]!);
  promises['open'] = counted(async (...given) => {
    const file = (await open(...given)) as Record<string, Method>;
    const [write, sync] = [file['writeFile']!, file['sync']!];
    file['sync'] = counted(sync.bind(file));
    file['writeFile'] = counted(async (bytes: never) => {
      const whole = Buffer.from(bytes);
      await (file['write'] as unknown as (part: Buffer) => Promise<unknown>)(whole.subarray(0, whole.length / 2));
      step();
      return (
        (file['write'] as unknown as (part: Buffer) => Promise<unknown>)(whole.subarray(whole.length / 2)) ?? write
      );
    });
    return file;
  });
  syncBuiltinESMExports();
}
