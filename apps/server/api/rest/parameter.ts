import { codelists, facets, Refusal, settleText } from '#domain';
import { type Dimension, dimensions, type SystemFilter, systemOrders } from '#projections';
import { dateOrTime, oneOf, pastDay, pastTime, text, wholeNumber } from '../../http/parameters.js';
import { codesOf, toFilter } from '../../http/system-filter.js';

/** A JSON Schema (2020-12), as OpenAPI 3.1 uses it. */
export type JsonSchema = { [keyword: string]: unknown };

/** A parameter of the path or the query: its OpenAPI description, and how it is read. */
export type Parameter<T> = {
  description: string;
  schema: JsonSchema;
  in?: 'path' | 'query';
  /** How several values are given: separated by commas (false) or by repeating the parameter (true). */
  explode?: boolean;
  example?: string | number;
  /** Throws a Refusal on an invalid value. */
  read(name: string, given: string | string[] | undefined): T;
};
export type Parameters = { [name: string]: Parameter<unknown> };
export type Values<P extends Parameters> = { [name in keyof P]: P[name] extends Parameter<infer T> ? T : never };

const maxValues = 100;

/**
 * Reads the parameters of a request. An undeclared one is refused: a misspelled name must not be read as "no filter". An empty one counts as not
 * given, because forms send all fields.
 */
export function readParameters<P extends Parameters>(
  declared: P,
  path: Record<string, string>,
  query: Record<string, unknown>,
): Values<P> {
  const unknown = Object.keys(query).find((name) => !Object.hasOwn(declared, name) || declared[name]!.in === 'path');
  if (unknown !== undefined) {
    const names = Object.keys(declared).filter((name) => declared[name]!.in !== 'path');
    const known = names.length > 0 ? `there are ${names.join(', ')}` : 'it takes none';
    throw new Refusal('INVALID_PARAMETER', `There is no parameter "${unknown.slice(0, 60)}"; ${known}.`, {
      path: unknown.slice(0, 60),
    });
  }
  const values = Object.entries(declared).map(([name, parameter]) => {
    const given = parameter.in === 'path' ? path[name] : query[name];
    return [name, parameter.read(name, given === '' ? undefined : (given as string | string[] | undefined))];
  });
  return Object.fromEntries(values) as Values<P>;
}

/** A text that is given once. */
export function textParameter(description: string, maxLength = 500): Parameter<string | undefined> {
  return {
    description,
    schema: { type: 'string', maxLength },
    read(name, given) {
      const value = text(name, given);
      if (value !== undefined && value.length > maxLength)
        throw new Refusal('INVALID_PARAMETER', `"${name}" takes at most ${maxLength} characters.`, { path: name });
      return value;
    },
  };
}

/** A parameter of the path. */
export function pathParameter(description: string, example: string): Parameter<string> {
  return {
    description,
    schema: { type: 'string', maxLength: 500 },
    in: 'path',
    example,
    read: (_, given) => settleText(String(given)),
  };
}

export function numberParameter(
  description: string,
  limits: { min: number; max: number; otherwise?: number; in?: 'path' },
): Parameter<number> {
  const { min, max, otherwise } = limits;
  return {
    description,
    schema: { type: 'integer', minimum: min, maximum: max, ...(otherwise === undefined ? {} : { default: otherwise }) },
    ...(limits.in && { in: limits.in }),
    read(name, given) {
      if (given === undefined && otherwise === undefined)
        throw new Refusal('INVALID_PARAMETER', `"${name}" is needed.`, { path: name });
      return wholeNumber(name, text(name, given), { min, max, otherwise: otherwise ?? min });
    },
  };
}

/** One of a list of codes or names. */
export function choiceParameter<T extends string, D extends T | undefined>(
  description: string,
  choices: readonly T[],
  otherwise: D,
): Parameter<T | D> {
  return {
    description,
    schema: { type: 'string', enum: choices, ...(otherwise === undefined ? {} : { default: otherwise }) },
    read(name, given) {
      const value = text(name, given);
      return value === undefined ? otherwise : oneOf(name, value, choices, choices[0]!);
    },
  };
}

