import { operator } from '#domain';
import { declineReport, findReport, publishReport, readReports } from '#server';
import { withPublishingRegister, withRegister } from './settings.js';

const actor = { organisation: operator, role: 'administrator' } as const;

/** Prints readers' reports, the oldest first. What they wrote is private. */
export function listReports(options: { all?: boolean }): Promise<void> {
  return withRegister(async (register) => {
    const reports = await readReports(register, actor, options.all !== true);
    for (const { id, system, about, language, words, receivedAt, request, reply } of reports) {
      const state = request !== null ? `published as ${request}` : reply !== null ? 'declined' : 'waits';
      console.log(
        `${id}  ${receivedAt.toISOString().slice(0, 10)}  ${state}  ${system}${about ? `, ${about}` : ''} (${language})`,
      );
      console.log(words.replace(/^/gm, '    '));
    }
    if (reports.length === 0) console.log(options.all ? 'There is no report.' : 'No report waits.');
  });
}

export function publish(
  id: string,
  { summary, language, due }: { summary: string; language: string; due: string },
): Promise<void> {
  return withPublishingRegister(async (register) => {
    const report = await findReport(register, id, actor);
    const { request } = await publishReport(register, report, { summary: { [language]: summary }, due }, actor);
    console.log(`Published as ${request}, to be answered by ${due}.`);
  });
}

export function decline(id: string, { reply }: { reply: string }): Promise<void> {
  return withRegister(async (register) => {
    await declineReport(register, await findReport(register, id, actor), { reply });
    console.log('Declined. Its reader sees the reply; it is deleted in 90 days.');
  });
}
