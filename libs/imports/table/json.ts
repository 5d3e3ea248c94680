import { parseJson } from '#commands';
import { Refusal } from '#domain';
import { type Fault, type Reading, shorten, type Table, type TableRow } from './rows.js';

/** Reads a list of records, an object that holds one, or one record: an object with a known field. Strict: UTF-8, no duplicate fields. */
export function readJson(bytes: Buffer, isColumn: Reading['isColumn']): Table {
  const parsed = parseJson(bytes, 'The file');
  const list = Array.isArray(parsed) ? parsed : listIn(parsed as Record<string, unknown>, isColumn);
  const rows: TableRow[] = [];
  const faults: Fault[] = [];
  const columns = new Set<string>();
  for (const [i, entry] of list.entries()) {
    const line = `record ${i + 1}`;
    if (typeof entry !== 'object' || entry === null || Array.isArray(entry)) {
      faults.push({ line, field: '', problem: `Not a record, but ${shorten(JSON.stringify(entry)) || 'nothing'}.` });
      continue;
    }
    for (const name of Object.keys(entry)) columns.add(name);
    rows.push({ line, values: entry as Record<string, unknown> });
  }
  if (rows.length > 0 && ![...columns].some(isColumn))
    throw new Refusal(
      'INVALID_PARAMETER',
      `None of the fields is known. The records have: ${shorten([...columns].join(', '), 200)}.`,
    );
  return { columns: [...columns], rows, faults };
}

function listIn(object: Record<string, unknown>, isColumn: Reading['isColumn']): unknown[] {
  const lists = Object.entries(object).filter((entry): entry is [string, unknown[]] => Array.isArray(entry[1]));
  const hasColumn = (value: unknown) =>
    typeof value === 'object' && value !== null && Object.keys(value).some((name) => isColumn(name));
  const ofRecords = lists.filter(([, list]) => list.some(hasColumn));
  if (ofRecords.length === 0 && hasColumn(object)) return [object];
  const found = ofRecords.length > 0 ? ofRecords : lists;
  if (found.length > 1)
    throw new Refusal(
      'INVALID_PARAMETER',
      `There are several lists in it: ${shorten(found.map(([name]) => name).join(', '))}. Which are the records? Keep one.`,
    );
  return found[0]?.[1] ?? [object];
}
