import type { Command } from '../command.js';
import { applicationDates } from '../generated/codelists.js';
import { Refusal, type RefusalCode, refusals } from '../refusal.js';
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
  const from = data.from ?? occurredAt;
  const { firstInUse = from } = state;
  const since = data.stage === 'production' ? (firstInUse < from ? firstInUse : from) : undefined;
  refuseBarred(barsOf(state, occurredAt, since), data.breaches);
}

export function refuseSuspension(state: KnownSystem, data: { deployment?: string }): void {
  const known = find(state, data);
  if (known?.status === 'suspended') throw new Refusal('ALREADY_SUSPENDED');
  if (!known || !isRunning(known)) throw new Refusal('NOT_DEPLOYED');
}

export function refuseResumption(
  state: KnownSystem,
  data: { deployment?: string; breaches?: string[] },
  occurredAt: string,
): void {
  const known = find(state, data);
  if (known?.status !== 'suspended' && !known?.isPartlySuspended) throw new Refusal('NOT_SUSPENDED');
  const isRegular = (known.statusBefore ?? known.status) === 'in-use';
  refuseBarred(barsOf(state, occurredAt, isRegular ? (state.firstInUse ?? occurredAt) : undefined), data.breaches);
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

/** Duties (schema/duties) by which the law forbids a use, and the refusal of each. Others are judged, and told as gaps, but bar nothing. */
const barring = {
  'eu-ai-act/5-1': { code: 'PROHIBITED_PRACTICE', article: '5(1)' },
  'eu-ai-act/26-2': { code: 'HIGH_RISK_WITHOUT_OVERSIGHT', article: '26(2)' },
  'eu-ai-act/27-1': { code: 'HIGH_RISK_WITHOUT_ASSESSMENT', article: '27(1)' },
} as const satisfies { [duty: string]: { code: RefusalCode; article: string } };
type Bar = keyof typeof barring;

/**
 * What the law forbids a use by on a day: Art 5, and for high-risk systems in regular use (`since`) Art 26(2) and 27, from the day on which Chapter III
 * applies to them.
 */
function barsOf(state: KnownSystem, occurredAt: string, since: string | undefined): Bar[] {
  const day = occurredAt.slice(0, 10);
  const { risk } = state;
  const bars: Bar[] = [];
  if (risk?.prohibitedFrom !== undefined && day >= risk.prohibitedFrom) bars.push('eu-ai-act/5-1');
  const { placedOnMarket = since } = state;
  const there = since !== undefined && placedOnMarket! < since ? placedOnMarket : since;
  if (risk?.class !== 'high' || there === undefined || day < dutyDate(state, there)) return bars;
  if (!state.hasOversight) bars.push('eu-ai-act/26-2');
  // Art 27(1) is about systems of Annex III.
  if (!state.hasRightsAssessment && !risk.pointTwo && !risk.annexI) bars.push('eu-ai-act/27-1');
  return bars;
}

/** A register that cannot record a breach would hide it: a use that the law forbids is recorded if the command names by which duties. */
function refuseBarred(bars: Bar[], breaches: readonly string[] = []): void {
  const other = breaches.find((duty) => !(bars as string[]).includes(duty));
  if (other !== undefined)
    throw new Refusal('NOT_A_BREACH', `The law does not forbid this use by ${other}: it is no breach.`, {
      path: '/data/breaches',
    });
  if (bars.every((duty) => breaches.includes(duty))) return;
  const rules = bars.map((duty) => barring[duty]);
  throw new Refusal(
    rules[0]!.code,
    `${rules.map(({ code }) => refusals[code]).join(' ')} If it is used all the same, record that with "breaches": ${JSON.stringify(bars)}.`,
    {
      source: rules.map(({ article }) => `Regulation (EU) 2024/1689 Art ${article}`).join(', '),
      duties: bars,
      path: '/data/breaches',
    },
  );
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
