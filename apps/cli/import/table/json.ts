import { Refusal } from '#domain';
import { parseJson } from '#server';
import { type Fault, type Reading, shorten, type Table, type TableRow } from './rows.js';

/** A list of records, an object that holds one, or one record: an object with a field that is known. Strict: UTF-8, no field twice. */
export function readJson(bytes: Buffer, isColumn: Reading['isColumn']): Table {
  const parsed = parseJson(withoutMark(bytes), 'The file');
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
      `No field is known. The records have: ${shorten([...columns].join(', '), 200)}.`,
    );
  return { columns: [...columns], rows, faults };
}

function listIn(object: Record<string, unknown>, isColumn: Reading['isColumn']): unknown[] {
  if (Object.keys(object).some(isColumn)) return [object];
  const lists = Object.entries(object).filter(([, value]) => Array.isArray(value));
  if (lists.length > 1)
    throw new Refusal(
      'INVALID_PARAMETER',
      `There are several lists in it: ${shorten(lists.map(([name]) => name).join(', '))}. Which are the records? Keep one.`,
    );
  return (lists[0]?.[1] as unknown[] | undefined) ?? [object];
}

const withoutMark = (bytes: Buffer) =>
  bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? bytes.subarray(3) : bytes;
