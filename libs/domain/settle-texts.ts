import { Refusal } from './refusal.js';

const urn = /^urn:([a-z0-9][a-z0-9-]{0,30}[a-z0-9]):(\S+)$/i;

/**
 * The form in which the register stores and compares a text: Unicode NFC, without white space at its ends. A URN is normalised as in
 * RFC 8141 (3.1): scheme and namespace in lower case, hexadecimal digits of percent-escapes in upper case.
 */
export function settleText(text: string): string {
  const settled = text.normalize('NFC').trim();
  const [, namespace, rest] = urn.exec(settled) ?? [];
  if (namespace === undefined) return settled;
  return `urn:${namespace.toLowerCase()}:${rest!.replace(/%[0-9a-f]{2}/gi, (octet) => octet.toUpperCase())}`;
}

/**
 * Settles all texts in a value and the names of its fields. A plain value is returned as it is. Throws DUPLICATE_JSON_KEY if two fields of
 * one object then have the same name.
 */
export const settleTexts = <T>(value: T): T => (isPlain(value) ? value : settle(value));

const plain = /^(?:[!-~](?:[ -~]*[!-~])?)?$/;
const plainUrn = /^urn:[a-z0-9][a-z0-9-]*:[^%]*$/;
const colon = 58;

/**
 * Whether all texts in a value are visible ASCII with spaces only inside, and all URNs have a lower-case scheme and namespace and no
 * escapes. Most values do, and need no settling. Copies nothing.
 */
export function isPlain(value: unknown): boolean {
  if (typeof value === 'string') return isPlainText(value);
  if (typeof value !== 'object' || value === null) return true;
  if (Array.isArray(value)) return value.every(isPlain);
  for (const name of Object.keys(value)) {
    const inner = (value as Record<string, unknown>)[name];
    if (!plain.test(name) || !(typeof inner === 'string' ? isPlainText(inner) : isPlain(inner))) return false;
  }
  return true;
}

const isPlainText = (text: string) => plain.test(text) && (text.charCodeAt(3) !== colon || plainUrn.test(text));

function settle<T>(value: T): T {
  if (typeof value === 'string') return settleText(value) as T;
  if (Array.isArray(value)) return value.map((item) => settle(item as unknown)) as T;
  if (typeof value !== 'object' || value === null || value instanceof Date) return value;
  const settled = new Map<string, unknown>();
  for (const [given, inner] of Object.entries(value)) {
    const name = settleText(given);
    if (settled.has(name))
      throw new Refusal(
        'DUPLICATE_JSON_KEY',
        `The field "${name.slice(0, 60)}" appears twice in one object, with white space at its ends or in another form of Unicode.`,
      );
    settled.set(name, settle(inner as unknown));
  }
  return Object.fromEntries(settled) as T;
}
