import { escapeXml, type Feed, type FeedItem, toParagraphs } from './feed.js';

/** A feed in Atom (RFC 4287), with older entries in archives (RFC 5005). */
export function toAtom(feed: Feed): string {
  const links = [
    link('self', feed.self, 'application/atom+xml'),
    link('alternate', feed.home, 'text/html'),
    link('current', feed.current, 'application/atom+xml'),
    link('prev-archive', feed.previousArchive, 'application/atom+xml'),
    link('next-archive', feed.nextArchive, 'application/atom+xml'),
  ];
  return [
    '<?xml version="1.0" encoding="utf-8"?>',
    `<feed xmlns="http://www.w3.org/2005/Atom" xmlns:fh="http://purl.org/syndication/history/1.0" xml:lang="${feed.language}">`,
    `<id>${escapeXml(feed.id)}</id>`,
    `<title>${escapeXml(feed.title)}</title>`,
    `<updated>${feed.updated}</updated>`,
    '<generator>Vitrine</generator>',
    ...(feed.current === undefined ? [] : ['<fh:archive/>']),
    ...links,
    ...feed.entries.map((item) => entry(item, feed.language)),
    '</feed>',
    '',
  ]
    .filter((line) => line !== '')
    .join('\n');
}

function entry(item: FeedItem, language: string): string {
  const { author, category } = item;
  return [
    '<entry>',
    `<id>${item.id}</id>`,
    `<title>${escapeXml(item.title)}</title>`,
    `<published>${item.recordedAt}</published><updated>${item.recordedAt}</updated>`,
    `<author><name>${escapeXml(author.name)}</name><uri>${escapeXml(author.uri)}</uri></author>`,
    `<category term="${category.term}" scheme="${escapeXml(category.scheme)}" label="${escapeXml(category.label)}"/>`,
    link('alternate', item.page, 'text/html'),
    link('alternate', item.link, 'application/json'),
    link('related', item.related, 'application/json'),
    `<content type="html">${escapeXml(toParagraphs(item, language))}</content>`,
    '</entry>',
  ].join('');
}

function link(rel: string, href: string | undefined, type: string): string {
  return href === undefined ? '' : `<link rel="${rel}" type="${type}" href="${escapeXml(href)}"/>`;
}
