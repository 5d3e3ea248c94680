import { expect } from '@jest/globals';
import {
  type Actor,
  type Command,
  type Context,
  type DomainEvent,
  type EventType,
  eventTypeOf,
  streamOf,
} from './command.js';
import { settle } from './facts.js';
import { decideOrganisation } from './organisation/decide.js';
import { evolveOrganisation, initialOrganisation, type OrganisationState } from './organisation/state.js';
import { refuseByOtherStreams, type State } from './other-streams.js';
import { Refusal, type RefusalCode } from './refusal.js';
import { decideSystem } from './system/decide.js';
import { evolveSystem, initialSystem, type SystemState } from './system/state.js';

export const city = 'urn:vitrine:org:local:city';
export const camera = 'urn:vitrine:sys:local:city:camera';
export const editor: Actor = { organisation: city, role: 'editor' };
export const operatorAdmin: Actor = { organisation: 'urn:vitrine:register', role: 'administrator' };

type Fact = { type: EventType; data?: object; occurredAt?: string };
type Wish = { type: Command['type']; data?: object; occurredAt?: string; system?: string; organisation?: string };

/** Events get the ids `e0`, `e1` ... in their order. */
const toEvent = ({ type, data = {}, occurredAt = '2025-01-01' }: Fact, n: number) =>
  ({ type, occurredAt, organisation: city, data, id: `e${n}` }) as DomainEvent;

function toCommand(wish: Wish): Command {
  const { organisation = city, occurredAt = '2026-06-01', data = {}, type } = wish;
  const system = wish.system ?? (type.includes('Organisation') ? undefined : camera);
  return { type, organisation, occurredAt, data, ...(system && { system }) } as Command;
}

function expectRefusal(run: () => unknown, code: RefusalCode, path?: string): void {
  let refused: unknown;
  try {
    run();
  } catch (error) {
    refused = error;
  }
  expect(refused).toBeInstanceOf(Refusal);
  expect((refused as Refusal).code).toBe(code);
  if (path !== undefined) expect((refused as Refusal).details.path).toBe(path);
}

const isSystem = (stream: string) => stream.startsWith('urn:vitrine:sys:');
const stateOf = (stream: string, events: DomainEvent[]): State =>
  isSystem(stream) ? foldSystem(events) : events.reduce(evolveOrganisation, initialOrganisation);
/** Events that cannot be folded, because they were forced into the log, are passed over. */
const foldSystem = (events: DomainEvent[]): SystemState =>
  settle(events).reduce((state, { event }) => {
    try {
      return evolveSystem(state, event);
    } catch {
      return state;
    }
  }, initialSystem);

/** given(events).when(command).then() expects its event with its data; .refuses(code) a refusal; .events() returns what happens. */
export function given(...facts: Fact[]) {
  const events = facts.map(toEvent);
  return {
    when(wish: Wish, { actor = editor, now = '2026-11-01T12:00:00Z' }: Partial<Context> = {}) {
      const command = toCommand(wish);
      const { organisation, occurredAt, data, type } = command;
      const run = () =>
        isSystem(streamOf(command))
          ? decideSystem(foldSystem(events), command, { actor, now, history: events })
          : decideOrganisation(stateOf(city, events) as OrganisationState, command, { actor, now, history: events });
      return {
        /** Runs the command and returns its events. */
        events: run,
        // biome-ignore lint/suspicious/noThenProperty: the word of given/when/then; nobody awaits it.
        then: () => expect(run()).toEqual([{ type: eventTypeOf(type), occurredAt, organisation, data }]),
        refuses: (code: RefusalCode, path?: string) => expectRefusal(run, code, path),
      };
    },
  };
}

/** givenStreams(events of each stream).when(command).passes() the rules across streams, or .refuses(code). */
export function givenStreams(streams: { [stream: string]: Fact[] }) {
  return {
    when(wish: Wish, actor: Actor = editor) {
      const run = () => {
        const rule = refuseByOtherStreams(toCommand(wish), actor);
        for (let asked = rule.next(); !asked.done; )
          asked = rule.next(stateOf(asked.value, (streams[asked.value] ?? []).map(toEvent)));
      };
      return {
        passes: run,
        refuses: (code: RefusalCode, path?: string) => expectRefusal(run, code, path),
      };
    },
  };
}
