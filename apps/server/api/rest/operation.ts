import type { Cell } from '#exports';
import type { Matched, Search } from '#projections';
import { fromCursor, toCursor } from '../../http/cursors.js';
import { refuseForeignCursor } from '../../http/parameters.js';
import type { Register } from '../../register/register.js';
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
  /** The permanent name of the operation, which generated clients use. */
  id: string;
  /** Below /v1; its {parameters} must be declared. */
  path: string;
  tag: Tag;
  summary: string;
  parameters: Parameters;
};

/** One thing in the register. */
export type Resource = Described & {
  /** Name of its schema among the components. */
  schema: string;
  /** The thing as JSON text; undefined if there is none. */
  read(register: Register, values: Values<Parameters>): Promise<string | undefined>;
};

/** The columns of a table, in order: the header, and how to get the cell of an item in a language. */
export type Columns<T> = { [header: string]: (item: T, language: string) => Cell };

/** Which items of a list: `first` of them, after a cursor. */
export type Page = { first: number; after: string | undefined };
/**
 * Items of a page. `next`: the cursor of the last one, if more follow; `total`: the number on all pages, if it is counted; `matched`,
 * `replaced`: how a search was understood.
 */
export type Found<T> = {
  items: T[];
  next: string | undefined;
  total?: number;
  matched?: Matched | undefined;
  replaced?: Search['replaced'] | undefined;
};

/** A list: as JSON in pages, as a table in one go. */
export type List = Described & {
  /** What the list is called in the answer, and the schema of an item. */
  name: string;
  schema: string;
  read(register: Register, values: Values<Parameters>, page: Page): Promise<Found<unknown>>;
  /** The list is always found as a whole, so a table reads it in one go. */
  isWhole?: boolean;
  /** Adds to items what only a table shows. */
  complete?(register: Register, items: unknown[]): Promise<void>;
  toJson(item: unknown): string;
  columns: Columns<unknown>;
};

export type Operation = Resource | List;

export function isList(operation: Operation): operation is List {
  return 'columns' in operation;
}

/** Declares a resource; the values that `read` gets have the types of its parameters. */
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

/** A page of a list that was found as a whole, or up to the end of the page (`total`: the length of the whole). Cursors are offsets in the list. */
export function pageOf<T>(found: T[], page: Page, total = found.length): Found<T> {
  const from = placeOf(page);
  const end = from + page.first;
  return { items: found.slice(from, end), total, next: end < total ? toCursor(end) : undefined };
}

/** The offset at which a page of such a list begins. Throws a Refusal. */
export function placeOf({ after }: Page): number {
  const from = fromCursor<[number]>(after, 'number')?.[0] ?? 0;
  if (!(Number.isInteger(from) && from >= 0)) refuseForeignCursor(new SyntaxError());
  return from;
}
