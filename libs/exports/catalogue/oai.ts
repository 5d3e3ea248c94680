import { isDateOrTime } from '#domain';
import { escapeXml } from '../feeds/feed.js';
import { type Node, nodesOf } from '../rdf/graph.js';
import { toRdfXml } from '../rdf/rdf-xml.js';
import type { DatasetEntry } from './catalogue.js';

/** The register that answers. `url`: the address of the OAI-PMH interface. */
export type OaiFacts = { origin: string; url: string; contact?: string | undefined; earliest: number };

type Parameters = { [name: string]: string };
type Problem = { code: string; message: string };

const pageSize = 50;
const formats = {
  dcat_ap: {
    schema: 'http://www.openarchives.org/OAI/2.0/rdf.xsd',
    namespace: 'http://www.w3.org/1999/02/22-rdf-syntax-ns#',
  },
  oai_dc: {
    schema: 'http://www.openarchives.org/OAI/2.0/oai_dc.xsd',
    namespace: 'http://www.openarchives.org/OAI/2.0/oai_dc/',
  },
};
type Format = keyof typeof formats;
const sets = { current: 'The register as it is now', dumps: 'Dumps of fixed positions of the log' };

/** The required and the optional arguments of each verb. With a resumption token no other argument is required. */
const verbs: { [verb: string]: { required: string[]; optional: string[] } } = {
  Identify: { required: [], optional: [] },
  ListMetadataFormats: { required: [], optional: ['identifier'] },
  ListSets: { required: [], optional: ['resumptionToken'] },
  ListIdentifiers: { required: ['metadataPrefix'], optional: ['from', 'until', 'set', 'resumptionToken'] },
  ListRecords: { required: ['metadataPrefix'], optional: ['from', 'until', 'set', 'resumptionToken'] },
  GetRecord: { required: ['identifier', 'metadataPrefix'], optional: [] },
};

/**
 * Answers an OAI-PMH 2.0 request over the data sets of the catalogue. Deletions are kept for ever. Tokens contain the whole request, so the
 * server keeps no state. Some harvesters send metadataPrefix with a resumptionToken, or write dcat for dcat_ap: both are accepted. Errors are
 * ordinary answers, as the protocol requires.
 */
export function answerOai(given: [string, string][], entries: DatasetEntry[], facts: OaiFacts, now: Date): string {
  const parameters = Object.fromEntries(given);
  const { verb = '' } = parameters;
  const problem = problemOf(given, verb);
  const body = problem ? toError(problem) : answer(verb, parameters, entries, facts);
  const isError = body.startsWith('<error');
  const known = isError && /badVerb|badArgument/.test(body) ? '' : attributesOf(parameters);
  return `<?xml version="1.0" encoding="UTF-8"?>
<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="http://www.openarchives.org/OAI/2.0/ http://www.openarchives.org/OAI/2.0/OAI-PMH.xsd ${formats.dcat_ap.namespace} ${formats.dcat_ap.schema}">
<responseDate>${toSeconds(now.getTime())}</responseDate>
<request${known}>${escapeXml(facts.url)}</request>
${body}
</OAI-PMH>
`;
}

const attributesOf = (parameters: Parameters) =>
  Object.entries(parameters)
    .map(([name, value]) => ` ${name}="${escapeXml(value)}"`)
    .join('');
const toError = ({ code, message }: Problem) => `<error code="${code}">${escapeXml(message)}</error>`;
const toSeconds = (milliseconds: number) => new Date(milliseconds).toISOString().replace(/\.\d+Z$/, 'Z');

function problemOf(given: [string, string][], verb: string): Problem | undefined {
  const takes = Object.hasOwn(verbs, verb) ? verbs[verb] : undefined;
  if (!takes || given.filter(([name]) => name === 'verb').length !== 1)
    return { code: 'badVerb', message: `"verb" is one of ${Object.keys(verbs).join(', ')}.` };
  const names = given.map(([name]) => name).filter((name) => name !== 'verb');
  const isTwice = names.find((name, i) => names.indexOf(name) !== i);
  if (isTwice) return { code: 'badArgument', message: `"${isTwice}" is given twice.` };
  const unknown = names.find((name) => ![...takes.required, ...takes.optional].includes(name));
  if (unknown) return { code: 'badArgument', message: `${verb} takes no "${unknown}".` };
  const missing = names.includes('resumptionToken') ? undefined : takes.required.find((name) => !names.includes(name));
  return missing ? { code: 'badArgument', message: `${verb} needs "${missing}".` } : undefined;
}

