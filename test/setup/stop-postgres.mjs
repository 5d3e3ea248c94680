import { rmSync } from 'node:fs';

export default async function stop() {
  await globalThis.stopTestPostgres?.();
  if (globalThis.testHome) rmSync(globalThis.testHome, { recursive: true, force: true });
}
