import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { projectRoot } from '#event-store';

const lists = new Map<string, Map<string, { [column: string]: string }>>();

/** The equivalent of a code in another standard: a further column of its code list (schema/codelists); undefined if there is none. */
export function codeColumn(list: string, code: string | undefined, column: string): string | undefined {
  if (code === undefined) return undefined;
  let rows = lists.get(list);
  if (!rows) {
    const file = readFileSync(join(projectRoot, 'schema/codelists', `${list}.csv`));
    rows = new Map((parse(file, { columns: true }) as { code: string }[]).map((row) => [row.code, row]));
    lists.set(list, rows);
  }
  return rows.get(code)?.[column] || undefined;
}
