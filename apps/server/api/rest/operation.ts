import type { Cell } from '#exports';
import type { Matched, Search } from '#projections';
import { refuseForeignCursor } from '../../http/parameters.js';
import type { Register } from '../../register/register.js';
import { fromCursor, toCursor } from '../cursors.js';
import type { Parameters, Values } from './parameter.js';

export const tags = {
  systems: 'The AI systems: now, as they were, and every step of their lives.',
  organisations: 'Cities and other bodies that answer for systems.',
  suppliers: 'Who supplies systems, and by which contracts.',
  oversight: 'What human oversight came to, with denominators; duties that have no event behind them.',
  statistics: 'Counts of systems and events.',
  standards: 'Records in the standards of others, and what is missing or lost there.',
  codelists: 'Codes and what people read in their place.',
  events: 'The log itself: everything else follows from it.',
  webhooks: 'Webhooks.',
} as const;
export type Tag = keyof typeof tags;

type Described = {
  /** Names the operation for good: clients are generated with it. */
  id: string;
  /** Below /v1, with {parameters} that are declared. */
  path: string;
  tag: Tag;
  summary: string;
  parameters: Parameters;
};

/** What the register says of one thing. */
export type Resource = Described & {
  /** Name of its schema among the components. */
  schema: string;
  /** The thing, as JSON text; undefined where there is none. */
  read(register: Register, values: Values<Parameters>): Promise<string | undefined>;
};

/** The columns of a table, in order: header to what stands there for an item, in a language. */
export type Columns<T> = { [header: string]: (item: T, language: string) => Cell };

/** Of which items of a list: so many, after a cursor. */
export type Page = { first: number; after: string | undefined };
/** Items with the cursor of the last, if more come after it. `total`: of all pages, where that is counted. `matched`, `replaced`: how a search was understood. */
export type Found<T> = {
  items: T[];
  next: string | undefined;
  total?: number;
  matched?: Matched | undefined;
  replaced?: Search['replaced'] | undefined;
};

/** A list, in pages as JSON, in one go as a table. */
export type List = Described & {
  /** What the list is called in the answer, and the schema of an item. */
  name: string;
  schema: string;
  read(register: Register, values: Values<Parameters>, page: Page): Promise<Found<unknown>>;
  /** It is found as a whole: a table is read in one go. */
  isWhole?: boolean;
  /** Adds to items what only a table says. */
  complete?(register: Register, items: unknown[]): Promise<void>;
  toJson(item: unknown): string;
  columns: Columns<unknown>;
};

export type Operation = Resource | List;

export function isList(operation: Operation): operation is List {
  return 'columns' in operation;
}

/** Declares a resource; what `read` gets has the types of its parameters. */
export function resource<P extends Parameters>(
  declared: Described & {
    parameters: P;
    schema: string;
    read(register: Register, values: Values<P>): Promise<object | string | undefined>;
  },
): Resource {
  const read = async (register: Register, values: Values<Parameters>) => {
    const found = await declared.read(register, values as Values<P>);
    return typeof found === 'object' ? JSON.stringify(found) : found;
  };
  return { ...declared, read };
}

/** Declares a list; columns and `toJson` have the type of its items. */
export function list<P extends Parameters, T>(
  declared: Described & {
    parameters: P;
    name: string;
    schema: string;
    read(register: Register, values: Values<P>, page: Page): Promise<Found<T>>;
    isWhole?: boolean;
    complete?(register: Register, items: T[]): Promise<void>;
    toJson?(item: T): string;
    columns: Columns<T>;
  },
): List {
  return { toJson: (item: T) => JSON.stringify(item), ...declared } as unknown as List;
}

/** A page of a list that is found as a whole, or as far as the page goes (`total`: the whole). Its cursors are places in it. */
export function pageOf<T>(found: T[], page: Page, total = found.length): Found<T> {
  const from = placeOf(page);
  const end = from + page.first;
  return { items: found.slice(from, end), total, next: end < total ? toCursor(end) : undefined };
}

/** Where a page of such a list begins. Throws a Refusal. */
export function placeOf({ after }: Page): number {
  const from = fromCursor<[number]>(after, 'number')?.[0] ?? 0;
  if (!(Number.isInteger(from) && from >= 0)) refuseForeignCursor(new SyntaxError());
  return from;
}
