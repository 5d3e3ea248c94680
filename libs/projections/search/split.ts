/** So long a word is told from others. */
const maxLength = 60;
const invisible = /\p{Default_Ignorable_Code_Point}/gu;
/** As Catalan writes it, with whatever dot. */
const geminate = /l[\u00b7\u2022\u2027\u22c5\u30fb]l/g;
const word = /[\p{L}\p{N}][\p{L}\p{N}\p{M}]*(?:[-\u2010\u2011][\p{L}\p{N}][\p{L}\p{N}\p{M}]*)*/gu;
const hyphen = /[-\u2010\u2011]/g;

/**
 * The words of a text, in lower case: what stands between anything that is neither letter nor digit. What is written with hyphens is
 * its parts, and the whole without them. Signs that cannot be seen are not there; "l·l" is "ll". Texts and questions go through here, so
 * that what can be read can be found.
 */
export function wordsIn(text: string): string[] {
  const found = text.normalize('NFKC').toLowerCase().replace(invisible, '').replace(geminate, 'll').match(word) ?? [];
  return found.flatMap((one) => {
    const parts = one.split(hyphen);
    return (parts.length === 1 ? parts : [...parts, parts.join('')]).map((part) => part.slice(0, maxLength));
  });
}
