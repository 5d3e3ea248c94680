import type { Ledger } from './ledger.js';
import { planRow } from './plan-row.js';
import { readRow, type StatusWords, type Target } from './row.js';
import { readTable } from './table.js';

export const source = 'nl-standard';

/** Columns of the Dutch publication standard, versions 0.1 to 1.0: machine keys and Dutch titles, in lower case. */
const targets: Record<Target, string[]> = {
  name: ['naam', 'name'],
  organisation: ['organisatie', 'organisatienaam', 'organization'],
  summary: ['korte omschrijving', 'description_short'],
  purpose: ['doel', 'doel en impact', 'goal'],
  impact: ['impact'],
  considerations: ['proportionaliteit', 'afwegingen', 'proportionality'],
  decisionProcess: ['proces', 'decision_making_process'],
  technique: ['methoden en modellen', 'technische werking', 'methods_and_models'],
  monitoring: ['monitoring'],
  humanIntervention: ['menselijke tussenkomst', 'human_intervention'],
  risks: ["risico's", 'risicobeheer', 'risks'],
  performance: ['prestatienormen', 'performance_standard'],
  authority: ['bevoegde autoriteit', 'competent_authority'],
  legalBasis: ['wettelijke grondslag', 'wettelijke basis', 'lawful_basis'],
  appeal: ['bezwaarprocedure', 'objection_procedure'],
  data: ['databronnen', 'gegevens', 'source_data'],
  provider: ['leverancier', 'provider'],
  department: ['afdeling', 'department'],
  area: ['geografisch gebied', 'area'],
  inUseFrom: ['begindatum', 'begin_date'],
  inUseTo: ['einddatum', 'end_date'],
  reviewDue: ['herzieningsdatum', 'revision_date'],
  status: ['status'],
  domain: ['domein', 'thema', 'category'],
  tags: ['zoektermen', 'tags'],
  selfLearning: ['type algoritme', 'type'],
  contact: ['e-mailadres van de contactpersoon', 'contactgegevens', 'contact_email'],
  language: ['taal', 'lang'],
  standard: ['schema', 'versie publicatiestandaard', 'standard_version'],
  identifier: ['lars', 'algorithm_id', 'algoritme-id', 'id', 'source_id', 'bron-id', 'uuid'],
  riskCategory: ['publicatiecategorie', 'publication_category'],
  verbatim: ['_sheet', 'publication_dt', 'publicatie datum'],
  'link:public-page': ['link naar publiekspagina', 'website'],
  'link:project-page': ['link naar projectpagina'],
  'link:product-page': ['link naar ontwikkelaar', 'application_url'],
  'link:source-code': ['link naar broncode', 'publiccode'],
  'link:source-registration': ['url van de bronregistratie', 'link naar bronregistratie', 'url'],
  'link:processing-record': ['link naar verwerkingsregister', 'process_index_url'],
  'references:legalReferences': ['verwijzingen wettelijke basis', 'lawful_basis_grouping', 'lawful_basis_link'],
  'references:dataSources': ['verwijzingen gegevensbronnen', 'source_data_grouping', 'source_data_link'],
  assessments: ['impacttoetsen_grouping', 'impacttoetsen'],
  'assessment:iama': ['impact assessment mensenrechten en algoritmes (iama)', 'iama'],
  'assessment:dpia': ['data protection impact assessment (dpia)', 'dpia'],
  'assessmentText:iama': ['omschrijving van de iama', 'iama_description'],
  'assessmentText:dpia': ['omschrijving van de dpia', 'dpia_description'],
};

const statuses: StatusWords = {
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
};

const targetByColumn = new Map(
  Object.entries(targets).flatMap(([target, columns]) => columns.map((column) => [column, target] as const)),
);
const targetOf = (column: string): Target | undefined => targetByColumn.get(column.trim().toLowerCase());

/** Plans full records in the fields of the Dutch publication standard, from JSON, CSV or XLSX. */
export async function planStandard(ledger: Ledger, file: string, moment: string, organisation?: string): Promise<void> {
  const rows = await readTable(file, (name) => targetOf(name) !== undefined);
  const read = rows.map(({ line, values }) => ({ line, row: readRow(values, targetOf, statuses, 'nl') }));
  await ledger.loadSource(source);
  const taken = new Set<string>();
  for (const { line, row } of read)
    planRow(ledger, { ...(organisation && { organisation }), ...row }, { line, source, moment }, taken, 'NL');
}