function pastTimeParameter(description: string): Parameter<string | undefined> {
  return {
    description: `${description} A date (2026-06-09) or a UTC time (2026-06-09T12:00:00Z).`,
    schema: {
      oneOf: [
        { type: 'string', format: 'date' },
        { type: 'string', format: 'date-time', pattern: 'Z$' },
      ],
    },
    example: '2026-06-09',
    read: (name, given) => pastTime(name, text(name, given)),
  };
}

export const asOf = pastTimeParameter('The state at the end of this date, or at this time.');
/** A day that has begun. */
export const asOfDay: Parameter<string | undefined> = {
  description: 'The state at the end of this date, by what is known now. Default: now.',
  schema: { type: 'string', format: 'date' },
  example: '2026-06-09',
  read: (name, given) => pastDay(name, text(name, given)),
};
export const recordedAsOf = pastTimeParameter('Use only what had been recorded by then.');
export const language = choiceParameter(
  'Language of texts and labels in tables (CSV, XLSX), and of the stop words of a search. JSON has all languages.',
  codelists.language,
  'en',
);
export const order = choiceParameter(
  'Sort order: by name, most recently changed first, most recently registered first, or best match first. Default: by relevance in a search, otherwise by name.',
  systemOrders,
  undefined,
);
export const search = textParameter('Search words, in any language.');
export const systemId = pathParameter('URN of the system.', 'urn:vitrine:sys:nl-tooi:gm0363:traffic-control');
export const organisationId = pathParameter('URN of the organisation.', 'urn:vitrine:org:nl-tooi:gm0363');

/** A day; by default today (UTC). */
export const on: Parameter<string> = {
  description: 'The date. Default: today (UTC).',
  schema: { type: 'string', format: 'date' },
  example: '2026-06-09',
  read: (name, given) => (dateOrTime(name, text(name, given)) ?? new Date().toISOString()).slice(0, 10),
};

/** A day that has begun; by default today (UTC). */
export const onPastDay: Parameter<string> = {
  ...on,
  read: (name, given) => pastDay(name, text(name, given)) ?? new Date().toISOString().slice(0, 10),
};

/** A day as of which something was known. */
export const knownOn: Parameter<string | undefined> = {
  description: 'What was known at the end of this date (UTC). Default: now.',
  schema: { type: 'string', format: 'date' },
  example: '2026-06-09',
  read: (name, given) => pastTime(name, text(name, given))?.slice(0, 10),
};

/** The form of values that are not in a code list. */
const forms: { [values: string]: JsonSchema } = {
  country: { pattern: '^[A-Z]{2}$', examples: ['NL'] },
  urn: { pattern: '^urn:vitrine:org:', examples: ['urn:vitrine:org:nl-tooi:gm0363'] },
};

/** The parameter of a dimension. That for the language of a system's name has another name, because `language` is that of the answer. */
const nameOf = (dimension: Dimension) => (dimension === 'language' ? 'nameLanguage' : dimension);

/** The filter of a facet. Names may contain commas, so for several of them the parameter is repeated. */
function facetParameter(facet: (typeof facets)[number]): Parameter<string[] | undefined> {
  const values = 'values' in facet ? facet.values : undefined;
  const explode = values === 'name';
  const codes = codesOf[facet.name];
  return {
    description: `${facet.filter}${explode ? ' Repeat the parameter for several values.' : ''}`,
    schema: {
      type: 'array',
      maxItems: maxValues,
      items: codes ? { type: 'string', enum: codes } : { type: 'string', maxLength: 400, ...forms[values ?? ''] },
    },
    explode,
    read(name, given) {
      if (given === undefined) return undefined;
      const values = (Array.isArray(given) ? given : [given]).map((value) => text(name, value)!);
      return explode ? values : values.flatMap((value) => value.split(','));
    },
  };
}

export const filters = Object.fromEntries(facets.map((facet) => [nameOf(facet.name), facetParameter(facet)])) as {
  [name in Exclude<Dimension, 'language'> | 'nameLanguage']: Parameter<string[] | undefined>;
};

/** The filter among the values of a request. Throws a Refusal on a code that is not in its list. */
export function filterOf(values: Values<typeof filters>): SystemFilter {
  return toFilter(
    Object.fromEntries(dimensions.map((dimension) => [dimension, values[nameOf(dimension) as 'status']])),
  );
}
