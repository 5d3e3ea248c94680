import type { Pool } from 'pg';
import { type CommandHandler, parseSubmission, type Submission } from '#commands';
import { operator, Refusal, settleText } from '#domain';
import type { EventStore } from '#event-store';
import { eurocities, nl } from '#standards';
import { type ColumnMap, planByMap, readColumnMap } from './column-map.js';
import type { ImportKind } from './kinds.js';
import { Ledger, type Planned } from './ledger.js';
import { planChanges, planSnapshot } from './nl-listing.js';
import { planStandard } from './plan-table.js';
import { readBytes } from './table/table.js';

/** Where records go: an open register. */
export type Into = {
  store: Pick<EventStore, 'head'>;
  commands: CommandHandler;
  pool: Pool;
  projected: { waitUntil(position: number, atMost: number): Promise<boolean> };
};

export type ImportOptions = {
  map?: string;
  dryRun?: boolean;
  keepGoing?: boolean;
  on?: string;
  organisation?: string;
  country?: string;
  encoding?: string;
};
export type ImportResult = {
  planned: number;
  /** How many of the planned commands the register would accept. */
  recordable: number;
  recorded: number;
  repeated: number;
  /** Lines and commands that it would not. */
  refused: number;
  remarks: string[][];
};

const actor = { organisation: operator, role: 'administrator' } as const;

/** Imports one file: plans against what the register holds, rehearses, then records. */
export async function importFile(
  register: Into,
  kind: ImportKind,
  file: string,
  options: ImportOptions,
): Promise<ImportResult> {
  await register.projected.waitUntil(await register.store.head(), 60_000);
  const map = options.map === undefined ? undefined : readColumnMap(options.map);
  const ledger = await Ledger.open(register.pool, languageOf(kind, map));
  await plan(ledger, kind, file, options, map);
  const remarks = [...ledger.faults, ...ledger.remarks].map(({ line, id, field, problem }) => [
    line,
    id,
    field,
    problem,
  ]);
  const { submissions, refused } = check(ledger);
  for (const [i, refusal] of await register.commands.rehearse(
    submissions.map(({ submission }) => submission),
    actor,
  ))
    refused.set(submissions[i]!.index, refusal);
  for (const [i, refusal] of refused) remarks.push(toRemark(ledger.planned[i]!, refusal));
  const faults = new Set(ledger.faults.map(({ line }) => line)).size;
  const counts = {
    planned: ledger.planned.length,
    recordable: ledger.planned.length - refused.size,
    recorded: 0,
    repeated: 0,
    refused: refused.size + faults,
    remarks,
  };
  if (options.dryRun || (counts.refused > 0 && !options.keepGoing)) return counts;
  const good = submissions.filter(({ index }) => !refused.has(index)).map(({ submission }) => submission);
  return { ...counts, ...(await recordAll(register, good)) };
}

/** The language in which the source names organisations. */
function languageOf(kind: ImportKind, map: ColumnMap | undefined): string {
  if (kind === 'csv') return map?.language ?? 'en';
  return kind === 'eurocities' ? eurocities.takenOver!.language : nl.takenOver!.language;
}

async function plan(
  ledger: Ledger,
  kind: ImportKind,
  file: string,
  { on, organisation, country, encoding }: ImportOptions,
  map: ColumnMap | undefined,
): Promise<void> {
  const options = {
    moment: on ?? new Date().toISOString().slice(0, 10),
    organisation: organisation && settleText(organisation),
    country,
    encoding,
  };
  if (kind === 'nl-snapshot') return planSnapshot(ledger, readBytes(file));
  if (kind === 'nl-changes') return planChanges(ledger, readBytes(file));
  if (kind === 'nl-standard') return planStandard(ledger, file, nl, options);
  if (kind === 'eurocities') return planStandard(ledger, file, eurocities, options);
  if (!map)
    throw new Refusal('INVALID_PARAMETER', 'A column map is needed: --map MAP.json (see the README of libs/imports).');
  return planByMap(ledger, file, map, options);
}

/** A refusal in the terms of the source: with the columns that the field came from, if they are known. */
function toRemark({ line, command, columns }: Planned, { code, message, details }: Refusal): string[] {
  const path = details.path ?? '';
  return [
    line,
    command.system ?? command.organisation,
    columnsOf(command.type, path, columns ?? new Map()) || path,
    `${message} (${code}, ${command.type})`,
  ];
}

/** `path`: a JSON Pointer into the command. */
function columnsOf(type: string, path: string, columns: Map<string, string[]>): string {
  const parts = path.split('/').filter((part) => !['', 'data', 'set'].includes(part));
  if (parts[0] === 'source' && parts[1] === 'fields')
    return (parts[2] ?? '').replaceAll('~1', '/').replaceAll('~0', '~');
  const fields: { [command: string]: string[] } = {
    RegisterOrganisation: ['organisation'],
    RecordAssessment: [...columns.keys()].filter((field) => field.startsWith('assessment')),
    ClassifyRisk: ['riskCategory'],
    StartDeployment: ['status', 'inUseFrom'],
    RetireSystem: ['status'],
  };
  const own = fields[type] ?? [parts[0] === 'furtherDomains' ? 'domain' : (parts[0] ?? '')];
  return [...new Set(own.flatMap((field) => columns.get(field) ?? []))].join(', ');
}

/** Validates the commands by their schemas first, like anybody else's. */
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

async function recordAll(register: Into, submissions: Submission[]): Promise<{ recorded: number; repeated: number }> {
  const result = await register.commands.handleAll(submissions, actor);
  if ('refused' in result) throw [...result.refused.values()][0]!;
  const repeated = result.outcomes.filter((outcome) => outcome.repeated).length;
  await register.projected.waitUntil(await register.store.head(), 60_000);
  return { recorded: result.outcomes.length - repeated, repeated };
}
