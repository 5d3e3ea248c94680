/** A feed, independent of its format. Addresses are absolute. Entries are the newest first. */
export type Feed = {
  /** Stays the same if the register moves. */
  id: string;
  title: string;
  language: string;
  /** When the newest entry was recorded: a UTC time. */
  updated: string;
  home: string;
  self: string;
  /** Set only in an archive: the document with the newest entries. */
  current?: string | undefined;
  /** The archive with the entries before these and, only in an archive, the one with the entries after them. */
  previousArchive?: string | undefined;
  nextArchive?: string | undefined;
  entries: FeedItem[];
};

export type FeedItem = {
  id: string;
  title: string;
  recordedAt: string;
  author: { name: string; uri: string };
  category: { term: string; label: string; scheme: string };
  /** The page about it, if it is about a system, and the entry as data. */
  page?: string | undefined;
  link: string;
  related?: string | undefined;
  /** Paragraphs, each in its language. */
  paragraphs: { text: string; language: string }[];
};

/** Paragraphs as HTML, with the language of each that differs from that of the feed. */
export function toParagraphs({ paragraphs }: FeedItem, language: string): string {
  return paragraphs
    .map(({ text, language: own }) => `<p${own === language ? '' : ` lang="${own}"`}>${escapeXml(text)}</p>`)
    .join('');
}

/** Escapes a text for XML 1.0. Characters that it cannot hold become U+FFFD. */
export function escapeXml(text: string): string {
  return (
    text
      .toWellFormed()
      .replaceAll(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, '\ufffd')
      .replaceAll('&', '&amp;')
      .replaceAll('<', '&lt;')
      .replaceAll('>', '&gt;')
      .replaceAll('"', '&quot;')
      // Otherwise it would be read as a line feed.
      .replaceAll('\r', '&#13;')
  );
}
