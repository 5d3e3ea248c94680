import type { Pool } from 'pg';

/** The position at which a system was first registered in a log; undefined if it is of another log. */
export async function readRegistration(pool: Pool, origin: string, system: string): Promise<number | undefined> {
  const { rows } = await pool.query<{ position: number | null }>({
    name: 'registration',
    text: `SELECT (${registrationOf('$1', '$2')}) AS position`,
    values: [system, origin],
  });
  return rows[0]!.position ?? undefined;
}

/** SQL: the position at which a system was first registered in a log. Reads the few rows of its timeline (timeline_fact) instead of sorting all positions. */
export const registrationOf = (system: string, origin: string) =>
  `SELECT min(position) FROM (SELECT position FROM timeline WHERE system = ${system} AND changes_record AND type = 'SystemRegistered' AND origin = ${origin} OFFSET 0) t`;

/** The system that was registered at a position of a log, if that is what stands there and it is in the register. */
export async function readRegisteredAt(pool: Pool, origin: string, position: number): Promise<string | undefined> {
  const { rows } = await pool.query<{ id: string }>({
    name: 'registered-at',
    text: `SELECT s.id FROM timeline t JOIN system s ON s.id = t.system WHERE t.origin = $1 AND t.position = $2 AND t.type = 'SystemRegistered'`,
    values: [origin, position],
  });
  return rows[0]?.id;
}
