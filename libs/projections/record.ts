import { type DomainEvent, type EventData, effectiveFrom, fields, isWord, parts, startOf } from '#domain';
import { asSeen, change, correctStatus, deploy, withStatus } from './deployments-of-record.js';
import type { SystemRecord } from './system-record.js';

const unrecorded = new Set(['HumanOverrideRecorded', 'OversightFiguresReported']);

/** Whether an event changes the record; acts and figures are counted elsewhere, with the corrections of acts, which can be many. */
export function changesRecord(type: string, data: object | null): boolean {
  if (isWord({ type })) return (data as { eventType?: string } | null)?.eventType !== 'HumanOverrideRecorded';
  return !unrecorded.has(type);
}

/**
 * Folds one event into the record of system `id`, and notes when it last changed. Events must be settled and come in order of effect, the registration first. If the content of an event was erased, only its change of status and its contact count.
 */
export function evolveRecord(
  record: SystemRecord | undefined,
  event: DomainEvent,
  id: string,
): SystemRecord | undefined {
  const { occurredAt } = event;
  if (event.type === 'SystemRegistered') {
    const { organisation } = event;
    const since = { statusSince: occurredAt, registeredAt: occurredAt, changedAt: occurredAt };
    return { ...event.data, id, organisation, status: 'registered', ...since };
  }
  if (!record) return record;
  const evolved = evolve(record, event);
  const isLater = startOf(occurredAt) > startOf(record.changedAt);
  return isLater && changesRecord(event.type, event.data) ? { ...evolved, changedAt: occurredAt } : evolved;
}

function evolve(record: SystemRecord, event: DomainEvent): SystemRecord {
  const { occurredAt } = event;
  if (event.erased && !isDescription(event)) return evolveErased(record, event);
  switch (event.type) {
    case 'SystemDescribed':
      return describe({ ...record, ...(event.data.transferTo && { organisation: event.data.transferTo }) }, event.data);
    case 'RecordCorrected': {
      const { wrong, since, status } = event.data;
      const corrected = describe(record, event.data);
      const corrections = [...(record.corrections ?? []), { occurredAt, wrong, since }];
      return status ? { ...correctStatus(corrected, status, since), corrections } : { ...corrected, corrections };
    }
    case 'EventCorrected':
    case 'EventRetracted': {
      // A word that is undone is not listed either.
      if (isWord({ type: event.data.eventType })) return record;
      const { reason: wrong, event: about, eventType } = event.data;
      const retracted = event.type === 'EventRetracted' && { retracted: true as const };
      const corrections = [...(record.corrections ?? []), { occurredAt, wrong, event: about, eventType, ...retracted }];
      return { ...record, corrections };
    }
    case 'ProcurementStarted':
      return { ...record, procurements: [...(record.procurements ?? []), { occurredAt, ...event.data }] };
    case 'ProcurementEnded':
      return {
        ...record,
        procurements: endLast(record.procurements, 'ended', event, { lot: event.data.lot }),
      };
    case 'ContractAwarded': {
      const contracts = maskContracts([...(record.contracts ?? []), { occurredAt, ...event.data }], record.withheld);
      return { ...withStatusOf(record, event), contracts };
    }
    case 'RiskClassified':
      return { ...record, risk: { occurredAt, ...event.data } };
    case 'AssessmentRecorded':
      if (record.withheld?.['assessment']) return record;
      return { ...record, assessments: [...(record.assessments ?? []), { occurredAt, ...event.data }] };
    case 'OversightAssigned':
      return { ...record, oversight: [...(record.oversight ?? []), { occurredAt, ...event.data }] };
    case 'DeploymentStarted':
    case 'DeploymentSuspended':
    case 'DeploymentResumed':
    case 'DeploymentEnded':
      return deploy(record, event);
    case 'SystemChanged':
      return change(record, event);
    case 'IncidentReported':
      return { ...record, incidents: [...(record.incidents ?? []), { occurredAt, ...event.data }] };
    case 'IncidentClosed':
      return {
        ...record,
        incidents: endLast(record.incidents, 'closed', event, { incident: event.data.incident }),
      };
    case 'CostReported':
      return { ...record, costs: [...(record.costs ?? []), event.data] };
    case 'EnergyReported':
      return { ...record, energy: [...(record.energy ?? []), event.data] };
    case 'ConsultationHeld':
      return { ...record, consultations: [...(record.consultations ?? []), { occurredAt, ...event.data }] };
    case 'SignalAnswered':
      return { ...record, signalAnswers: [...(record.signalAnswers ?? []), { occurredAt, ...event.data }] };
    case 'RecordConfirmed':
      return {
        ...record,
        confirmedAt: occurredAt,
        ...(event.data.nextReview && { nextReview: event.data.nextReview }),
      };
    case 'FieldWithheld':
      return withhold(record, event.data);
    case 'CorrectionRequested':
      return { ...record, correctionRequests: [...(record.correctionRequests ?? []), { occurredAt, ...event.data }] };
    case 'CorrectionAnswered':
      return {
        ...record,
        correctionRequests: endLast(record.correctionRequests, 'answered', event, { request: event.data.request }),
      };
    case 'SystemRetired':
      return { ...withStatusOf(record, event), retirement: { occurredAt, ...asSeen(record, event) } };
    case 'PayloadErased':
      return eraseFrom(record, event);
    case 'HumanOverrideRecorded':
    case 'OversightFiguresReported':
    case 'OrganisationRegistered':
    case 'OrganisationRenamed':
    case 'SystemRegistered':
    case 'OrganisationClosed':
      return record;
    default:
      return unknown(event, record);
  }
}

