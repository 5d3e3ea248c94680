/** In which forms a list is given. */
export const formats = {
  json: 'application/json; charset=utf-8',
  csv: 'text/csv; charset=utf-8; header=present',
  xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
} as const;
export type Format = keyof typeof formats;

/** The form that an address asks for by its suffix, or else a client by its Accept header; undefined: any. */
export function formatOf(url: string, accepted: string | undefined): Format | undefined {
  const suffix = /\.(json|csv|xlsx)$/.exec(url.split('?', 1)[0]!)?.[1];
  return suffix ? (suffix as Format) : negotiate(accepted, formats);
}

/** Which of the media types on offer an Accept header asks for first (RFC 9110, 12.5.1); undefined: any, or none of them. */
export function negotiate<F extends string>(
  accepted: string | undefined,
  offered: { [format in F]: string },
): F | undefined {
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
    const found = Object.entries<string>(offered).find(([, media]) => media.split(';')[0] === type);
    if (found) return found[0] as F;
    if (type === '*/*' || type === 'application/*') return undefined;
  }
  return undefined;
}
