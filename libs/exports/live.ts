import type { Readable } from 'node:stream';
import type { Pool, PoolClient } from 'pg';
import { foldOrganisations, type Reached, readReached, readRecordPage } from '#projections';
import { toCsv } from './csv.js';
import { copyCsv, copyLines, inSnapshot } from './snapshot.js';
import { toCells } from './tables/column.js';
import { eventSelect, eventTable, linesWithin, type Positions, positions } from './tables/events.js';
import { systemRows, systemTable } from './tables/systems.js';
import { namesOf } from './tables/tables.js';

export type LiveName = 'systems.jsonl' | 'systems.csv' | 'events.jsonl' | 'events.csv';

const eventsAtOnce = 100;
const systemsAtOnce = 200;

/**
 * Open data that is generated while it is read, as of one log position: the same position gives the same bytes. Each page is read in a short
 * transaction of its own, so even a very slow reader holds no connection, no lock and nothing that was erased.
 */
export async function openLive(
  pool: Pool,
  name: LiveName,
): Promise<{ at: number; pages: AsyncGenerator<string | Buffer> }> {
  const reached = await readReached(pool);
  return { at: reached.position, pages: makers[name](pool, reached) };
}

const makers: { [name in LiveName]: (pool: Pool, reached: Reached) => AsyncGenerator<string | Buffer> } = {
  async *'systems.jsonl'(pool, reached) {
    for await (const page of recordPages(pool, reached)) yield page.map(({ record }) => `${record}\n`).join('');
  },
  async *'systems.csv'(pool, reached) {
    yield toCsv([systemTable.map(({ name }) => name)]);
    const names = namesOf(await inSnapshot(pool, (client) => foldOrganisations(client, reached.sequence)));
    for await (const page of recordPages(pool, reached))
      yield toCsv(page.flatMap((record) => systemRows(record, names)).map((row) => toCells(systemTable, row)));
  },
  'events.jsonl': (pool, { position: at }) =>
    eventPages(pool, at, (client, within) => copyLines(client, linesWithin(within))),
  async *'events.csv'(pool, { position: at }) {
    yield toCsv([eventTable.map(({ name }) => name)]);
    yield* eventPages(pool, at, (client, within) => copyCsv(client, eventSelect(within), false));
  },
};

async function* recordPages(pool: Pool, { sequence }: Reached) {
  for (let last = ''; ; ) {
    const page = await inSnapshot(pool, (client) => readRecordPage(client, sequence, last, systemsAtOnce));
    if (page.records.length > 0) yield page.records;
    if (page.last === undefined) return;
    last = page.last;
  }
}

async function* eventPages(
  pool: Pool,
  at: number,
  read: (client: PoolClient, within: Positions) => Readable,
): AsyncGenerator<Buffer> {
  for (let after = -1; after < at; after += eventsAtOnce)
    yield await inSnapshot(pool, (client) =>
      collect(read(client, positions(after, Math.min(at, after + eventsAtOnce)))),
    );
}

async function collect(stream: Readable): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
