import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command, Option } from 'commander';
import { codelists, Refusal, roles } from '#domain';
import { projectRoot } from '#event-store';
import { backup } from './backup.js';
import { erase } from './erase.js';
import { exportTo } from './export.js';
import { importFiles, importKinds } from './import/run.js';
import { createKey, createLogKeyFile, listKeys, revokeKey, rotateLogKeys, showLogKey } from './keys.js';
import { rebuildReadModels } from './rebuild.js';
import { recordFile } from './record.js';
import { restore } from './restore.js';
import { showStatus } from './status.js';
import { up } from './up.js';
import { verify } from './verify.js';
import { verifyReceiptFile } from './verify-receipt.js';

const { version } = JSON.parse(readFileSync(join(projectRoot, 'package.json'), 'utf8')) as { version: string };
const program = new Command('vitrine')
  .description('The public register of the AI systems that a city uses.')
  .version(version);

program.command('up').description('run the register until Ctrl-C').action(up);

program
  .command('import')
  .description('take over records from files: a dry run first, then all or nothing for each file')
  .addArgument(program.createArgument('<kind>', 'what the files are').choices([...importKinds]))
  .argument('<files...>', 'the files')
  .option('--map <file>', 'column map (for csv)')
  .option('--dry-run', 'say what would be recorded, record nothing')
  .option('--keep-going', 'record what can be recorded, report the rest')
  .option('--report <file>', 'write the report as CSV')
  .option('--on <date>', 'date on which new records count (nl-standard, csv); default: today')
  .option('--organisation <name>', 'organisation of records that name none (nl-standard, csv)')
  .action(importFiles);

program
  .command('export')
  .description('write open data: current records or the whole history')
  .addArgument(program.createArgument('<what>').choices(['systems', 'events']))
  .addOption(new Option('--format <format>').choices(['jsonl', 'csv']).default('jsonl'))
  .option('--out <file>', 'default: standard output')
  .action(exportTo);

program.command('rebuild').description('build all read models anew, beside the live ones').action(rebuildReadModels);
program.command('status').description('what the register holds and how it is').action(showStatus);
program
  .command('record')
  .description('record a command, or a list of commands, from a JSON file')
  .argument('<file>')
  .option('--atomic', 'all or none')
  .action(recordFile);

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
  .action(erase);

program
  .command('backup')
  .description('back up the register into a folder, beside the running register; again into the same one: what is new')
  .argument('<folder>')
  .option('--keys <folder>', "copy the log's keys there; keep them apart from the backup")
  .action(backup);
program
  .command('restore')
  .description('restore the register from a backup or any copy of its log; ends with a full verification')
  .argument('<from>', 'folder of a backup; or folder or URL of a copy of the log')
  .option('--rest-from <place>', 'folder or URL of a mirror or peer that has what is newer than the backup')
  .option('--keys <folder>', "where the log's keys are")
  .option('--key <vkey>', "the log's public key, to verify with where its keys are not at hand")
  .option('--nothing-newer', 'nothing newer than this was ever published: for a machine that cannot know')
  .action(restore);

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
  .action(verify);

program
  .command('verify-receipt')
  .description('check a receipt of an event offline: exit code 0 if it holds')
  .argument('<file>', 'the receipt, from /log/proof/N.tlog-proof')
  .requiredOption('--key <vkey>', "the log's public key")
  .option('--payload <file>', 'what the event carries: lines from /log/payload/')
  .action(verifyReceiptFile);

const keys = program.command('keys').description('API keys');
keys
  .command('create')
  .description('make a key; it is shown once')
  .requiredOption('--name <name>', 'whose or what it is for')
  .addOption(new Option('--role <role>').choices([...roles]).makeOptionMandatory())
  .option('--organisation <urn>', 'default: the operator of the register')
  .option('--expires <date>', 'last day (YYYY-MM-DD)')
  .action(createKey);
const logKeys = keys.command('log').description("the log's key: shows its public half (vkey)").action(showLogKey);
logKeys.command('create').description('make one where there is none').action(createLogKeyFile);
logKeys
  .command('rotate')
  .description('make one that follows the present one; both sign, until --end')
  .option('--end', 'let go of the one that was followed')
  .action(rotateLogKeys);
keys.command('list').description('all keys, without their secrets').action(listKeys);
keys.command('revoke').description('end a key now').argument('<id>').action(revokeKey);

try {
  await program.parseAsync();
} catch (error) {
  if (error instanceof Refusal) console.error(`${error.code}: ${error.message}`);
  else if (process.env['VITRINE_DEBUG']) console.error(error);
  else console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}
