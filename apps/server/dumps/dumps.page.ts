import { type Dump, type Manifest, manifestName, type PageLinks, page, toHtml } from '#exports';
import { texts } from './texts.js';

/** The dumps for people: the files of the latest, and the older ones. */
export function dumpsPage(dumps: Dump[], language: keyof typeof texts, languages: PageLinks): string {
  const t = texts[language];
  const latest = dumps.findLast(({ manifest }) => !manifest.removed);
  const older = dumps.filter((dump) => dump !== latest).reverse();
  const body = [
    `<p>${toHtml(t.lead)}</p>`,
    latest ? filesOf(latest, language) : `<p>${toHtml(t.none)}</p>`,
    ...(older.length > 0
      ? [
          `<h2>${toHtml(t.older)}</h2><p>${toHtml(t.kept)}</p><ul>${older.map((dump) => olderOne(dump, language)).join('')}</ul>`,
        ]
      : []),
    `<h2>${toHtml(t.check)}</h2><p>${toHtml(t.how)}</p><pre><code>sha256sum -c SHA256SUMS\nnpx vitrine export --check ${toHtml('https://…/exports/latest')}</code></pre>`,
    `<p><a href="/">${toHtml(t.start)}</a></p>`,
  ];
  return page(language, t.title, t.title, body.join(''), languages);
}

function filesOf({ at, manifest }: Dump, language: keyof typeof texts): string {
  const t = texts[language];
  const [licence] = manifest.licenses;
  const rows = manifest.resources.map(
    ({ path, bytes, rows }) =>
      `<tr><th scope="row"><a href="/exports/latest/${path}">${toHtml(path)}</a></th><td class="n">${rows === undefined ? '' : number(rows, language)}</td><td class="n">${size(bytes, language)}</td></tr>`,
  );
  return `<p>${toHtml(t.state)}: <strong>${day(manifest, language)}</strong> (${at}). ${toHtml(t.licence)}: <a href="${toHtml(licence?.path ?? '')}">${toHtml(licence?.title ?? '')}</a>. <a href="/exports/latest/${manifestName}">${manifestName}</a>, <a href="/exports/latest/SHA256SUMS">SHA256SUMS</a></p>
<table><thead><tr><th scope="col">${toHtml(t.file)}</th><th scope="col">${toHtml(t.rows)}</th><th scope="col">${toHtml(t.size)}</th></tr></thead><tbody>${rows.join('')}</tbody></table>`;
}

function olderOne({ at, manifest }: Dump, language: keyof typeof texts): string {
  const t = texts[language];
  const name = `${day(manifest, language)} (${at})`;
  if (!manifest.removed) return `<li><a href="/exports/${at}/${manifestName}">${name}</a></li>`;
  return `<li>${name}: ${toHtml(manifest.removed.because === 'erasure' ? t.erased : t.aged)}</li>`;
}

const day = ({ created }: Pick<Manifest, 'created'>, language: string) =>
  new Intl.DateTimeFormat(language, { dateStyle: 'long', timeStyle: 'short', timeZone: 'UTC' }).format(
    new Date(created),
  );
const number = (value: number, language: string) => new Intl.NumberFormat(language).format(value);

function size(bytes: number, language: string): string {
  const unit = bytes < 1000 ? 'byte' : bytes < 1_000_000 ? 'kilobyte' : 'megabyte';
  const divisor = { byte: 1, kilobyte: 1000, megabyte: 1_000_000 }[unit];
  return new Intl.NumberFormat(language, {
    style: 'unit',
    unit,
    unitDisplay: unit === 'byte' ? 'long' : 'short',
    maximumFractionDigits: 1,
  }).format(bytes / divisor);
}
