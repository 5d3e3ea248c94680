import { createHash } from 'node:crypto';
import { type Command, type EventData, endOf, firstDayOf, isTextField, startOf } from '#domain';
import type { SystemRecord } from '#projections';
import type { Ledger } from './ledger.js';

/** What a source says about a system at a moment. What is undefined is left as it is; what is null is removed. */
export type Stated = {
  system: string;
  organisation: string;
  set: Partial<{ [K in keyof Description]: Description[K] | null }>;
  contact?: NonNullable<EventData['SystemRegistered']['contact']>;
  status?: 'registered' | 'piloted' | 'in-use' | 'retired';
  inUseFrom?: string;
  /** Whether the source distinguishes a pilot from regular use. */
  knowsPilots?: boolean;
};
export type Description = NonNullable<EventData['SystemDescribed']['set']>;

type Where = { line: string; source: string; moment: string };

/** Plans the commands that bring the register to what the source states; none if it is there already. */
export function planSystem(
  ledger: Ledger,
  stated: Stated,
  { line, source, moment }: Where,
  registeredOn = moment,
): void {
  const { system, organisation } = stated;
  const plan = (command: Omit<Command, 'organisation' | 'system'>) => {
    // A return to an earlier value needs a new key: so the number of events is part of it.
    const content = JSON.stringify([command.type, command.occurredAt, command.data, ledger.countOf(system)]);
    const key = `${source}:${system}:${createHash('sha256').update(content).digest('hex').slice(0, 24)}`;
    ledger.plan(line, key, {
      ...command,
      organisation: ledger.recordAt(system, '9999-12-31')?.organisation ?? organisation,
      system,
    } as Command);
  };
  const record = ledger.recordAt(system, moment);
  if (!record) {
    if (ledger.knows(system))
      return ledger.fault(
        line,
        system,
        '',
        `The register has this system only from a day after ${moment.slice(0, 10)}: nothing can be said of it before. Use a later day (--on).`,
      );
    const data = {
      ...withoutNulls(stated.set),
      ...(stated.contact && { contact: stated.contact }),
    } as EventData['SystemRegistered'];
    plan({ type: 'RegisterSystem', occurredAt: registeredOn, data } as Command);
    planStatus('registered', undefined, stated, registeredOn, plan);
    return;
  }
  planDescription(record, stated, source, moment, plan);
  planStatus(record.status, ledger.changedSince(system), stated, moment, plan);
}

/** Fields that earlier releases did not read from a source. */
const readSince: ReadonlySet<string> = new Set(['publicationCategory', 'algorithmType', 'trainingData', 'rollback']);

/** Whether a source says nothing new: only fields that were not read before, or a text without what has a field of its own now. */
function isMoreOfTheSame(record: SystemRecord, set: Record<string, unknown>): boolean {
  const isPart = ([field, value]: [string, unknown]) =>
    field === 'data' &&
    Object.entries(value as object).every(([language, text]) =>
      record.data?.[language as 'en']?.includes(String(text)),
    );
  const isNew = ([field]: [string, unknown]) =>
    readSince.has(field) && record[field as keyof Description] === undefined;
  return Object.entries(set).every((entry) => isNew(entry) || isPart(entry));
}

type Plan = (command: Omit<Command, 'organisation' | 'system'>) => void;

function planDescription(record: SystemRecord, stated: Stated, source: string, moment: string, plan: Plan): void {
  const set: Record<string, unknown> = {};
  const remove: string[] = [];
  for (const [field, value] of Object.entries(stated.set)) {
    const held = record[field as keyof Description];
    if (value === null) {
      if (held !== undefined) remove.push(field);
      continue;
    }
    // A text in one language leaves the other languages as they are.
    const whole = isTextField(field) ? { ...(held as object), ...(value as object) } : value;
    if (value !== undefined && !isSame(held, whole)) set[field] = whole;
  }
  const contact = stated.contact && !isSame(record.contact, stated.contact) ? { contact: stated.contact } : {};
  const patch = { ...(Object.keys(set).length > 0 && { set }), ...(remove.length > 0 && { remove }), ...contact };
  if (Object.keys(patch).length === 0) return;
  const isOnlyRead = isMoreOfTheSame(record, set) && remove.length === 0 && !patch.contact;
  const why = isOnlyRead
    ? { nl: `Meer van de bron wordt gelezen (${source}).`, en: `More of the source is read (${source}).` }
    : { nl: `Gewijzigd in de bron (${source}).`, en: `Changed in the source (${source}).` };
  // Nothing was wrong in the record of a retired system that has no more fields than before.
  if (record.status === 'retired' && isOnlyRead) return;
  if (record.status === 'retired')
    plan({
      type: 'CorrectRecord',
      occurredAt: moment,
      data: { wrong: why, since: moment.slice(0, 10), ...patch },
    } as Command);
  else plan({ type: 'DescribeSystem', occurredAt: moment, data: { reason: why, ...patch } } as Command);
}

/** Plans the change from the held status, which began on `changedSince` if not with the registration, to the stated one. A step that is not a regular change is recorded as a correction. */
function planStatus(
  held: SystemRecord['status'],
  changedSince: string | undefined,
  { status, inUseFrom, knowsPilots = false }: Stated,
  moment: string,
  plan: Plan,
): void {
  if (status === undefined || sameStage(held, status, knowsPilots)) return;
  // Use can have begun before the registration, but not before a change of status that is known, nor in the future.
  const begins = inUseFrom === undefined ? undefined : startOf(firstDayOf(inUseFrom));
  const isPossible =
    begins !== undefined && begins <= endOf(moment) && (!changedSince || begins >= startOf(changedSince));
  // A source often says that a system is in use, or not any more, but not since when: then the date is when it was seen.
  const begun = isPossible ? { from: inUseFrom } : { seen: true };
  const wrong = { nl: 'De bron noemt een andere status.', en: 'The source states another status.' };
  const isBack = held === 'in-use' && status === 'piloted';
  if (held === 'retired' || status === 'registered' || held === 'suspended' || isBack)
    plan({ type: 'CorrectRecord', occurredAt: moment, data: { wrong, since: moment.slice(0, 10), status } } as Command);
  else if (status === 'retired')
    plan({
      type: 'RetireSystem',
      occurredAt: moment,
      data: { reason: 'unknown', seen: true, dataDisposal: 'unknown' },
    } as Command);
  else
    plan({
      type: 'StartDeployment',
      occurredAt: moment,
      data: { stage: status === 'piloted' ? 'pilot' : 'production', ...begun },
    } as Command);
}

/** A listing knows fewer statuses than the register: a procured system is still "in development" to it. */
function sameStage(held: SystemRecord['status'], stated: NonNullable<Stated['status']>, knowsPilots: boolean): boolean {
  if (stated === 'registered') return held === 'registered' || held === 'procured';
  if (stated === 'retired' && held === 'stopped') return true;
  return held === stated || (stated === 'in-use' && (held === 'suspended' || (held === 'piloted' && !knowsPilots)));
}

/** Whether two values are equal, whatever the order of their fields. */
export function isSame(a: unknown, b: unknown): boolean {
  return JSON.stringify(sorted(a)) === JSON.stringify(sorted(b));
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, inner]) => [key, sorted(inner)]),
  );
}

function withoutNulls<T extends object>(value: T): T {
  return Object.fromEntries(Object.entries(value).filter(([, inner]) => inner !== null && inner !== undefined)) as T;
}
