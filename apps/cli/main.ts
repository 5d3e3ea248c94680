import { readFileSync } from 'node:fs';
import { Command, Option } from 'commander';
import { codelists, Refusal, roles } from '#domain';
import { importKinds } from '../../libs/imports/kinds.js';

/** Loads a command's code only when it runs, so that `--help` need not wait for a web framework. */
const later =
  <A extends unknown[]>(load: () => Promise<(...args: A) => Promise<void> | void>) =>
  async (...args: A): Promise<void> =>
    (await load())(...args);

// A reader that closes the pipe early (such as `head`) is no error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit();
});

const packageFile = new URL('../../../package.json', import.meta.url);
const { version } = JSON.parse(readFileSync(packageFile, 'utf8')) as { version: string };
const program = new Command('vitrine')
  .description('The public register of the AI systems that a city uses.')
  .version(version);

program
  .command('up')
  .description('run the register until Ctrl-C')
  .action(later(async () => (await import('./up.js')).up));

program
  .command('import')
  .description('import records from files: first a dry run, then each file as a whole or not at all')
  .addArgument(program.createArgument('<kind>', 'the kind of file').choices([...importKinds]))
  .argument('<files...>', 'the files to import')
  .option('--map <file>', 'the column map (csv)')
  .option('--dry-run', 'show what would be recorded, without recording it')
  .option('--keep-going', 'record what is valid and report the rest')
  .option('--report <file>', 'write the report as CSV')
  .option('--on <date>', 'the date from which new records apply (nl-standard, eurocities, csv); default: today')
  .option('--organisation <name>', 'the organisation of records that do not name one (nl-standard, eurocities, csv)')
  .option('--country <code>', 'register missing organisations, in this country (eurocities, csv; nl-standard: NL)')
  .option('--encoding <label>', 'the encoding of a CSV file that is not UTF-8, such as windows-1252')
  .action(later(async () => (await import('./import.js')).importFiles));

program
  .command('export')
  .description(
    'write open data: a complete dump into a folder, or the current records or the whole history into one file',
  )
  .addArgument(program.createArgument('[what]', 'for one file').choices(['systems', 'events']))
  .addOption(new Option('--format <format>', 'of the one file').choices(['jsonl', 'csv']).default('jsonl'))
  .option(
    '--out <path>',
    'the folder or file to write; default: vitrine-<position> for a dump, standard output for one file',
  )
  .option('--at <position>', 'as of this log position; default: the newest')
  .option('--check <place>', 'rebuild the dump of this folder or URL and compare every file')
  .action(later(async () => (await import('./export.js')).exportTo));

program
  .command('archive')
  .description('write the whole register as files that need no server to be read and verified')
  .argument('<folder>', 'a new folder')
  .addOption(
    new Option('--language <code>', 'the language of the pages, for systems that have it')
      .choices([...codelists['language']])
      .default('en'),
  )
  .action(later(async () => (await import('./archive.js')).archive));
program
  .command('rebuild')
  .description('rebuild all read models while the live ones stay in use')
  .action(later(async () => (await import('./rebuild.js')).rebuildReadModels));
program
  .command('status')
  .description('show what the register holds and whether it is healthy')
  .action(later(async () => (await import('./status.js')).showStatus));
program
  .command('duties')
  .description('judge all systems by their legal duties, or by changed or proposed ones, and print who is missing what')
  .option('--with <file>', 'duties as JSON (schema/duties); default: those of this register')
  .option('--on <date>', 'the date; default: today')
  .action(later(async () => (await import('./duties.js')).judgeDuties));
program
  .command('record')
  .description('record a command, or a list of up to 1,000 commands, from a JSON file: all or nothing')
  .argument('<file>')
  .option('--each', 'record each valid command, even if others are refused')
  .action(later(async () => (await import('./record.js')).recordFile));

program
  .command('erase')
  .description('erase the content of events permanently, on a legal basis; their proofs remain')
  .argument('<events...>', 'the ids of the events, as the timeline shows them')
  .addOption(new Option('--part <part>', 'default: everything that the event carries').choices(['content', 'contact']))
  .addOption(
    new Option('--basis <code>', 'the legal basis').choices([...codelists['erasure-basis']]).makeOptionMandatory(),
  )
  .option('--on <date>', 'the date of the erasure; default: today')
  .option('--yes', 'do not ask for confirmation')
  .action(later(async () => (await import('./erase.js')).erase));

program
  .command('backup')
  .description('back up the register into a folder while it runs; into an existing backup: only what is new')
  .argument('<folder>')
  .option('--keys <folder>', "also copy the log's keys to this folder; keep it apart from the backup")
  .action(later(async () => (await import('./backup.js')).backup));
program
  .command('restore')
  .description('restore the register from a backup or any copy of its log, then verify all of it')
  .argument('<from>', 'the folder of a backup, or the folder or URL of a copy of the log')
  .option('--rest-from <place>', 'folder or URL of a mirror or peer with the events after the backup')
  .option('--keys <folder>', "the folder with the log's keys")
  .option('--key <vkey>', "the log's public key, to verify with if its keys are not available")
  .option('--nothing-newer', 'confirm that nothing newer was ever published, where this machine cannot know')
  .action(later(async () => (await import('./restore.js')).restore));

