import type { Pool } from 'pg';
import { type CodelistName, codelists, facets, Refusal } from '#domain';
import { type Dimension, prepareSearch, type SystemFilter, type SystemQuery, searchStateOf } from '#projections';
import { refuseForeignCursor } from './parameters.js';

const maxFilterValues = 100;
const maxSearchLength = 500;

/** The code lists of dimensions whose values are codes. */
export const codelistOf: Partial<Record<Dimension, CodelistName>> = Object.fromEntries(
  facets.flatMap((facet) => ('list' in facet ? [[facet.name, facet.list] as const] : [])),
);

/** All codes of a dimension: those of its list and, if a record may lack one, the code that stands for that. */
export const codesOf: Partial<Record<Dimension, readonly string[]>> = Object.fromEntries(
  facets.flatMap((facet) =>
    'list' in facet
      ? [[facet.name, [...codelists[facet.list], ...('also' in facet ? [facet.also] : [])]] as const]
      : [],
  ),
);

/** Checks a filter from outside and leaves out what is null. `at`: its path in the request. Throws a Refusal. */
export function toFilter(filter: SystemFilter | null | undefined, at = ''): SystemFilter {
  const given = Object.entries(filter ?? {}).filter(([, values]) => values !== null && values !== undefined);
  for (const [dimension, values] of given as [Dimension, string[]][]) {
    refuseUnknownCodes(dimension, values, at);
    refuseMalformed(dimension, values, at);
  }
  for (const [dimension, values] of given as [Dimension, string[]][])
    if (values.length > maxFilterValues || values.some((value) => value.length > 400 || value.includes('\0')))
      throw new Refusal(
        'INVALID_PARAMETER',
        `"${dimension}" takes at most ${maxFilterValues} values of 400 characters.`,
        {
          path: `${at}${dimension}`,
        },
      );
  return Object.fromEntries(given) as SystemFilter;
}

/** The form of values that are not in a code list. */
const forms: Partial<Record<Dimension, [RegExp, string]>> = {
  country: [/^[A-Z]{2}$/, 'a country (ISO 3166-1 alpha-2: NL)'],
  organisation: [/^urn:vitrine:org:/, 'the URN of an organisation (urn:vitrine:org:nl-tooi:gm0363)'],
};

function refuseMalformed(dimension: Dimension, values: string[], at: string): void {
  const [form, what] = forms[dimension] ?? [];
  const wrong = form && values.find((value) => !form.test(value));
  if (wrong === undefined) return;
  throw new Refusal('INVALID_PARAMETER', `"${wrong.slice(0, 60)}" is not ${what}.`, { path: `${at}${dimension}` });
}

/** A misspelled code must not be read as "there is none". */
function refuseUnknownCodes(dimension: Dimension, values: string[], at: string): void {
  const codes = codesOf[dimension];
  if (!codes) return;
  const unknown = values.find((value) => !codes.includes(value));
  if (unknown === undefined) return;
  const known = codes.length > 30 ? `see the code list ${codelistOf[dimension]}` : `there are ${codes.join(', ')}`;
  throw new Refusal('INVALID_PARAMETER', `"${unknown.slice(0, 60)}" is not a code of ${dimension}: ${known}.`, {
    path: `${at}${dimension}`,
  });
}

/** A query from a search and a filter from outside. `language`: whose stop words are ignored. Throws a Refusal. */
export async function toQuery(
  pool: Pool,
  asked: {
    search?: string | null;
    language?: string | null;
    filter?: SystemFilter | null;
    after?: string | null | undefined;
  },
  at = '',
): Promise<SystemQuery> {
  const words = asked.search?.trim() ?? '';
  if (words.length > maxSearchLength)
    throw new Refusal('INVALID_PARAMETER', `"search" takes at most ${maxSearchLength} characters.`, { path: 'search' });
  const filter = toFilter(asked.filter, at);
  if (words === '') return { filter };
  try {
    const state = asked.after ? searchStateOf(asked.after) : undefined;
    const search = await prepareSearch(pool, words.replaceAll('\0', ''), asked.language ?? undefined, state);
    return { filter, search };
  } catch (error) {
    return refuseForeignCursor(error);
  }
}
