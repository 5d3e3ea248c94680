import {
  type Dump,
  localeOf,
  type Manifest,
  manifestName,
  type PagePlace,
  page,
  say,
  type TextKey,
  type TextLanguage,
  type Theme,
  toHtml,
} from '#exports';

type DumpsKey = TextKey extends infer K ? (K extends `dumps.${infer Name}` ? Name : never) : never;

/** The page of the dumps: the files of the latest, and the older ones. */
export function dumpsPage(dumps: Dump[], language: TextLanguage, at: PagePlace, theme?: Theme): string {
  const t = (key: DumpsKey) => toHtml(say(language, `dumps.${key}`));
  const latest = dumps.findLast(({ manifest }) => !manifest.removed);
  const older = dumps.filter((dump) => dump !== latest).reverse();
  const body = [
    `<p>${t('lead')}</p>`,
    latest ? filesOf(latest, language) : `<p>${t('none')}</p>`,
    ...(older.length > 0
      ? [`<h2>${t('older')}</h2><p>${t('kept')}</p><ul>${older.map((dump) => olderOne(dump, language)).join('')}</ul>`]
      : []),
    `<h2>${t('check')}</h2><p>${t('how')}</p><pre><code>sha256sum -c SHA256SUMS\nnpx vitrine export --check ${toHtml('https://…/exports/latest')}</code></pre>`,
  ];
  const title = say(language, 'dumps.title');
  return page({ language, heading: title, title, body: body.join(''), at, theme, part: 'data' });
}

function filesOf({ at, manifest }: Dump, language: TextLanguage): string {
  const t = (key: DumpsKey) => toHtml(say(language, `dumps.${key}`));
  const [licence] = manifest.licenses;
  const rows = manifest.resources.map(
    ({ path, bytes, rows }) =>
      `<tr><th scope="row"><a href="/exports/latest/${path}">${toHtml(path)}</a></th><td class="n">${rows === undefined ? '' : number(rows, language)}</td><td class="n">${size(bytes, language)}</td></tr>`,
  );
  const state = `<strong>${day(manifest, language)}</strong> (${at})`;
  const terms = `<a href="${toHtml(licence?.path ?? '')}">${toHtml(licence?.title ?? '')}</a>`;
  const pair = (name: string, value: string) => say(language, 'page.pair', { name, value });
  return `<p>${pair(t('state'), state)}. ${pair(t('licence'), terms)}. <a href="/exports/latest/${manifestName}">${manifestName}</a>, <a href="/exports/latest/SHA256SUMS">SHA256SUMS</a></p>
<table><thead><tr><th scope="col">${t('file')}</th><th scope="col">${t('rows')}</th><th scope="col">${t('size')}</th></tr></thead><tbody>${rows.join('')}</tbody></table>`;
}

function olderOne({ at, manifest }: Dump, language: TextLanguage): string {
  const t = (key: DumpsKey) => toHtml(say(language, `dumps.${key}`));
  const name = `${day(manifest, language)} (${at})`;
  if (!manifest.removed) return `<li><a href="/exports/${at}/${manifestName}">${name}</a></li>`;
  const value = t(manifest.removed.because === 'erasure' ? 'erased' : 'aged');
  return `<li>${say(language, 'page.pair', { name, value })}</li>`;
}

const day = ({ created }: Pick<Manifest, 'created'>, language: string) =>
  new Intl.DateTimeFormat(localeOf(language), { dateStyle: 'long', timeStyle: 'short', timeZone: 'UTC' }).format(
    new Date(created),
  );
const number = (value: number, language: string) => new Intl.NumberFormat(localeOf(language)).format(value);

function size(bytes: number, language: string): string {
  const unit = bytes < 1000 ? 'byte' : bytes < 1_000_000 ? 'kilobyte' : 'megabyte';
  const divisor = { byte: 1, kilobyte: 1000, megabyte: 1_000_000 }[unit];
  return new Intl.NumberFormat(localeOf(language), {
    style: 'unit',
    unit,
    unitDisplay: unit === 'byte' ? 'long' : 'short',
    maximumFractionDigits: 1,
  }).format(bytes / divisor);
}