program
  .command('accept-loss')
  .description('continue without acknowledged events that the database has lost (see vitrine status)')
  .option('--yes', 'do not ask for confirmation')
  .action(later(async () => (await import('./accept-loss.js')).acceptLoss));

program
  .command('verify')
  .description(
    'verify a whole register from its public files; exit code 0: all is right, 1: something is wrong, 2: a check was not possible',
  )
  .argument('[place]', 'the URL of a register or a folder with its log; default: this register, including its database')
  .option(
    '--key <vkey>',
    "the log's public key (vitrine keys log); default: that of this register, or the one used before",
  )
  .action(later(async () => (await import('./verify.js')).verify));

program
  .command('verify-receipt')
  .description('verify the receipt of an event offline; exit code 0: it is right')
  .argument('<file>', 'the receipt, from /log/proof/N.tlog-proof')
  .requiredOption('--key <vkey>', "the log's public key")
  .option('--payload <file>', 'the content of the event: lines from /log/payload/')
  .action(later(async () => (await import('./verify-receipt.js')).verifyReceiptFile));

program
  .command('verify-statement')
  .description('verify a statement about a duty, or a decision receipt, offline; exit code 0: it is right')
  .argument('<file>', 'the file, from /v1/systems/URN/statement or /v1/systems/URN/decision')
  .requiredOption('--key <vkey>', "the log's public key")
  .action(later(async () => (await import('./verify-statement.js')).verifyStatementFile));

const keys = program.command('keys').description('manage API keys and the key of the log');
keys
  .command('create')
  .description('create a key; it is shown once')
  .requiredOption('--name <name>', 'who or what uses it')
  .addOption(new Option('--role <role>').choices([...roles]).makeOptionMandatory())
  .option('--organisation <urn>', 'the organisation it belongs to; default: the operator of the register')
  .option('--expires <date>', 'the last day on which it is valid (YYYY-MM-DD)')
  .action(later(async () => (await import('./keys.js')).createKey));
const logKeys = keys
  .command('log')
  .description('show the public key of the log (vkey)')
  .action(later(async () => (await import('./keys.js')).showLogKey));
logKeys
  .command('create')
  .description('create a key for a log that has none')
  .action(later(async () => (await import('./keys.js')).createLogKeyFile));
logKeys
  .command('name')
  .description('tell the database that the key of this home signs the log, if it names another by mistake')
  .action(later(async () => (await import('./keys.js')).nameLogKey));
logKeys
  .command('rotate')
  .description('create a successor of the current key; both sign until --end')
  .option('--end', 'stop signing with the old key')
  .action(later(async () => (await import('./keys.js')).rotateLogKeys));
keys
  .command('list')
  .description('list all keys, without their secrets')
  .action(later(async () => (await import('./keys.js')).listKeys));
keys
  .command('confirm')
  .description('activate a key that was restored from a backup')
  .argument('<name>', 'the name of the key')
  .argument('<created>', 'the day on which it was created (YYYY-MM-DD)')
  .option('--id <id>', 'the id, if several keys match')
  .action(later(async () => (await import('./keys.js')).confirmKey));
keys
  .command('revoke')
  .description('revoke a key at once')
  .argument('<id>')
  .action(later(async () => (await import('./keys.js')).revokeKey));

const reports = program
  .command('reports')
  .description("read readers' reports of errors, and decide on them; as the operator");
reports
  .command('list', { isDefault: true })
  .description('list the reports that wait, with what their readers wrote')
  .option('--all', 'also those that were decided')
  .action(later(async () => (await import('./reports.js')).listReports));
reports
  .command('publish')
  .description('publish a report in your own words; answer it with the command AnswerCorrection')
  .argument('<id>')
  .requiredOption('--summary <text>', 'what is published of it, without personal data')
  .requiredOption('--language <code>', 'the language of the summary')
  .requiredOption('--due <date>', 'by when you answer it (YYYY-MM-DD)')
  .action(later(async () => (await import('./reports.js')).publish));
reports
  .command('decline')
  .description('do not publish a report')
  .argument('<id>')
  .requiredOption('--reply <text>', 'what its reader is told, and nobody else')
  .action(later(async () => (await import('./reports.js')).decline));

const readers = new Set('status backup archive duties erase export rebuild accept-loss verify'.split(' '));

try {
  // Commands that only work on an existing register must not create one: a wrong VITRINE_HOME would look like an empty register.
  program.hook('preAction', async (_, command) => {
    const isElsewhere = command.name() === 'verify' && command.args.length > 0;
    if ((readers.has(command.name()) || command.parent === reports) && !isElsewhere)
      (await import('./settings.js')).requireRegister();
  });
  await program.parseAsync();
} catch (error) {
  if (error instanceof Refusal) console.error(`${error.code}: ${error.message}`);
  else if (process.env['VITRINE_DEBUG']) console.error(error);
  else console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}
