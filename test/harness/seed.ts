import type { EventStore, NewEvent } from '#event-store';

const organisation = 'urn:vitrine:org:local:seed';
const actor = { organisation: 'urn:vitrine:register', role: 'administrator' } as const;

/** Fills a store with the histories of systems, 50 events each, written straight into the log. */
export async function seed(
  store: EventStore,
  events: number,
  progress: (done: number) => void = () => {},
): Promise<void> {
  const names = { names: { en: 'Seed' }, kind: 'municipality', country: 'NL' };
  await store.append({
    stream: organisation,
    expectedVersion: 'none',
    events: [toEvent('OrganisationRegistered', '2024-01-01', names)],
  });
  let done = 1;
  for (let n = 0; done < events; n++) {
    const system = `urn:vitrine:sys:seed:s${n}`;
    const life = lifeOf(n)
      .slice(0, events - done)
      .map((event) => ({ ...event, system }));
    done += life.length;
    const writing = store.append({ stream: system, expectedVersion: 'none', events: life });
    if (n % 40 === 39) await writing;
    else writing.catch(() => undefined);
    if (n % 400 === 0) progress(done);
  }
  while ((await store.head()) < events - 1) await new Promise((resolve) => setTimeout(resolve, 50));
}

function lifeOf(n: number): NewEvent[] {
  const text = (what: string) => ({
    en: `${what} of system ${n}, in a sentence that is about as long as such sentences are.`,
    nl: `${what} van systeem ${n}.`,
  });
  const month = (i: number) => `2025-${String((i % 12) + 1).padStart(2, '0')}`;
  const description = {
    name: { en: `System ${n}` },
    summary: text('Summary'),
    purpose: text('Purpose'),
    risks: text('Risks'),
    domain: 'traffic-and-mobility',
    legalBasis: text('Law'),
  };
  const figures = (i: number) => ({
    period: { from: `${month(i)}-01`, to: `${month(i)}-28` },
    measured: true,
    outputs: 1000 + i,
    reviewed: 100,
    overridden: 20,
    overriddenByReason: { 'wrong-output': 20 },
  });
  return [
    toEvent('SystemRegistered', '2024-01-02', description),
    toEvent('ContractAwarded', '2024-02-01', { lot: '1', kind: 'bought', supplier: { name: `Supplier ${n % 97}` } }),
    toEvent('RiskClassified', '2024-03-01', {
      class: n % 3 === 0 ? 'high' : 'limited',
      annexIII: ['AIII-2'],
      grounds: text('Grounds'),
    }),
    toEvent('OversightAssigned', '2024-03-02', {
      role: { en: 'Duty officer' },
      mode: 'human-decides',
      authorityToStop: true,
    }),
    toEvent('DeploymentStarted', '2024-04-01', { stage: 'production' }),
    ...Array.from({ length: 5 }, (_, i) =>
      toEvent('SystemDescribed', `2024-0${i + 5}-01`, {
        reason: { en: 'New text' },
        set: { purpose: text(`Purpose ${i}`) },
      }),
    ),
    ...Array.from({ length: 10 }, (_, i) => toEvent('OversightFiguresReported', '2026-01-01', figures(i))),
    ...Array.from({ length: 30 }, (_, i) =>
      toEvent('HumanOverrideRecorded', `${month(i)}-15`, {
        act: 'reversed',
        reason: i % 2 ? 'safety' : 'wrong-output',
        outputKind: 'alert',
      }),
    ),
  ];
}

function toEvent(type: string, occurredAt: string, data: Record<string, unknown>): NewEvent {
  return { organisation, type, schemaVersion: 1, occurredAt, actor, data };
}