/**
 * An event type of a later release, or one forced into the log, which this program cannot read. `never`: the compiler checks that all known
 * types are handled.
 */
const unknown = (_: never, record: SystemRecord) => record;

const isString = (value: unknown) => typeof value === 'string';
const isObject = (value: unknown) => typeof value === 'object' && value !== null && !Array.isArray(value);
const isText = (value: unknown) => isObject(value) && Object.values(value as object).every(isString);
/** Field types whose values are objects. */
const isStructure: ReadonlySet<string> = new Set(['object', 'link', 'contact', 'source']);

/**
 * Throws a TypeError if a field of a description does not have the form that schema/record declares: code that outputs records does not check
 * again. Commands with such values are refused, but the log may hold one that was forced into it.
 */
export function refuseOddForms(record: SystemRecord): void {
  for (const field of fields) {
    const value: unknown = record[field.name];
    if (value === undefined) continue;
    const isOne = field.type === 'text' ? isText : isStructure.has(field.type) ? isObject : isString;
    if ('many' in field ? !(Array.isArray(value) && value.every(isOne)) : !isOne(value))
      throw new TypeError(`The field "${field.name}" has not the form that schema/record/fields.json declares.`);
  }
  for (const { name } of parts)
    for (const part of [record[name] ?? []].flat())
      if (!isObject(part)) throw new TypeError(`The part "${name}" has no members.`);
}

/** Applies the change of status that the type of an event implies. */
function withStatusOf(record: SystemRecord, event: DomainEvent): SystemRecord {
  const since = effectiveFrom(event);
  switch (event.type) {
    case 'ContractAwarded':
      return record.status === 'registered' ? withStatus(record, 'procured', since) : record;
    case 'DeploymentStarted':
    case 'DeploymentSuspended':
    case 'DeploymentResumed':
    case 'DeploymentEnded':
      return deploy(record, event);
    case 'SystemRetired':
      return correctStatus(record, 'retired', since);
    default:
      return record;
  }
}

/** Events of these types may still carry a contact after their content was erased. */
function isDescription({ type }: DomainEvent): boolean {
  return type === 'SystemDescribed' || type === 'RecordCorrected';
}

/** An event that was erased had replaced an earlier value, which must not pass for the current one. */
const replacedBy: Partial<Record<DomainEvent['type'], keyof SystemRecord>> = {
  RiskClassified: 'risk',
};

function evolveErased(record: SystemRecord, event: DomainEvent): SystemRecord {
  // What was changed is unknown, not that something was.
  if (event.type === 'SystemChanged')
    return { ...record, changes: [...(record.changes ?? []), { occurredAt: event.occurredAt } as never] };
  const evolved = { ...withStatusOf(record, event) };
  const replaced = replacedBy[event.type];
  if (replaced) delete evolved[replaced];
  return evolved;
}

/** Adds a tombstone. */
function eraseFrom(
  record: SystemRecord,
  { occurredAt, data, id }: DomainEvent & { type: 'PayloadErased' },
): SystemRecord {
  const { event, part, basis } = data;
  const erasures = [...(record.erasures ?? []), { occurredAt, event, part, basis, erasedBy: id ?? '' }];
  return { ...record, erasures };
}

function describe(
  record: SystemRecord,
  patch: Pick<EventData['SystemDescribed'], 'set' | 'remove' | 'contact'>,
): SystemRecord {
  const described: SystemRecord = { ...record, ...patch.set, ...(patch.contact && { contact: patch.contact }) };
  if (record.withheld) {
    const stated = new Set(Object.keys({ ...patch.set, ...(patch.contact && { contact: true }) }));
    described.withheld = Object.fromEntries(Object.entries(record.withheld).filter(([field]) => !stated.has(field)));
  }
  for (const field of patch.remove ?? []) delete described[field];
  return described;
}

/** Adds the event that ended an entry to the last entry of a list that has these members. If that entry was erased, adds one with only its end. */
function endLast<T extends object>(list: T[] | undefined, as: string, event: DomainEvent, members: Partial<T>): T[] {
  const end = { [as]: { occurredAt: event.occurredAt, ...event.data } };
  const fits = (entry: T) => Object.entries(members).every(([name, value]) => entry[name as keyof T] === value);
  const at = list?.findLastIndex(fits) ?? -1;
  if (at < 0) return [...(list ?? []), { ...members, ...end } as T];
  return list!.map((entry, i) => (i === at ? { ...entry, ...end } : entry));
}

/** Hides a field from the record. Stating the field again ends that. */
function withhold(record: SystemRecord, { field, ...why }: EventData['FieldWithheld']): SystemRecord {
  const withheld = { ...record.withheld, [field]: why };
  const rest: SystemRecord = { ...record, withheld };
  if (field === 'assessment') delete rest.assessments;
  else if (field !== 'supplier' && field !== 'contract-value') delete rest[field];
  else if (record.contracts) rest.contracts = maskContracts(record.contracts, withheld);
  return rest;
}

function maskContracts(
  contracts: NonNullable<SystemRecord['contracts']>,
  withheld: SystemRecord['withheld'],
): NonNullable<SystemRecord['contracts']> {
  return contracts.map((contract) => {
    const shown = { ...contract };
    if (withheld?.['supplier']) delete shown.supplier;
    if (withheld?.['contract-value']) delete shown.value;
    return shown;
  });
}
