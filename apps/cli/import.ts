import { writeFileSync } from 'node:fs';
import { countries, isDate, Refusal } from '#domain';
import { toCsv } from '#exports';
import { type ImportKind, type ImportOptions, type ImportResult, importFile } from '#imports';
import { withPublishingRegister } from './settings.js';

const nothing: ImportResult = { planned: 0, recordable: 0, recorded: 0, repeated: 0, refused: 0, remarks: [] };
const fileProblems: { [code: string]: string } = {
  ENOENT: 'There is no such file.',
  EISDIR: 'This is a folder: name the files in it.',
  EACCES: 'The file may not be read by this user.',
};
const fileProblem = (error: unknown) => fileProblems[(error as NodeJS.ErrnoException).code ?? ''];

/** Imports files one after the other; each is all or nothing unless told to keep going. */
export function importFiles(
  kind: ImportKind,
  files: string[],
  options: ImportOptions & { report?: string },
): Promise<void> {
  return withPublishingRegister(async (register) => {
    checkOptions(options);
    const report = [['file', 'line', 'record', 'field', 'problem']];
    // If the report cannot be written, this fails before anything is recorded.
    if (options.report) writeFileSync(options.report, toCsv(report));
    for (const file of files) {
      const result = await importFile(register, kind, file, options).catch((error: unknown) => {
        const problem = error instanceof Refusal ? error.message : fileProblem(error);
        if (problem === undefined) throw error;
        return { ...nothing, refused: 1, remarks: [['', '', '', problem]] };
      });
      report.push(...result.remarks.map((remark) => [file, ...remark]));
      for (const [line, id, field, problem] of result.remarks)
        console.error(`${[file, line, id, field].filter(Boolean).join(', ')}: ${problem}`);
      const did = options.dryRun ? 'would be recorded' : 'recorded';
      console.log(
        `${file}: ${options.dryRun ? result.recordable : result.recorded} events ${did}, ${result.repeated} there already, ${result.refused} refused, ${result.remarks.length} remarks.`,
      );
      if (result.planned === 0 && result.refused === 0) console.log('The register already has all of it.');
      if (result.refused > 0) process.exitCode = 1;
      if (result.refused > 0 && !options.keepGoing && !options.dryRun) {
        console.log('Nothing in this file was recorded. Correct it, or use --keep-going to record the rest.');
        break;
      }
    }
    if (options.report) writeFileSync(options.report, toCsv(report));
  });
}

function checkOptions({ on, country }: ImportOptions): void {
  if (on !== undefined && !isDate(on))
    throw new Refusal('INVALID_PARAMETER', `--on "${on}" is not a date: write it as 2026-01-31.`);
  if (country !== undefined && !countries.includes(country))
    throw new Refusal(
      'INVALID_PARAMETER',
      `--country "${country}" is not a country (ISO 3166-1): two capitals, such as NL or FR.`,
    );
}
