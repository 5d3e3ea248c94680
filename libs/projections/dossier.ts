import type { Pool } from 'pg';
import type { Life } from './facts.js';
import { type Gap, gapsOfDay } from './gaps.js';
import type { Organisation } from './organisations.js';
import { type FiguresRow, figureColumns, type OversightFigures, publish } from './oversight.js';
import { registrationOf } from './registrations.js';
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
  registered: number | undefined;
};

type DossierRow = {
  record: string;
  position: number;
  organisation: string | null;
  life: Life | null;
  figures: FiguresRow[] | null;
  gaps: Gap[] | null;
  registered: number | null;
};

/** What the register says of a system now, with its gaps on a day (UTC), in one statement; undefined if it is not in the register. */
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
        (SELECT json_agg(g ORDER BY duty) FROM (${days.text}) g) AS gaps
      FROM system s LEFT JOIN organisation o ON o.id = s.organisation WHERE s.id = $1`,
    values: [system, origin, ...days.values],
  });
  const [row] = rows;
  return (
    row && {
      record: JSON.parse(row.record) as SystemRecord,
      position: row.position,
      organisation: row.organisation === null ? undefined : (JSON.parse(row.organisation) as Organisation),
      life: row.life ?? [],
      figures: (row.figures ?? []).map(publish),
      gaps: row.gaps ?? [],
      registered: row.registered ?? undefined,
    }
  );
}
