import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Pool } from 'pg';
import { type Organisation, readTimelines, type SystemRecord } from '#projections';
import { cataloguePage, datasetEntries } from '../catalogue/catalogue.js';
import { buildDump } from '../dump/build.js';
import { listDumps } from '../dump/folders.js';
import type { Licence } from '../dump/licences.js';
import { eventPage, innerPage, pathOf, rangeOf, rootPage, topOf } from '../ldes/fragments.js';
import { toHtml } from '../pages/html.js';
import { systemPage } from '../pages/system-page.js';
import { systemsPage } from '../pages/systems-page.js';
import type { Node } from '../rdf/graph.js';
import { toRdfXml } from '../rdf/rdf-xml.js';
import { type EventRow, irisOf, organisationNode, systemNode } from '../rdf/resources.js';
import { rdfOf } from '../rdf/write.js';
import { openSnapshot, type Snapshot } from '../snapshot.js';
import { readEventRows } from '../tables/events.js';
import { systemRecords } from '../tables/systems.js';
import { organisationRecords } from '../tables/tables.js';
import { textLanguages, toTextLanguage } from '../texts.js';

export type ArchiveOptions = {
  origin: string;
  licence: Licence;
  at: number;
  language: string;
  onStep?: (what: string, done: number, total: number) => void;
};

/**
 * Writes a register, as of a position, as files that need no server: dump, catalogue, event stream, and a page per system with its history. They
 * have the same paths as on the web, so that any file server can keep the addresses working. The log is added by archiveLog in apps/cli.
 */
export async function writeArchive(pool: Pool, folder: string, options: ArchiveOptions): Promise<void> {
  const { origin, at, licence, onStep } = options;
  await buildDump(pool, join(folder, 'exports', String(at)), {
    origin,
    licence,
    at,
    onFile: (_, done, total) => onStep?.('files of the dump', done, total),
  });
  const snapshot = await openSnapshot(pool, at);
  try {
    await writeCatalogue(snapshot, folder, options);
    await writeStream(snapshot, folder, options);
    await writePages(snapshot, folder, options);
  } finally {
    await snapshot.release();
  }
}

async function put(folder: string, path: string, text: string): Promise<void> {
  const file = join(folder, path);
  await mkdir(join(file, '..'), { recursive: true });
  await writeFile(file, text);
}

async function toText(format: 'ttl' | 'nt' | 'jsonld', nodes: Node[]): Promise<string> {
  let text = '';
  for await (const piece of rdfOf(format, once(nodes))) text += piece;
  return text;
}

async function* once<T>(page: T): AsyncGenerator<T> {
  yield page;
}

async function writeCatalogue(
  snapshot: Snapshot,
  folder: string,
  { origin, licence, at }: ArchiveOptions,
): Promise<void> {
  const organisations = await organisationRecords(snapshot);
  const dumps = await listDumps(join(folder, 'exports'));
  const facts = {
    origin,
    url: `https://${origin}`,
    publisher:
      organisations.length === 1
        ? { names: organisations[0]!.names as { [language: string]: string }, kind: organisations[0]!.kind }
        : undefined,
    countries: [...new Set(organisations.map(({ country }) => country))].sort(),
    licence,
    dumps,
    isArchive: true,
  };
  // The only data set of an archive is its dump.
  const entries = datasetEntries(facts, new Date('9999-12-31')).filter(({ key }) => key === `dump-${at}`);
  const nodes = (ending: string) =>
    cataloguePage(facts, entries, 1, 100, `https://${origin}/catalog${ending}`).slice(0, 1);
  await put(folder, 'catalog.ttl', await toText('ttl', nodes('.ttl')));
  await put(folder, 'catalog.jsonld', await toText('jsonld', nodes('.jsonld')));
  await put(folder, 'catalog.rdf', toRdfXml(nodes('.rdf')));
}

