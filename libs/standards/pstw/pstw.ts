import { labels } from '#domain';
import { codeColumn } from '../code-columns.js';
import { beganOn, changedOn, endedOn, linkOf, nameOf, type Standard, stageOf, textField } from '../standard.js';

const year = (date: string | undefined) => date?.slice(0, 4);

/** The columns of a case in the EU's Public Sector Tech Watch, in English, as far as a city provides them. */
export const pstw: Standard = {
  id: 'pstw',
  title: 'Public Sector Tech Watch',
  source: 'https://interoperable-europe.ec.europa.eu/collection/public-sector-tech-watch',
  languages: ['en'],
  fields: [
    textField('Name', 'name', { required: true }),
    textField('Description', 'summary', { required: true }),
    {
      name: 'Website',
      uses: ['links'],
      value: ({ record }) => linkOf(record, 'public-page') ?? linkOf(record, 'project-page'),
    },
    { name: 'Source', required: true, uses: ['id'], value: ({ url }) => url },
    {
      name: 'Geographical extent',
      uses: ['organisation'],
      value: ({ organisation }) => codeColumn('organisation-kind', organisation?.kind, 'pstw_extent'),
    },
    {
      name: 'Geographical coverage',
      required: true,
      uses: ['organisation'],
      value: ({ organisation }) => organisation?.country,
    },
    { name: 'NUTS 2021', uses: ['organisation'], value: ({ organisation }) => organisation?.nuts },
    {
      name: 'Responsible organisation',
      required: true,
      uses: ['organisation'],
      value: (context) => nameOf(context, 'en'),
    },
    {
      name: 'Responsible organisation category',
      uses: ['organisation'],
      value: ({ organisation }) =>
        organisation?.kind === 'unknown' ? undefined : labels['organisation-kind']?.[organisation?.kind ?? '']?.['en'],
    },
    {
      name: 'Functions of Government (COFOG level I)',
      uses: ['domain'],
      value: ({ record }) => codeColumn('domain', record.domain, 'pstw_function'),
    },
    {
      name: 'Primary Technology',
      uses: ['aiSystem'],
      value: ({ record }) => (record.aiSystem === 'yes' ? 'Artificial Intelligence' : undefined),
    },
    {
      name: 'Status',
      required: true,
      uses: ['status', 'source'],
      value: ({ record }) => {
        const stage = stageOf(record);
        if (stage) return stage === 'planned' ? 'Planned' : 'In development';
        return codeColumn('system-status', record.status, 'pstw_status');
      },
    },
    {
      name: 'Start Year',
      uses: ['inUseFrom', 'deployment', 'deployments'],
      value: ({ record }) => year(beganOn(record)),
    },
    {
      name: 'End Year',
      uses: ['inUseTo', 'retirement', 'deployments'],
      value: ({ record }) => year(endedOn(record)),
    },
    { name: 'Date updated', uses: ['changedAt'], value: changedOn },
    { name: 'AI Keywords', uses: ['tags'], value: ({ record }) => record.tags?.join(', ') },
    {
      name: 'Company name or GovTech ID',
      uses: ['provider', 'contracts'],
      value: ({ record }) => record.provider ?? record.contracts?.at(-1)?.supplier?.name,
    },
    {
      name: 'Procurement (EU Model Contractual AI)',
      uses: ['contracts'],
      value: ({ record: { contracts = [] } }) => {
        if (contracts.some(({ clauseSet }) => clauseSet?.startsWith('eu-'))) return 'Yes';
        const isKnown = contracts.every(({ clauseSet }) => clauseSet !== undefined && clauseSet !== 'unknown');
        return contracts.length > 0 && isKnown ? 'No' : undefined;
      },
    },
  ],
  partial: {
    status: 'Procured becomes Planned; what is only registered, or suspended, has no value.',
    source: 'Only whether a record that was taken over was planned or in development.',
    links: 'One of them.',
    organisation: 'Name, country and region; its kind in the words of this register, and as the geographical extent.',
    contracts: 'The last supplier, and whether the EU model clauses were used.',
    inUseFrom: 'The year.',
    inUseTo: 'The year.',
    retirement: 'The year.',
    deployment: 'The year.',
    deployments: 'The year in which the one that gives the status began.',
    domain: 'The COFOG division.',
  },
};
