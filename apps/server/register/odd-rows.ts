import type { OddRow } from '#projections';

/** Describes differing rows in words, with what to do. */
export function describeOdd(odd: OddRow[]): string {
  const named = odd.slice(0, 3).map(({ table, key, what }) => `${table} ${key} (${what})`);
  const more = odd.length > 3 ? ` and ${odd.length - 3} more` : '';
  return `Rows of the read models are not what the log says: ${named.join(', ')}${more}. Pages and answers may be false. Find out who changed them (vitrine verify names all), then: vitrine rebuild.`;
}
