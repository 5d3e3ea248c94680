import type { Pool } from 'pg';
import { codelists, Refusal } from '#domain';
import {
  countGaps,
  type DutyState,
  duties,
  type Gap,
  type GapFilter,
  gapStatuses,
  type OverrideCount,
  type OversightFigures,
  onDay,
  readAllFigures,
  readDuties,
  readGaps,
  readOverrideCounts,
  readOversightFigures,
  readSignals,
  type Signal,
} from '#projections';
import { fromCursor, toCursor } from '../../../http/cursors.js';
import { labelOf, toText } from '../../in-language.js';
import { type Columns, list, pageOf, resource } from '../operation.js';
import { choiceParameter, knownOn, on, onPastDay, systemId, textParameter } from '../parameter.js';
import { stateDecision, stateDuty } from '../statement.js';
import { refuseUnknownSystem } from './history.js';

/** An empty count means that nobody counted; "suppressed" means from 1 to 9, or a count that would reveal such a one. */
const figureColumns: Columns<OversightFigures> = {
  system: ({ system }) => system,
  from: ({ period }) => period.from,
  to: ({ period }) => period.to,
  measured: ({ measured }) => measured,
  outputs: ({ outputs }) => outputs,
  reviewed: ({ reviewed }) => reviewed,
  overridden: ({ overridden }) => overridden,
  overridden_by_reason: ({ overriddenByReason }) => JSON.stringify(overriddenByReason),
  overridden_by_outcome: ({ overriddenByOutcome }) => JSON.stringify(overriddenByOutcome),
  objections: ({ objections }) => objections,
  objections_by_outcome: ({ objectionsByOutcome }) => JSON.stringify(objectionsByOutcome),
  note: ({ note }, wanted) => toText(note, wanted)?.value,
  log_position: ({ position }) => position,
};
const stateColumns: Columns<DutyState> = {
  duty: ({ duty }) => duty,
  duty_version: ({ dutyVersion }) => dutyVersion,
  status: ({ status }) => status,
  status_label: ({ status }, wanted) => labelOf({ list: 'duty-status', code: status }, wanted),
  lacks: ({ lacks }) => lacks.join(' '),
  since: ({ since }) => since,
  until: ({ until }) => until,
  binding_from: ({ bindingFrom }) => bindingFrom,
};

/** What the duties of a system came to. Throws NOT_FOUND. */
async function dutiesOf(pool: Pool, system: string, knownOn: string | undefined): Promise<DutyState[]> {
  const found = await readDuties(pool, system, knownOn);
  if (found) return found;
  throw new Refusal(
    'NOT_FOUND',
    `Nothing is known of a system "${system.slice(0, 200)}" in this register on that day.`,
  );
}

const dutyParameter = choiceParameter(
  'Id of the duty.',
  [...new Set(duties.map(({ id }) => id))],
  duties.find(({ id }) => id === 'vitrine/appeal')!.id,
);

const organisation = textParameter('Only this organisation (URN).');

