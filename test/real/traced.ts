// Where each value of real records in each standard comes from. Run by hand:
//   npm run check:real:traced -- SNAPSHOT.json masterlijst-2022-12-20.json
// Both are imported; then each record is put in the form of each standard, and each value must stand in the record or in a list of the standard.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startEmbeddedPostgres } from '#event-store';
import { openSnapshot } from '#exports';
import type { SystemRecord } from '#projections';
import { Register } from '#server';
import { isFor, languagesOf, standards, toStandard } from '#standards';
import { systemRecords } from '../../libs/exports/tables/systems.js';
import { organisationRecords } from '../../libs/exports/tables/tables.js';
import { importFile } from '../../libs/imports/run.js';
import { createDatabase } from '../bench/growth.js';
import { untraced } from '../setup/traced.js';

const [listing, list] = process.argv.slice(2) as [string, string];
const home = mkdtempSync(join(tmpdir(), 'vitrine-real-'));
const postgres = await startEmbeddedPostgres(home);
let faults = 0;
try {
  const database = await createDatabase(postgres.database, 'traced');
  const register = await Register.open({ database, origin: 'traced.example', projecting: true });
  for (const [kind, file] of [
    ['nl-snapshot', listing],
    ['nl-standard', list],
  ] as const) {
    const { recorded, refused } = await importFile(register, kind, file, {});
    console.log(`${kind}: ${recorded} events recorded, ${refused} refused`);
  }
  await register.projected.waitUntil(await register.store.head(), 120_000);
  const snapshot = await openSnapshot(register.exporting);
  const bodies = new Map((await organisationRecords(snapshot)).map((one) => [one.id, one]));
  const said = new Map<string, { records: number; values: number; odd: number }>();
  for await (const page of systemRecords(snapshot))
    for (const { record: json } of page) {
      const record = JSON.parse(json) as SystemRecord;
      const organisation = bodies.get(record.organisation);
      for (const standard of Object.values(standards).filter((one) => isFor(one, record, organisation)))
        for (const language of languagesOf(standard, record, 'en')) {
          const context = { record, organisation, language, url: `https://traced.example/systems/${record.id}` };
          const odd = untraced(standard, context);
          const count = said.get(standard.id) ?? { records: 0, values: 0, odd: 0 };
          count.records++;
          count.values += Object.keys(toStandard(standard, context)).length;
          count.odd += odd.length;
          said.set(standard.id, count);
          for (const one of odd.slice(0, faults < 20 ? 20 : 0)) console.log(`  ${record.id} ${one.slice(0, 200)}`);
          faults += odd.length;
        }
    }
  await snapshot.release();
  for (const [id, { records, values, odd }] of said)
    console.log(`${id}: ${records} records, ${values} values, ${odd} that stand nowhere`);
  await register.close();
} finally {
  await postgres.stop();
  rmSync(home, { recursive: true, force: true });
}
process.exitCode = faults === 0 ? 0 : 1;
