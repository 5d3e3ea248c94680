import { randomUUID } from 'node:crypto';

/** A step in the life of a system: a command, in short. */
export type Step = { type: string; occurredAt: string; data: Record<string, unknown> };

const day = (n: number) => new Date(Date.UTC(2022, 0, 1 + n)).toISOString().slice(0, 10);
const text = (random: () => number) => ({ en: `text ${Math.floor(random() * 1e9)}` });
const pick = <T>(random: () => number, list: readonly T[]) => list[Math.floor(random() * list.length)]!;

const somewhere = (random: () => number) => pick(random, [{}, {}, { deployment: 'east' }, { deployment: 'west' }]);

/** The data of a command of each type that a random life has. */
const kinds: { [type: string]: (random: () => number, n: number) => Record<string, unknown> } = {
  ClassifyRisk: (random) => ({
    ...pick(random, [
      { class: 'minimal' },
      { class: 'limited' },
      { class: 'high', annexIII: ['AIII-2'] },
      { class: 'high' },
    ]),
    grounds: text(random),
  }),
  StartDeployment: (random) => ({
    ...somewhere(random),
    stage: pick(random, ['pilot', 'production']),
    ...(random() < 0.5 && { where: text(random) }),
  }),
  SuspendDeployment: (random) => ({
    ...somewhere(random),
    ...(random() < 0.2 && { part: text(random) }),
    cause: pick(random, ['risk-found', 'maintenance', 'other']),
    reason: text(random),
  }),
  ResumeDeployment: (random) => ({ ...somewhere(random), reason: text(random) }),
  EndDeployment: (random) => ({ ...somewhere(random), reason: text(random) }),
  ChangeSystem: (random) => ({
    what: ['version'],
    version: pick(random, ['2', '3']),
    significantDesignChange: pick(random, ['yes', 'no']),
  }),
  StartProcurement: (random) => ({ lot: pick(random, ['1', '2']), procedure: 'open' }),
  EndProcurement: (random) => ({ lot: pick(random, ['1', '2']), outcome: 'awarded' }),
  AwardContract: (random) => ({
    lot: pick(random, ['1', '2']),
    kind: 'bought',
    supplier: { name: pick(random, ['Maker', 'Builder', 'Trader']) },
    value: { amount: String(Math.floor(random() * 1e6)), currency: 'EUR' },
  }),
  AssignOversight: (random) => ({ role: text(random), mode: 'human-decides', authorityToStop: random() < 0.5 }),
  RecordAssessment: (random) => ({
    kind: pick(random, ['fria', 'dpia', 'bias-test']),
    result: 'approved',
    summary: text(random),
  }),
  DescribeSystem: (random) => ({
    reason: text(random),
    set: { [pick(random, ['purpose', 'data', 'appeal'])]: text(random), personalData: pick(random, ['yes', 'no']) },
    ...(random() < 0.3 && { contact: { email: `${Math.floor(random() * 1e6)}@city.example` } }),
  }),
  CorrectRecord: (random, n) => ({
    wrong: text(random),
    since: day(Math.floor(random() * (n + 1))),
    set: { [pick(random, ['purpose', 'data'])]: text(random) },
  }),
  ReportOversightFigures: (random, n) => ({
    period: {
      from: `2021-${String(1 + (n % 12)).padStart(2, '0')}-01`,
      to: `2021-${String(1 + (n % 12)).padStart(2, '0')}-28`,
    },
    measured: true,
    outputs: 1000 + Math.floor(random() * 1000),
    reviewed: 500 + Math.floor(random() * 100),
    overridden: 100 + Math.floor(random() * 100),
  }),
  RecordHumanOverride: (random) => ({
    act: pick(random, ['disregarded', 'reversed', 'stopped']),
    reason: pick(random, ['wrong-output', 'safety', 'other']),
    outputKind: 'recommendation',
  }),
  ReportIncident: (random, n) => ({
    incident: pick(random, ['i1', 'i2', 'i3']),
    class: pick(random, ['malfunction', 'A3-49-a']),
    happenedOn: day(n),
    description: text(random),
  }),
  CloseIncident: (random) => ({ incident: pick(random, ['i1', 'i2', 'i3']), measures: text(random) }),
  ReportCost: (random) => ({
    kind: pick(random, ['operation', 'purchase']),
    period: { from: '2021-01-01', to: '2021-12-31' },
    amount: { amount: String(Math.floor(random() * 1e5)), currency: 'EUR' },
  }),
  ReportEnergy: (random) => ({
    period: { from: '2021-01-01', to: '2021-12-31' },
    measured: true,
    kWh: Math.floor(random() * 1e4),
  }),
  RecordConsultation: (random) => ({ kind: 'residents', outcome: text(random) }),
  AnswerSignal: (random) => ({ signal: pick(random, ['no-override', 'figures-stopped']), answer: text(random) }),
  ConfirmRecord: (random) => (random() < 0.5 ? {} : { nextReview: '2030-01-01' }),
  WithholdField: (random) => ({
    field: pick(random, ['data', 'supplier', 'assessment']),
    basis: 'public-security',
    reason: text(random),
  }),
  RetireSystem: () => ({ reason: 'replaced', dataDisposal: 'deleted' }),
};

/** What a step does to the log: it is recorded rightly, wrongly and corrected later, or should not have been recorded at all. */
export type Fate = 'right' | 'corrected' | 'corrected twice' | 'retracted' | 'restored';
export type Planned = { right: Step; wrong: Step; fate: Fate };

/** A random life: steps in the order of recording, mostly in the order of their days. */
export function randomLife(random: () => number, length: number): Planned[] {
  const types = Object.keys(kinds);
  return Array.from({ length }, (_, n) => {
    const type = pick(
      random,
      random() < 0.4 ? ['StartDeployment', 'SuspendDeployment', 'ResumeDeployment', 'EndDeployment'] : types,
    );
    const step = (): Step => ({
      type,
      occurredAt: day(20 * n + Math.floor(random() * 30)),
      data: kinds[type]!(random, n),
    });
    const fate = pick(random, ['right', 'right', 'corrected', 'corrected twice', 'retracted', 'restored'] as const);
    return { right: step(), wrong: step(), fate };
  });
}

/** The command that sends a step. */
export const toCommand = ({ type, occurredAt, data }: Step, organisation: string, system: string) => ({
  type,
  organisation,
  system,
  occurredAt,
  data,
  idempotencyKey: randomUUID(),
});
