import type { SystemRecord } from '#projections';
import type { Snapshot } from '../snapshot.js';
import { eventRows, eventTable } from '../tables/events.js';
import { systemRecords } from '../tables/systems.js';
import { organisationRecords } from '../tables/tables.js';
import type { Node } from './graph.js';
import { type EventRow, eventNode, type Iris, organisationNode, systemNode } from './resources.js';

/** All organisations of a snapshot as linked data. */
async function* organisations(snapshot: Snapshot, iris: Iris): AsyncGenerator<Node[]> {
  yield (await organisationRecords(snapshot)).map((organisation) => organisationNode(organisation, iris));
}

/** All systems, a page at a time. */
async function* systems(snapshot: Snapshot, iris: Iris): AsyncGenerator<Node[]> {
  for await (const page of systemRecords(snapshot))
    yield page.map(({ record }) => systemNode(JSON.parse(record) as SystemRecord, iris));
}

/** All events, a page at a time. */
async function* events(snapshot: Snapshot, iris: Iris): AsyncGenerator<Node[]> {
  for await (const page of eventRows(snapshot))
    yield page.map((cells) =>
      eventNode(Object.fromEntries(eventTable.map(({ name }, i) => [name, cells[i]])) as unknown as EventRow, iris),
    );
}

/** The rows of each table as linked data. */
export const nodesOfTable = { organisations, systems, events };
