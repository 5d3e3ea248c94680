const urn = /^urn:([a-z0-9][a-z0-9-]{0,30}[a-z0-9]):(\S+)$/i;

/**
 * A text as the register keeps and compares it: composed (Unicode NFC), without white space at its ends; what is a URN as RFC 8141
 * (3.1) compares it: scheme and namespace in lower case, hexadecimal digits of escapes in upper case.
 */
export function settleText(text: string): string {
  const settled = text.normalize('NFC').trim();
  const [, namespace, rest] = urn.exec(settled) ?? [];
  if (namespace === undefined) return settled;
  return `urn:${namespace.toLowerCase()}:${rest!.replace(/%[0-9a-f]{2}/gi, (octet) => octet.toUpperCase())}`;
}

/** The same of all texts in a value, and of the names of its fields. What is settled already is given back as it is. */
export function settleTexts<T>(value: T): T {
  if (typeof value === 'string') return settleText(value) as T;
  if (Array.isArray(value)) {
    const settled = value.map((item) => settleTexts(item as unknown));
    return (settled.some((item, i) => item !== value[i]) ? settled : value) as T;
  }
  if (typeof value !== 'object' || value === null || value instanceof Date) return value;
  let isOther = false;
  const settled = Object.entries(value).map(([name, inner]) => {
    const entry = [settleText(name), settleTexts(inner as unknown)] as const;
    if (entry[0] !== name || entry[1] !== inner) isOther = true;
    return entry;
  });
  return isOther ? (Object.fromEntries(settled) as T) : value;
}
