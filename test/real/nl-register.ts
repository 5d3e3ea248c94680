// Imports two real snapshots of the Dutch national register and the log of changes between them, and compares what the register
// then holds with the snapshots, field by field. Run by hand:
//   npm run check:real -- FOLDER     (with snapshot-2026-06-09.json, changes-....jsonl, snapshot-2026-08-08.json)
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startEmbeddedPostgres } from '#event-store';
import { ownIntake, readOrganisations, readRecordAsOf, rebuild, type SystemRecord } from '#projections';
import { Register } from '#server';
import { importFile } from '../../libs/imports/run.js';
import { dumpReadModels } from '../setup/dump.js';

type Listed = Record<
  | 'id'
  | 'title'
  | 'organisatie'
  | 'doel'
  | 'juridische_basis'
  | 'status'
  | 'impactassessment'
  | 'geregistreerd'
  | 'toegevoegd'
  | 'url',
  string
>;
type Snapshot = { fetched_at: string; algoritmes: Listed[] };

const folder = process.argv[2]!;
const path = (start: string) => join(folder, readdirSync(folder).find((name) => name.startsWith(start))!);
const files = { june: path('snapshot-2026-06'), changes: path('changes-'), august: path('snapshot-2026-08') };
const june = JSON.parse(readFileSync(files.june, 'utf8')) as Snapshot;
const august = JSON.parse(readFileSync(files.august, 'utf8')) as Snapshot;
const inJune = new Set(june.algoritmes.map(({ id }) => id));
const added = new Set(august.algoritmes.map(({ id }) => id).filter((id) => !inJune.has(id)));

const home = mkdtempSync(join(tmpdir(), 'vitrine-real-'));
const postgres = await startEmbeddedPostgres(home);
const register = await Register.open({ database: postgres.database, origin: 'real.example', projecting: true });
let failed = 0;
try {
  const first = [await take('nl-snapshot', files.june), await take('nl-changes', files.changes)];
  report(
    'June snapshot and changes are recorded',
    first.every(({ refused }) => refused === 0),
    `${first.map(({ recorded }) => recorded).join(' + ')} events`,
  );
  const before = await listedAt(august.fetched_at);
  same('current records are those of August: id, title, organisation, status', before, august.algoritmes, [
    'id',
    'title',
    'organisatie',
    'status',
  ]);
  const old = august.algoritmes.filter(({ id }) => inJune.has(id));
  same(
    'every field of the records that were there in June',
    before.filter(({ id }) => inJune.has(id)),
    old,
  );
  const head = await register.store.head();
  await take('nl-snapshot', files.august);
  const since = await register.store.readAll(head, 100_000);
  const strangers = since.filter(({ stream }) => !added.has(stream.split(':').at(-1)!));
  report(
    'the August snapshot adds only what the additions lacked',
    strangers.length === 0,
    `${since.length} events on ${new Set(since.map(({ stream }) => stream)).size} of ${added.size} added records`,
  );
  same('all fields of all records equal the August snapshot', await listedAt(august.fetched_at), august.algoritmes);
  same('as of 9 June equals the June snapshot field by field', await listedAt('2026-06-09'), june.algoritmes);
  const gone = june.algoritmes.filter(({ id }) => !august.algoritmes.some((listed) => listed.id === id));
  for (const { id } of gone) {
    const record = await recordAt(`urn:vitrine:sys:nl-lars:${id}`, '9999-12-31');
    report(
      `vanished record ${id} is kept and marked`,
      record?.source?.delistedOn !== undefined,
      `${record?.status}, no longer listed since ${record?.source?.delistedOn}`,
    );
  }
  const end = await register.store.head();
  for (const [kind, file] of [
    ['nl-snapshot', files.june],
    ['nl-changes', files.changes],
    ['nl-snapshot', files.august],
  ] as const)
    await take(kind, file);
  report(
    'a second run of all three appends nothing',
    (await register.store.head()) === end,
    `log position ${end} before and ${await register.store.head()} after`,
  );
  const live = await dumpReadModels(postgres.database);
  await rebuild(postgres.database, ownIntake(register.store));
  const rebuilt = await dumpReadModels(postgres.database);
  const rows = Object.values(live).reduce((sum, table) => sum + table.length, 0);
  report(
    'a rebuild equals the live tables, row by row',
    JSON.stringify(live) === JSON.stringify(rebuilt),
    `${rows} rows in ${Object.keys(live).length} tables`,
  );
} finally {
  await register.close();
  await postgres.stop();
  rmSync(home, { recursive: true, force: true });
}
console.log(failed === 0 ? 'All hold.' : `${failed} do not hold.`);
process.exitCode = failed === 0 ? 0 : 1;

function take(kind: 'nl-snapshot' | 'nl-changes', file: string) {
  return importFile(register, kind, file, {});
}

/** The records listed at a moment, in the listing's own ten fields. */
async function listedAt(moment: string): Promise<Listed[]> {
  const page = await readOrganisations(register.pool, 100_000);
  const nameAt = (id: string) => {
    const organisation = page.organisations.find((one) => one.id === id)!;
    const former = organisation.formerNames.find(
      ({ until }) => Date.parse(until) > Date.parse(moment) + (moment.length === 10 ? 86_399_999 : 0),
    );
    return (former?.names ?? organisation.names).nl ?? '';
  };
  const { rows } = await register.pool.query<{ id: string }>('SELECT id FROM system');
  const records = await Promise.all(rows.map(({ id }) => recordAt(id, moment)));
  return records
    .filter((record) => record !== undefined)
    .filter((record) => !record.source?.delistedOn)
    .map((record) => ({
      id: record.source!.id,
      title: record.name?.nl ?? '',
      organisatie: nameAt(record.organisation),
      doel: record.purpose?.nl ?? '',
      juridische_basis: record.legalBasis?.nl ?? '',
      status:
        { registered: 'ontwikkeling', 'in-use': 'in_gebruik', retired: 'buiten_gebruik' }[record.status as string] ??
        record.status,
      impactassessment: record.source?.fields?.['impactassessment'] ?? '',
      geregistreerd: record.source?.fields?.['geregistreerd'] ?? '',
      toegevoegd: record.source?.fields?.['toegevoegd'] ?? '',
      url: record.source?.url ?? '',
    }));
}

function recordAt(system: string, moment: string): Promise<SystemRecord | undefined> {
  return readRecordAsOf(register.pool, system, { effective: moment });
}

function same(
  what: string,
  ours: Listed[],
  theirs: Listed[],
  fields = Object.keys(theirs[0]!) as (keyof Listed)[],
): void {
  const held = new Map(ours.map((record) => [record.id, record]));
  const differences = theirs.flatMap((record) =>
    fields
      .filter((field) => held.get(record.id)?.[field] !== record[field])
      .map((field) => `${record.id}.${field}: "${held.get(record.id)?.[field]}" is not "${record[field]}"`),
  );
  report(
    what,
    differences.length === 0 && ours.length === theirs.length,
    `${ours.length} and ${theirs.length} records, ${differences.length} differences of ${theirs.length * fields.length} fields`,
  );
  for (const difference of differences.slice(0, 5)) console.log(`    ${difference.slice(0, 300)}`);
}

function report(what: string, holds: boolean, detail: string): void {
  if (!holds) failed++;
  console.log(`${holds ? 'holds ' : 'FAILS '} ${what} (${detail})`);
}
