import fc from 'fast-check';
import { type CommandHandler, createCommandHandler, type Outcome, parseSubmission, type Submission } from '#commands';
import { type Actor, type Command, Refusal } from '#domain';
import { type EventStore, openEventStore } from '#event-store';
import { createTestDatabase } from './database.js';

const organisations = ['a', 'b', 'c'] as const;
type Organisation = (typeof organisations)[number];

/** A command of a batch in short form: only what the rules look at. Commands with the same `key` are sent under one idempotency key. */
export type Planned = {
  by: 'operator' | 'administrator' | 'editor' | 'integrator' | 'auditor';
  type: Command['type'];
  organisation: Organisation;
  system?: number;
  transferTo?: Organisation;
  successor?: Organisation | number;
  key?: number;
  n?: number;
};

const types: Command['type'][] = [
  'RegisterOrganisation',
  'RegisterOrganisation',
  'RenameOrganisation',
  'CloseOrganisation',
  'RegisterSystem',
  'RegisterSystem',
  'DescribeSystem',
  'StartDeployment',
  'SuspendDeployment',
  'ReportOversightFigures',
  'RecordHumanOverride',
  'ConfirmRecord',
  'ConfirmRecord',
  'RetireSystem',
];

const kinds = fc.record(
  {
    type: fc.constantFrom(...types),
    organisation: fc.constantFrom('a' as const, 'a' as const, 'b' as const, 'c' as const),
    system: fc.constantFrom(0, 0, 0, 1, 2),
    transferTo: fc.constantFrom(...organisations),
    successor: fc.oneof(fc.constantFrom(...organisations), fc.integer({ min: 0, max: 2 })),
    key: fc.integer({ min: 100, max: 102 }),
    n: fc.integer({ min: 0, max: 2 }),
  },
  { requiredKeys: ['type', 'organisation', 'system'] },
);
/** Repeats the previous command, under the same key or under another. */
const again = fc.constantFrom('same key' as const, 'other key' as const);

/** A few commands by one actor that may contradict or repeat each other, mostly after some that prepare the ground. */
export const plannedBatch: fc.Arbitrary<Planned[]> = fc
  .record({
    by: fc.constantFrom(...Array(8).fill('operator' as const), 'administrator', 'editor', 'integrator', 'auditor'),
    beginnings: fc.constantFrom(0, 1, 2, 3, 4, 5, 5, 5),
    commands: fc.array(fc.oneof({ arbitrary: kinds, weight: 4 }, { arbitrary: again, weight: 1 }), {
      minLength: 1,
      maxLength: 4,
    }),
  })
  .map(({ by, beginnings, commands }) => {
    const batch: Planned[] = (
      [
        { by, type: 'RegisterOrganisation', organisation: 'a' },
        { by, type: 'RegisterSystem', organisation: 'a', system: 0 },
        { by, type: 'RegisterOrganisation', organisation: 'b' },
        { by, type: 'StartDeployment', organisation: 'a', system: 0, n: 1 },
        { by, type: 'RegisterSystem', organisation: 'b', system: 1 },
      ] as const
    ).slice(0, beginnings);
    for (const command of commands) {
      const before = batch.at(-1);
      if (typeof command !== 'string') batch.push({ by, ...(command as Omit<Planned, 'by'>) });
      else if (before) {
        before.key ??= batch.length;
        batch.push({ ...before, key: command === 'same key' ? before.key : 50 + batch.length });
      }
    }
    return batch.length > 0 ? batch : [{ by, type: 'RegisterOrganisation', organisation: 'a' }];
  });

/** The result of a batch. `events`: type, version and content of each stream's events, in order. */
export type Ended = {
  accepted: boolean;
  code?: string;
  outcomes: { type: string; version: number; repeated: boolean; warns: boolean }[];
  events: Record<string, unknown[]>;
};

type Stores = { whole: CommandHandler; single: CommandHandler; store: EventStore; close(): Promise<void> };

export async function openBatchStores(): Promise<Stores> {
  const database = await createTestDatabase();
  const store = await openEventStore(database, 'test.example');
  return {
    whole: createCommandHandler(store),
    single: createCommandHandler(store),
    store,
    close: async () => {
      await store.close();
      await database.drop();
    },
  };
}

let batches = 0;

