import { codelists } from '#domain';
import { eventLabel, type Feed, type FeedItem, pathIn, say, type TextLanguage } from '#exports';
import {
  countFeed,
  type FeedEntry,
  type FeedScope,
  type Organisation,
  readFeed,
  readOrganisationsById,
  readSystemsById,
  type SystemRecord,
} from '#projections';
import type { Register } from '../../register/register.js';
import { labelOf, type Texts, toText } from '../in-language.js';

export const entriesInArchive = 50;
const maxParagraphs = 6;

/** Which document of a feed: without `archive` the one with the newest entries. Archives are numbered from 0, the oldest. */
export type Asked = { scope: FeedScope; language: TextLanguage; archive: number | undefined; format: string };
type Names = { systems: Map<string, Texts>; organisations: Map<string, Organisation> };

/** A document of a feed; undefined where there is no such system, organisation or archive. */
export async function makeFeed(register: Register, base: string, asked: Asked): Promise<Feed | undefined> {
  const { scope, language, archive } = asked;
  const count = await countFeed(register.pool, scope);
  if (count === 0 && scope.kind !== 'register') return undefined;
  const complete = Math.floor(count / entriesInArchive);
  if (archive !== undefined && archive >= complete) return undefined;
  const from = archive === undefined ? Math.max(count - entriesInArchive, 0) : archive * entriesInArchive;
  const entries = (await readFeed(register.pool, scope, from, entriesInArchive)).reverse();
  const names = await readNames(register, entries, scope);
  const about = nameOf(scope, names, language);
  const address = (number?: number) => addressOf(base, asked, number);
  const before = archive === undefined ? complete - 1 : archive - 1;
  return {
    id: `urn:vitrine:feed:${register.origin}:${scope.kind}${'id' in scope ? `:${encodeURIComponent(scope.id)}` : ''}:${language}`,
    title: about === undefined ? say(language, 'register.title') : `${say(language, 'register.title')} · ${about}`,
    language,
    updated: entries[0]?.recordedAt ?? '1970-01-01T00:00:00Z',
    home: `${base}/`,
    self: address(archive),
    current: archive === undefined ? undefined : address(),
    previousArchive: before >= 0 ? address(before) : undefined,
    nextArchive: archive !== undefined && archive + 1 < complete ? address(archive + 1) : undefined,
    entries: entries.map((entry) => toItem(entry, names, language, base)),
  };
}

function addressOf(base: string, { scope, language, format }: Asked, archive?: number): string {
  const query = new URLSearchParams({ ...('id' in scope && { id: scope.id }), language });
  if (archive !== undefined) query.set('archive', String(archive));
  return `${base}/feeds/${scope.kind}.${format}?${query}`;
}

async function readNames({ pool }: Register, entries: FeedEntry[], scope: FeedScope): Promise<Names> {
  const ids = new Set(entries.flatMap(({ system }) => system ?? []));
  const organisationIds = new Set(entries.map(({ organisation }) => organisation));
  if (scope.kind === 'organisation') organisationIds.add(scope.id);
  const [found, organisations] = await Promise.all([
    readSystemsById(pool, [...ids]),
    readOrganisationsById(pool, [...organisationIds]),
  ]);
  const systems = found.map(({ id, record }) => [id, (JSON.parse(record) as SystemRecord).name ?? {}] as const);
  return { systems: new Map(systems), organisations: new Map(organisations.map((one) => [one.id, one])) };
}

function nameOf(scope: FeedScope, names: Names, language: string): string | undefined {
  switch (scope.kind) {
    case 'register':
      return undefined;
    case 'system':
      return toText(names.systems.get(scope.id), language)?.value ?? scope.id;
    case 'organisation':
      return toText(names.organisations.get(scope.id)?.names, language)?.value ?? scope.id;
    case 'domain':
      return labelOf({ list: 'domain', code: scope.id }, language);
    case 'supplier':
      return scope.id;
  }
}

function toItem(entry: FeedEntry, names: Names, language: Asked['language'], base: string): FeedItem {
  const { eventId, type, recordedAt, occurredAt, organisation, system, data, erased } = entry;
  const author = toText(names.organisations.get(organisation)?.names, language)?.value ?? organisation;
  const about = system ? (toText(names.systems.get(system), language)?.value ?? system) : author;
  const label = labelOf({ list: 'event-type', code: type }, language);
  const said = eventLabel(entry, language);
  const own = (text: string) => ({ text, language });
  return {
    id: `urn:uuid:${eventId}`,
    title: `${about} · ${said}`,
    recordedAt,
    author: { name: author, uri: organisation },
    category: { term: type, label, scheme: `${base}/v1/codelists/event-type/codes` },
    page: system ? base + pathIn(language, `/systems/${system}`) : undefined,
    link: `${base}/v1/events/${eventId}`,
    related: system ? `${base}/v1/systems/${encodeURIComponent(system)}` : undefined,
    paragraphs: [
      own(`${said}. ${say(language, 'feed.on')}: ${occurredAt}. ${author}.`),
      ...(erased.length > 0 ? [own(say(language, 'feed.erased'))] : []),
      ...textsIn(data)
        .slice(0, maxParagraphs)
        .map((texts) => toParagraph(texts, language)),
    ],
  };
}

function toParagraph(texts: Texts, language: string): { text: string; language: string } {
  const { value, language: found } = toText(texts, language)!;
  return { text: value, language: found };
}

/** The texts that an event carries, in the order of its fields. */
function textsIn(value: unknown): Texts[] {
  if (typeof value !== 'object' || value === null) return [];
  if (Array.isArray(value)) return value.flatMap(textsIn);
  const keys = Object.keys(value);
  const isText = keys.length > 0 && keys.every((key) => (codelists.language as readonly string[]).includes(key));
  return isText ? [value as Texts] : Object.values(value).flatMap(textsIn);
}
