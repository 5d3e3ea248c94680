import { readFileSync } from 'node:fs';
import { Command, Option } from 'commander';
import { codelists, Refusal, roles } from '#domain';
import { importKinds } from '../../libs/imports/kinds.js';

/** A command's code is loaded when the command is given: `--help` need not wait for a web framework. */
const later =
  <A extends unknown[]>(load: () => Promise<(...args: A) => Promise<void> | void>) =>
  async (...args: A): Promise<void> =>
    (await load())(...args);

// Whoever reads no further has had enough.
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
  .description('take over records from files: a dry run first, then all or nothing for each file')
  .addArgument(program.createArgument('<kind>', 'what the files are').choices([...importKinds]))
  .argument('<files...>', 'the files')
  .option('--map <file>', 'column map (for csv)')
  .option('--dry-run', 'say what would be recorded, record nothing')
  .option('--keep-going', 'record what can be recorded, report the rest')
  .option('--report <file>', 'write the report as CSV')
  .option('--on <date>', 'date on which new records count (nl-standard, eurocities, csv); default: today')
  .option('--organisation <name>', 'organisation of records that name none (nl-standard, eurocities, csv)')
  .option(
    '--country <code>',
    'register organisations that are not there yet, in this country (eurocities, csv; nl-standard: NL)',
  )
  .option('--encoding <label>', 'of CSV that is not UTF-8, such as windows-1252')
  .action(later(async () => (await import('./import.js')).importFiles));

program
  .command('export')
  .description('write open data: a whole dump into a folder; or current records, or the whole history, into a file')
  .addArgument(program.createArgument('[what]', 'for a single file').choices(['systems', 'events']))
  .addOption(new Option('--format <format>', 'of the single file').choices(['jsonl', 'csv']).default('jsonl'))
  .option('--out <path>', 'the folder, or the file; default: vitrine-<position>, or standard output')
  .option('--at <position>', 'as of this position of the log; default: the newest')
  .option('--check <place>', 'make the dump of this folder or URL anew, and compare every file')
  .action(later(async () => (await import('./export.js')).exportTo));

program
  .command('archive')
  .description('write the whole register as files that can be read and verified without a server')
  .argument('<folder>', 'a new folder')
  .addOption(
    new Option('--language <code>', 'of the pages, where a system has it')
      .choices([...codelists['language']])
      .default('en'),
  )
  .action(later(async () => (await import('./archive.js')).archive));
program
  .command('rebuild')
  .description('build all read models anew, beside the live ones')
  .action(later(async () => (await import('./rebuild.js')).rebuildReadModels));
program
  .command('status')
  .description('what the register holds and how it is')
  .action(later(async () => (await import('./status.js')).showStatus));
program
  .command('record')
  .description('record a command, or a list of up to 1,000 commands, from a JSON file: all of them or none')
  .argument('<file>')
  .option('--each', 'each for itself: what can be recorded is')
  .action(later(async () => (await import('./record.js')).recordFile));

program
  .command('erase')
  .description('erase what events carry, for good and by law; their proofs stay')
  .argument('<events...>', 'ids of the events, from the timeline')
  .addOption(new Option('--part <part>', 'default: all that the event carries').choices(['content', 'contact']))
  .addOption(
    new Option('--basis <code>', 'the legal basis').choices([...codelists['erasure-basis']]).makeOptionMandatory(),
  )
  .option('--on <date>', 'default: today')
  .option('--yes', 'do not ask')
  .action(later(async () => (await import('./erase.js')).erase));

program
  .command('backup')
  .description('back up the register into a folder, beside the running register; again into the same one: what is new')
  .argument('<folder>')
  .option('--keys <folder>', "copy the log's keys there; keep them apart from the backup")
  .action(later(async () => (await import('./backup.js')).backup));
