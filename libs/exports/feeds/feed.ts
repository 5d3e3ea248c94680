/** A feed as both formats have it. Addresses are absolute. Entries: the newest first. */
export type Feed = {
  /** Stays the same wherever the register moves. */
  id: string;
  title: string;
  language: string;
  /** When the newest entry was recorded: a UTC time. */
  updated: string;
  home: string;
  self: string;
  /** Set in an archive: the document with the newest entries. */
  current?: string | undefined;
  /** The archive with the entries before these, and in an archive the one with those after them. */
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
  link: string;
  related?: string | undefined;
  /** Paragraphs, each in its language. */
  paragraphs: { text: string; language: string }[];
};

/** Paragraphs as HTML, with the language where it is not that of the feed. */
export function toParagraphs({ paragraphs }: FeedItem, language: string): string {
  return paragraphs
    .map(({ text, language: own }) => `<p${own === language ? '' : ` lang="${own}"`}>${escapeXml(text)}</p>`)
    .join('');
}

/** What XML 1.0 cannot hold becomes U+FFFD. */
export function escapeXml(text: string): string {
  return (
    text
      .toWellFormed()
      .replaceAll(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, '\ufffd')
      .replaceAll('&', '&amp;')
      .replaceAll('<', '&lt;')
      .replaceAll('>', '&gt;')
      .replaceAll('"', '&quot;')
      // Else it is read as a line feed.
      .replaceAll('\r', '&#13;')
  );
}
