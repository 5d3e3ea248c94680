import { codelists } from '#domain';
import {
  type Gap,
  type OverrideCount,
  type OversightFigures,
  readAllFigures,
  readGaps,
  readOverrideCounts,
  readOversightFigures,
} from '#projections';
import { fromCursor, toCursor } from '../../cursors.js';
import { labelOf, toText } from '../../in-language.js';
import { type Columns, list, pageOf } from '../operation.js';
import { choiceParameter, on, systemId, textParameter } from '../parameter.js';
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
    summary: 'Obligation gaps: duties with no event that meets them.',
    parameters: {
      organisation,
      obligation: choiceParameter('Only this kind of duty (a code of obligation).', codelists.obligation, undefined),
      on,
    },
    name: 'gaps',
    schema: 'Gap',
    async read({ pool }, values, { first, after }) {
      const from = fromCursor<[string, string]>(after, 'string', 'string');
      const page = await readGaps(pool, values.on, values, { first, after: from });
      const last = page.gaps.at(-1);
      const next = page.hasMore && last ? toCursor(last.system, last.obligation) : undefined;
      return { items: page.gaps, next, total: page.total };
    },
    columns: {
      system: ({ system }: Gap) => system,
      organisation: (gap) => gap.organisation,
      obligation: ({ obligation }) => obligation,
      obligation_label: ({ obligation }, wanted) => labelOf({ list: 'obligation', code: obligation }, wanted),
      since: ({ since }) => since,
      binding_from: ({ bindingFrom }) => bindingFrom,
    },
  }),
];
