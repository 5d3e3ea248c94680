import { readStatistics } from '#projections';
import { settings, withRegister } from './settings.js';

export function showStatus(): Promise<void> {
  return withRegister(async (register) => {
    const [head, position, statistics] = [
      await register.store.head(),
      await register.position(),
      await readStatistics(register.pool),
    ];
    console.log(`Origin          ${register.origin}`);
    console.log(
      `Database        ${settings.databaseUrl ? 'your own (VITRINE_DATABASE_URL)' : `embedded, under ${settings.home}`}`,
    );
    console.log(`Log             ${head + 1} events`);
    console.log(`Read models     ${head === position ? 'up to date' : `${head - position} events behind`}`);
    console.log(`Organisations   ${statistics.organisations}`);
    console.log(`Systems         ${statistics.systems}`);
    for (const { key, count } of statistics.byStatus) console.log(`  ${key.padEnd(14)}${count}`);
  });
}
