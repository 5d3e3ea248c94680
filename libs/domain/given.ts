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
import { decideOrganisation } from './organisation/decide.js';
import { evolveOrganisation, initialOrganisation } from './organisation/state.js';
import { Refusal, type RefusalCode } from './refusal.js';
import { decideSystem } from './system/decide.js';
import { evolveSystem, initialSystem } from './system/state.js';

export const city = 'urn:vitrine:org:local:city';
export const camera = 'urn:vitrine:sys:local:city:camera';
export const editor: Actor = { organisation: city, role: 'editor' };
export const operatorAdmin: Actor = { organisation: 'urn:vitrine:register', role: 'administrator' };

type Fact = { type: EventType; data?: object; occurredAt?: string };
type Wish = { type: Command['type']; data?: object; occurredAt?: string; system?: string; organisation?: string };

/** given(what happened).when(a command).then(): its event with its data; or .refuses(code), or .events(). */
export function given(...facts: Fact[]) {
  const events = facts.map(
    ({ type, data = {}, occurredAt = '2025-01-01' }) => ({ type, occurredAt, organisation: city, data }) as DomainEvent,
  );
  return {
    when(wish: Wish, { actor = editor, now = '2026-11-01T12:00:00Z' }: Partial<Context> = {}) {
      const { organisation = city, occurredAt = '2026-06-01', data = {}, type } = wish;
      const system = wish.system ?? (type.includes('Organisation') ? undefined : camera);
      const command = { type, organisation, occurredAt, data, ...(system && { system }) } as Command;
      const isSystem = streamOf(command) !== organisation;
      const run = () =>
        isSystem
          ? decideSystem(events.reduce(evolveSystem, initialSystem), command, { actor, now })
          : decideOrganisation(events.reduce(evolveOrganisation, initialOrganisation), command, { actor, now });
      return {
        /** What happens, to look at. */
        events: run,
        // biome-ignore lint/suspicious/noThenProperty: the word of given/when/then; nobody awaits it.
        then: () => expect(run()).toEqual([{ type: eventTypeOf(type), occurredAt, organisation, data }]),
        refuses: (code: RefusalCode, path?: string) => {
          let refused: unknown;
          try {
            run();
          } catch (error) {
            refused = error;
          }
          expect(refused).toBeInstanceOf(Refusal);
          expect((refused as Refusal).code).toBe(code);
          if (path !== undefined) expect((refused as Refusal).details.path).toBe(path);
        },
      };
    },
  };
}
