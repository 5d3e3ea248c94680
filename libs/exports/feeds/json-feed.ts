import { type Feed, toParagraphs } from './feed.js';

/** A feed in JSON Feed 1.1 (jsonfeed.org); `next_url` leads to older entries. */
export function toJsonFeed(feed: Feed): string {
  return JSON.stringify({
    version: 'https://jsonfeed.org/version/1.1',
    title: feed.title,
    home_page_url: feed.home,
    // The address of the feed itself, even in an archive: readers use it as the feed's identity.
    feed_url: feed.current ?? feed.self,
    language: feed.language,
    ...(feed.previousArchive && { next_url: feed.previousArchive }),
    items: feed.entries.map((item) => ({
      id: item.id,
      url: item.page ?? item.link,
      external_url: item.link,
      title: item.title,
      content_html: toParagraphs(item, feed.language),
      date_published: item.recordedAt,
      authors: [{ name: item.author.name }],
      tags: [item.category.term],
      language: feed.language,
    })),
  });
}
