import { labels } from '#domain';
import type { SystemRecord } from '#projections';
import { codeColumn } from '../code-columns.js';
import {
  assessmentsMade,
  beganOn,
  cut,
  endedOn,
  linkField,
  nameOf,
  paragraphs,
  type Standard,
  sourceField,
  stageOf,
  textField,
  textIn,
} from '../standard.js';

const iso639 = { nl: 'nld', en: 'eng', fy: 'fry' } as const;
/** The month of a date. A year alone has none, and none is made up. */
const month = (date: string | undefined) => (date === undefined || date.length === 4 ? undefined : date.slice(0, 7));

/** Who gives the numbers of the Dutch register. */
const isLars = (scheme: string) => scheme === 'nl-lars' || scheme === 'nl-standard';
const categories = ['Impactvolle algoritmes', 'Hoog-risico AI-systeem', 'Overige algoritmes'];

/** The category that the record or its source states; of the classes of the AI Act only high-risk is one. */
function publicationCategory(record: SystemRecord): string | undefined {
  const { publicationCategory: own, risk } = record;
  if (own) return codeColumn('publication-category', own, 'nl_publication_category');
  if (risk?.class === 'high') return 'Hoog-risico AI-systeem';
  const stated = sourceField(record, 'publication_category', 'nl') ?? sourceField(record, 'publicatiecategorie', 'nl');
  return categories.find((category) => category === stated);
}