export const oversight = [
  list({
    id: 'listFigures',
    path: '/figures',
    tag: 'oversight',
    summary: 'Figures on human oversight in the whole register, by system and period.',
    parameters: { organisation },
    name: 'figures',
    schema: 'OversightFigures',
    async read({ pool }, values, { first, after }) {
      const from = fromCursor<[string, string, string]>(after, 'string', 'string', 'string');
      const { figures, hasMore } = await readAllFigures(pool, values.organisation, { first, after: from });
      const last = figures.at(-1);
      return {
        items: figures,
        next: hasMore && last ? toCursor(last.system, last.period.from, last.period.to) : undefined,
      };
    },
    columns: figureColumns,
  }),
  list({
    id: 'listFiguresOfSystem',
    path: '/systems/{systemId}/figures',
    tag: 'oversight',
    summary: 'Figures on human oversight of a system, period by period.',
    parameters: { systemId },
    name: 'figures',
    schema: 'OversightFigures',
    async read(register, values, page) {
      await refuseUnknownSystem(register, values.systemId);
      const all = (await readOversightFigures(register.pool, [values.systemId])).get(values.systemId) ?? [];
      return pageOf(all, page);
    },
    columns: figureColumns,
  }),
  list({
    id: 'listOverrideCounts',
    path: '/systems/{systemId}/override-counts',
    tag: 'oversight',
    summary: 'Override acts of a system that were recorded individually, counted by month, act and reason.',
    parameters: { systemId },
    name: 'overrideCounts',
    schema: 'OverrideCount',
    async read(register, values, page) {
      await refuseUnknownSystem(register, values.systemId);
      const all = (await readOverrideCounts(register.pool, [values.systemId])).get(values.systemId) ?? [];
      return pageOf(all, page);
    },
    columns: {
      month: ({ month }: OverrideCount) => month,
      act: ({ act }) => act,
      act_label: ({ act }, wanted) => labelOf({ list: 'override-act', code: act }, wanted),
      reason: ({ reason }) => reason,
      reason_label: ({ reason }, wanted) => labelOf({ list: 'override-reason', code: reason }, wanted),
      count: ({ count: times }) => times,
    },
  }),
  list({
    id: 'listGaps',
    path: '/gaps',
    tag: 'oversight',
    summary: 'Obligation gaps: duties that are not met, on any day, as known on any day.',
    parameters: {
      organisation,
      obligation: choiceParameter('Only this kind of duty (a code of obligation).', codelists.obligation, undefined),
      status: choiceParameter(
        'Only this status. Default: all in which every reading of the law says that the duty is not met.',
        gapStatuses,
        undefined,
      ),
      on,
      knownOn,
    },
    name: 'gaps',
    schema: 'Gap',
    async read({ pool }, values, { first, after }) {
      const from = fromCursor<[string, string]>(after, 'string', 'string');
      const { status, organisation: owner, obligation } = values;
      const filter: GapFilter = {
        organisation: owner,
        obligations: obligation && [obligation],
        ...(status && { statuses: [status] }),
      };
      const [page, total] = await Promise.all([
        readGaps(pool, values, filter, { first, after: from }),
        countGaps(pool, values, filter),
      ]);
      const last = page.gaps.at(-1);
      const next = page.hasMore && last ? toCursor(last.system, last.duty) : undefined;
      return { items: page.gaps, next, total };
    },
    columns: {
      system: ({ system }: Gap) => system,
      organisation: (gap) => gap.organisation,
      obligation: ({ obligation }) => obligation,
      obligation_label: ({ obligation }, wanted) => labelOf({ list: 'obligation', code: obligation }, wanted),
      since: ({ since }) => since,
      binding_from: ({ bindingFrom }) => bindingFrom,
      until: ({ until }) => until,
      duty: ({ duty }) => duty,
      duty_version: ({ dutyVersion }) => dutyVersion,
      status: ({ status }) => status,
      status_label: ({ status }, wanted) => labelOf({ list: 'duty-status', code: status }, wanted),
    },
  }),
  list({
    id: 'listSignals',
    path: '/systems/{systemId}/signals',
    tag: 'oversight',
    summary:
      'What in the figures, acts and incidents of a system deserves a question on a day, by what is known now; and what was answered.',
    parameters: { systemId, on: onPastDay },
    name: 'signals',
    schema: 'SystemSignal',
    isWhole: true,
    async read(register, values, page) {
      const signals = await readSignals(register.pool, values.systemId, values.on);
      if (!signals) await refuseUnknownSystem(register, values.systemId);
      return pageOf(signals ?? [], page);
    },
    columns: {
      signal: ({ signal }: Signal) => signal,
      signal_label: ({ signal }, wanted) => labelOf({ list: 'signal', code: signal }, wanted),
      since: ({ since }) => since,
      period_from: ({ period }) => period?.from,
      period_to: ({ period }) => period?.to,
      about_system: ({ about }) => about?.system,
      about_incident: ({ about }) => about?.incident,
      answered_at: ({ answer }) => answer?.occurredAt,
    },
  }),
  list({
    id: 'listDuties',
    path: '/duties',
    tag: 'oversight',
    summary: 'The duties that systems are judged by: of the law and of good practice.',
    parameters: {},
    name: 'duties',
    schema: 'Duty',
    isWhole: true,
    read: async (_, __, page) => pageOf(duties, page),
    columns: {
      id: ({ id }) => id,
      version: ({ version }) => version,
      since: ({ since }) => since,
      obligation: ({ obligation }) => obligation,
      obligation_label: ({ obligation }, wanted) => labelOf({ list: 'obligation', code: obligation }, wanted),
      kind: ({ kind }) => kind,
      cite: ({ article }) => article.cite,
      eli: ({ article }) => article.eli,
      settled: ({ settled }) => settled.is,
      note: ({ settled }) => settled.note,
    },
  }),
  list({
    id: 'listDutiesOfSystem',
    path: '/systems/{systemId}/duties',
    tag: 'oversight',
    summary: 'What the duties of a system came to on a day: of all that applied or may have applied.',
    parameters: { systemId, on, knownOn },
    name: 'duties',
    schema: 'DutyState',
    isWhole: true,
    async read({ pool }, values, page) {
      return pageOf(onDay(await dutiesOf(pool, values.systemId, values.knownOn), values.on), page);
    },
    columns: stateColumns,
  }),
  resource({
    id: 'getStatement',
    path: '/systems/{systemId}/statement',
    tag: 'oversight',
    summary:
      'What a duty of a system came to on a day, as a statement that anybody can verify offline (vitrine verify-statement).',
    parameters: { systemId, duty: dutyParameter, on },
    schema: 'Statement',
    read: (register, values) => stateDuty(register, values.systemId, values.duty, values.on),
  }),
  resource({
    id: 'getDecisionReceipt',
    path: '/systems/{systemId}/decision',
    tag: 'oversight',
    summary:
      'How a system stood on the day of a decision: its record and its duties, as a decision receipt that anybody can verify offline (the page /verify, or vitrine verify-statement).',
    parameters: { systemId, on },
    schema: 'DecisionReceipt',
    read: (register, values) => stateDecision(register, values.systemId, values.on),
  }),
  list({
    id: 'listDutyHistory',
    path: '/systems/{systemId}/duty-history',
    tag: 'oversight',
    summary: 'What the duties of a system came to on all days, from the first.',
    parameters: { systemId, knownOn },
    name: 'duties',
    schema: 'DutyState',
    isWhole: true,
    read: async ({ pool }, values, page) => pageOf(await dutiesOf(pool, values.systemId, values.knownOn), page),
    columns: stateColumns,
  }),
];
