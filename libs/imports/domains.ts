import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import type { Code } from '#domain';
import { projectRoot } from '#event-store';

const words = readWords();

/** The domain for a label: one of this register, in any language, or of the Dutch or the Eurocities standard. */
export function domainOf(label: string): Code<'domain'> | undefined {
  return words.get(label.trim().toLowerCase());
}

function readWords(): Map<string, Code<'domain'>> {
  const rows = parse<Record<string, string>>(readFileSync(join(projectRoot, 'schema/codelists/domain.csv')), {
    columns: true,
  });
  const labels = rows.flatMap(({ code, source: _, cofog: __, ...names }) =>
    Object.values(names)
      .flatMap((name) => name.split('|'))
      .concat(code!)
      .map((name) => [name.trim().toLowerCase(), code as Code<'domain'>] as const),
  );
  return new Map(labels.filter(([name]) => name !== ''));
}
