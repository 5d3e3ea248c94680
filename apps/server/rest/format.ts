/** In which forms a list is given. */
export const formats = {
  json: 'application/json; charset=utf-8',
  csv: 'text/csv; charset=utf-8; header=present',
  xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
} as const;
export type Format = keyof typeof formats;

/** The form that an address asks for by its suffix, or else a client by its Accept header (RFC 9110, 12.5.1); undefined: any. */
export function formatOf(url: string, accepted: string | undefined): Format | undefined {
  const suffix = /\.(json|csv|xlsx)$/.exec(url.split('?', 1)[0]!)?.[1];
  if (suffix) return suffix as Format;
  const wanted = (accepted ?? '').split(',').map((entry) => {
    const [type = '', ...parameters] = entry
      .trim()
      .toLowerCase()
      .split(/\s*;\s*/);
    const weight = parameters.find((parameter) => parameter.startsWith('q='))?.slice(2);
    return { type, weight: weight === undefined ? 1 : Number(weight) || 0 };
  });
  const best = wanted.filter(({ weight }) => weight > 0).sort((a, b) => b.weight - a.weight);
  for (const { type } of best) {
    const found = Object.entries(formats).find(([, media]) => media.split(';')[0] === type);
    if (found) return found[0] as Format;
    if (type === '*/*' || type === 'application/*') return undefined;
  }
  return undefined;
}
