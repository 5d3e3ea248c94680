import { parseJson } from '#commands';
import { Refusal, settleTexts } from '#domain';
import type { SystemRecord } from '#projections';
import { planSystem, type Stated } from './changes.js';
import type { Ledger } from './ledger.js';
import { findOrPlanOrganisation, planMoves } from './organisations.js';

/** The public listing of the Dutch national register (algoritmes.overheid.nl), ten fields a record. */
export const source = 'nl-algoritmeregister';

type Listed = {
  id: string;
  title: string;
  organisatie: string;
  doel: string;
  juridische_basis: string;
  status: string;
  impactassessment: string;
  geregistreerd: string;
  toegevoegd: string;
  url: string;
};
type Change = {
  seq: number;
  observed_at: string;
  change: 'added' | 'removed' | 'changed';
  id: string;
  field: string;
  old: string;
  new: string;
  title: string;
  organisatie: string;
  status: string;
};

const statuses: Record<string, NonNullable<Stated['status']>> = {
  ontwikkeling: 'registered',
  in_gebruik: 'in-use',
  buiten_gebruik: 'retired',
};
const verbatim = ['geregistreerd', 'toegevoegd', 'impactassessment', 'status'] as const;

export const systemOf = (id: string) => `urn:vitrine:sys:nl-lars:${id}`;

/** Plans from a dated snapshot: new records, changes, and records that are no longer listed. */
export async function planSnapshot(ledger: Ledger, content: Buffer): Promise<void> {
  const { listed, named, moment } = readSnapshot(ledger, content);
  const known = await ledger.loadSource(source);
  if (named.length === 0 && known.length > 0)
    throw new Refusal(
      'INVALID_PARAMETER',
      `The snapshot lists nothing, but the register has ${known.length} systems from there. Most likely it could not be fetched.`,
    );
  await ledger.load(named.map(({ id }) => systemOf(id)));
  const first = known.length === 0;
  const moves = named.flatMap(({ id, organisatie, line }) =>
    typeof organisatie === 'string' ? [{ system: systemOf(id), to: organisatie, line }] : [],
  );
  planMoves(ledger, moves, (organisation) => listedSystems(ledger, known, organisation, moment), { source, moment });
  for (const { line, values } of listed)
    planListed(ledger, values, { line, source, moment }, first ? values.geregistreerd : moment);
  const present = new Set(named.map(({ id }) => systemOf(id)));
  for (const system of known) {
    const record = ledger.recordAt(system, moment);
    if (record && !present.has(system)) planDelisting(ledger, record, `absent from the snapshot`, moment);
  }
}

/** Plans from a change log (JSON Lines: added, removed, changed a field), in its order. */
export async function planChanges(ledger: Ledger, content: Buffer): Promise<void> {
  const changes = readChanges(ledger, content);
  const known = await ledger.loadSource(source);
  await ledger.load(changes.map(({ id }) => systemOf(id)));
  const moments = [...new Set(changes.map(({ observed_at }) => observed_at))];
  for (const moment of moments) {
    const now = changes.filter((change) => change.observed_at === moment);
    const moves = now.filter(({ change, field }) => change === 'changed' && field === 'organisatie');
    const all = () => [...new Set([...known, ...changes.map(({ id }) => systemOf(id))])];
    planMoves(
      ledger,
      moves.map((move) => ({ system: systemOf(move.id), to: move.new, line: `seq ${move.seq}` })),
      (organisation) => listedSystems(ledger, all(), organisation, moment),
      { source, moment },
    );
    for (const change of now) planChange(ledger, change, moment);
  }
}

function planChange(ledger: Ledger, change: Change, moment: string): void {
  const line = `seq ${change.seq}`;
  const system = systemOf(change.id);
  const record = ledger.recordAt(system, moment);
  if (change.change === 'added') {
    const { id, title, organisatie, status } = change;
    return planListed(ledger, { id, title, organisatie, status }, { line, source, moment }, moment);
  }
  if (!record)
    return ledger.remark(line, change.id, change.field, 'The record is not in the register: import a snapshot first.');
  if (change.change === 'removed') return planDelisting(ledger, record, line, moment);
  if (change.field !== 'organisatie')
    planListed(ledger, { id: change.id, [change.field]: change.new }, { line, source, moment }, moment);
}

/** Fields that the source does not state here stay as they are. */
function planListed(
  ledger: Ledger,
  listed: Partial<Listed> & { id: string },
  where: { line: string; source: string; moment: string },
  registeredOn: string,
): void {
  const system = systemOf(listed.id);
  const record = ledger.recordAt(system, where.moment);
  const text = (value: string | undefined) => (value === undefined ? undefined : value === '' ? null : { nl: value });
  const status = listed.status === undefined ? undefined : statuses[listed.status];
  if (listed.status !== undefined && !status)
    ledger.remark(where.line, listed.id, 'status', `Unknown status "${listed.status}": left as it is.`);
  const organisation =
    record?.organisation ??
    findOrPlanOrganisation(ledger, listed.organisatie ?? 'onbekend', where, registeredOn, 'NL')!;
  const set: Stated['set'] = {
    ...(listed.title !== undefined && { name: { nl: listed.title } }),
    ...(listed.doel !== undefined && { purpose: text(listed.doel) ?? null }),
    ...(listed.juridische_basis !== undefined && { legalBasis: text(listed.juridische_basis) ?? null }),
    ...(!record?.identifiers?.some(({ id }) => id === listed.id) && {
      identifiers: [...(record?.identifiers ?? []), { scheme: 'nl-lars', id: listed.id }],
    }),
    source: sourceOf(record, listed),
  };
  planSystem(ledger, { system, organisation, set, ...(status && { status }) }, where, registeredOn);
}

