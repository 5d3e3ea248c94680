import fc from 'fast-check';
import { type EventType, eventKinds, operator } from '#domain';
import type { NewEvent } from '#event-store';
import { dataFor } from './arbitrary.js';

const actor = { organisation: operator, role: 'administrator' } as const;
export const oddOrganisation = 'urn:vitrine:org:local:odd';

/** A kind of odd history: the events of one system, each accepted by its schema. `erase`: indexes of events to be erased afterwards. */
export type OddLife = { kind: string; system: string; events: NewEvent[]; erase: number[] };

const event = (system: string, type: EventType, occurredAt: string, data: object): NewEvent => ({
  organisation: oddOrganisation,
  ...(type.startsWith('Organisation') ? {} : { system }),
  type,
  schemaVersion: eventKinds[type].version,
  occurredAt,
  actor,
  data: data as Record<string, unknown>,
});

const registered = (system: string, occurredAt = '2024-01-01', name: object = { en: 'Odd' }) =>
  event(system, 'SystemRegistered', occurredAt, { name });

const systemTypes = (Object.keys(eventKinds) as EventType[]).filter(
  (type) => eventKinds[type].stream === 'system' && type !== 'SystemRegistered' && type !== 'PayloadErased',
);
const times = ['1950-01-01', '1970-01-01T00:00:00Z', '2000-02-29', '2026-01-01T23:59:59.999Z', '2199-12-31'];

const texts: [string, string][] = [
  ['very long', 'x '.repeat(10_000)],
  ['one long word', 'w'.repeat(20_000)],
  ['markup', '</script><b onmouseover="alert(1)">&amp;<![CDATA[]]>'],
  ['formula', '=HYPERLINK("http://x.example","y")'],
  ['lines', 'a\nb\r\nc\td'],
  ['right to left', '\u202eabc\u202c עברית العربية'],
  ['beyond the BMP', '𝄞👩‍👩‍👧‍👦🏳️‍🌈'],
  ['combining', `Z${'\u0301'.repeat(200)}algo`],
  ['decomposed', 'Ame\u0301lie \u212b'],
  ['spaces', '\u00a0\u2003 \u200b'],
  ['soft hyphens', 'Ver\u00adkehrs\u00adüber\u00adwachung'],
  ['slashes', 'bijstand/wooncontrole.Zebrapaden@example.org'],
  ['quotes', `"'\`«»\\"; DROP TABLE event; --`],
  ['query operators', '!(a & b) | c:* <-> d'],
  // biome-ignore lint/suspicious/noTemplateCurlyInString: it is meant as it stands.
  ['percent and braces', '%s {0} ${x} {{y}} \\u0000'],
  ['names of objects', '__proto__ constructor toString'],
  ['numbers in words', '1e999 NaN Infinity -0'],
  ['many languages of none', 'a'.repeat(3000)],
];

const numbers = [0, 1, 9_007_199_254_740_991, 2_147_483_648];

