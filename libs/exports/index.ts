export { type Cell, toCsv } from './csv.js';
export { eventColumns, exportEventLines, exportEventTable, toLine } from './events.js';
export { toAtom } from './feeds/atom.js';
export { escapeXml, type Feed, type FeedItem } from './feeds/feed.js';
export { toJsonFeed } from './feeds/json-feed.js';
export { type Export, exportSystemLines, exportSystemTable } from './systems.js';
export { toXlsx } from './xlsx.js';
