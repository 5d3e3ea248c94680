import type { Pool } from 'pg';
import type { ArchiveOptions } from './archive/archive.js';
import type { DumpOptions } from './dump/build.js';

export {
  cataloguePage,
  countPages,
  type DatasetEntry,
  datasetEntries,
} from './catalogue/catalogue.js';
export { answerOai } from './catalogue/oai.js';
export type { CatalogueFacts } from './catalogue/terms.js';
export { type Cell, toCsv } from './csv.js';
export { type Coding, codingOf, codings } from './dump/codings.js';
export { type Dump, discard, listDumps, listThere, readDump, readLatest } from './dump/folders.js';
export { type Dumping, isInDumps, keepDumping, keepOnce } from './dump/keep-dumping.js';
export { type Licence, licences } from './dump/licences.js';
export { isPacked, isText, type Manifest, manifestName } from './dump/manifest-file.js';
export { csvOf, recordLines } from './dump/text.js';
export { toAtom } from './feeds/atom.js';
export { escapeXml, type Feed, type FeedItem } from './feeds/feed.js';
export { toJsonFeed } from './feeds/json-feed.js';
export { eventPage, innerPage, type Place, placeOf, rangeOf, rootPage } from './ldes/fragments.js';
export { type LiveName, openLive } from './live.js';
export { mailtoOf } from './mailto.js';
export { badgeSvg, type CardFacts, cardHtml, cardPage, cardSize, embedPage } from './pages/card.js';
export { type Change, Changes, changesBetween } from './pages/compare.js';
export { Day, Notices, namesAt, TextIn, Then } from './pages/elements.js';
export { countryOf, dayOf, firstOf, moneyOf, numberOf, percentOf } from './pages/formats.js';
export { toHtml } from './pages/html.js';
export { icon, iconName } from './pages/icon.js';
export { DataBlock, Html, type Place as PagePlace, page, pathIn, renderPage } from './pages/layout.js';
export { dayStated, withheldName } from './pages/record-html.js';
export { style, styleName } from './pages/style.js';
export { systemPage } from './pages/system-page.js';
export { type Find, filters, type Listed, SearchForm, SystemList, systemsPage } from './pages/systems-page.js';
export { noThemes, readThemes, type Theme, type Themes } from './pages/theme.js';
export { contactHtml, dateHtml, textHtml, withDate } from './pages/values.js';
export type { Node } from './rdf/graph.js';
export { toRdfXml } from './rdf/rdf-xml.js';
export { type EventRow, eventNode, irisOf, organisationNode, systemNode } from './rdf/resources.js';
export { type RdfMedia, rdfMedia, rdfOf } from './rdf/write.js';
export { openSnapshot, type Snapshot } from './snapshot.js';
export { lossTable } from './standards/losses.js';
export { type InStandard, inStandard } from './standards/records.js';
export { toCells } from './tables/column.js';
export { eventColumns, eventCsv, eventLines, readEventRows, storedLines, toLine } from './tables/events.js';
export { type SystemRow, systemTable } from './tables/systems.js';
export { type TableName, tables } from './tables/tables.js';
export {
  eventLabel,
  hasText,
  labelOf,
  localeOf,
  say,
  type TextKey,
  type TextLanguage,
  textLanguages,
  textOf,
} from './texts.js';
export { toXlsx } from './xlsx.js';

/** See dump/build.ts. The writers of the formats are loaded only when a dump is built. */
export async function buildDump(pool: Pool, folder: string, options: DumpOptions): Promise<number> {
  return (await import('./dump/build.js')).buildDump(pool, folder, options);
}

/** See archive/archive.ts. */
export async function writeArchive(pool: Pool, folder: string, options: ArchiveOptions): Promise<void> {
  return (await import('./archive/archive.js')).writeArchive(pool, folder, options);
}
export { qrPng, qrSvg } from './pages/qr.js';
export { type FollowedReport, type ReportForm, reportForm, reportPage } from './pages/report.js';
export { letterPage, type SignFacts, signPage } from './pages/sign.js';
export { positionOf, shortCodeOf } from './short-code.js';
