import { refuseForeignCursor } from './parameters.js';

type Key = (string | number)[];

/** An opaque cursor of the values by which a list is ordered. */
export function toCursor(...key: Key): string {
  return Buffer.from(JSON.stringify(key)).toString('base64url');
}

/** The values of a cursor, which must be of these types; undefined without one. Throws a Refusal on a cursor of any other form. */
export function fromCursor<K extends Key>(
  after: string | null | undefined,
  ...types: { [i in keyof K]: K[i] extends string ? 'string' : 'number' }
): K | undefined {
  if (after === null || after === undefined) return undefined;
  try {
    const key: unknown = JSON.parse(Buffer.from(after, 'base64url').toString());
    if (
      Array.isArray(key) &&
      key.length === types.length &&
      key.every(
        (value, i) =>
          typeof value === types[i] && (typeof value === 'number' ? Number.isFinite(value) : !value.includes('\0')),
      )
    )
      return key as K;
  } catch {
    // Refused below.
  }
  return refuseForeignCursor(new SyntaxError());
}
