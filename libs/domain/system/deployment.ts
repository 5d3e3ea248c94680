import type { Code } from '../generated/codelists.js';
import { applicationDates } from '../generated/codelists.js';
import { Refusal } from '../refusal.js';
import { isInUse, type KnownSystem } from './state.js';

/** `from`: since when the system is used. `occurredAt`: when the deployment happened; the law in force on that day counts. */
export function refuseDeployment(
  state: KnownSystem,
  stage: Code<'deployment-stage'>,
  from: string,
  occurredAt: string,
): void {
  if (state.status === 'suspended') throw new Refusal('ALREADY_SUSPENDED');
  if (stage === 'pilot' ? isInUse(state) : state.status === 'in-use')
    throw new Refusal('ALREADY_DEPLOYED', undefined, { path: '/data/stage' });
  refuseProhibited(state);
  if (stage === 'production') refuseUnpreparedHighRisk(state, from, occurredAt);
}

export function refuseSuspension(state: KnownSystem): void {
  if (state.status === 'suspended') throw new Refusal('ALREADY_SUSPENDED');
  if (!isInUse(state)) throw new Refusal('NOT_DEPLOYED');
}

export function refuseResumption(state: KnownSystem, occurredAt: string): void {
  if (state.status !== 'suspended') throw new Refusal('NOT_SUSPENDED');
  refuseProhibited(state);
  if (state.before === 'in-use') refuseUnpreparedHighRisk(state, state.firstInUse ?? occurredAt, occurredAt);
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
