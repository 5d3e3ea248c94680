import { readCounts, readTotals } from '#projections';
import { checkHealth } from '#server';
import { readSignedSize } from './published.js';
import { settings, withRegister } from './settings.js';

export function showStatus(): Promise<void> {
  return withRegister(async (register) => {
    const [head, position] = [await register.store.head(), await register.projected.position()];
    const { organisations, systems } = await readTotals(register.pool);
    console.log(`Origin          ${register.origin}`);
    console.log(
      `Database        ${settings.databaseUrl ? 'your own (VITRINE_DATABASE_URL)' : `embedded, under ${settings.home}`}`,
    );
    console.log(`Log             ${head + 1} events`);
    console.log(`Signed          ${await signedLog(head + 1)}`);
    console.log(`Read models     ${head === position ? 'up to date' : `${head - position} events behind`}`);
    console.log(`Organisations   ${organisations}`);
    console.log(`Systems         ${systems}`);
    for (const { key, count } of await readCounts(register.pool, {}, 'status', 20))
      console.log(`  ${key.padEnd(14)}${count}`);
    await register.lookedAround;
    for (const { code, message } of (await checkHealth(register)).troubles) console.log(`${code.padEnd(16)}${message}`);
  });
}

/** How much of the log is signed, and whether the database can continue from there. */
async function signedLog(size: number): Promise<string> {
  const signed = await readSignedSize();
  if (signed > size)
    return `REFUSED: ${signed} events are signed, the database has ${size}. See libs/log/README.md, "When the log refuses".`;
  return signed === 0 ? 'nothing yet (vitrine up signs)' : `${signed} events`;
}
