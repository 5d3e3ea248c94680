import { labels } from '#domain';
import {
  type Dump,
  localeOf,
  type Manifest,
  manifestName,
  type PagePlace,
  pathIn,
  renderPage,
  say,
  type TextKey,
  type TextLanguage,
  type Theme,
  tables,
} from '#exports';
import { maxRows } from '../http/parameters.js';
import { Table } from './table.js';

type DumpsKey = TextKey extends infer K ? (K extends `dumps.${infer Name}` ? Name : never) : never;

/** The page of the data: which file answers which question, the files of the latest dump, their columns and codes, how to cite them, older dumps. */
export function dataPage(dumps: Dump[], language: TextLanguage, at: PagePlace, theme?: Theme): string {
  const t = (key: DumpsKey, values = {}) => say(language, `dumps.${key}`, values);
  const latest = dumps.findLast(({ manifest }) => !manifest.removed);
  const older = dumps.filter((dump) => dump !== latest).reverse();
  const title = t('title');
  return renderPage(
    { language, heading: title, title, description: t('lead'), at, theme, part: 'data' },
    <>
      <p class="lead">{t('lead')}</p>
      <h2>{t('which')}</h2>
      <Questions language={language} resources={latest?.manifest.resources ?? []} />
      <h2>{t('all')}</h2>
      {latest ? <Files of={latest} language={language} /> : <p>{t('none')}</p>}
      <h2>{t('columns')}</h2>
      <p>{t('columnsLead')}</p>
      {Object.entries(tables).map(([name, table]) => (
        <details>
          <summary>
            <code>{name}</code>
          </summary>
          <div lang="en">
            <Table
              caption={name}
              columns={[{ title: 'Column' }, { title: 'Type' }, { title: 'Description' }]}
              rows={table.columns.map((column) => [<code>{column.name}</code>, column.type, column.description])}
            />
          </div>
        </details>
      ))}
      <h2>{t('codes')}</h2>
      <div class="lists">
        {Object.entries(labels).map(([list, codes]) => (
          <details>
            <summary>
              <code>{list}</code>
            </summary>
            <dl>
              {Object.entries(codes).map(([code, label]) => (
                <>
                  <dt>
                    <code>{code}</code>
                  </dt>
                  <dd>{label[language] ?? label['en']}</dd>
                </>
              ))}
            </dl>
          </details>
        ))}
      </div>
      {latest && <Citation of={latest} {...{ language, at }} />}
      <h2>{t('check')}</h2>
      <p>
        {t('how')} <a href={pathIn(language, '/verify')}>{say(language, 'verify.title')}</a>
      </p>
      <pre>
        <code>{`sha256sum -c SHA256SUMS\nnpx vitrine export --check ${at.url}/exports/latest`}</code>
      </pre>
      {older.length > 0 && (
        <>
          <h2>{t('older')}</h2>
          <p>{t('kept')}</p>
          <ul>
            {older.map((dump) => (
              <Older of={dump} language={language} />
            ))}
          </ul>
        </>
      )}
    </>,
  );
}

/** What people want to know, and which files say it. */
function Questions({ language, resources }: { language: TextLanguage; resources: Resource[] }) {
  const ofDump = (name: string, path: string): [string, string][] =>
    resources.some((one) => one.path === path) ? [[name, `/exports/latest/${path}`]] : [];
  const list = (name: string, query: Record<string, string> = {}): [string, string][] =>
    ['xlsx', 'csv'].map((format) => {
      const asked = new URLSearchParams({ ...query, language, ...(format === 'csv' && { bom: 'true' }) });
      return [format.toUpperCase(), `/v1/${name}.${format}?${asked}`];
    });
  // A table that is made when it is asked for has so many rows at most.
  const isLong = resources.some(({ path, rows = 0 }) => path === 'systems.csv' && rows > maxRows);
  const systems = isLong ? [...ofDump('XLSX', 'systems.xlsx'), ...ofDump('CSV', 'systems.csv')] : list('systems');
  const questions: [DumpsKey, [string, string][]][] = [
    ['ask.systems', systems],
    ['ask.duties', list('gaps')],
    ['ask.counts', list('statistics/status-by-month')],
    ['ask.oversight', list('figures')],
    ['ask.money', list('contracts')],
    ['ask.history', [['JSON Lines', '/exports/events.jsonl']]],
    ['ask.sql', [...ofDump('SQLite', 'register.sqlite'), ...ofDump('Parquet', 'systems.parquet')]],
    [
      'ask.follow',
      [
        ['Atom', '/feeds/register.atom'],
        ['JSON Feed', '/feeds/register.json'],
      ],
    ],
    [
      'ask.linked',
      [
        ['DCAT-AP', '/catalog'],
        ['LDES', '/ldes/root.trig'],
      ],
    ],
    [
      'ask.program',
      [
        ['REST', '/docs/api'],
        ['GraphQL', '/graphql'],
        ['OpenAPI', '/v1/openapi.json'],
      ],
    ],
  ];
  return (
    <dl class="ask">
      {questions
        .filter(([, links]) => links.length > 0)
        .map(([key, links]) => (
          <>
            <dt>{say(language, `dumps.${key}`)}</dt>
            <dd>
              {links.map(([name, href], i) => (
                <>
                  {i > 0 && ' · '}
                  <a href={href}>{name}</a>
                </>
              ))}
            </dd>
          </>
        ))}
    </dl>
  );
}

