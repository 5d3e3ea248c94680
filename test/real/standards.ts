// A round trip of real records through the Dutch standard. Run by hand:
//   npm run check:real:round-trip -- masterlijst-2022-12-20.json TEMPLATE_FOLDERS...
// Each record is imported by `import nl-standard`, exported as nl-1.0, imported into a second register and exported again: both exports must be
// the same. What the first register has and the second has not is counted by field, with the entry of the loss table.
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { projectRoot, startEmbeddedPostgres } from '#event-store';
import { lossTable, openSnapshot } from '#exports';
import { readOrganisationsById, type SystemRecord } from '#projections';
import { Register } from '#server';
import { standards } from '#standards';
import { type InStandard, recordsInStandard } from '../../libs/exports/standards/records.js';
import { systemRecords } from '../../libs/exports/tables/systems.js';
import { importFile } from '../../libs/imports/run.js';
import { createDatabase } from '../bench/growth.js';

const [list, ...folders] = process.argv.slice(2) as [string, ...string[]];
const home = mkdtempSync(join(tmpdir(), 'vitrine-real-'));
const postgres = await startEmbeddedPostgres(home);
const nl = standards['nl-1.0']!;
const losses = new Map(lossTable(nl).map(({ field, loss }) => [field, loss]));
const schema = JSON.parse(readFileSync(join(projectRoot, 'libs/standards', nl.schema!), 'utf8')) as object;
const validate = new Ajv2020({ allErrors: true }).compile(schema);
let bad = 0;
try {
  const first = await open('first');
  const files = folders.flatMap((folder) =>
    readdirSync(folder)
      .filter((name) => name.endsWith('.json'))
      .map((name) => join(folder, name)),
  );
  let rows = 0;
  for (const file of [list, ...files]) {
    const isTemplate = file !== list;
    const own = toRows(file);
    const target = join(home, 'rows.json');
    writeFileSync(target, JSON.stringify(own));
    const result = await importFile(
      first,
      'nl-standard',
      target,
      isTemplate ? { organisation: `Template ${rows}` } : {},
    );
    rows += own.length;
    if (result.refused > 0) bad += result.refused;
  }
  const held = await read(first);
  console.log(`${rows} records in ${files.length + 1} files: ${held.records.length} systems`);
  const second = await open('second');
  await back(second, held.out);
  const again = await read(second);
  const outOf = (out: InStandard[]) => new Map(out.map(({ record }) => [keyOf(record), comparable(record)]));
  const [before, after] = [outOf(held.out), outOf(again.out)];
  let differing = 0;
  const turned: string[] = [];
  for (const [key, record] of before)
    if (JSON.stringify(after.get(key)) !== JSON.stringify(record)) {
      differing++;
      for (const [field, value] of Object.entries(record))
        if (JSON.stringify(after.get(key)?.[field]) !== JSON.stringify(value))
          turned.push(`${field}: ${short(value)} became ${short(after.get(key)?.[field])}`);
    }
  console.log(`${held.out.length} records out, ${again.out.length} out of the second register; ${differing} differ`);
  for (const line of turned) console.log(`  ${line}`);
  bad += differing;
  let invalid = 0;
  const reasons = new Map<string, number>();
  for (const { record } of held.out)
    if (!validate(record)) {
      invalid++;
      for (const { instancePath, message } of validate.errors ?? [])
        reasons.set(`${instancePath} ${message}`, (reasons.get(`${instancePath} ${message}`) ?? 0) + 1);
    }
  console.log(`${held.out.length - invalid} of ${held.out.length} valid by the machine schema; else:`);
  for (const [reason, count] of reasons) console.log(`  ${count} x ${reason}`);
  if ([...reasons.keys()].some((reason) => !reason.includes('required property'))) bad++;
  console.log('fields of the first register that the second does not have:');
  const lost = new Map<string, number>();
  const cut = ({ name }: SystemRecord) => Object.values(name ?? {})[0]?.slice(0, 90);
  const byName = new Map(again.records.map((record) => [cut(record), record]));
  for (const record of held.records) {
    const other = byName.get(cut(record));
    for (const field of Object.keys(record))
      if (!other || !(field in other)) lost.set(field, (lost.get(field) ?? 0) + 1);
  }
  for (const [field, count] of [...lost].sort(([, a], [, b]) => b - a)) {
    const told = losses.get(field);
    console.log(`  ${String(count).padStart(4)} x ${field}: ${told ?? 'NOT IN THE LOSS TABLE'}`);
    if (!told) bad++;
  }
  for (const register of [first, second]) await register.close();
} finally {
  await postgres.stop();
  rmSync(home, { recursive: true, force: true });
}
console.log(bad === 0 ? 'All hold.' : `${bad} faults.`);
process.exitCode = bad === 0 ? 0 : 1;

async function open(name: string): Promise<Register> {
  const database = await createDatabase(postgres.database, name);
  return Register.open({ database, origin: `${name}.example`, projecting: true });
}

function toRows(file: string): object[] {
  const parsed = JSON.parse(readFileSync(file, 'utf8')) as object[] | object;
  return Array.isArray(parsed) ? parsed : [parsed];
}

async function read(register: Register): Promise<{ records: SystemRecord[]; out: InStandard[] }> {
  await register.projected.waitUntil(await register.store.head(), 60_000);
  const snapshot = await openSnapshot(register.exporting);
  const records: SystemRecord[] = [];
  const out: InStandard[] = [];
  for await (const page of systemRecords(snapshot))
    records.push(...page.map(({ record }) => JSON.parse(record) as SystemRecord));
  for await (const page of recordsInStandard(snapshot, nl, register.origin)) out.push(...page);
  await snapshot.release();
  for (const { organisation } of records) if (!(await readOrganisationsById(register.pool, [organisation]))[0]) bad++;
  return { records, out };
}

async function back(register: Register, out: InStandard[]): Promise<void> {
  const file = join(home, 'out.json');
  writeFileSync(file, JSON.stringify(out.map(({ record }) => record)));
  const result = await importFile(register, 'nl-standard', file, {});
  console.log(
    `back in: ${result.recorded} events recorded, ${result.refused} refused, ${result.remarks.length} remarks`,
  );
  bad += result.refused;
}

function keyOf(record: InStandard['record']): string {
  return JSON.stringify([record['organization'], record['name'], record['description_short']]);
}

/** A record without its address and identifier, which differ in another register. */
function comparable({ url: _, source_id: __, ...record }: InStandard['record']): InStandard['record'] {
  return record;
}

function short(value: unknown): string {
  return (JSON.stringify(value) ?? 'nothing').slice(0, 160);
}
