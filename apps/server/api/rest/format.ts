import { negotiate } from '../../http/negotiation.js';

/** In which forms a list is given. */
export const formats = {
  json: 'application/json; charset=utf-8',
  csv: 'text/csv; charset=utf-8; header=present',
  xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
} as const;
export type Format = keyof typeof formats;

/** The form that an address asks for by its suffix, or else a client by its Accept header; the first one where neither says. */
export function formatOf(url: string, accepted: string | undefined): Format {
  const suffix = /\.(json|csv|xlsx)$/.exec(url.split('?', 1)[0]!)?.[1];
  return suffix ? (suffix as Format) : (negotiate(accepted, formats) ?? 'json');
}
