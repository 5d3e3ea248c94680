import {
  type Deployment,
  type DeploymentEvent,
  type DomainEvent,
  deploymentOf,
  effectiveFrom,
  evolveDeployment,
  leading,
  replace,
  statusOf,
  withSystemStatus,
} from '#domain';
import type { DeploymentEntry, SystemRecord } from './system-record.js';

/** A deployment after an event about it, and the status that all deployments together give the system. */
export function deploy(record: SystemRecord, event: DeploymentEvent): SystemRecord {
  const id = deploymentOf(event.data);
  const before = record.deployments?.find(({ deployment }) => deployment === id);
  const entry = restate(before, evolveDeployment(before, event), effectiveFrom(event));
  const { deployments: _, ...rest } = record;
  return withDeployments(rest, replace(record.deployments ?? [], told(entry, event, record)), effectiveFrom(event));
}

/**
 * What an event says; that its date is when it was seen, too, if an older import took the date of the entry in the Dutch listing for it. A date that the event
 * states itself is that of what happened.
 */
export function asSeen<E extends DomainEvent & { type: 'DeploymentStarted' | 'SystemRetired' }>(
  { source }: SystemRecord,
  { data, occurredAt }: E,
): E['data'] {
  const isOfEntry = source?.register === 'nl-algoritmeregister' && source.fields?.['geregistreerd'] === occurredAt;
  const isStated =
    data.seen !== undefined || ('from' in data && data.from !== undefined) || ('on' in data && data.on !== undefined);
  return isOfEntry && !isStated ? { ...data, seen: true } : data;
}

/** What an event says of a deployment; if it was erased, what it had replaced must not pass for the current value. */
function told(entry: DeploymentEntry, event: DeploymentEvent, record: SystemRecord): DeploymentEntry {
  const { occurredAt, erased } = event;
  const { deployment, status, statusBefore, since, suspended, resumed } = entry;
  if (event.type === 'DeploymentStarted')
    return {
      ...(!erased && { occurredAt, ...asSeen(record, event) }),
      deployment,
      status,
      ...(statusBefore && { statusBefore }),
      since,
      ...(suspended && { suspended }),
      ...(resumed && { resumed }),
    };
  const member = { DeploymentSuspended: 'suspended', DeploymentResumed: 'resumed', DeploymentEnded: 'ended' } as const;
  const { [member[event.type]]: __, ...others } = entry;
  return erased ? others : { ...others, [member[event.type]]: { occurredAt, ...event.data } };
}

/** An entry with another status, since when it has it unless it had it before. */
function restate(entry: DeploymentEntry | undefined, next: Deployment, since: string): DeploymentEntry {
  const { statusBefore: _, ...rest } = entry ?? { since, status: undefined };
  const { deployment, status, statusBefore } = next;
  const own = { ...rest, deployment, status, ...(statusBefore && { statusBefore }) };
  return entry?.status === status ? { ...own, since: entry.since } : { ...own, since };
}

/** The record with these deployments, and the status that follows from them. What ends and begins on one day has changed that day. */
function withDeployments(before: SystemRecord, deployments: DeploymentEntry[], since: string): SystemRecord {
  const status = statusOf(deployments) ?? before.status;
  return tellLeading(status === before.status ? before : withStatus(before, status, since), deployments);
}

/** The record with these deployments, and with the members that tell of the one that gives the status only. */
function tellLeading(before: SystemRecord, deployments: DeploymentEntry[]): SystemRecord {
  const { deployments: _, deployment: __, suspension: ___, resumption: ____, statusBefore: _____, ...rest } = before;
  const lead: Partial<DeploymentEntry> = leading(deployments) ?? {};
  const { deployment: ______, status, since, statusBefore, suspended, resumed, ended, ...started } = lead;
  return {
    ...rest,
    ...(deployments.length > 0 && { deployments }),
    ...(started.occurredAt && { deployment: started as NonNullable<SystemRecord['deployment']> }),
    ...(suspended && { suspension: suspended }),
    ...(resumed && { resumption: resumed }),
    ...(statusBefore && { statusBefore }),
  };
}

/** The record if its status is found to be another; that decides about the deployments, too. */
export function correctStatus(record: SystemRecord, status: SystemRecord['status'], since: string): SystemRecord {
  const known = record.deployments ?? [];
  const entries = withSystemStatus(known, status).map((next) =>
    restate(
      known.find(({ deployment }) => deployment === next.deployment),
      next,
      since,
    ),
  );
  const { deployments: _, ...rest } = record;
  return { ...withDeployments(withStatus(rest, status, since), entries, since), status, statusSince: since };
}

/** A change of the system: the deployments that it is about have the new version; their status stays. */
export function change(
  record: SystemRecord,
  { occurredAt, data }: DomainEvent & { type: 'SystemChanged' },
): SystemRecord {
  const changed = { ...record, changes: [...(record.changes ?? []), { occurredAt, ...data }] };
  const { version } = data;
  if (version === undefined || !record.deployments) return changed;
  const isMeant = ({ deployment, status }: DeploymentEntry) =>
    data.deployment === undefined ? status !== 'stopped' : deployment === data.deployment;
  const deployments = record.deployments.map((entry) => (isMeant(entry) ? { ...entry, version } : entry));
  return tellLeading(changed, deployments);
}

/** A new status undoes a retirement: it is removed from the record but stays in the history. */
export function withStatus(record: SystemRecord, status: SystemRecord['status'], since: string): SystemRecord {
  const { statusBefore: _, retirement: __, ...rest } = record;
  return { ...rest, status, statusSince: since };
}
