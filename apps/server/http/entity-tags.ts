/** Entity tags of an If-Match or If-None-Match header. */
export const tagsOf = (header = ''): string[] => header.split(/\s*,\s*/).map((one) => one.trim());

/** Whether an If-None-Match header matches a tag (RFC 9110, 13.1.2: weak comparison) or is `*`. */
export function isKnown(header: string | undefined, tag: string): boolean {
  const plain = (one: string) => one.replace(/^W\//, '');
  return tagsOf(header).some((one) => one === '*' || plain(one) === plain(tag));
}
