import type { ColumnType } from '../tables/column.js';
import { type TableName, tables } from '../tables/tables.js';
import type { Written } from './file.js';
import { type DumpFormat, dumpFormats } from './files.js';
import type { Licence } from './licences.js';
import { isText } from './manifest-file.js';

/**
 * What a dump is. `at`: its log position; `root`: the root of the log's tree over the events up to it; `erasedLater`: later events that erased
 * content of it.
 */
export type DumpFacts = {
  origin: string;
  at: number;
  root: Buffer;
  createdAt: string;
  licence: Licence;
  erasedLater: string[];
};

export type DumpFile = Written & {
  path: string;
  title: string;
  media: string;
  rows?: number;
  table?: TableName;
  format?: DumpFormat;
};

const frictionless: { [type in ColumnType]: string } = {
  string: 'string',
  integer: 'integer',
  boolean: 'boolean',
  date: 'date',
  datetime: 'datetime',
  object: 'object',
  array: 'array',
};

/** The manifest of a dump: a Data Package (datapackage.org, version 2). It depends only on the files, the log and the licence. */
export function toManifest(facts: DumpFacts, files: DumpFile[]): object {
  const { origin, at, root, createdAt, licence, erasedLater } = facts;
  return {
    $schema: 'https://datapackage.org/profiles/2.0/datapackage.json',
    name: `vitrine-${origin.toLowerCase().replaceAll(/[^a-z0-9._-]+/g, '-')}`,
    id: `https://${origin}/exports/${at}/`,
    title: `Register of AI systems: ${origin}`,
    description: `All that the register at ${origin} held after event ${at} of its log: current records, organisations, and the whole history.`,
    homepage: `https://${origin}/`,
    version: String(at),
    created: createdAt,
    licenses: [{ name: licence.id, path: licence.url, title: licence.title }],
    log: { origin: `${origin}/log`, size: at + 1, rootHash: root.toString('base64') },
    erasedLater,
    resources: files.map((file) => ({
      name: file.path.replaceAll('.', '-'),
      path: file.path,
      title: file.title,
      mediatype: file.media,
      format: file.path.split('.').at(-1),
      ...(isText(file.media) && { encoding: 'utf-8' }),
      bytes: file.bytes,
      hash: `sha256:${file.hash}`,
      ...(file.rows !== undefined && { rows: file.rows }),
      ...(file.table &&
        file.format === 'csv' && { type: 'table', dialect: dialectOf(file.table), schema: schemaOf(file.table) }),
    })),
  };
}

/** The CSV dialect of a table. The events are written by the database, which ends lines with a line feed alone. */
function dialectOf(table: TableName): object {
  return {
    delimiter: ',',
    quoteChar: '"',
    doubleQuote: true,
    header: true,
    lineTerminator: table === 'events' ? '\n' : '\r\n',
  };
}

function schemaOf(name: TableName): object {
  const { columns, primaryKey } = tables[name];
  return {
    fields: columns.map(({ name, type, description }) => ({ name, type: frictionless[type], description })),
    primaryKey,
    missingValues: [''],
  };
}

export const titleOf = (table: TableName, format: DumpFormat) => `${tables[table].title}, ${dumpFormats[format].title}`;
