import { codeColumn } from '../code-columns.js';
import {
  assessmentOf,
  changedOn,
  linkField,
  nameOf,
  paragraphs,
  type Standard,
  type StandardField,
  sourceField,
  stageOf,
  textField,
  textIn,
} from '../standard.js';

const riskCategory: { [code: string]: string } = {
  prohibited: 'unacceptable',
  high: 'high risk',
  limited: 'limited risk',
  minimal: 'minimal risk',
};

const impactKinds = ['fria', 'aiia', 'iama', 'fraia', 'unspecified'];

/** An attribute for which the register has no field: it is taken from the source of an imported record. */
const asItCame = (name: string): StandardField => ({
  name,
  into: 'verbatim',
  uses: ['source'],
  value: ({ record, language }) => sourceField(record, name, language),
});

const oneOf = (words: string[], word: string | undefined) => words.find((one) => one === word);

/** Eurocities Algorithmic Transparency Standard 0.3.1 (beta), by its attributes. */
export const eurocities: Standard = {
  id: 'eurocities-0.3.1',
  title: 'Eurocities Algorithmic Transparency Standard 0.3.1',
  source: 'https://github.com/Algoritmeregister/standard',
  languages: ['en', 'nl'],
  schema: 'eurocities/eurocities-0.3.1.schema.json',
  fields: [
    textField('name', 'name', { required: true }),
    textField('description_short', 'summary', { required: true, max: 150 }),
    {
      name: 'organization',
      into: 'organisation',
      required: true,
      uses: ['organisation'],
      value: (context) => nameOf(context, context.language),
    },
    {
      name: 'department',
      into: 'department',
      required: true,
      uses: ['department'],
      value: ({ record }) => record.department,
    },
    {
      name: 'contact_email',
      into: 'contact',
      required: true,
      uses: ['contact'],
      value: ({ record }) => record.contact?.email,
    },
    { name: 'contact_phone', into: 'phone', uses: ['contact'], value: ({ record }) => record.contact?.phone },
    { name: 'contact_name', into: 'office', uses: ['contact'], value: ({ record }) => record.contact?.office },
    { name: 'area', into: 'area', required: true, uses: ['area'], value: ({ record }) => record.area },
    {
      name: 'domain',
      into: 'domain',
      required: true,
      uses: ['domain'],
      value: ({ record }) => codeColumn('domain', record.domain, 'eurocities_domain'),
    },
    linkField('website', 'public-page'),
    {
      name: 'status',
      into: 'status',
      required: true,
      uses: ['status', 'source'],
      value: ({ record }) => stageOf(record) ?? codeColumn('system-status', record.status, 'eurocities_status'),
    },
    textField('remark', 'notes'),
    textField('decision_making_process', 'decisionProcess', { required: true }),
    textField('goal', 'purpose', { required: true }),
    {
      name: 'impact',
      into: 'impact',
      required: true,
      uses: ['impact', 'affectedPeople'],
      value: ({ record, language }) =>
        paragraphs(textIn(record.impact, language), textIn(record.affectedPeople, language)),
    },
    textField('risks', 'risks', { required: true }),
    {
      name: 'risk_category',
      into: 'riskCategory',
      required: true,
      uses: ['risk'],
      value: ({ record }) => record.risk && riskCategory[record.risk.class],
    },
    textField('proportionality', 'considerations', { required: true }),
    {
      name: 'lawful_basis',
      into: 'legalBasis',
      required: true,
      uses: ['legalBasis', 'legalReferences'],
      value: ({ record, language }) =>
        textIn(record.legalBasis, language) ?? record.legalReferences?.map(({ title }) => title).join('; '),
    },
    linkField('documentation', 'documentation'),
    textField('training_data', 'trainingData', { required: true }),
    textField('source_data', 'data', { required: true }),
    {
      name: 'connected_data_sources',
      into: 'titles:dataSources',
      required: true,
      uses: ['dataSources'],
      value: ({ record }) =>
        record.dataSources?.map(({ title, url }) => (url ? `${title} (${url})` : title)).join('; '),
    },
    {
      name: 'DPIA_description',
      into: 'assessmentSummary:dpia',
      uses: ['assessments'],
      value: ({ record, language }) => textIn(assessmentOf(record, 'dpia')?.summary, language),
    },
    {
      name: 'DPIA_url',
      into: 'assessmentLink:dpia',
      uses: ['assessments'],
      value: ({ record }) => assessmentOf(record, 'dpia')?.url,
    },
    {
      name: 'algorithm_type',
      into: 'algorithmType',
      required: true,
      uses: ['algorithmType', 'source'],
      value: ({ record }) =>
        codeColumn('algorithm-type', record.algorithmType, 'eurocities_algorithm_type') ??
        oneOf(['self-learning', 'rule-based', 'hybrid'], sourceField(record, 'algorithm_type', 'en')),
    },
    textField('description', 'technique', { required: true }),
    textField('methods_and_models', 'technique'),
    textField('performance', 'performance'),
    { name: 'product_information', into: 'link:source-registration', uses: ['id'], value: ({ url }) => url },
    linkField('codebase_url', 'source-code'),
    linkField('product_page', 'product-page'),
    {
      name: 'AIA_description',
      into: 'assessmentSummary:unspecified',
      uses: ['assessments'],
      value: ({ record, language }) => textIn(assessmentOf(record, ...impactKinds)?.summary, language),
    },
    {
      name: 'AIA_url',
      into: 'assessmentLink:unspecified',
      uses: ['assessments'],
      value: ({ record }) => assessmentOf(record, ...impactKinds)?.url,
    },
    textField('monitoring', 'monitoring', { required: true }),
    textField('human_intervention', 'humanIntervention', { required: true }),
    textField('objection_procedure', 'appeal', { required: true }),
    {
      ...textField('rollback', 'rollback'),
      uses: ['rollback', 'source'],
      value: ({ record, language }) => textIn(record.rollback, language) ?? sourceField(record, 'rollback', language),
    },
    {
      name: 'type',
      into: 'verbatim',
      required: true,
      uses: ['source'],
      value: ({ record }) =>
        oneOf(['descriptive', 'diagnostic', 'predictive', 'prescriptive'], sourceField(record, 'type', 'en')),
    },
    asItCame('data_bias'),
    asItCame('alternatives_considered'),
    asItCame('revision_note'),
    { name: 'standard_version', into: 'standard', required: true, uses: [], value: () => '0.3.1' },
    { name: 'uuid', into: 'identifier', uses: ['id'], value: ({ record }) => record.id },
    {
      name: 'lang',
      into: 'language',
      required: true,
      uses: [],
      value: ({ language }) => oneOf(['en', 'nl'], language),
    },
    {
      name: 'publication_date',
      into: 'verbatim',
      required: true,
      uses: ['registeredAt'],
      value: ({ record }) => record.registeredAt.slice(0, 10),
    },
    {
      name: 'last_change_date',
      into: 'verbatim',
      required: true,
      uses: ['changedAt'],
      value: changedOn,
    },
    {
      name: 'revision_date',
      into: 'reviewDue',
      required: true,
      uses: ['reviewDue', 'nextReview'],
      value: ({ record }) => record.nextReview ?? record.reviewDue,
    },
    { name: 'keywords', into: 'tags', uses: ['tags'], value: ({ record }) => record.tags?.join(', ') },
  ],
  takenOver: {
    source: 'eurocities',
    language: 'en',
    isOrganisationTranslated: true,
    statuses: {
      planned: 'registered',
      design: 'registered',
      development: 'registered',
      pilot: 'piloted',
      evaluation: 'piloted',
      operational: 'in-use',
      retired: 'retired',
    },
    alsoNamed: {},
  },
  partial: {
    status: 'What is only registered, or suspended, has no value; procured becomes planned, stopped retired.',
    risk: 'Only the class, in the words from before the AI Act.',
    contact: 'Address and page.',
    links: 'One of each of four kinds.',
    assessments:
      'The last data protection impact assessment and the last of rights or impact: no results, dates, others.',
    legalReferences: 'Only where there is no text on the legal basis; no links.',
    impact: 'Impact and affected people become one text.',
    affectedPeople: 'As for impact.',
    summary: 'More than 150 characters.',
    source:
      'Only what a Eurocities record that was taken over said of its type, algorithm type, stage, bias, alternatives, rollback and last change.',
    nextReview: 'The next review and the date by which one is due become one date.',
    reviewDue: 'As for nextReview.',
  },
};