program
  .command('restore')
  .description('restore the register from a backup or any copy of its log; ends with a full verification')
  .argument('<from>', 'folder of a backup; or folder or URL of a copy of the log')
  .option('--rest-from <place>', 'folder or URL of a mirror or peer that has what is newer than the backup')
  .option('--keys <folder>', "where the log's keys are")
  .option('--key <vkey>', "the log's public key, to verify with where its keys are not at hand")
  .option('--nothing-newer', 'nothing newer than this was ever published: for a machine that cannot know')
  .action(later(async () => (await import('./restore.js')).restore));

program
  .command('accept-loss')
  .description('go on without acknowledged events that the database has lost (after vitrine status said so)')
  .option('--yes', 'do not ask')
  .action(later(async () => (await import('./accept-loss.js')).acceptLoss));

program
  .command('verify')
  .description(
    'check a whole register from its public files: exit code 0 if all holds, 1 if not, 2 if a check was not possible',
  )
  .argument('[place]', "URL of a register, or a folder with its log; default: this register's own, and its database")
  .option(
    '--key <vkey>',
    "the log's public key (vitrine keys log); default: this register's own, or the one used before",
  )
  .action(later(async () => (await import('./verify.js')).verify));

program
  .command('verify-receipt')
  .description('check a receipt of an event offline: exit code 0 if it holds')
  .argument('<file>', 'the receipt, from /log/proof/N.tlog-proof')
  .requiredOption('--key <vkey>', "the log's public key")
  .option('--payload <file>', 'what the event carries: lines from /log/payload/')
  .action(later(async () => (await import('./verify-receipt.js')).verifyReceiptFile));

const keys = program.command('keys').description('API keys');
keys
  .command('create')
  .description('make a key; it is shown once')
  .requiredOption('--name <name>', 'whose or what it is for')
  .addOption(new Option('--role <role>').choices([...roles]).makeOptionMandatory())
  .option('--organisation <urn>', 'default: the operator of the register')
  .option('--expires <date>', 'last day (YYYY-MM-DD)')
  .action(later(async () => (await import('./keys.js')).createKey));
const logKeys = keys
  .command('log')
  .description("the log's key: shows its public half (vkey)")
  .action(later(async () => (await import('./keys.js')).showLogKey));
logKeys
  .command('create')
  .description('make one where there is none')
  .action(later(async () => (await import('./keys.js')).createLogKeyFile));
logKeys
  .command('name')
  .description('say to the database that the log is signed by the key of this home, if it names another by mistake')
  .action(later(async () => (await import('./keys.js')).nameLogKey));
logKeys
  .command('rotate')
  .description('make one that follows the present one; both sign, until --end')
  .option('--end', 'let go of the one that was followed')
  .action(later(async () => (await import('./keys.js')).rotateLogKeys));
keys
  .command('list')
  .description('all keys, without their secrets')
  .action(later(async () => (await import('./keys.js')).listKeys));
keys
  .command('confirm')
  .description('switch on a key that came back from a backup')
  .argument('<name>', 'its name')
  .argument('<created>', 'the day on which it was made (YYYY-MM-DD)')
  .option('--id <id>', 'which of several')
  .action(later(async () => (await import('./keys.js')).confirmKey));
keys
  .command('revoke')
  .description('end a key now')
  .argument('<id>')
  .action(later(async () => (await import('./keys.js')).revokeKey));

const readers = new Set('status backup archive erase export rebuild accept-loss verify'.split(' '));

try {
  // What reads a register makes none: a wrong VITRINE_HOME would be taken for an empty register.
  program.hook('preAction', async (_, command) => {
    const isElsewhere = command.name() === 'verify' && command.args.length > 0;
    if (readers.has(command.name()) && !isElsewhere) (await import('./settings.js')).requireRegister();
  });
  await program.parseAsync();
} catch (error) {
  if (error instanceof Refusal) console.error(`${error.code}: ${error.message}`);
  else if (process.env['VITRINE_DEBUG']) console.error(error);
  else console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}
