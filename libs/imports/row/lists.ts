import { type Code, codelists, labels } from '#domain';
import { shorten } from '../table/rows.js';
import { isUrl, plainText } from './plain-text.js';
import type { Note, ReadRow } from './read-row.js';

/** Web addresses in a text. Bounded, as no address in the register is longer. */
const addresses = /https?:\/\/[^\s<>"')]{1,2100}/g;

export function putContact(out: ReadRow, column: string, text: string, note: Note): void {
  // Bounded, so that a long text without an address takes only linear time.
  const email = /(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}/.exec(text)?.[0];
  const url = text.match(addresses)?.[0];
  out.contact.email ??= email;
  out.contact.url ??= url;
  if (text === out.contact.email || text === out.contact.url) return;
  const address = [out.contact.address, text].filter(Boolean).join('\n');
  if (address.length <= 500) out.contact.address = address;
  else note(column, text, 'Longer than an address may be: kept in the notes.');
}

export function putLinks(out: ReadRow, column: string, text: string, kind: Code<'link-kind'>, note: Note): void {
  const urls = [...new Set(text.match(addresses)?.map((url) => url.replace(/[.,;]+$/, '')))].filter(isUrl);
  const links = [...(out.set.links ?? []), ...urls.map((url) => ({ kind, url }))];
  if (links.length > 0) out.set.links = links;
  const rest = urls
    .reduce((left, url) => left.replaceAll(url, ''), text)
    .replace(/[\s,;.]+/g, ' ')
    .trim();
  if (rest !== '')
    note(column, text, urls.length === 0 ? `"${shorten(text)}" is not a web address: kept in the notes.` : undefined);
}

const longestTitle = 500;
const longTitle = (title: string) =>
  `"${shorten(title)}" is longer than a title may be (500 characters): kept in the notes.`;

/** An entry of a list: a title, with a link or without. */
function toEntry(entry: unknown): { title: string; link: string } {
  if (typeof entry !== 'object' || entry === null) return { title: plainText(entry), link: '' };
  const { title, link, ...rest } = entry as { title?: unknown; link?: unknown };
  const more = Object.keys(rest).length > 0 ? JSON.stringify(rest) : '';
  return { title: [plainText(title) || plainText(link), more].filter(Boolean).join(' '), link: plainText(link) };
}

/** Splits a text into titles, separated by semicolons or line breaks, each optionally followed by its address in brackets. */
export function titlesIn(text: string): { title: string; link: string | undefined }[] {
  return text
    .split(/[;\n]/)
    .map((entry) => entry.trim())
    .filter(Boolean)
    .map((entry) => {
      const [, title, link] = /^(.*)\((https?:[^\s()]+)\)$/.exec(entry) ?? [];
      return title?.trim() && isUrl(link!) ? { title: title.trim(), link } : { title: entry, link: undefined };
    });
}

/** Takes a list of { title, link }, or a text with addresses in it. */
export function putReferences(
  out: ReadRow,
  field: 'legalReferences' | 'dataSources',
  column: string,
  value: unknown,
  note: Note,
): void {
  const list = out.set[field] ?? [];
  if (Array.isArray(value)) {
    for (const { title, link } of value.map(toEntry)) {
      if (link && !isUrl(link))
        note(column, `${title}: ${link}`, `"${shorten(link)}" is not a web address: kept in the notes.`);
      if (title.length > longestTitle) note(column, title, longTitle(title));
      else if (title) list.push({ title, ...(isUrl(link) && { url: link }) });
    }
  } else {
    const words = plainText(value)
      .split(/[\s,;]+/)
      .filter(Boolean);
    for (const url of words.filter(isUrl)) list.push({ title: url.slice(0, longestTitle), url });
    const rest = words.filter((word) => !isUrl(word)).join(' ');
    if (rest) note(column, rest, `"${shorten(rest)}" is not a web address: kept in the notes.`);
  }
  if (list.length > 0) out.set[field] = [...new Map(list.map((entry) => [JSON.stringify(entry), entry])).values()];
}

/** Takes a list of titles with links; a text is added to the summary of the last assessment before it. */
export function putAssessmentList(out: ReadRow, column: string, value: unknown, note: Note): void {
  if (!Array.isArray(value)) {
    const last = out.assessments.at(-1);
    if (!last) return note(column, plainText(value));
    const before = last.summary?.[out.language];
    last.summary = { [out.language]: before ? `${before}\n\n${plainText(value)}` : plainText(value) };
    return;
  }
  for (const { title, link } of value.map(toEntry)) {
    if (title === '' || /^geen$/i.test(title)) continue;
    if (link && !isUrl(link))
      note(column, `${title}: ${link}`, `"${shorten(link)}" is not a web address: kept in the notes.`);
    out.assessments.push({
      kind: assessmentKind(title),
      title: { [out.language]: title },
      result: 'no-result-published',
      ...(isUrl(link) && { url: link }),
    });
  }
}

const noReason: { [language: string]: string } = {
  nl: 'De bron noemt geen reden.',
  en: 'The source gives no reason.',
  fr: 'La source ne donne pas de raison.',
  de: 'Die Quelle nennt keinen Grund.',
  es: 'La fuente no da ningún motivo.',
  ca: 'La font no dona cap motiu.',
  it: 'La fonte non indica alcun motivo.',
};

/** Takes "Ja" or "Nee" (yes, no; oui, non; sí, no; nein), optionally followed by more text. */
export function putAssessment(
  out: ReadRow,
  column: string,
  text: string,
  kind: Code<'assessment-kind'>,
  note: Note,
): void {
  if (/^(ja|yes|oui|sí|sì|si)(?!\p{L})/iu.test(text))
    out.assessments.push({
      kind,
      result: 'no-result-published',
      ...(text.length > 3 && { summary: { [out.language]: text } }),
    });
  else if (/^(nee|no|non|nein)(?!\p{L})/iu.test(text))
    out.assessments.push({
      kind,
      result: 'not-performed',
      notPerformedReason: { [out.language]: text.length > 4 ? text : (noReason[out.language] ?? text) },
    });
  else note(column, text, `"${shorten(text)}" does not say whether it was done: kept in the notes.`);
}

/** Sets the summary or address of an assessment, and adds the assessment if it is not there yet. */
export function putAssessmentPart(
  out: ReadRow,
  kind: Code<'assessment-kind'>,
  part: 'summary' | 'url',
  text: string,
): void {
  let held = out.assessments.find((assessment) => assessment.kind === kind);
  if (!held) {
    held = { kind, result: 'no-result-published' };
    out.assessments.push(held);
  }
  if (part === 'url') held.url = text;
  else held.summary = { ...held.summary, [out.language]: text };
}

export function putAssessmentText(
  out: ReadRow,
  column: string,
  text: string,
  kind: Code<'assessment-kind'>,
  note: Note,
): void {
  const held = out.assessments.find((assessment) => assessment.kind === kind);
  if (!held) return note(column, text);
  const part = held.result === 'not-performed' ? 'notPerformedReason' : 'summary';
  const before = held[part]?.[out.language];
  held[part] = { [out.language]: before && before !== noReason[out.language] ? `${before}\n\n${text}` : text };
}

/** The kinds of assessments by their labels in all languages. */
const kindOfLabel = new Map(
  codelists['assessment-kind'].flatMap((kind) =>
    Object.values(labels['assessment-kind']?.[kind] ?? {}).map((label) => [label, kind] as const),
  ),
);

function assessmentKind(title: string): Code<'assessment-kind'> {
  const named = kindOfLabel.get(title);
  if (named) return named;
  const kinds: [RegExp, Code<'assessment-kind'>][] = [
    [/pre-?scan/i, 'pre-scan-dpia'],
    [/DPIA|data protection|gegevensbeschermings/i, 'dpia'],
    [/IAMA/, 'iama'],
    [/FRAIA/i, 'fraia'],
    [/FRIA|fundamental rights|grondrechten/i, 'fria'],
    [/AIIA/i, 'aiia'],
    [/DEDA|ethische data assistent/i, 'deda'],
    [/ethische bijsluiter/i, 'ethical-leaflet'],
    [/privacy.?quick.?scan/i, 'privacy-quickscan'],
    [/toetsingskader.*rekenkamer/i, 'court-of-audit-framework'],
    [/uthiek/i, 'utrecht-ethics'],
    [/z-?inspection/i, 'z-inspection'],
    [/ethi/i, 'ethics-review'],
    [/toetsingskader|audit/i, 'audit'],
  ];
  return kinds.find(([pattern]) => pattern.test(title))?.[1] ?? 'other';
}