type OfDump = { of: Dump; language: TextLanguage };

function Files({ of: { at, manifest }, language }: OfDump) {
  const [licence] = manifest.licenses;
  const pair = (key: DumpsKey, value: string) => say(language, 'page.pair', { name: say(language, key_(key)), value });
  return (
    <>
      <p>
        {pair('state', `${day(manifest, language)} (${at})`)}. {pair('licence', '')}
        <a href={licence?.path}>{licence?.title}</a>. <a href={`/exports/latest/${manifestName}`}>{manifestName}</a>,{' '}
        <a href="/exports/latest/SHA256SUMS">SHA256SUMS</a>
      </p>
      <Table
        caption={say(language, 'dumps.all')}
        columns={[{ title: say(language, 'dumps.what') }, { title: say(language, 'dumps.formats') }]}
        rows={groupsOf(manifest).map(([name, files]) => [
          name,
          files.map(({ path, bytes, rows }, i) => (
            <>
              {i > 0 && ' · '}
              <a href={`/exports/latest/${path}`}>{endingOf(path)}</a> (
              {rows !== undefined && `${say(language, 'dumps.rows', { n: rows })}, `}
              {size(bytes, language)})
            </>
          )),
        ])}
      />
    </>
  );
}

type Resource = Manifest['resources'][number];

const endingOf = (path: string) => path.slice(path.lastIndexOf('.') + 1);

/** The files by what they hold, in the order of the manifest. */
function groupsOf({ resources }: Manifest): [string, Resource[]][] {
  const groups = new Map<string, Resource[]>();
  for (const resource of resources) {
    const name = resource.path.slice(0, resource.path.lastIndexOf('.'));
    groups.set(name, [...(groups.get(name) ?? []), resource]);
  }
  return [...groups];
}

const key_ = (key: DumpsKey) => `dumps.${key}` as const;

/** How to cite the latest dump, by the address that goes on leading to it. */
function Citation({ of: { at: position, manifest }, language, at }: OfDump & { at: PagePlace }) {
  const values = {
    title: manifest.title,
    date: day(manifest, language),
    n: position,
    address: `${at.url}/exports/${position}/`,
    licence: manifest.licenses[0]?.title ?? '',
  };
  return (
    <>
      <h2>{say(language, 'dumps.cite')}</h2>
      <p>{say(language, 'dumps.citation', values)}</p>
    </>
  );
}

function Older({ of: { at, manifest }, language }: OfDump) {
  const name = `${day(manifest, language)} (${at})`;
  if (!manifest.removed)
    return (
      <li>
        <a href={`/exports/${at}/${manifestName}`}>{name}</a>
      </li>
    );
  const value = say(language, manifest.removed.because === 'erasure' ? 'dumps.erased' : 'dumps.aged');
  return <li>{say(language, 'page.pair', { name, value })}</li>;
}

const day = ({ created }: Pick<Manifest, 'created'>, language: string) =>
  `${new Intl.DateTimeFormat(localeOf(language), { dateStyle: 'long', timeStyle: 'short', timeZone: 'UTC' }).format(
    new Date(created),
  )} UTC`;

function size(bytes: number, language: string): string {
  const unit = bytes < 1000 ? 'byte' : bytes < 1_000_000 ? 'kilobyte' : bytes < 1_000_000_000 ? 'megabyte' : 'gigabyte';
  const divisor = { byte: 1, kilobyte: 1000, megabyte: 1_000_000, gigabyte: 1_000_000_000 }[unit];
  return new Intl.NumberFormat(localeOf(language), {
    style: 'unit',
    unit,
    unitDisplay: unit === 'byte' ? 'long' : 'short',
    maximumFractionDigits: 1,
  }).format(bytes / divisor);
}
