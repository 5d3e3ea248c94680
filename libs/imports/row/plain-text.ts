/** An HTML link and its text. */
const link =
  /<a\s[^<>]*\bhref\s*=\s*(?:"((?:https?:|mailto:)[^"<>]*)"|'((?:https?:|mailto:)[^'<>]*)'|((?:https?:|mailto:)[^\s"'<>]+))[^<>]*>([^<]*)<\/a>/gi;
/** Matches tags by name. What only looks like a tag, such as an e-mail address in angle brackets, stays. */
const tag = (names: string) =>
  new RegExp(`<(?:${names})(?:\\s+[\\w-]+\\s*=\\s*(?:"[^"<>]*"|'[^'<>]*'|[^\\s"'<>]+))*\\s*/?>`, 'gi');

/** The characters 0x80 to 0x9f of Windows-1252; a space where there is none. */
const windows1252 = '€ ‚ƒ„…†‡ˆ‰Š‹Œ Ž  ‘’“”•–—˜™š›œ žŸ';

/** Removes markup, control characters and odd spaces. Takes linear time, whatever the text holds. */
export function plainText(value: unknown): string {
  if (value === null || value === undefined) return '';
  const text =
    value instanceof Date
      ? value.toISOString().replace(/T00:00:00.000Z$/, '')
      : typeof value === 'object'
        ? JSON.stringify(value)
        : String(value);
  const entities: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", nbsp: ' ', '#39': "'" };
  return (
    text
      .replace(tag('/?(?:b|i|u|em|strong|span)'), '')
      .replace(link, (_, double?: string, single?: string, bare?: string, words = '') => {
        const target = (double ?? single ?? bare ?? '').replace(/^mailto:/i, '');
        return words.trim() === target ? target : `${words} (${target})`;
      })
      .replace(tag('li'), '\n- ')
      .replace(tag('br|/p|/div|/li|/ul|/ol'), '\n')
      .replace(tag('/?(?:div|p|ul|ol|li|a|h[1-6])'), '')
      .replace(/&(#?\w{1,8});/g, (whole, name: string) => entities[name.toLowerCase()] ?? whole)
      .replace(/\r\n?/g, '\n')
      // Windows-1252 that was decoded as Latin-1.
      .replace(/[\u0080-\u009f]/g, (character) => windows1252[character.charCodeAt(0) - 0x80]!.trim())
      // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is removed.
      .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]|\p{Noncharacter_Code_Point}/gu, '')
      .replace(/\n{3,}/g, '\n\n')
      .trim()
      .toWellFormed()
  );
}

export function isBlank(value: unknown): boolean {
  return (Array.isArray(value) && value.length === 0) || plainText(value) === '';
}

export function isUrl(text: string): boolean {
  return /^https?:\/\//.test(text) && text.length <= 2000 && URL.canParse(text);
}

/** What a person should check in a text that is taken as it is; undefined if nothing. */
export function oddityOf(text: string): string | undefined {
  if (/^\s*=\s*[A-Za-z0-9_.(+-]/.test(text) || /^\s*[@+-]\s*[A-Z]{2,}\(/.test(text))
    return 'It begins like a formula. The text is kept as it is, and never calculated.';
  if (text.includes('\ufffd')) return 'Characters were lost in it (\ufffd) before this file was written.';
  // UTF-8 that was decoded as Windows-1252: a letter with an accent becomes two characters, a quotation mark three.
  if (/[\u00c2\u00c3][\u00a0-\u00bf]|\u00e2\u20ac[\u2122\u0153\u201c\u201d\u00a6\u02dc]/.test(text))
    return 'It looks as if it had once been read in a wrong encoding (\u00c3\u00a9 for \u00e9). The text is kept as it is.';
  return undefined;
}
