import { createInterface } from 'node:readline/promises';
import { type Code, operator, Refusal } from '#domain';
import type { RecordedEvent } from '#event-store';
import { type Register, submitOne } from '#server';
import { waitUntilGone } from './published.js';
import { withPublishingRegister } from './settings.js';

type Options = { part?: 'content' | 'contact'; basis: Code<'erasure-basis'>; on?: string; yes?: boolean };
type Target = { event: RecordedEvent; part: 'content' | 'contact'; commitment: string };

/**
 * Permanently erases the payload of events: shows what will be erased, asks for confirmation, records PayloadErased for each part, and waits
 * until the content is gone from the published files and the database.
 */
export function erase(ids: string[], options: Options): Promise<void> {
  return withPublishingRegister(async (register) => {
    const targets = (await Promise.all(ids.map((id) => find(register, id, options.part)))).flat();
    for (const { event, part } of targets) describe(event, part);
    if (!options.yes && !(await confirmed(targets.length))) {
      console.log('Nothing was erased.');
      process.exitCode = 1;
      return;
    }
    let last = -1;
    const named = new Set(targets.map(({ event }) => event.envelope.id));
    for (const target of targets) last = await eraseOne(register, target, options, named);
    process.stderr.write(
      'Waiting until the published log, the dumps and the files of the database have let go of it ...\n',
    );
    await waitUntilGone(register);
    console.log(`Gone from the register, its published files and its database, as of log position ${last}.`);
    console.log(
      'Copies that others made before (backups, dumps that were taken, mirrors) still hold it: libs/log/README.md, "After an erasure".',
    );
  });
}

async function find(register: Register, id: string, only: Options['part']): Promise<Target[]> {
  const isId = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(id);
  const event = isId ? await register.store.readEvent(id) : undefined;
  if (!event)
    throw new Refusal('EVENT_UNKNOWN', `There is no event "${id}" in this register. Its id is in the timeline.`);
  const left = event.envelope.parts.filter(
    ({ role }) => !event.erased.includes(role) && (only === undefined || only === role),
  );
  if (left.length === 0) throw new Refusal('NOTHING_TO_ERASE', `Event ${id} carries nothing that is left to erase.`);
  return left.map(({ role, commitment }) => ({ event, part: role, commitment }));
}

function describe({ envelope, payload, position }: RecordedEvent, part: string): void {
  console.log(`${part} of event ${envelope.id} (position ${position}):`);
  console.log(`  ${envelope.type} of ${envelope.system ?? envelope.organisation}, ${envelope.occurredAt}`);
  const body = payload.find((one) => one.part === part)!.body;
  console.log(`  ${body.length > 300 ? `${body.slice(0, 300)} ...` : body}`);
}

async function confirmed(count: number): Promise<boolean> {
  if (!process.stdin.isTTY)
    throw new Refusal('INVALID_PARAMETER', 'There is no terminal to ask on. Add --yes to erase without a question.');
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  try {
    return (
      (await terminal.question(`Erase ${count === 1 ? 'this' : `these ${count}`} for good? Type "erase": `)) === 'erase'
    );
  } finally {
    terminal.close();
  }
}

/** `named`: the events that are erased in this run. */
async function eraseOne(
  register: Register,
  { event, part, commitment }: Target,
  { basis, on }: Options,
  named: ReadonlySet<string>,
): Promise<number> {
  const { id, system } = event.envelope;
  const kept = await register.commands.erasedWord(event.stream, id);
  const actor = { organisation: operator, role: 'administrator' } as const;
  const outcome = await submitOne(
    register,
    {
      type: 'ErasePayload',
      organisation: await ownerOf(register, event),
      ...(system === undefined ? {} : { system }),
      occurredAt: on ?? new Date().toISOString().slice(0, 10),
      idempotencyKey: `erase-${id}-${part}`,
      data: { event: id, part, commitment, basis, ...kept },
    },
    actor,
  );
  console.log(`Erased: ${part} of ${id}. Event ${outcome.eventId} (position ${outcome.position}) says so.`);
  for (const { eventId, message } of outcome.warnings ?? []) if (!named.has(eventId)) console.log(`Note: ${message}`);
  return outcome.position;
}

/** The organisation that is responsible for the system now; it may have been transferred since the event. */
async function ownerOf(register: Register, { stream, envelope }: RecordedEvent): Promise<string> {
  if (envelope.system === undefined) return envelope.organisation;
  return register.commands.ownerOf(stream);
}