async function writeStream(snapshot: Snapshot, folder: string, { origin, onStep }: ArchiveOptions): Promise<void> {
  const size = snapshot.at + 1;
  const iris = irisOf(origin);
  await put(
    folder,
    'ldes/root.trig',
    await toText('ttl', rootPage(origin, size, `in exports/${snapshot.at}/events.jsonl`)),
  );
  const top = topOf(size);
  for (let level = 0; level < top.level; level++)
    for (let index = 0; rangeOf({ level, index }).from < size; index++) {
      const place = { level, index };
      const { from, to } = rangeOf(place);
      const nodes =
        level > 0
          ? innerPage(place, size)
          : eventPage(
              place,
              (await readEventRows(snapshot.client, from, Math.min(to, size))) as unknown as EventRow[],
              origin,
              undefined,
              iris,
            );
      await put(folder, pathOf(place).slice(1), await toText('ttl', nodes));
      if (level === 0) onStep?.('events', Math.min(to, size), size);
    }
}

async function writePages(
  snapshot: Snapshot,
  folder: string,
  { origin, language, at, onStep }: ArchiveOptions,
): Promise<void> {
  const iris = irisOf(origin);
  const organisations = new Map<string, Organisation>();
  for (const organisation of await organisationRecords(snapshot)) {
    organisations.set(organisation.id, organisation);
    const nodes = [organisationNode(organisation, iris)];
    await put(folder, `organisations/${organisation.id}/index.ttl`, await toText('ttl', nodes));
    await put(folder, `organisations/${organisation.id}/index.jsonld`, await toText('jsonld', nodes));
  }
  const listed: { href: string; record: SystemRecord }[] = [];
  for await (const page of systemRecords(snapshot)) {
    const timelines = await readTimelines(
      snapshot.client,
      page.map(({ id }) => id),
      { first: 100_000, upTo: snapshot.sequence },
    );
    for (const { id, record: json } of page) {
      const record = JSON.parse(json) as SystemRecord;
      const nodes = [systemNode(record, iris)];
      const timeline = timelines.get(id)!.filter(({ sequence }) => sequence <= snapshot.sequence);
      const alternates = [
        { href: 'index.json', type: 'application/json', title: 'JSON' },
        { href: 'index.ttl', type: 'text/turtle', title: 'TTL' },
        { href: 'index.jsonld', type: 'application/ld+json', title: 'JSON-LD' },
      ];
      const facts = {
        record,
        organisation: organisations.get(record.organisation),
        timeline,
        alternates,
        home: '../../index.html',
        isAlone: true,
      };
      const own = [language, ...textLanguages].find((one) => record.name?.[one as 'en'] !== undefined) ?? language;
      await put(folder, `systems/${id}/index.html`, systemPage(facts, toTextLanguage(own)));
      await put(folder, `systems/${id}/index.json`, `${json}\n`);
      await put(folder, `systems/${id}/index.ttl`, await toText('ttl', nodes));
      await put(folder, `systems/${id}/index.jsonld`, await toText('jsonld', nodes));
      listed.push({
        href: `systems/${encodeURIComponent(id)}/index.html`,
        record: { id, status: record.status, name: record.name } as SystemRecord,
      });
    }
    onStep?.('systems', listed.length, listed.length);
  }
  await put(
    folder,
    'index.html',
    systemsPage(
      {
        systems: listed,
        origin,
        organisations: [...organisations.values()],
        files: [`exports/${at}/datapackage.json`, 'catalog.ttl', 'README.txt'],
        isAlone: true,
      },
      toTextLanguage(language),
    ),
  );
  await put(folder, 'README.txt', readme(origin, at));
}

const readme = (
  origin: string,
  at: number,
) => `Archive of the register of AI systems at ${origin}, up to event ${at} of its log.

index.html           the systems; systems/<URN>/index.html is the page of each, with its history; beside it the same as JSON, Turtle, JSON-LD
exports/${at}/       everything in tables: CSV, JSON Lines, JSON, XLSX, Parquet, linked data; datapackage.json says what the files are
catalog.ttl          the catalogue (DCAT-AP), also as .jsonld and .rdf
ldes/root.trig       all events as a Linked Data Event Stream
                     (an event has no file of its own: what it carried is in exports/${at}/events.jsonl and in log/payload)
log/                 the transparency log (c2sp.org/tlog-tiles): every event as it was signed, and what it carried

To read it, open index.html. To check it: sha256sum -c SHA256SUMS in exports/${at}, and with Vitrine: vitrine verify THIS_FOLDER --key KEY,
where KEY is the public key of the log, which its operator has published elsewhere. To keep the addresses, let a file server for ${toHtml(origin)}
serve this folder. Erasures by law that come later must be done here, too.
`;
