import { labels } from '#domain';
import { isInUnion, type SystemRecord } from '#projections';
import { codeColumn } from '../code-columns.js';
import { assessmentOf, nameOf, paragraphs, type Standard, type StandardField, textIn } from '../standard.js';

const source = 'https://eur-lex.europa.eu/eli/reg/2024/1689/oj';

type Body = { name: string; address?: string | undefined; contact?: string | undefined };

/** Name, address and contact details of the authority: all three are asked for. */
const body = (name: string): StandardField => ({
  name,
  required: true,
  uses: ['organisation', 'contact'],
  value: (context): Body => {
    const { organisation, record, language } = context;
    const [own, its] = [record.contact, organisation?.contact];
    return {
      name: nameOf(context, language),
      address: own?.address ?? its?.address,
      contact: own?.email ?? own?.url ?? own?.phone ?? its?.email ?? its?.url ?? its?.phone ?? organisation?.website,
    };
  },
  isWhole: ({ address, contact }: Body) => address !== undefined && contact !== undefined,
});

const assessment = (name: string, required: boolean, ...kinds: string[]): StandardField => ({
  name,
  required,
  uses: ['assessments'],
  value: ({ record, language }) => {
    const found = assessmentOf(record, ...kinds);
    return found && paragraphs(textIn(found.summary, language), found.url);
  },
});

const partial = {
  contact: 'One way to reach the office.',
  assessments: 'The last of its kind: summary or link; no result, date or validity.',
};

/** AI Act, Annex VIII section C: what a public authority registers as the deployer of an Annex III system, Art 49(3). */
export const annexVIIIC: Standard = {
  id: 'aiact-annex-viii-c',
  title: 'AI Act, Annex VIII section C (deployer)',
  source,
  fields: [
    body('C1 deployer'),
    // Who submits it is not recorded, so it is always reported as missing.
    { name: 'C2 submitter', required: true, uses: [], value: () => undefined },
    {
      name: 'C3 provider entry in the EU database',
      required: true,
      uses: ['euDatabaseUrl'],
      value: ({ record }) => record.euDatabaseUrl,
    },
    assessment('C4 summary of the fundamental rights impact assessment', true, 'fria'),
    assessment('C5 summary of the data protection impact assessment', false, 'dpia'),
  ],
  partial: { ...partial, organisation: 'Name only.' },
};

/** Whether the organisation says that it is the provider of a system (Art 3(3)). */
export const isProvider = ({ role }: SystemRecord): boolean => role === 'provider' || role === 'both';

/** Whether it has to register a system as its deployer (Art 49(3)): of Annex III, but not of its point 2, which is registered nationally. */
export const isRegisteredByDeployer = ({ role, risk }: SystemRecord): boolean =>
  role !== 'provider' && risk?.class === 'high' && (risk.annexIII ?? []).some((point) => point !== 'AIII-2');

const statusField = (name: string): StandardField => ({
  name,
  required: true,
  uses: ['status'],
  value: ({ record }) => codeColumn('system-status', record.status, 'annex_viii_status'),
});
const providerFields = (section: string): StandardField[] => [
  body(`${section}1 provider`),
  {
    name: `${section}4 trade name and reference`,
    required: true,
    uses: ['name', 'id'],
    value: ({ record, language }) => {
      const name = textIn(record.name, language);
      return name && `${name} (${record.id})`;
    },
  },
  {
    name: `${section}5 intended purpose`,
    required: true,
    uses: ['purpose', 'summary'],
    value: ({ record, language }) => paragraphs(textIn(record.purpose, language), textIn(record.summary, language)),
  },
];

/** Annex VIII section A: what the provider of a high-risk system registers, Art 49(1); for a city that made the system itself. */
export const annexVIIIA: Standard = {
  id: 'aiact-annex-viii-a',
  title: 'AI Act, Annex VIII section A (provider)',
  source,
  fields: [
    ...providerFields('A'),
    {
      name: 'A6 data, inputs, operating logic',
      required: true,
      uses: ['data', 'technique'],
      value: ({ record, language }) => paragraphs(textIn(record.data, language), textIn(record.technique, language)),
    },
    statusField('A7 status'),
    assessment('A8 certificate or conformity assessment', false, 'conformity'),
    {
      name: 'A10 Member States',
      required: true,
      uses: ['organisation', 'deployments'],
      value: ({ organisation, record }) =>
        record.deployments && isInUnion(organisation?.country) ? organisation?.country : undefined,
    },
    // Records hold no copy of it, so it is always reported as missing.
    { name: 'A11 EU declaration of conformity', required: true, uses: [], value: () => undefined },
    { name: 'A13 URL', uses: ['id'], value: ({ url }) => url },
  ],
  partial: {
    ...partial,
    status: 'Only in service, or no longer in service.',
    deployments: 'Only that there are any.',
    organisation: 'Name and country only.',
  },
};

/**
 * Annex VIII section B: what a provider registers that considers an Annex III system not to be high-risk, Art 49(2); B7 and B9 were deleted in
 * 2026.
 */
export const annexVIIIB: Standard = {
  id: 'aiact-annex-viii-b',
  title: 'AI Act, Annex VIII section B (provider, Article 6(3))',
  source,
  fields: [
    ...providerFields('B'),
    {
      name: 'B6 condition of Article 6(3)',
      required: true,
      uses: ['risk'],
      value: ({ record, language }) =>
        record.risk?.derogation?.grounds.map((code) => labels['article-6-3']?.[code]?.[language] ?? code).join('; '),
    },
    statusField('B8 status'),
  ],
  partial: {
    contact: partial.contact,
    status: 'Only in service, or no longer in service.',
    risk: 'Only the condition that is claimed.',
    organisation: 'Name only.',
  },
};
