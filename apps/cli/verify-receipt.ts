import { readFileSync } from 'node:fs';
import { parseVerifierKey, verifyReceipt } from '#log';

/**
 * Verifies a receipt and its payload offline. Exit code 1: the receipt or payload is not valid; 2: the given payload does not belong to this
 * entry, so it could not be checked.
 */
export function verifyReceiptFile(file: string, options: { key: string; payload?: string }): void {
  const payload = options.payload === undefined ? undefined : readFileSync(options.payload);
  const receipt = verifyReceipt(readFileSync(file), parseVerifierKey(options.key), payload);
  const { index, envelope, checkpoint, payloads, absent } = receipt;
  console.log(`Entry ${index} of ${checkpoint.origin}, proved by its checkpoint of ${checkpoint.size} entries.`);
  console.log(`${envelope.type}, ${envelope.system ?? envelope.organisation}`);
  console.log(`Occurred ${envelope.occurredAt}, recorded ${envelope.recordedAt} by ${envelope.actor.organisation}`);
  for (const { part, body } of payloads) console.log(`Payload (${part}) holds: ${body}`);
  for (const part of absent) console.log(`Not checked     the payload (${part}): none was given, or it was erased.`);
  if (payload === undefined || payloads.length > 0) return;
  console.log(
    `Not checked     ${options.payload} holds no payload of entry ${index}: give the lines of its bundle, from /log/payload/.`,
  );
  process.exitCode = 2;
}
