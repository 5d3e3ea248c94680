import { parseSubmission } from '#commands';
import { type Actor, operator, Refusal } from '#domain';
import type { Register } from '../../register/register.js';
import type { Report } from '../../register/reports.js';
import { parseBody } from '../webhooks/asked.js';
import { publicationSchema, refusalSchema } from './schemas.js';

/** What an officer publishes of a report, in the organisation's own words. `due`: by when it must be answered. */
export type Publication = { summary: { [language: string]: string }; due: string; about?: string };

/** Throws ROLE_MAY_NOT unless the actor may read what readers wrote to its organisation. */
export function refuseReports({ role }: Actor): void {
  if (role !== 'editor' && role !== 'administrator')
    throw new Refusal(
      'ROLE_MAY_NOT',
      `Readers' reports are for editors and administrators; this key is one of the role ${role}.`,
    );
}

/** The reports that an actor may read: those to its organisation; for the operator, all. */
export function readReports({ reports }: Register, actor: Actor, isOpen: boolean): Promise<Report[]> {
  refuseReports(actor);
  return reports.list({ organisation: actor.organisation === operator ? undefined : actor.organisation, isOpen });
}

/** One of the reports that an actor may read. Throws NOT_FOUND. */
export async function findReport({ reports }: Register, id: string, actor: Actor): Promise<Report> {
  refuseReports(actor);
  const found = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(id) ? await reports.find(id) : undefined;
  if (!found || (actor.organisation !== operator && found.organisation !== actor.organisation))
    throw new Refusal('NOT_FOUND', `There is no report "${id.slice(0, 60)}" to your organisation.`);
  return found;
}

/**
 * Publishes a report as CorrectionRequested, and notes that; sent again, it does the same once. `body`: a Publication. Throws REPORT_DECIDED, SCHEMA_VIOLATION,
 * INVALID_PARAMETER, and what the command is refused for; then it is as it was.
 */
export async function publishReport(
  register: Register,
  { id, system, organisation, about: said, receivedAt, request, reply }: Report,
  body: unknown,
  actor: Actor,
): Promise<{ request: string }> {
  const { summary, due, about = said ?? undefined } = parseBody<Publication>(publicationSchema, body);
  if (due < register.today())
    throw new Refusal('INVALID_PARAMETER', `"due" is ${due}: a day that has passed.`, { path: '/due' });
  if (reply !== null) throw decided(id);
  const { reports } = register;
  const name = request ?? `r-${id.slice(0, 13)}`;
  // Claimed first, so that nobody declines it meanwhile. After an interruption, publishing again goes on from here.
  const isClaimed = request === null && (await reports.decide(id, { request: name, due }));
  if (request === null && !isClaimed && (await reports.find(id))?.request !== name) throw decided(id);
  const command = {
    type: 'RequestCorrection',
    organisation,
    system,
    occurredAt: receivedAt.toISOString().slice(0, 10),
    idempotencyKey: `report-${id}`,
    data: { request: name, summary, due, ...(about !== undefined && { about }) },
  };
  try {
    await register.commands.handle(parseSubmission(command), actor);
  } catch (error) {
    if (isClaimed) await reports.reopen(id, name);
    // It was published before, in other words.
    throw error instanceof Refusal && error.code === 'IDEMPOTENCY_KEY_REUSED' ? decided(id) : error;
  }
  return { request: name };
}

/** Notes that a report is not published, and what its reader is told. `body`: a `reply`. Throws REPORT_DECIDED, SCHEMA_VIOLATION. */
export async function declineReport({ reports }: Register, { id }: Report, body: unknown): Promise<void> {
  const { reply } = parseBody<{ reply: string }>(refusalSchema, body);
  if (!(await reports.decide(id, { reply }))) throw decided(id);
}

const decided = (id: string) => new Refusal('REPORT_DECIDED', `The report ${id} was decided before.`);
