import { readFileSync } from 'node:fs';
import { parseJson } from '#commands';
import {
  type Decision,
  isDecision,
  LogError,
  parseVerifierKey,
  type Statement,
  type VerifiedStreams,
  verifyDecision,
  verifyStatement,
} from '#log';

/** Verifies a statement about a duty, or a decision receipt, offline, and says which part of it the tree proves and which is the word of the city. */
export function verifyStatementFile(file: string, options: { key: string }): void {
  const given = parseJson(readFileSync(file), file) as Statement | Decision | null;
  if (typeof given?.note !== 'string' || !Array.isArray(given.events))
    throw new LogError('STATEMENT_MALFORMED', `${file} is neither a statement about a duty nor a decision receipt.`);
  const key = parseVerifierKey(options.key);
  if ('record' in given && isDecision(given.note)) {
    const { on, record, duties, ...streams } = verifyDecision(given, key);
    tellProved(streams);
    console.log(`                that on ${on} the record of ${record.id} was the one that is given here,`);
    console.log(`                and what the duties came to:`);
    for (const { duty, version, status, since, days } of duties)
      console.log(`                  ${duty}, version ${version}: ${status}, for ${days} days, since ${since}`);
    console.log(JSON.stringify(record, null, 2));
    return;
  }
  const { duty, version, on, status, since, days, ...streams } = verifyStatement(given as Statement, key);
  tellProved(streams);
  console.log(
    `                and that by duty ${duty}, version ${version}, on ${on}: ${status}, for ${days} days, since ${since}.`,
  );
}

function tellProved({ checkpoint, streams, entries }: VerifiedStreams): void {
  for (const { name, events } of streams)
    console.log(`Proved          ${events} ${events === 1 ? 'event' : 'events'} of ${name}: in ${checkpoint.origin}`);
  console.log(
    `                by its checkpoint of ${checkpoint.size} entries, each with the content that is given here.`,
  );
  const absent = entries.reduce((sum, entry) => sum + entry.absent.length, 0);
  if (absent > 0)
    console.log(`Not checked     ${absent} contents, which are not given here: they may have been erased.`);
  console.log('Signed word     that these streams have no other events in that state of the log,');
}