/** What has no field of its own is kept word for word. A record that is listed (again) has no delisting date. */
function sourceOf(
  record: SystemRecord | undefined,
  listed: Partial<Listed> & { id: string },
): NonNullable<SystemRecord['source']> {
  const { delistedOn: _, ...held } = record?.source ?? { register: source, id: listed.id };
  const stated = Object.fromEntries(
    verbatim.flatMap((field) => {
      // Records that were taken over before the status was kept did not change by that.
      const isKept = field !== 'status' || !record || held.fields?.['status'] !== undefined;
      return listed[field] === undefined || !isKept ? [] : [[field, listed[field]]];
    }),
  );
  const fields = { ...held.fields, ...stated };
  // The record's source is the one that lists it now.
  return {
    ...held,
    register: source,
    id: listed.id,
    ...(listed.url && { url: listed.url }),
    ...(Object.keys(fields).length > 0 && { fields }),
  };
}

/** Keeps the record, and marks it as no longer listed. */
function planDelisting(ledger: Ledger, record: SystemRecord, line: string, moment: string): void {
  if (record.source?.delistedOn) return;
  const marked = { ...(record.source ?? { register: source, id: record.id }), delistedOn: moment.slice(0, 10) };
  planSystem(
    ledger,
    { system: record.id, organisation: record.organisation, set: { source: marked } },
    { line, source, moment },
  );
}

function listedSystems(ledger: Ledger, systems: string[], organisation: string, moment: string): string[] {
  return systems.filter((system) => {
    const record = ledger.recordAt(system, moment);
    return record?.organisation === organisation && !record.source?.delistedOn;
  });
}

const listedFields = [
  'id',
  'title',
  'organisatie',
  'doel',
  'juridische_basis',
  'status',
  'impactassessment',
  'geregistreerd',
  'toegevoegd',
  'url',
] as const satisfies (keyof Listed)[];

type Snapshot = {
  listed: { line: string; values: Listed }[];
  /** All records that it lists, even faulty ones: they are still listed. */
  named: { line: string; id: string; organisatie: unknown }[];
  moment: string;
};

/** The records of a snapshot. Entries that are not records, or are there twice, are faults. Throws a Refusal if it is not a snapshot. */
function readSnapshot(ledger: Ledger, content: Buffer): Snapshot {
  const snapshot = settleTexts(parseJson(content, 'The snapshot')) as {
    algoritmes?: unknown;
    fetched_at?: unknown;
  } | null;
  const moment = snapshot?.fetched_at;
  if (!Array.isArray(snapshot?.algoritmes) || typeof moment !== 'string' || Number.isNaN(Date.parse(moment)))
    throw new Refusal('MALFORMED_JSON', 'A snapshot is an object with "fetched_at" and the list "algoritmes".');
  const lines = new Map<string, string>();
  const named: Snapshot['named'] = [];
  const listed = (snapshot.algoritmes as unknown[]).flatMap((entry, i) => {
    const line = `record ${i + 1}`;
    const values = (typeof entry === 'object' && entry !== null ? entry : {}) as Listed;
    const id = typeof values.id === 'string' ? values.id.slice(0, 60) : '';
    const earlier = lines.get(id);
    if (id && !earlier) named.push({ line, id, organisatie: values.organisatie });
    const faults = listedFields
      .filter((field) => typeof values[field] !== 'string')
      .map((field) => ({ field, problem: 'It is missing, or no text.' }));
    if (id && !/^\d{1,20}$/.test(id)) faults.push({ field: 'id', problem: 'Not a number of the register.' });
    if (earlier) faults.push({ field: 'id', problem: `The same number is on ${earlier} already.` });
    for (const { field, problem } of faults) ledger.fault(line, id, field, problem);
    if (id && !earlier) lines.set(id, line);
    if (faults.length > 0) return [];
    return [{ line, values }];
  });
  return { listed, named, moment };
}

function readChanges(ledger: Ledger, content: Buffer): Change[] {
  const lines = content.toString('latin1').split('\n');
  return lines.flatMap((text, i) => {
    if (text.trim() === '') return [];
    try {
      const change = settleTexts(parseJson(Buffer.from(text, 'latin1'), 'The line')) as Partial<Change> | null;
      const isChange = ['added', 'removed', 'changed'].includes(String(change?.change));
      const isWhole =
        change?.change !== 'changed' ||
        (typeof change.new === 'string' &&
          change.field !== 'id' &&
          (listedFields as readonly string[]).includes(String(change.field)));
      const isDated = typeof change?.observed_at === 'string' && !Number.isNaN(Date.parse(change.observed_at));
      if (isChange && isWhole && isDated && /^\d{1,20}$/.test(String(change.id))) return [change as Change];
      ledger.fault(
        `line ${i + 1}`,
        '',
        '',
        'Not a change: "change", "id" and "observed_at" are needed, and where something is changed, "field" and "new".',
      );
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      ledger.fault(`line ${i + 1}`, '', '', error.message.replace(' (line 1)', ''));
    }
    return [];
  });
}