/** Publicatiestandaard 1.0 of the Dutch Algoritmeregister, by the keys of its machine schema, which its delivery API also accepts. */
export const nl: Standard = {
  id: 'nl-1.0',
  title: 'Algoritmeregister Publicatiestandaard 1.0',
  source: 'https://github.com/MinBZK/Algoritmeregister',
  languages: ['nl', 'en', 'fy'],
  schema: 'nl/nl-1.0.schema.json',
  fields: [
    textField('name', 'name', { required: true, max: 100 }),
    textField('description_short', 'summary', { required: true, max: 400 }),
    {
      name: 'organization',
      into: 'organisation',
      required: true,
      max: 100,
      uses: ['organisation'],
      value: (context) => nameOf(context, 'nl'),
    },
    {
      name: 'category',
      into: 'domain',
      uses: ['domain', 'furtherDomains'],
      value: ({ record }) => [
        ...new Set(
          [record.domain, ...(record.furtherDomains ?? [])].flatMap(
            (code) => codeColumn('domain', code, 'nl_category') ?? [],
          ),
        ),
      ],
    },
    {
      name: 'status',
      into: 'status',
      required: true,
      uses: ['status', 'source'],
      value: ({ record }) =>
        stageOf(record) ? 'In ontwikkeling' : codeColumn('system-status', record.status, 'nl_status'),
    },
    {
      name: 'begin_date',
      into: 'inUseFrom',
      uses: ['inUseFrom', 'deployment', 'deployments'],
      value: ({ record }) => month(beganOn(record)),
    },
    {
      name: 'end_date',
      into: 'inUseTo',
      uses: ['inUseTo', 'retirement', 'deployments'],
      value: ({ record }) => month(endedOn(record)),
    },
    {
      name: 'contact_email',
      into: 'contact',
      required: true,
      max: 500,
      uses: ['contact'],
      value: ({ record }) => record.contact?.email ?? record.contact?.url,
    },
    linkField('website', 'public-page'),
    {
      name: 'publication_category',
      into: 'riskCategory',
      required: true,
      uses: ['publicationCategory', 'risk', 'source'],
      value: ({ record }) => publicationCategory(record),
    },
    { name: 'url', into: 'link:source-registration', uses: ['id'], value: ({ url }) => url },
    {
      name: 'goal',
      into: 'purpose',
      max: 2500,
      uses: ['purpose', 'impact', 'affectedPeople'],
      value: ({ record, language }) =>
        paragraphs(
          textIn(record.purpose, language),
          textIn(record.impact, language),
          textIn(record.affectedPeople, language),
        ),
    },
    textField('proportionality', 'considerations', { max: 2500 }),
    textField('human_intervention', 'humanIntervention', { max: 2500 }),
    textField('risks', 'risks', { max: 2500 }),
    textField('lawful_basis', 'legalBasis', { max: 2500 }),
    {
      name: 'lawful_basis_grouping',
      into: 'references:legalReferences',
      uses: ['legalReferences'],
      value: ({ record }) =>
        (record.legalReferences ?? []).flatMap(({ title, url }) =>
          url ? [{ title: cut(title, 100), link: url }] : [],
        ),
    },
    linkField('process_index_url', 'processing-record'),
    {
      name: 'impacttoetsen_grouping',
      into: 'assessments',
      uses: ['assessments'],
      value: ({ record, language }) =>
        assessmentsMade(record).map(({ kind, title, url }) => ({
          title:
            textIn(title, language) ?? labels['assessment-kind']?.[kind]?.[language === 'en' ? 'en' : 'nl'] ?? kind,
          ...(url && { link: url }),
        })),
    },
    {
      name: 'impacttoetsen',
      into: 'assessments',
      max: 2500,
      uses: ['assessments'],
      value: ({ record, language }) =>
        paragraphs(...assessmentsMade(record).map(({ summary }) => textIn(summary, language))),
    },
    textField('source_data', 'data', { max: 2500 }),
    {
      name: 'source_data_grouping',
      into: 'references:dataSources',
      uses: ['dataSources'],
      value: ({ record }) =>
        (record.dataSources ?? []).flatMap(({ title, url }) => (url ? [{ title, link: url }] : [])),
    },
    textField('methods_and_models', 'technique', { max: 5000 }),
    {
      name: 'provider',
      into: 'provider',
      max: 200,
      uses: ['provider', 'contracts'],
      value: ({ record }) => record.provider ?? record.contracts?.at(-1)?.supplier?.name,
    },
    linkField('publiccode', 'source-code'),
    {
      name: 'lang',
      into: 'language',
      required: true,
      uses: [],
      value: ({ language }) => iso639[language as 'nl'],
    },
    { name: 'standard_version', into: 'standard', uses: [], value: () => '1.0' },
    { name: 'source_id', into: 'identifier', max: 100, uses: ['id'], value: ({ record }) => record.id },
    { name: 'tags', into: 'tags', max: 2500, uses: ['tags'], value: ({ record }) => record.tags?.join(', ') },
    {
      name: 'lars',
      into: 'identifier',
      uses: ['identifiers'],
      value: ({ record }) =>
        record.identifiers?.find(({ scheme, id }) => isLars(scheme) && /^[1-9]{7}\d$/.test(id))?.id,
    },
  ],
  takenOver: {
    source: 'nl-standard',
    language: 'nl',
    country: 'NL',
    statuses: {
      'in ontwikkeling': 'registered',
      ontwikkeling: 'registered',
      gepland: 'registered',
      'in gebruik': 'in-use',
      actief: 'in-use',
      operationeel: 'in-use',
      'in productie': 'in-use',
      pilot: 'piloted',
      'in pilot': 'piloted',
      proef: 'piloted',
      'buiten gebruik': 'retired',
      gestopt: 'retired',
      inactief: 'retired',
      'niet actief': 'retired',
      'niet in gebruik': 'retired',
    },
    // Versions 0.1 to 1.0: machine keys and Dutch titles.
    alsoNamed: {
      name: ['naam'],
      organisation: ['organisatie', 'organisatienaam'],
      summary: ['korte omschrijving'],
      purpose: ['doel', 'doel en impact'],
      impact: ['impact'],
      considerations: ['proportionaliteit', 'afwegingen'],
      decisionProcess: ['proces', 'decision_making_process'],
      technique: ['methoden en modellen', 'technische werking'],
      monitoring: ['monitoring'],
      humanIntervention: ['menselijke tussenkomst'],
      risks: ["risico's", 'risicobeheer'],
      performance: ['prestatienormen', 'performance_standard'],
      authority: ['bevoegde autoriteit', 'competent_authority'],
      legalBasis: ['wettelijke grondslag', 'wettelijke basis'],
      appeal: ['bezwaarprocedure', 'objection_procedure'],
      data: ['databronnen', 'gegevens'],
      provider: ['leverancier'],
      department: ['afdeling', 'department'],
      area: ['geografisch gebied', 'area'],
      inUseFrom: ['begindatum'],
      inUseTo: ['einddatum'],
      reviewDue: ['herzieningsdatum', 'revision_date'],
      domain: ['domein', 'thema'],
      tags: ['zoektermen'],
      algorithmType: ['type algoritme', 'type'],
      contact: ['e-mailadres van de contactpersoon', 'contactgegevens'],
      language: ['taal'],
      standard: ['schema', 'versie publicatiestandaard'],
      identifier: ['algorithm_id', 'algoritme-id', 'id', 'bron-id', 'uuid'],
      riskCategory: ['publicatiecategorie'],
      verbatim: ['_sheet', 'publication_dt', 'publicatie datum'],
      'link:public-page': ['link naar publiekspagina'],
      'link:project-page': ['link naar projectpagina'],
      'link:product-page': ['link naar ontwikkelaar', 'application_url'],
      'link:source-code': ['link naar broncode'],
      'link:source-registration': ['url van de bronregistratie', 'link naar bronregistratie'],
      'link:processing-record': ['link naar verwerkingsregister'],
      'references:legalReferences': ['verwijzingen wettelijke basis', 'lawful_basis_link'],
      'references:dataSources': ['verwijzingen gegevensbronnen', 'source_data_link'],
      'assessment:iama': ['impact assessment mensenrechten en algoritmes (iama)', 'iama'],
      'assessment:dpia': ['data protection impact assessment (dpia)', 'dpia'],
      'assessmentText:iama': ['omschrijving van de iama', 'iama_description'],
      'assessmentText:dpia': ['omschrijving van de dpia', 'dpia_description'],
    },
  },
  partial: {
    status:
      'The standard has three values: procured becomes In ontwikkeling, piloted In gebruik, stopped Buiten gebruik; what is only registered, or suspended, has none.',
    domain: 'Four domains have no category of 1.0.',
    furtherDomains: 'As for domain.',
    deployment: 'Only its month.',
    deployments: 'Only the month in which the one that gives the status began, and that in which the last ended.',
    retirement: 'Only its month: no reason, successor or disposal of the data.',
    contact: 'Only an e-mail address or a page.',
    links: 'Public page, processing record and source code, one each; titles of links.',
    risk: 'Only whether it is high, where no category is stated: no grounds, Annex III points, derogation, review.',
    source: 'Only the publication category of a record that was taken over, and whether it was in development.',
    purpose: 'Purpose, impact and affected people become one text.',
    impact: 'As for purpose.',
    affectedPeople: 'As for purpose.',
    legalReferences: 'Those without a link.',
    dataSources: 'Those without a link.',
    assessments: 'Titles, links and summaries of those that were made: no results, dates, validity.',
    contracts: 'Only the name of the last supplier, where no provider is named.',
    identifiers: 'Only the number of the Dutch register.',
    inUseFrom: 'Only its month; not a year alone.',
    inUseTo: 'As for inUseFrom.',
    name: 'More than 100 characters.',
    summary: 'More than 400 characters.',
  },
};