/** Sends a batch as a whole, and the same commands (on other streams) one after the other until one is refused. */
export async function compareBatch(
  { whole, single, store }: Stores,
  batch: Planned[],
): Promise<{ whole: Ended; single: Ended }> {
  const [one, other] = [`x${++batches}`, `y${batches}`];
  const actorOf = (world: string): Actor => {
    const { by } = batch[0]!;
    return by === 'operator'
      ? { organisation: 'urn:vitrine:register', role: 'administrator' }
      : { organisation: `urn:vitrine:org:local:${world}-a`, role: by };
  };
  return {
    whole: await endOf(store, one, batch, (submissions) => sendWhole(whole, submissions, actorOf(one))),
    single: await endOf(store, other, batch, (submissions) => sendEach(single, submissions, actorOf(other))),
  };
}

async function sendWhole(handler: CommandHandler, submissions: Submission[], actor: Actor) {
  const result = await handler.handleAll(submissions, actor);
  return 'outcomes' in result
    ? { outcomes: result.outcomes }
    : { refusal: [...result.refused].sort(([i], [j]) => i - j)[0]![1] };
}

async function sendEach(handler: CommandHandler, submissions: Submission[], actor: Actor) {
  const outcomes: Outcome[] = [];
  for (const submission of submissions) {
    try {
      outcomes.push(await handler.handle(submission, actor));
    } catch (error) {
      if (error instanceof Refusal) return { refusal: error };
      throw error;
    }
  }
  return { outcomes };
}

async function endOf(
  store: EventStore,
  world: string,
  batch: Planned[],
  send: (submissions: Submission[]) => Promise<{ outcomes?: Outcome[]; refusal?: Refusal }>,
): Promise<Ended> {
  const { outcomes, refusal } = await send(batch.map((planned, i) => toSubmission(world, planned, i)));
  if (refusal) return { accepted: false, code: refusal.code, outcomes: [], events: {} };
  const events: Ended['events'] = {};
  for (const stream of [
    ...organisations.map((name) => organisationUrn(world, name)),
    ...[0, 1, 2].map((n) => systemUrn(world, n)),
  ])
    events[stream.replace(world, '')] = (await store.readStream(stream)).map(({ envelope, data }) => [
      envelope.type,
      envelope.streamVersion,
      JSON.stringify(data).replaceAll(world, ''),
    ]);
  return {
    accepted: true,
    outcomes: outcomes!.map(({ eventType, version, repeated, warnings }) => ({
      type: eventType,
      version,
      repeated,
      warns: warnings !== undefined,
    })),
    events,
  };
}

const organisationUrn = (world: string, name: string) => `urn:vitrine:org:local:${world}-${name}`;
const systemUrn = (world: string, n: number) => `urn:vitrine:sys:local:${world}:s${n}`;

function toSubmission(world: string, { type, organisation, system, key, ...rest }: Planned, i: number): Submission {
  const isOrganisation = type.endsWith('Organisation');
  return parseSubmission({
    type,
    organisation: organisationUrn(world, organisation),
    ...(isOrganisation ? {} : { system: systemUrn(world, system ?? 0) }),
    occurredAt: '2025-06-01',
    idempotencyKey: key === undefined ? `${world} ${i}` : `${world} key ${key}`,
    data: dataOf(world, type, rest),
  });
}

function dataOf(world: string, type: Command['type'], { transferTo, successor, n = 0 }: Partial<Planned>): object {
  const names = { en: `Name ${n}` };
  switch (type) {
    case 'RegisterOrganisation':
      return { names, kind: 'municipality', country: 'NL' };
    case 'RenameOrganisation':
      return { names };
    case 'CloseOrganisation':
      return {
        reason: names,
        ...(typeof successor === 'string' && { successor: organisationUrn(world, successor) }),
      };
    case 'RegisterSystem':
      return { name: names };
    case 'DescribeSystem':
      return {
        reason: names,
        ...(transferTo ? { transferTo: organisationUrn(world, transferTo) } : { set: { name: names } }),
      };
    case 'StartDeployment':
      return { stage: n === 0 ? 'pilot' : 'production' };
    case 'SuspendDeployment':
      return { cause: 'other' };
    case 'ReportOversightFigures':
      return {
        period: { from: '2025-01-01', to: `2025-0${n + 1}-28` },
        measured: true,
        outputs: 100,
        reviewed: 50,
        overridden: 20,
      };
    case 'RecordHumanOverride':
      return { act: 'reversed', reason: 'safety', outputKind: 'score' };
    case 'RetireSystem':
      return {
        reason: 'replaced',
        dataDisposal: 'deleted',
        ...(typeof successor === 'number' && { successor: systemUrn(world, successor) }),
      };
    default:
      return {};
  }
}
