// Imports the 109 full records behind the first national register by `import nl-standard`, and looks for every cell
// of the source in the records and the report. Run by hand:
//   npm run check:real:standard -- masterlijst-2022-12-20.json masterlijst-2022-12-20.csv
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startEmbeddedPostgres } from '#event-store';
import { readSystem } from '#projections';
import { Register } from '#server';
import { plainText } from '../../libs/imports/row/plain-text.js';
import { importFile } from '../../libs/imports/run.js';

const [file, sameAsCsv] = process.argv.slice(2) as [string, string?];
const rows = JSON.parse(readFileSync(file, 'utf8')) as Record<string, string>[];
const home = mkdtempSync(join(tmpdir(), 'vitrine-real-'));
const postgres = await startEmbeddedPostgres(home);
const register = await Register.open({ database: postgres.database, origin: 'real.example', projecting: true });
let bad = 0;
try {
  const result = await importFile(register, 'nl-standard', file, {});
  console.log(
    `${rows.length} rows: ${result.recorded} events recorded, ${result.refused} refused, ${result.remarks.length} remarks in the report`,
  );
  const { rows: systems } = await register.pool.query<{ id: string }>('SELECT id FROM system');
  const records = await Promise.all(
    systems.map(async ({ id }) => JSON.parse((await readSystem(register.pool, id))!.record) as Record<string, unknown>),
  );
  console.log(`${records.length} records`);
  bad += result.refused + Math.abs(rows.length - records.length);
  let cells = 0;
  const turned = new Map<string, number>();
  for (const row of rows) {
    const own = records.filter((record) => textOf(record).includes(squeeze(plainText(row['Naam']))));
    for (const [column, value] of Object.entries(row)) {
      const text = squeeze(plainText(value));
      if (text === '' || column === 'Organisatie' || column === 'Taal') continue;
      cells++;
      if (own.some((record) => textOf(record).includes(text))) continue;
      turned.set(`${column}: ${text.slice(0, 80)}`, (turned.get(`${column}: ${text.slice(0, 80)}`) ?? 0) + 1);
    }
  }
  console.log(`${cells} cells with something in them; not found word for word, because a code stands in their place:`);
  for (const [cell, count] of turned) console.log(`  ${count} x ${cell}`);
  if (sameAsCsv) {
    const again = await importFile(register, 'nl-standard', sameAsCsv, {});
    console.log(`the same as CSV: ${again.planned} events planned`);
    bad += again.planned;
  }
} finally {
  await register.close();
  await postgres.stop();
  rmSync(home, { recursive: true, force: true });
}
process.exitCode = bad === 0 ? 0 : 1;

function textOf(value: unknown): string {
  if (typeof value === 'object' && value !== null) return Object.values(value).map(textOf).join('\n');
  return squeeze(String(value));
}

function squeeze(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}
