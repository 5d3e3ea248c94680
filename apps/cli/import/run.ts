import { readFileSync, writeFileSync } from 'node:fs';
import { operator, Refusal } from '#domain';
import { parseSubmission, type Submission } from '#event-store';
import { toCsv } from '#exports';
import type { Register } from '#server';
import { showProgress } from '../progress.js';
import { withPublishingRegister } from '../settings.js';
import { planCsv } from './csv.js';
import type { ImportKind } from './kinds.js';
import { Ledger } from './ledger.js';
import { planChanges, planSnapshot } from './nl-listing.js';
import { planStandard } from './nl-standard.js';

export type ImportOptions = {
  map?: string;
  dryRun?: boolean;
  keepGoing?: boolean;
  report?: string;
  on?: string;
  organisation?: string;
};
export type ImportResult = {
  planned: number;
  recorded: number;
  repeated: number;
  refused: number;
  remarks: string[][];
};

const actor = { organisation: operator, role: 'administrator' } as const;

/** Imports files one after the other; each is all or nothing unless told to keep going. */
export function importFiles(kind: ImportKind, files: string[], options: ImportOptions): Promise<void> {
  return withPublishingRegister(async (register) => {
    const report = [['file', 'line', 'record', 'field', 'problem']];
    for (const file of files) {
      const result = await importFile(register, kind, file, options);
      report.push(...result.remarks.map((remark) => [file, ...remark]));
      for (const [line, id, field, problem] of result.remarks)
        console.error(`${file}, ${line}, ${id}${field ? `, ${field}` : ''}: ${problem}`);
      const did = options.dryRun ? 'would be recorded' : 'recorded';
      console.log(
        `${file}: ${options.dryRun ? result.planned - result.refused : result.recorded} events ${did}, ${result.repeated} there already, ${result.refused} refused, ${result.remarks.length} remarks.`,
      );
      if (result.refused > 0) process.exitCode = 1;
      if (result.refused > 0 && !options.keepGoing && !options.dryRun) {
        console.log('Nothing of this file was recorded. Mend it, or use --keep-going to record the rest.');
        break;
      }
    }
    if (options.report) writeFileSync(options.report, toCsv(report));
  });
}

/** One file: plan against what the register holds, rehearse, then record. */
export async function importFile(
  register: Register,
  kind: ImportKind,
  file: string,
  options: ImportOptions,
): Promise<ImportResult> {
  await register.waitUntilProjected(await register.store.head(), 60_000);
  const map =
    options.map === undefined ? undefined : (JSON.parse(readFileSync(options.map, 'utf8')) as { language?: string });
  const ledger = await Ledger.open(register.pool, kind === 'csv' ? (map?.language ?? 'en') : 'nl');
  await plan(ledger, kind, file, options);
  const remarks = ledger.remarks.map(({ line, id, field, problem }) => [line, id, field, problem]);
  const refuse = (i: number, refusal: Refusal) => {
    const { line, command } = ledger.planned[i]!;
    remarks.push([
      line,
      command.system ?? command.organisation,
      refusal.details.path ?? '',
      `${refusal.message} (${refusal.code}, ${command.type})`,
    ]);
  };
  const { submissions, refused } = check(ledger);
  for (const [i, refusal] of await register.commands.rehearse(
    submissions.map(({ submission }) => submission),
    actor,
  ))
    refused.set(submissions[i]!.index, refusal);
  for (const [i, refusal] of refused) refuse(i, refusal);
  const counts = { planned: ledger.planned.length, recorded: 0, repeated: 0, refused: refused.size, remarks };
  if (options.dryRun || (refused.size > 0 && !options.keepGoing)) return counts;
  const good = submissions.filter(({ index }) => !refused.has(index)).map(({ submission }) => submission);
  return { ...counts, ...(await recordAll(register, good, file)) };
}

async function plan(
  ledger: Ledger,
  kind: ImportKind,
  file: string,
  { map, on, organisation }: ImportOptions,
): Promise<void> {
  const moment = on ?? new Date().toISOString().slice(0, 10);
  if (kind === 'nl-snapshot') return planSnapshot(ledger, readFileSync(file, 'utf8'));
  if (kind === 'nl-changes') return planChanges(ledger, readFileSync(file, 'utf8'));
  if (kind === 'nl-standard') return planStandard(ledger, file, moment, organisation);
  if (!map)
    throw new Refusal('INVALID_PARAMETER', 'A column map is needed: --map MAP.json (see the README of apps/cli).');
  return planCsv(ledger, file, JSON.parse(readFileSync(map, 'utf8')), moment, organisation);
}

/** By the schemas first, as anybody else's commands. */
function check(ledger: Ledger) {
  const submissions: { submission: Submission; index: number }[] = [];
  const refused = new Map<number, Refusal>();
  for (const [index, { command, key }] of ledger.planned.entries()) {
    try {
      submissions.push({ submission: parseSubmission({ ...command, idempotencyKey: key }), index });
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      refused.set(index, error);
    }
  }
  return { submissions, refused };
}

async function recordAll(
  register: Register,
  submissions: Submission[],
  file: string,
): Promise<{ recorded: number; repeated: number }> {
  const bar = showProgress(file, submissions.length);
  const result = await register.commands.handleAll(submissions, actor);
  bar.at(submissions.length);
  bar.end();
  if ('refused' in result) throw [...result.refused.values()][0]!;
  const repeated = result.outcomes.filter((outcome) => outcome.repeated).length;
  await register.waitUntilProjected(await register.store.head(), 60_000);
  return { recorded: result.outcomes.length - repeated, repeated };
}
