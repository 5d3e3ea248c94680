// An envelope is canonical JSON (RFC 8785): its members are ordered, without spaces, and quotes inside a string are escaped. So a member
// can be found by its name, in a third of the time that parsing takes.
const text = (member: string) => `split_part(split_part(e.envelope, '"${member}":"', 2), '"', 1)`;

// {"commitment":"<hex>","role":"content"}: split at the quotes.
const commitmentOf = (nth: number) => {
  const part = `split_part(e.envelope, '{"commitment":"', ${nth + 1})`;
  return `nullif(split_part(${part}, '"', 5) || ':' || split_part(${part}, '"', 1), ':')`;
};

const origin = "(SELECT envelope::jsonb ->> 'origin' FROM vitrine.event WHERE position = 0)";

/** SQL over the stored events, `e`, for queries that join them with a table of the caller's, `t`. */
export const eventSql = {
  /**
   * The FROM clause. `t` has the columns `origin` and `position`, and may lack some events. Both sides are limited to the positions `within`:
   * the planner does not carry a range over from one to the other.
   */
  beside: (table: string, within: (column: string) => string) =>
    `vitrine.event e LEFT JOIN (SELECT * FROM ${table} WHERE origin = ${origin} AND ${within('position')}) t ON t.position = e.position`,
  position: 'e.position',
  id: 'e.id',
  version: 'e.version',
  /** The same in every event of a register, so it is evaluated once. */
  origin,
  /** A text member of the envelope, whose value must have no escapes; '' for null. */
  text,
  /** A whole number of the envelope. */
  number: (member: string) => `split_part(split_part(e.envelope, '"${member}":', 2), ',', 1)::int`,
  /** Any member of the envelope, as text, by its path ("actor,role"). */
  member: (path: string) => `e.envelope::jsonb #>> '{${path}}'`,
  /** part:commitment for each part, separated by a space. */
  commitments: `concat_ws(' ', ${commitmentOf(1)}, ${commitmentOf(2)})`,
  /** SHA-256 (hex) of the envelope. */
  leafHash: "encode(sha256(convert_to(e.envelope, 'UTF8')), 'hex')",
  /** What the event carries, as stored; null when it was erased. */
  content: "(SELECT p.body FROM vitrine.payload p WHERE p.position = e.position AND p.part = 'content')",
};

const part = (alias: string, role: string) =>
  `'"${role}":{"salt":"' || encode(${alias}.salt, 'hex') || '","body":' || ${alias}.body || '}'`;
const line = `'{"position":' || e.position || ',"envelope":' || e.envelope || ',"payload":{'
  || concat_ws(',', ${part('a', 'content')}, ${part('b', 'contact')}) || '}}'`;

/** The query for lines of the log (toLine), in order. `asMembers`: as members of one JSON array, with a comma before all but the first. */
export const lineSelect = (where: string, { asMembers = false } = {}) =>
  `SELECT ${asMembers ? `CASE WHEN e.position = 0 THEN '' ELSE ',' END || ` : ''}${line} AS line FROM vitrine.event e
  LEFT JOIN vitrine.payload a ON a.position = e.position AND a.part = 'content'
  LEFT JOIN vitrine.payload b ON b.position = e.position AND b.part = 'contact'
  WHERE ${where} ORDER BY e.position`;