function answer(verb: string, parameters: Parameters, entries: DatasetEntry[], facts: OaiFacts): string {
  switch (verb) {
    case 'Identify':
      return identify(facts);
    case 'ListSets':
      if (parameters['resumptionToken'] !== undefined)
        return toError({ code: 'badResumptionToken', message: 'The list of sets comes whole.' });
      return `<ListSets>${Object.entries(sets)
        .map(([spec, name]) => `<set><setSpec>${spec}</setSpec><setName>${name}</setName></set>`)
        .join('')}</ListSets>`;
    case 'ListMetadataFormats':
      if (parameters['identifier'] !== undefined && !find(parameters['identifier'], entries, facts))
        return toError({ code: 'idDoesNotExist', message: `There is no "${parameters['identifier']}".` });
      return `<ListMetadataFormats>${Object.entries(formats)
        .map(
          ([prefix, { schema, namespace }]) =>
            `<metadataFormat><metadataPrefix>${prefix}</metadataPrefix><schema>${schema}</schema><metadataNamespace>${namespace}</metadataNamespace></metadataFormat>`,
        )
        .join('')}</ListMetadataFormats>`;
    case 'GetRecord':
      return getRecord(parameters, entries, facts);
    default:
      return list(verb, parameters, entries, facts);
  }
}

function identify({ origin, url, contact, earliest }: OaiFacts): string {
  return `<Identify><repositoryName>Register of AI systems: ${escapeXml(origin)}</repositoryName><baseURL>${escapeXml(url)}</baseURL><protocolVersion>2.0</protocolVersion><adminEmail>${escapeXml(contact ?? `postmaster@${origin.split(/[/:]/)[0]}`)}</adminEmail><earliestDatestamp>${toSeconds(earliest)}</earliestDatestamp><deletedRecord>persistent</deletedRecord><granularity>YYYY-MM-DDThh:mm:ssZ</granularity></Identify>`;
}

const identifierOf = ({ key }: DatasetEntry, { origin }: OaiFacts) => `oai:${origin}:${key}`;
const find = (identifier: string, entries: DatasetEntry[], facts: OaiFacts) =>
  entries.find((entry) => identifierOf(entry, facts) === identifier);

function formatOf(prefix: string | undefined): Format | undefined {
  const name = prefix === 'dcat' ? 'dcat_ap' : prefix;
  return name !== undefined && Object.hasOwn(formats, name) ? (name as Format) : undefined;
}
const noFormat = (prefix: string | undefined) =>
  toError({
    code: 'cannotDisseminateFormat',
    message: `There is no "${prefix}"; there are ${Object.keys(formats).join(', ')}.`,
  });

function getRecord({ identifier, metadataPrefix }: Parameters, entries: DatasetEntry[], facts: OaiFacts): string {
  const format = formatOf(metadataPrefix);
  if (!format) return noFormat(metadataPrefix);
  const entry = find(identifier!, entries, facts);
  if (!entry) return toError({ code: 'idDoesNotExist', message: `There is no "${identifier}".` });
  return `<GetRecord>${toRecord(entry, format, facts)}</GetRecord>`;
}

type Asked = { format: Format; from: number; until: number; set: string | undefined; offset: number };

function list(verb: string, parameters: Parameters, entries: DatasetEntry[], facts: OaiFacts): string {
  const asked =
    parameters['resumptionToken'] === undefined ? readAsked(parameters) : readToken(parameters['resumptionToken']);
  if (typeof asked === 'string') return asked;
  const found = entries.filter(({ changedAt, set }) => {
    const second = Math.floor(changedAt / 1000) * 1000;
    return second >= asked.from && second <= asked.until && (asked.set === undefined || set === asked.set);
  });
  if (found.length === 0) return toError({ code: 'noRecordsMatch', message: 'Nothing has changed in that time.' });
  const page = found.slice(asked.offset, asked.offset + pageSize);
  if (page.length === 0) return toError({ code: 'badResumptionToken', message: 'The list ends before that.' });
  const next = asked.offset + pageSize;
  const token = next < found.length ? toToken({ ...asked, offset: next }) : '';
  // The last page of several has an empty token.
  const tail =
    found.length > pageSize
      ? `<resumptionToken completeListSize="${found.length}" cursor="${asked.offset}">${token}</resumptionToken>`
      : '';
  const items = page.map((entry) =>
    verb === 'ListRecords' ? toRecord(entry, asked.format, facts) : toHeader(entry, facts),
  );
  return `<${verb}>${items.join('\n')}${tail}</${verb}>`;
}

