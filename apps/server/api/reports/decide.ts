import { parseSubmission } from '#commands';
import { type Actor, operator, Refusal } from '#domain';
import type { Register } from '../../register/register.js';
import type { Report } from '../../register/reports.js';

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

/** Publishes a report as CorrectionRequested, and notes that; sent again, it does the same once. Throws REPORT_DECIDED, and what the command is refused for. */
export async function publishReport(
  register: Register,
  { id, system, organisation, about: said, receivedAt, request, reply }: Report,
  { summary, due, about = said ?? undefined }: Publication,
  actor: Actor,
): Promise<{ request: string }> {
  if (reply !== null) throw decided(id);
  const name = request ?? `r-${id.slice(0, 13)}`;
  const command = {
    type: 'RequestCorrection',
    organisation,
    system,
    occurredAt: receivedAt.toISOString().slice(0, 10),
    idempotencyKey: `report-${id}`,
    data: { request: name, summary, due, ...(about !== undefined && { about }) },
  };
  await register.commands.handle(parseSubmission(command), actor);
  await register.reports.decide(id, { request: name });
  return { request: name };
}

/** Notes that a report is not published, and what its reader is told. Throws REPORT_DECIDED. */
export async function declineReport({ reports }: Register, { id }: Report, reply: string): Promise<void> {
  if (!(await reports.decide(id, { reply }))) throw decided(id);
}

const decided = (id: string) => new Refusal('REPORT_DECIDED', `The report ${id} was decided before.`);
