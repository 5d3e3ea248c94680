/** Words are cut to this length. */
const maxLength = 60;
const invisible = /\p{Default_Ignorable_Code_Point}/gu;
/** The Catalan l·l, with any kind of dot. */
const geminate = /l[\u00b7\u2022\u2027\u22c5\u30fb]l/g;
const word = /[\p{L}\p{N}][\p{L}\p{N}\p{M}]*(?:[-\u2010\u2011][\p{L}\p{N}][\p{L}\p{N}\p{M}]*)*/gu;
const hyphen = /[-\u2010\u2011]/g;

/**
 * The words of a text, in lower case: runs of letters and digits. A word with hyphens gives its parts and the whole without hyphens. Invisible
 * characters are removed; "l·l" becomes "ll". Both texts and queries are split here, so that what can be read can be found.
 */
export function wordsIn(text: string): string[] {
  const found = text.normalize('NFKC').toLowerCase().replace(invisible, '').replace(geminate, 'll').match(word) ?? [];
  return found.flatMap((one) => {
    const parts = one.split(hyphen);
    return (parts.length === 1 ? parts : [...parts, parts.join('')]).map((part) => part.slice(0, maxLength));
  });
}
