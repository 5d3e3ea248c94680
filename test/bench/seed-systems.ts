import type { EventStore, NewEvent } from '#event-store';

const actor = { organisation: 'urn:vitrine:register', role: 'administrator' } as const;
const organisations = 20;

/** Writes systems of 20 organisations, every third of high risk, with `events` events in all, straight into the log. */
export async function seedSystems(store: EventStore, systems: number, events: number): Promise<void> {
  const organisation = (n: number) => `urn:vitrine:org:local:bench${n % organisations}`;
  const toEvent = (n: number, type: string, occurredAt: string, data: Record<string, unknown>): NewEvent => ({
    organisation: organisation(n),
    type,
    schemaVersion: 1,
    occurredAt,
    actor,
    data,
  });
  for (let n = 0; n < organisations; n++) {
    const data = { names: { en: `City ${n}`, nl: `Stad ${n}` }, kind: 'municipality', country: 'NL' };
    await store.append({
      stream: organisation(n),
      expectedVersion: 'none',
      events: [toEvent(n, 'OrganisationRegistered', '2024-01-01', data)],
    });
  }
  const each = Math.floor((events - organisations) / systems);
  for (let from = 0; from < systems; from += 100)
    await Promise.all(
      Array.from({ length: Math.min(100, systems - from) }, (_, i) => {
        const n = from + i;
        const system = `urn:vitrine:sys:bench:s${n}`;
        const text = (what: string) => ({ en: `${what} of system ${n}.`, nl: `${what} van systeem ${n}.` });
        const life = [
          toEvent(n, 'SystemRegistered', '2024-01-02', {
            name: text('Camera'),
            summary: text('Summary'),
            purpose: text('Purpose'),
            domain: 'traffic-and-mobility',
          }),
          toEvent(n, 'RiskClassified', '2024-03-01', {
            class: n % 3 === 0 ? 'high' : 'limited',
            annexIII: ['AIII-2'],
            grounds: text('Grounds'),
          }),
          toEvent(n, 'DeploymentStarted', '2024-04-01', { stage: 'production' }),
          ...Array.from({ length: each - 3 }, (_, k) =>
            toEvent(n, 'RecordConfirmed', `2025-${String((k % 12) + 1).padStart(2, '0')}-01`, {}),
          ),
        ];
        return store.append({
          stream: system,
          expectedVersion: 'none',
          events: life.map((event) => ({ ...event, system })),
        });
      }),
    );
}