function readAsked({ metadataPrefix, from, until, set }: Parameters): Asked | string {
  const format = formatOf(metadataPrefix);
  if (!format) return noFormat(metadataPrefix);
  const begin = from === undefined ? 0 : Math.max(0, toTime(from, 0) ?? Number.NaN);
  const end = until === undefined ? Number.MAX_SAFE_INTEGER : toTime(until, 86_399_000);
  if (
    Number.isNaN(begin) ||
    end === undefined ||
    (from && until && from.length !== until.length) ||
    (from && begin > end)
  )
    return toError({
      code: 'badArgument',
      message: '"from" and "until" are both YYYY-MM-DD or both YYYY-MM-DDThh:mm:ssZ, the earlier first.',
    });
  if (set !== undefined && !Object.hasOwn(sets, set))
    return toError({
      code: 'noRecordsMatch',
      message: `There is no set "${set}"; there are ${Object.keys(sets).join(', ')}.`,
    });
  return { format, from: begin, until: end, set, offset: 0 };
}

function toTime(text: string, restOfDay: number): number | undefined {
  if (!/^\d{4}-\d\d-\d\d(T\d\d:\d\d:\d\dZ)?$/.test(text) || !isDateOrTime(text)) return undefined;
  const time = Date.parse(text);
  return text.length === 10 ? time + restOfDay : time;
}

const toToken = ({ format, from, until, set, offset }: Asked) =>
  Buffer.from([format, from, until, set ?? '', offset].join('|')).toString('base64url');

function readToken(token: string): Asked | string {
  const [prefix, from, until, set, offset] = Buffer.from(token, 'base64url').toString().split('|');
  const format = formatOf(prefix);
  const numbers = [from, until, offset].map(Number);
  if (
    !format ||
    (set && !Object.hasOwn(sets, set)) ||
    offset === undefined ||
    !numbers.every((number) => Number.isSafeInteger(number) && number >= 0)
  )
    return toError({ code: 'badResumptionToken', message: 'This token is not one of this register.' });
  return { format, from: numbers[0]!, until: numbers[1]!, set: set || undefined, offset: numbers[2]! };
}

function toHeader(entry: DatasetEntry, facts: OaiFacts): string {
  const deleted = entry.node ? '' : ' status="deleted"';
  return `<header${deleted}><identifier>${escapeXml(identifierOf(entry, facts))}</identifier><datestamp>${toSeconds(entry.changedAt)}</datestamp><setSpec>${entry.set}</setSpec></header>`;
}

function toRecord(entry: DatasetEntry, format: Format, facts: OaiFacts): string {
  const header = toHeader(entry, facts);
  if (!entry.node) return `<record>${header}</record>`;
  const metadata = format === 'dcat_ap' ? toRdfXml([entry.node], true) : toDublinCore(entry.node);
  return `<record>${header}<metadata>${metadata}</metadata></record>`;
}

const dublinCore: { [name: string]: string } = {
  'dct:title': 'title',
  'dct:description': 'description',
  'dct:identifier': 'identifier',
  'dcat:keyword': 'subject',
  'dct:issued': 'date',
  'dct:modified': 'date',
};

function toDublinCore(dataset: Node): string {
  const elements = dataset.properties.flatMap(([name, value]) => {
    const element = dublinCore[name];
    if (!element || !('value' in value)) return [];
    return [
      `<dc:${element}${value.language ? ` xml:lang="${value.language}"` : ''}>${escapeXml(value.value)}</dc:${element}>`,
    ];
  });
  const rights = [...nodesOf(dataset)].find(({ types }) => types.includes('dct:LicenseDocument'));
  const more = `<dc:type>Dataset</dc:type>${rights ? `<dc:rights>${escapeXml(rights.id)}</dc:rights>` : ''}`;
  return `<oai_dc:dc xmlns:oai_dc="http://www.openarchives.org/OAI/2.0/oai_dc/" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="http://www.openarchives.org/OAI/2.0/oai_dc/ http://www.openarchives.org/OAI/2.0/oai_dc.xsd">${elements.join('')}${more}</oai_dc:dc>`;
}
