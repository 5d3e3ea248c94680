import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { exportEventLines, exportEventTable, exportSystemLines, exportSystemTable } from '#exports';
import type { Register } from '#server';
import { withRegister } from './settings.js';

/** Writes current records or the whole history to a file or standard output, in constant memory. */
export function exportTo(
  what: 'systems' | 'events',
  options: { format: 'jsonl' | 'csv'; out?: string },
): Promise<void> {
  return withRegister(async (register) => {
    const head = await register.store.head();
    await register.waitUntilProjected(head, 60_000);
    const text = await open(register, what, options.format, head);
    const sink = options.out === undefined ? process.stdout : createWriteStream(options.out);
    await pipeline(Readable.from(text), sink, { end: sink !== process.stdout });
    console.error(`Log position ${head}.`);
  });
}

async function open(
  register: Register,
  what: 'systems' | 'events',
  format: 'jsonl' | 'csv',
  head: number,
): Promise<AsyncGenerator<string>> {
  if (what === 'events') return (format === 'csv' ? exportEventTable : exportEventLines)(register.store, -1, head);
  return (await (format === 'csv' ? exportSystemTable : exportSystemLines)(register.pool)).text;
}
