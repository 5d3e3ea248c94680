import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type InStandard, lossTable, openSnapshot } from '#exports';
import type { SystemRecord } from '#projections';
import { standards } from '#standards';
import { recordsInStandard, standardAsCsv } from '../libs/exports/standards/records.js';
import { systemRecords } from '../libs/exports/tables/systems.js';
import { type ImportKind } from '../libs/imports/kinds.js';
import { importFile } from '../libs/imports/run.js';
import { openDemoRegister, openTestRegister, type TestRegister } from './setup/register.js';

let first: TestRegister;
let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'vitrine-round-trip-'));
  first = await openDemoRegister();
});
afterAll(async () => {
  await first.close();
  rmSync(folder, { recursive: true });
});

async function read({ register }: TestRegister, id: string) {
  const snapshot = await openSnapshot(register.exporting);
  const records: SystemRecord[] = [];
  const out: InStandard[] = [];
  for await (const page of systemRecords(snapshot))
    records.push(...page.map(({ record }) => JSON.parse(record) as SystemRecord));
  for await (const page of recordsInStandard(snapshot, standards[id]!, register.origin)) out.push(...page);
  await snapshot.release();
  return { records, out };
}

async function* once(out: InStandard[]) {
  yield out;
}

/** What necessarily differs in another register: addresses, identifiers, and dates of registration. */
const own = {
  'nl-1.0': ['url', 'source_id'],
  'eurocities-0.3.1': ['product_information', 'uuid', 'publication_date', 'last_change_date'],
};

test.each([
  ['eurocities', 'eurocities-0.3.1', 'json'],
  ['eurocities', 'eurocities-0.3.1', 'csv'],
  ['nl-standard', 'nl-1.0', 'json'],
  ['nl-standard', 'nl-1.0', 'csv'],
] as const)('%s: out in %s as %s, in and out again: the same; only what the loss table says is lost', async (...by) => {
  const [kind, id, format]: [ImportKind, keyof typeof own, string] = [...by];
  const before = await read(first, id);
  const file = join(folder, `${id}.${format}`);
  const text = format === 'json' ? JSON.stringify(before.out.map(({ record }) => record)) : '';
  writeFileSync(file, text);
  if (format === 'csv')
    for await (const lines of standardAsCsv(standards[id]!, once(before.out)))
      writeFileSync(file, lines, { flag: 'a' });
  const second = await openTestRegister();
  try {
    const result = await importFile(second.register, kind, file, { country: 'NL' });
    expect(result.remarks.filter(([, , , problem]) => !problem!.includes('taken as a new organisation'))).toEqual([]);
    expect(result).toMatchObject({ refused: 0 });
    const after = await read(second, id);
    expect(after.records).toHaveLength(before.records.length);
    const comparable = ({ out }: typeof before) =>
      out
        .map(({ record }) => Object.fromEntries(Object.entries(record).filter(([name]) => !own[id].includes(name))))
        .sort((a, b) =>
          JSON.stringify([a['organization'], a['name'], a['lang']]) <
          JSON.stringify([b['organization'], b['name'], b['lang']])
            ? -1
            : 1,
        );
    expect(comparable(after)).toEqual(comparable(before));
    const told = new Set(lossTable(standards[id]!).map(({ field }) => field));
    const nameOf = ({ name }: SystemRecord) => Object.values(name ?? {}).map((one) => one?.slice(0, 99));
    for (const record of before.records) {
      const other = after.records.find((one) => nameOf(one).some((name) => nameOf(record).includes(name)))!;
      const lost = Object.keys(record).filter((field) => !(field in other) && !told.has(field));
      expect([record.id, lost]).toEqual([record.id, []]);
    }
  } finally {
    await second.close();
  }
});
