import type { DomainEvent } from '../command.js';
import type { Code } from '../generated/codelists.js';

export type Use = 'piloted' | 'in-use';

/**
 * A use of a system in a place or a service. `statusBefore`: while it is suspended, the status to which a resumption leads back; `isPartlySuspended`:
 * a part of it is suspended, and the rest goes on.
 */
export type Deployment = {
  deployment: string;
  status: Use | 'suspended' | 'stopped';
  statusBefore?: Use;
  isPartlySuspended?: true;
};

export type DeploymentEvent = DomainEvent & {
  type: 'DeploymentStarted' | 'DeploymentSuspended' | 'DeploymentResumed' | 'DeploymentEnded';
};

/** An event that names no deployment is about this one: every event of an older log. */
export const mainDeployment = 'main';

/** The deployment that the data of an event or a command are about. */
export function deploymentOf(data: { deployment?: string | undefined }): string {
  return data.deployment ?? mainDeployment;
}

/** How a deployment stands after an event about it. Never refuses: an odd event of a log from elsewhere is read as far as it makes sense. */
export function evolveDeployment(before: Deployment | undefined, event: DeploymentEvent): Deployment {
  const deployment = deploymentOf(event.data);
  switch (event.type) {
    case 'DeploymentStarted':
      return { deployment, status: event.data.stage === 'pilot' ? 'piloted' : 'in-use' };
    case 'DeploymentSuspended':
      if (event.data.part && before && isRunning(before)) return { ...before, isPartlySuspended: true };
      return suspend(before ?? { deployment, status: 'in-use' });
    case 'DeploymentResumed':
      return { deployment, status: before?.statusBefore ?? (before && isRunning(before) ? before.status : 'in-use') };
    case 'DeploymentEnded':
      return { deployment, status: 'stopped' };
    default:
      return event satisfies never;
  }
}

/** The status that these deployments give a system: the highest of them; undefined if there are none. */
export function statusOf(deployments: readonly Deployment[]): Deployment['status'] | undefined {
  return byExposure.find((status) => deployments.some((deployment) => deployment.status === status));
}

/** The deployment that gives the status; of several, `main` or else the first by its id, whatever the order of events. */
export function leading<D extends Deployment>(deployments: readonly D[]): D | undefined {
  const status = statusOf(deployments);
  const leaders = deployments.filter((deployment) => deployment.status === status);
  const byId = leaders.toSorted((a, b) => (a.deployment < b.deployment ? -1 : 1));
  return byId.find(({ deployment }) => deployment === mainDeployment) ?? byId[0];
}

/** The deployments as they must be if the status of the system is found to be this one. */
export function withSystemStatus(
  deployments: readonly Deployment[],
  status: Code<'system-status'>,
): readonly Deployment[] {
  if (status === 'registered' || status === 'procured') return [];
  if (status === 'retired') return deployments.map(stop);
  const known = deployments.length > 0 ? deployments : [{ deployment: mainDeployment, status: 'in-use' } as const];
  if (status === 'stopped') return known.map(stop);
  if (status === 'suspended') {
    const suspended = known.map((one) => (one.status === 'stopped' ? one : suspend(one)));
    return statusOf(suspended) === status ? suspended : replace(suspended, suspend(leading(suspended)!));
  }
  const limit = byExposure.indexOf(status);
  const lowered = known.map((one) =>
    byExposure.indexOf(one.status) < limit ? { deployment: one.deployment, status } : one,
  );
  if (statusOf(lowered) === status) return lowered;
  return replace(lowered, { deployment: leading(lowered)!.deployment, status });
}

/** The list with this deployment in the place of the one with the same id, or at its end. */
export function replace<D extends Deployment>(deployments: readonly D[], next: D): D[] {
  const isThere = deployments.some(({ deployment }) => deployment === next.deployment);
  if (!isThere) return [...deployments, next];
  return deployments.map((one) => (one.deployment === next.deployment ? next : one));
}

export function isRunning<D extends Deployment>(deployment: D): deployment is D & { status: Use } {
  return deployment.status === 'piloted' || deployment.status === 'in-use';
}

const byExposure = ['in-use', 'piloted', 'suspended', 'stopped'] as const satisfies Deployment['status'][];

function suspend(before: Deployment): Deployment {
  const statusBefore = isRunning(before) ? before.status : (before.statusBefore ?? 'in-use');
  return { deployment: before.deployment, status: 'suspended', statusBefore };
}

const stop = ({ deployment }: Deployment): Deployment => ({ deployment, status: 'stopped' });