/** About a hundred kinds: extreme times, texts, numbers and orders, and the same with erased content. */
export function oddLives(seed: number): OddLife[] {
  const lives: OddLife[] = [];
  const add = (kind: string, make: (system: string) => NewEvent[], erase: number[] = []) => {
    const system = `urn:vitrine:sys:local:odd:s${lives.length}`;
    lives.push({ kind, system, events: make(system), erase });
  };
  const sample = (type: EventType, n: number) => fc.sample(dataFor(type), { numRuns: 1, seed: seed + n })[0]!;

  for (const [i, type] of systemTypes.entries()) {
    add(`${type} of any form`, (system) => [
      registered(system),
      ...[0, 1, 2].map((n) => event(system, type, '2025-01-01', sample(type, 10 * i + n))),
    ]);
    add(
      `${type} long before the registration, and erased`,
      (system) => [
        registered(system),
        event(system, type, times[i % times.length]!, sample(type, 10 * i + 3)),
        event(system, type, '2025-01-01', sample(type, 10 * i + 4)),
      ],
      [1],
    );
  }
  for (const [i, type] of systemTypes.entries())
    add(
      `${type} twice at the same moment, the second one erased`,
      (system) => {
        const data = sample(type, 10 * i + 5);
        return [registered(system), ...[0, 1].map(() => event(system, type, '2025-01-01T00:00:00Z', data))];
      },
      [2],
    );
  for (const [kind, text] of texts)
    add(`texts: ${kind}`, (system) => [
      registered(system, '2024-01-01', { en: text.slice(0, 500), fr: text.slice(0, 500) }),
      event(system, 'SystemDescribed', '2024-02-01', {
        set: { summary: { en: text }, purpose: { de: text }, tags: [text.slice(0, 50)], provider: text.slice(0, 300) },
        reason: { en: text },
      }),
      event(system, 'ContractAwarded', '2024-03-01', {
        lot: '1',
        kind: 'bought',
        supplier: { name: text.slice(0, 300) },
      }),
      event(system, 'DeploymentStarted', '2024-04-01', { stage: 'production' }),
    ]);
  for (const [i, time] of times.entries())
    add(`registered on ${time}`, (system) => [
      registered(system, time),
      event(system, 'DeploymentStarted', times[(i + 1) % times.length]!, { stage: 'pilot', from: '2199' }),
      event(system, 'RecordCorrected', '2025-01-01', {
        wrong: { en: 'x' },
        since: times[(i + 2) % times.length]!,
        status: 'retired',
      }),
    ]);
  for (const [i, number] of numbers.entries())
    add(`counts of ${number}`, (system) => [
      registered(system),
      event(system, 'DeploymentStarted', '2024-01-02', { stage: 'production' }),
      event(system, 'OversightFiguresReported', '2025-01-01', {
        period: { from: '1950-01-01', to: '2199-12-31' },
        measured: true,
        outputs: number,
        reviewed: number,
        overridden: number,
        overriddenByReason: { safety: number, legal: 'suppressed' },
      }),
      event(system, 'OversightFiguresReported', '2025-01-01', {
        period: { from: '2025-01-01', to: '2025-12-31' },
        measured: true,
        outputs: number,
        reviewed: 'suppressed',
        overridden: 0,
      }),
      event(system, 'CostReported', '2025-01-01', {
        kind: 'total',
        period: { from: '2025-01-01', to: '2025-01-01' },
        amount: { amount: '999999999999999.99', currency: 'XXX' },
      }),
      event(system, 'EnergyReported', '2025-01-01', {
        period: { from: '2025-01-01', to: '2025-12-31' },
        measured: true,
        kWh: [1.7e308, 1e-7, 0, 5e-324][i],
      }),
    ]);
  const orders: [string, EventType[]][] = [
    ['nothing but an end', ['SystemRetired']],
    ['used after its end', ['SystemRetired', 'DeploymentStarted', 'DeploymentSuspended', 'DeploymentResumed']],
    ['resumed, never suspended', ['DeploymentResumed', 'DeploymentResumed']],
    ['ends without beginnings', ['ProcurementEnded', 'IncidentClosed', 'CorrectionAnswered']],
    ['registered twice', ['SystemRegistered', 'SystemRegistered']],
    ['withheld, then stated, then withheld', ['FieldWithheld', 'SystemDescribed', 'FieldWithheld', 'ContractAwarded']],
  ];
  for (const [kind, types] of orders)
    add(`order: ${kind}`, (system) => [
      registered(system),
      ...types.map((type, n) => event(system, type, `2024-0${9 - n}-01`, sample(type, 900 + n))),
    ]);
  add('order: everything before its registration, which comes last', (system) => [
    event(system, 'DeploymentStarted', '2024-01-02', { stage: 'production' }),
    event(system, 'RecordConfirmed', '2024-01-03', {}),
    registered(system, '2025-01-01'),
  ]);
  add(
    'erased: all of it',
    (system) => [registered(system), event(system, 'DeploymentStarted', '2024-01-02', { stage: 'production' })],
    [0, 1],
  );
  return lives;
}

/** Histories with an event that no schema accepts, as if it had been put into the database by hand. */
export function forcedLives(): OddLife[] {
  const force = (kind: string, type: string, occurredAt: string, data: unknown, n: number): OddLife => {
    const system = `urn:vitrine:sys:local:forced:s${n}`;
    const odd = { ...event(system, 'RecordConfirmed', occurredAt, {}), type, data: data as Record<string, unknown> };
    const after = event(system, 'SystemDescribed', '2024-05-01', {
      set: { summary: { en: 'afterwards' } },
      reason: { en: 'x' },
    });
    return { kind, system, events: [registered(system), odd, after], erase: [] };
  };
  return (
    [
      ['a time that is none', 'RecordConfirmed', 'last Tuesday', {}],
      ['a year that no database takes', 'RecordConfirmed', '+275760-09-13T00:00:00Z', {}],
      ['a period that is none', 'OversightFiguresReported', '2025-01-01', { measured: true }],
      ['a name that is a number', 'SystemDescribed', '2025-01-01', { set: { name: 5, tags: 7 } }],
      ['a text with NUL', 'SystemDescribed', '2025-01-01', { set: { summary: { en: 'a\u0000b' } } }],
      ['nothing where much should be', 'RiskClassified', '2025-01-01', { class: null, grounds: null, annexIII: 3 }],
      ['a contract of a supplier that is a list', 'ContractAwarded', '2025-01-01', { supplier: [1, 2], lot: {} }],
    ] as const
  ).map(([kind, type, occurredAt, data], n) => force(kind, type, occurredAt, data, n));
}
