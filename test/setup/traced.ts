import { type CodelistName, codelists, labels } from '#domain';
import { type Standard, toStandard } from '#standards';
import { codeColumn } from '../../libs/standards/code-columns.js';

type Context = Parameters<typeof toStandard>[1];
type Leaf = { value: string; language?: string };

/** The columns of code lists that hold values of standards. */
const columns = [
  'nl_status',
  'eurocities_status',
  'pstw_status',
  'annex_viii_status',
  'nl_category',
  'eurocities_domain',
  'dtpr_purpose',
  'dtpr_mode',
  'dtpr_processing',
  'dtpr_right',
  'pstw_extent',
  'pstw_function',
  'nl_publication_category',
  'eurocities_algorithm_type',
];
/** The lists whose codes a field of the record holds, if not its own. */
const listsOf: { [field: string]: CodelistName[] } = {
  status: ['system-status'],
  domain: ['domain'],
  furtherDomains: ['domain'],
  technologies: ['annex-xiv'],
  rights: ['right'],
  algorithmType: ['algorithm-type'],
  publicationCategory: ['publication-category'],
  oversight: ['oversight-mode'],
  assessments: ['assessment-kind'],
  risk: ['article-6-3'],
  organisation: ['organisation-kind'],
};

/**
 * What is fixed by a standard, or says in its words what a field of the record says: by field, with the fact that makes it true. Everything else must stand
 * in the record, or in a column of a code list.
 */
const fixed: { [standard: string]: { [field: string]: (context: Context) => (string | false | undefined)[] } } = {
  'nl-1.0': {
    lang: ({ language }) => [{ nl: 'nld', en: 'eng', fy: 'fry' }[language]],
    standard_version: () => ['1.0'],
    status: ({ record }) => [
      isStage(record, 'ontwikkeling|in ontwikkeling|gepland|planned|design|development') && 'In ontwikkeling',
    ],
    publication_category: ({ record }) => [record.risk?.class === 'high' && 'Hoog-risico AI-systeem'],
  },
  'eurocities-0.3.1': {
    lang: ({ language }) => [language],
    standard_version: () => ['0.3.1'],
    risk_category: ({ record: { risk } }) => [
      risk &&
        { prohibited: 'unacceptable', high: 'high risk', limited: 'limited risk', minimal: 'minimal risk' }[risk.class],
    ],
    status: ({ record }) => [
      isStage(record, 'planned|gepland') && 'planned',
      isStage(record, 'design') && 'design',
      isStage(record, 'development|ontwikkeling|in ontwikkeling') && 'development',
    ],
  },
  pstw: {
    'Primary Technology': ({ record }) => [record.aiSystem === 'yes' && 'Artificial Intelligence'],
    Status: ({ record }) => [
      isStage(record, 'planned|gepland') && 'Planned',
      isStage(record, 'design|development|ontwikkeling|in ontwikkeling') && 'In development',
    ],
    'Procurement (EU Model Contractual AI)': ({ record: { contracts = [] } }) =>
      contracts.some(({ clauseSet }) => clauseSet?.startsWith('eu-'))
        ? ['Yes']
        : [contracts.length > 0 && contracts.every(({ clauseSet }) => clauseSet && clauseSet !== 'unknown') && 'No'],
  },
  'dtpr-ai': {
    schema: () => ['ai@2026-08-12-beta'],
    purpose: () => ['purpose'],
    accountable: ({ record }) => [
      'accountable',
      'institution',
      ['deployer', 'both'].includes(record.role ?? '') && 'deployer',
      ...(record.provider ? ['organization', 'vendor'] : []),
    ],
    affected: () => ['affected', 'people'],
    functional_modes: ({ record }) => ['functional_modes', record.oversight?.at(-1)?.mode.replaceAll('-', '_')],
    rights: () => ['rights'],
    processing: () => ['processing'],
  },
  'fr-mention': {
    mention: ({ language, organisation, record: { decisions } }) =>
      language === 'fr' && organisation?.country === 'FR' && ['makes', 'assists'].includes(decisions ?? '')
        ? [
            'Une décision vous concernant a été prise sur le fondement d’un traitement algorithmique : « ',
            ' ».',
            'Administration responsable : ',
            'Finalité du traitement : ',
            'Vous avez le droit d’obtenir la communication des règles définissant ce traitement et des principales caractéristiques de sa mise en œuvre (articles L311-3-1 et R311-3-1-1 du code des relations entre le public et l’administration).',
            'Pour exercer ce droit : ',
            'Sans réponse dans le délai d’un mois, vous pouvez saisir la Commission d’accès aux documents administratifs (CADA).',
            'Pour en savoir plus : ',
          ]
        : [],
  },
};

