import { readFileSync } from 'node:fs';
import { parseVerifierKey, type Statement, verifyStatement } from '#log';

/** Verifies a statement about a duty offline, and says which part of it the tree proves and which is the word of the city. */
export function verifyStatementFile(file: string, options: { key: string }): void {
  const statement = verifyStatement(JSON.parse(readFileSync(file, 'utf8')) as Statement, parseVerifierKey(options.key));
  const { duty, version, on, status, since, days, checkpoint, streams } = statement;
  for (const { name, events } of streams)
    console.log(`Proved          ${events} ${events === 1 ? 'event' : 'events'} of ${name}: in ${checkpoint.origin}`);
  console.log(
    `                by its checkpoint of ${checkpoint.size} entries, each with the content that is given here.`,
  );
  console.log('Signed word     that these streams have no other events in that state of the log,');
  console.log(
    `                and that by duty ${duty}, version ${version}, on ${on}: ${status}, for ${days} days, since ${since}.`,
  );
}
