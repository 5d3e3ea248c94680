// Random reports of figures, corrections of them, and single acts, as an integrator sends them. No count from 1 to 9 may be inferred from
// everything that the register publishes, except for what is documented (acts recorded one by one; the difference between two versions of
// one count).   npm run harness:suppression [-- HOW MANY [SEED]]
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { parseSubmission } from '#commands';
import type { EventData } from '#domain';
import { Refusal } from '#domain';
import { openEventStore, startEmbeddedPostgres } from '#event-store';
import { createServer, Register } from '#server';
import { arbitraryFigures, findLeaks } from '../setup/inference.js';

type Figures = EventData['OversightFiguresReported'];
type Period = Figures['period'];

const count = Number(process.argv[2] ?? 10_000);
const seed = Number(process.argv[3] ?? Date.now() % 1_000_000_000);
const origin = 'suppression.example';
const organisation = 'urn:vitrine:org:local:city';
const home = mkdtempSync(join(tmpdir(), 'vitrine-suppression-'));
const postgres = await startEmbeddedPostgres(home);
const register = await Register.open({ database: postgres.database, origin, projecting: true });
const app = await createServer(register);
await app.listen(0, '127.0.0.1');
const url = await app.getUrl();
const operator = { organisation: 'urn:vitrine:register', role: 'administrator' } as const;

// Months, quarters, a half-year, and one that overlaps two months.
const periods: Period[] = [
  ...Array.from({ length: 6 }, (_, i) => ({ from: `2025-0${i + 1}-01`, to: `2025-0${i + 1}-28` })),
  { from: '2025-01-01', to: '2025-03-31' },
  { from: '2025-04-01', to: '2025-06-30' },
  { from: '2025-01-01', to: '2025-06-30' },
  { from: '2025-02-15', to: '2025-03-14' },
];
const step = fc.oneof(
  { arbitrary: fc.record({ period: fc.constantFrom(...periods), figures: arbitraryFigures }), weight: 5 },
  { arbitrary: fc.record({ act: fc.constantFrom('reversed', 'corrected') }), weight: 1 },
);
const sets = fc.sample(fc.array(step, { minLength: 1, maxLength: 8 }), { numRuns: count, seed });

let keys = 0;
const send = (type: string, data: object, system?: string) =>
  register.commands.handle(
    parseSubmission({
      type,
      organisation,
      ...(system && { system }),
      occurredAt: '2026-01-01',
      idempotencyKey: `s${++keys}`,
      data,
    }),
    operator,
  );
await send('RegisterOrganisation', { names: { en: 'City' }, kind: 'municipality', country: 'NL' });

const tally = { reported: 0, corrected: 0, overlapping: 0, acts: 0 };
const systemOf = (i: number) => `urn:vitrine:sys:local:city:s${i}`;
await inGroups(sets.length, async (i) => {
  const system = systemOf(i);
  await send('RegisterSystem', { name: { en: `System ${i}` } }, system);
  await send('StartDeployment', { stage: 'production' }, system);
  const taken = new Set<string>();
  for (const each of sets[i]!) {
    if ('act' in each) {
      await send('RecordHumanOverride', { act: each.act, reason: 'safety', outputKind: 'score' }, system);
      tally.acts++;
      continue;
    }
    try {
      await send('ReportOversightFigures', { ...each.figures, period: each.period }, system);
      const key = JSON.stringify(each.period);
      tally[taken.has(key) ? 'corrected' : 'reported']++;
      taken.add(key);
    } catch (error) {
      if (!(error instanceof Refusal) || error.code !== 'PERIOD_OVERLAPS') throw error;
      tally.overlapping++;
    }
  }
});
await register.projected.waitUntil(await register.store.head(), 600_000);

// Everything that is public about the figures of a system: the log with its data, and the figures as JSON. Both must agree.
const leaks: string[] = [];
let looked = 0;
const store = await openEventStore(postgres.database, origin);
await inGroups(sets.length, async (i) => {
  const system = systemOf(i);
  const logged = (await store.readStream(system)).flatMap(({ envelope, data }) =>
    envelope.type === 'OversightFiguresReported' ? [data as Figures] : [],
  );
  const answer = (await (await fetch(`${url}/v1/systems/${system}/figures`)).json()) as { figures: Published[] };
  const shown = answer.figures.map(toFigures);
  for (const figures of [...logged, ...shown])
    for (const leak of findLeaks(figures)) leaks.push(`${system} ${figures.period.from}: ${leak}`);
  // Of two overlapping periods, one could be subtracted from the other.
  const newest = new Map(logged.map((figures) => [JSON.stringify(figures.period), figures]));
  const [first, ...others] = [...newest.values()];
  for (const other of first ? others : [])
    if (other.period.from <= first!.period.to && first!.period.from <= other.period.to)
      leaks.push(`${system}: ${JSON.stringify([first!.period, other.period])} share days`);
  if (shown.length !== newest.size)
    leaks.push(`${system}: ${shown.length} figures are shown, ${newest.size} are in the log`);
  for (const figures of shown) {
    const inLog = newest.get(JSON.stringify(figures.period))!;
    for (const field of ['outputs', 'reviewed', 'overridden', 'objections'] as const)
      if ((figures[field] ?? null) !== (inLog[field] ?? null))
        leaks.push(`${system} ${field}: ${figures[field]} is shown, ${inLog[field]} is in the log`);
  }
  looked += logged.length + shown.length;
});
await store.close();
await app.close();
await register.close();
await postgres.stop();
rmSync(home, { recursive: true, force: true });
for (const leak of leaks.slice(0, 20)) console.log(leak);
console.log(
  `${count} sets (seed ${seed}): ${tally.reported} reports, ${tally.corrected} corrections, ${tally.acts} single acts; ${tally.overlapping} reports that share days with others were refused. ${looked} published figures looked at: ${leaks.length} counts from 1 to 9 to be had.`,
);
process.exitCode = leaks.length > 0 ? 1 : 0;

type Published = Omit<Figures, 'overriddenByReason'> & { [field: string]: unknown };

/** The figures without the nulls of what nobody reported. */
function toFigures(published: Published): Figures {
  const entries = Object.entries(published).filter(([, value]) => value !== null && JSON.stringify(value) !== '{}');
  return Object.fromEntries(entries) as Figures;
}

async function inGroups(length: number, work: (i: number) => Promise<void>): Promise<void> {
  let next = 0;
  await Promise.all(
    Array.from({ length: 32 }, async () => {
      while (next < length) await work(next++);
    }),
  );
}
