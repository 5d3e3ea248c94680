import type { Cell } from '../csv.js';

/** The type of a column. `array`, `object`: JSON. A `string` may be a date or a UTC time where the description says so. */
export type ColumnType = 'string' | 'integer' | 'boolean' | 'date' | 'datetime' | 'object' | 'array';

/** A column of a table: its name, type and description, and how to get the cell of an item. */
export type Column<T> = { name: string; type: ColumnType; description: string; cell(item: T): Cell };

export const toCells = <T>(columns: Column<T>[], item: T): Cell[] => columns.map(({ cell }) => cell(item));
