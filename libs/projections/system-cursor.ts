import type { SystemQuery } from './system-query.js';

/** Identifies a list: a cursor of one order or search is not valid in another. */
export function listOf({ search }: SystemQuery, order: string): string {
  return search ? `${order} ${search.name}` : order;
}

/** An opaque cursor. For a search it includes how the search was understood. */
export function encodeCursor(list: string, key: string, id: string, state?: string): string {
  return Buffer.from(JSON.stringify(state === undefined ? [list, key, id] : [list, key, id, state])).toString(
    'base64url',
  );
}

/** The two values of a cursor. Throws a SyntaxError if it is not a cursor of this list. */
export function decodeCursor(cursor: string, list: string): [string, string] {
  const [from, key, id] = partsOf(cursor);
  if (from !== list || id.includes('\0') || key.includes('\0')) throw new SyntaxError('a cursor of another list');
  if (list.startsWith('RELEVANCE ') && !Number.isFinite(Number(key))) throw new SyntaxError('not a score');
  return [key, id];
}

/** How the search was understood on the page that a cursor comes from. Throws a SyntaxError if it is not a cursor. */
export function searchStateOf(cursor: string): string | undefined {
  return partsOf(cursor)[3];
}

function partsOf(cursor: string): [string, string, string, string?] {
  const parts: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString());
  const isCursor = Array.isArray(parts) && (parts.length === 3 || parts.length === 4);
  if (!isCursor || !parts.every((part) => typeof part === 'string')) throw new SyntaxError('not a cursor');
  return parts as [string, string, string, string?];
}
