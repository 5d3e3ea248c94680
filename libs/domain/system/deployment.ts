import type { Command } from '../command.js';
import { applicationDates } from '../generated/codelists.js';
import { Refusal } from '../refusal.js';
import { deploymentOf, isRunning } from './deployments.js';
import type { KnownSystem } from './state.js';

/** `from`: since when the system is used. `occurredAt`: when the deployment happened; the law in force on that day counts. */
export function refuseDeployment(
  state: KnownSystem,
  { data, occurredAt }: Command & { type: 'StartDeployment' },
): void {
  const known = find(state, data);
  if (known?.status === 'suspended') throw new Refusal('ALREADY_SUSPENDED');
  if (known && (data.stage === 'pilot' ? isRunning(known) : known.status === 'in-use'))
    throw new Refusal('ALREADY_DEPLOYED', undefined, { path: '/data/stage' });
  refuseProhibited(state);
  const from = data.from ?? occurredAt;
  const { firstInUse = from } = state;
  if (data.stage === 'production') refuseUnpreparedHighRisk(state, firstInUse < from ? firstInUse : from, occurredAt);
}

export function refuseSuspension(state: KnownSystem, data: { deployment?: string }): void {
  const known = find(state, data);
  if (known?.status === 'suspended') throw new Refusal('ALREADY_SUSPENDED');
  if (!known || !isRunning(known)) throw new Refusal('NOT_DEPLOYED');
}

export function refuseResumption(state: KnownSystem, data: { deployment?: string }, occurredAt: string): void {
  const known = find(state, data);
  if (known?.status !== 'suspended' && !known?.isPartlySuspended) throw new Refusal('NOT_SUSPENDED');
  refuseProhibited(state);
  if ((known.statusBefore ?? known.status) === 'in-use')
    refuseUnpreparedHighRisk(state, state.firstInUse ?? occurredAt, occurredAt);
}

export function refuseEnd(state: KnownSystem, data: { deployment?: string }): void {
  const known = find(state, data);
  if (!known || known.status === 'stopped') throw new Refusal('NOT_DEPLOYED');
}

/** Refuses what names a deployment that there never was. */
export function refuseUnknownDeployment(state: KnownSystem, deployment: string | undefined): void {
  if (deployment !== undefined && !find(state, { deployment }))
    throw new Refusal('NOT_DEPLOYED', undefined, { path: '/data/deployment' });
}

function find({ deployments }: KnownSystem, data: { deployment?: string }) {
  const id = deploymentOf(data);
  return deployments.find(({ deployment }) => deployment === id);
}

function refuseProhibited(state: KnownSystem): void {
  if (state.risk?.class === 'prohibited')
    throw new Refusal('PROHIBITED_PRACTICE', undefined, { source: 'Regulation (EU) 2024/1689 Art 5(1)' });
}

/** Art 26(2) and 27, from the day on which Chapter III applies to this system. */
function refuseUnpreparedHighRisk(state: KnownSystem, from: string, occurredAt: string): void {
  if (state.risk?.class !== 'high' || occurredAt.slice(0, 10) < dutyDate(state, from)) return;
  if (!state.hasOversight)
    throw new Refusal('HIGH_RISK_WITHOUT_OVERSIGHT', undefined, { source: 'Regulation (EU) 2024/1689 Art 26(2)' });
  // Art 27(1) is about systems of Annex III.
  if (!state.hasRightsAssessment && !state.risk.pointTwo && !state.risk.annexI)
    throw new Refusal('HIGH_RISK_WITHOUT_ASSESSMENT', undefined, { source: 'Regulation (EU) 2024/1689 Art 27(1)' });
}

/**
 * The date from which a deployer's duties bind a public authority for this high-risk system. A system that was in service before
 * Chapter III applied has until 2030 (Art 111(2)). The dates are data: schema/codelists/application-date.csv.
 */
export function dutyDate(state: { risk?: { annexI: boolean }; firstInUse?: string }, from = state.firstInUse): string {
  const applies = applicationDates[state.risk?.annexI ? 'high-risk-annex-i' : 'high-risk-annex-iii'].from;
  const inServiceBefore = from !== undefined && from < applies;
  return inServiceBefore ? applicationDates['high-risk-public-authority-legacy'].from : applies;
}