const isStage = ({ status, source }: Context['record'], words: string) => {
  const [, said] = Object.entries(source?.fields ?? {}).find(([name]) => name.toLowerCase() === 'status') ?? [];
  return status === 'registered' && new RegExp(`^(${words})$`, 'i').test(said?.trim() ?? '');
};

/** The values of a record in a standard that stand neither in the fields of the record that they are said to come from, nor in a published list. */
export function untraced(standard: Standard, context: Context): string[] {
  const { language } = context;
  return Object.entries(toStandard(standard, context)).flatMap(([name, value]) => {
    const { uses } = standard.fields.find((field) => field.name === name)!;
    const leaves = uses.flatMap((field) => leavesOf(own(context, field)));
    const said = leaves.filter(
      (leaf) => leaf.language === undefined || leaf.language === language || isName(leaf, context),
    );
    const listed = uses
      .flatMap((field) => [listsOf[field] ?? []].flat())
      .flatMap((list) => equivalents(list, leaves, wordsOf(standard.id, language)));
    const known = [
      ...said.map((leaf) => leaf.value),
      ...said.flatMap((leaf) =>
        /^\d{4}-\d\d/.test(leaf.value) ? [4, 7, 10].map((length) => leaf.value.slice(0, length)) : [],
      ),
      ...listed,
      ...(fixed[standard.id]?.[name]?.(context) ?? []).filter((word) => typeof word === 'string'),
    ].sort((a, b) => b.length - a.length);
    return leavesOf(value)
      .filter((leaf) => !isMadeOf(leaf.value, known))
      .map((leaf) => `${standard.id} ${name}: ${leaf.value}`);
  });
}

/** What a field of a record holds; with the organisation what the register has of it. */
function own({ record, organisation, url }: Context, field: string): unknown {
  if (field === 'organisation') return [record.organisation, organisation];
  if (field === 'id') return [record.id, url];
  return record[field as keyof typeof record];
}

/** Names of organisations are proper names. */
const isName = ({ value }: Leaf, { organisation }: Context) => Object.values(organisation?.names ?? {}).includes(value);

const languageCodes: readonly string[] = codelists.language;
function leavesOf(value: unknown): Leaf[] {
  if (typeof value === 'string') return [{ value }];
  if (typeof value !== 'object' || value === null) return [];
  const entries = Object.entries(value);
  const isText =
    entries.length > 0 && entries.every(([key, inner]) => languageCodes.includes(key) && typeof inner === 'string');
  return entries.flatMap(([key, inner]) => (isText ? [{ value: inner as string, language: key }] : leavesOf(inner)));
}

/** In which language a standard has words for codes, if not in that of the record. */
function wordsOf(standard: string, language: string): string {
  if (standard === 'nl-1.0') return language === 'en' ? 'en' : 'nl';
  return { 'fr-inventaire': 'fr', 'fr-mention': 'fr', pstw: 'en' }[standard] ?? language;
}

function equivalents(list: CodelistName, leaves: Leaf[], language: string): string[] {
  return leaves
    .filter(({ value }) => (codelists[list] as readonly string[]).includes(value))
    .flatMap(({ value }) => [
      ...columns.flatMap((column) => codeColumn(list, value, column) ?? []),
      ...[labels[list]?.[value]?.[language as 'en'] ?? []].flat(),
    ]);
}

/** Stands for a part of a text that is known. */
const mark = '\uE000';

/** Whether a text is made of known ones and of what stands between them, or is the beginning of one: its first sentence, or cut with an ellipsis. */
function isMadeOf(text: string, known: string[]): boolean {
  let rest = text;
  for (const one of known) if (one !== '') rest = rest.replaceAll(one, mark);
  const last = rest.split(mark).at(-1)!.trimStart();
  const begun = /[.!?]$/.test(last) ? last : last.endsWith('…') ? last.slice(0, -1) : undefined;
  if (begun !== undefined && known.some((one) => one.startsWith(begun)))
    rest = rest.slice(0, rest.length - last.length);
  return rest.replaceAll(mark, '').replace(/[\s;,().]/g, '') === '';
}
