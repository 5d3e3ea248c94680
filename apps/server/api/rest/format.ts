import { negotiate } from '../../http/negotiation.js';

/** The formats of a list. */
export const formats = {
  json: 'application/json; charset=utf-8',
  csv: 'text/csv; charset=utf-8; header=present',
  xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
} as const;
export type Format = keyof typeof formats;

/** The format that is asked for by the suffix of the address, or else by the Accept header; JSON if neither names one. */
export function formatOf(url: string, accepted: string | undefined): Format {
  const suffix = /\.(json|csv|xlsx)$/.exec(url.split('?', 1)[0]!)?.[1];
  return suffix ? (suffix as Format) : (negotiate(accepted, formats) ?? 'json');
}
