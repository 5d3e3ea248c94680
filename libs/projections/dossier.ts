import type { Pool } from 'pg';
import type { Life } from './facts.js';
import { type Gap, gapsOfDay } from './gaps.js';
import { type Elsewhere, elsewhereOf } from './incidents.js';
import type { Organisation } from './organisations.js';
import { type FiguresRow, figureColumns, type OverrideCount, type OversightFigures, publish } from './oversight.js';
import { registrationOf } from './registrations.js';
import { type Signal, signalsOf } from './signals.js';
import type { SystemRecord } from './system-record.js';

/**
 * What the register says of one system besides its events. `position`: of the last event that changed the record, if it is the current one;
 * `registered`: the position at which it was registered in the register's own log, if it was.
 */
export type Dossier = {
  record: SystemRecord;
  position?: number;
  organisation: Organisation | undefined;
  life: Life;
  figures: OversightFigures[];
  gaps: Gap[];
  signals: Signal[];
  registered: number | undefined;
};

type DossierRow = {
  record: string;
  position: number;
  organisation: string | null;
  life: Life | null;
  figures: FiguresRow[] | null;
  gaps: Gap[] | null;
  acts: OverrideCount[] | null;
  elsewhere: Elsewhere[] | null;
  registered: number | null;
};

/** What the register says of a system now, with its gaps and signals of a day (UTC), in one statement; undefined if it is not in the register. */
export async function readDossier(
  pool: Pool,
  origin: string,
  system: string,
  on: string,
): Promise<Dossier | undefined> {
  const days = gapsOfDay({ on }, [system], 3);
  const { rows } = await pool.query<DossierRow>({
    name: 'dossier',
    text: `SELECT s.record, s.position, o.record AS organisation, (${registrationOf('$1', '$2')}) AS registered,
        (SELECT json_agg(json_build_object('status', status, 'since', since) ORDER BY ordinal) FROM status_period WHERE system = $1) AS life,
        (SELECT json_agg(f ORDER BY period_from, period_to) FROM
           (SELECT ${figureColumns}, period_from, period_to FROM oversight_figures f WHERE system = $1) f) AS figures,
        (SELECT json_agg(g ORDER BY duty) FROM (${days.text}) g) AS gaps,
        (SELECT json_agg(a ORDER BY month, act, reason) FROM override_count a WHERE system = $1) AS acts,
        (SELECT json_agg(json_build_object('system', e.system, 'supplier', e.supplier, 'incident', e.incident, 'on', e.on) ORDER BY e.system, e.number) FROM
           (${elsewhereOf('$1', '(SELECT array_agg(supplier) FROM contract WHERE system = $1)::text[]', '$3::text')}) e) AS elsewhere
      FROM system s LEFT JOIN organisation o ON o.id = s.organisation WHERE s.id = $1`,
    values: [system, origin, ...days.values],
  });
  const [row] = rows;
  if (!row) return undefined;
  const record = JSON.parse(row.record) as SystemRecord;
  const figures = (row.figures ?? []).map(publish);
  return {
    record,
    position: row.position,
    organisation: row.organisation === null ? undefined : (JSON.parse(row.organisation) as Organisation),
    life: row.life ?? [],
    figures,
    gaps: row.gaps ?? [],
    signals: signalsOf(record, figures, row.acts ?? [], row.elsewhere ?? [], on),
    registered: row.registered ?? undefined,
  };
}
