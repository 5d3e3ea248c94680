import type { GetStreamMetadataResult, KurrentDBClient } from '@kurrent/kurrentdb-client';
import type { ConditionalLog } from '../ordered-log.js';
import type { LogRecord } from '../postgres/log-copy.js';

const eventType = 'vitrine-event';
/** The server's limit for one append is 1 MiB by default (MaxAppendSize); metadata and framing take some of it. */
const maxBytes = 768 * 1024;

const maxFailures = 3;

/** Errors of the server, or of the connection to it. */
const isOfServer = (error: unknown): error is Error =>
  error instanceof Silence || (error instanceof Error && 'type' in error);

/** SQLSTATE 08006, connection failure: callers see that the store is unavailable. */
const unavailable = (cause: Error) =>
  Object.assign(new Error(`KurrentDB: ${cause.message}`, { cause }), { code: '08006' });

/** No answer in time. */
class Silence extends Error {}

export type KurrentOptions = {
  /** How long to wait for an answer. The client itself waits for ever if a read ends silently. */
  deadlineMilliseconds?: number;
};

/**
 * The log of a register in KurrentDB: one stream, whose revisions are the positions. A record is the envelope, byte for byte; its id is the
 * event's, and the idempotency key is in the metadata. Throws if the client is not installed. Appends and reads throw if an operator has
 * set the stream to forget events.
 */
export async function openKurrent(
  url: string,
  origin: string,
  { deadlineMilliseconds = 5000 }: KurrentOptions = {},
): Promise<ConditionalLog> {
  const kurrent = await loadClient();
  const stream = `vitrine-${origin}`;
  let client: KurrentDBClient | undefined;
  /** Whether the stream is known to keep all events. */
  let keepsAll = false;
  /** Consecutive errors. */
  let failures = 0;

  /** Runs `work` with a timeout. A client that keeps failing, or does not answer, is replaced: it may be stuck on a node that is gone. */
  async function use<T>(what: string, work: (client: KurrentDBClient) => Promise<T>): Promise<T> {
    client ??= kurrent.KurrentDBClient.connectionString(url);
    const own = client;
    const all = async () => {
      if (!keepsAll) refuseForgetful(await own.getStreamMetadata(stream));
      keepsAll = true;
      return work(own);
    };
    try {
      const result = await withDeadline(all(), deadlineMilliseconds, what);
      failures = 0;
      return result;
    } catch (error) {
      const isAnswer =
        error instanceof kurrent.WrongExpectedVersionError || error instanceof kurrent.StreamNotFoundError;
      failures = isAnswer ? 0 : failures + 1;
      if ((failures >= maxFailures || error instanceof Silence) && client === own) {
        client = undefined;
        own.dispose().catch(() => undefined);
      }
      throw isAnswer || !isOfServer(error) ? error : unavailable(error);
    }
  }

  async function readFrom(own: KurrentDBClient, from: number, limit: number): Promise<LogRecord[]> {
    const records: LogRecord[] = [];
    const options = { fromRevision: BigInt(from), maxCount: limit, requiresLeader: true };
    for await (const { event } of own.readStream(stream, options)) {
      if (!event) continue;
      // A stream that has lost its first events (truncated, $maxCount, scavenged) starts at a later revision.
      if (Number(event.revision) !== from + records.length)
        throw new Error(`KurrentDB has no event ${from + records.length} in ${stream}; the next is ${event.revision}.`);
      if (event.type !== eventType)
        throw new Error(
          `Event ${event.revision} of ${stream} is not of this register (${event.type}): somebody else writes there.`,
        );
      const { key } = (event.metadata ?? {}) as { key?: string };
      records.push({ id: event.id, key: key ?? null, leaf: Buffer.from(event.data as Uint8Array).toString() });
    }
    return records;
  }

  return {
    maxBytes,
    async append(at, records) {
      const events = records.map(({ id, key, leaf }) =>
        kurrent.binaryEvent({
          id,
          type: eventType,
          data: Buffer.from(leaf),
          ...(key !== null && { metadata: { key } }),
        }),
      );
      const streamState = at === 0 ? kurrent.NO_STREAM : BigInt(at - 1);
      try {
        const { nextExpectedRevision } = await use('an append', (own) =>
          own.appendToStream(stream, events, { streamState, deadline: deadlineMilliseconds }),
        );
        if (Number(nextExpectedRevision) !== at + records.length - 1)
          throw new Error(`KurrentDB appended at ${nextExpectedRevision}, not up to ${at + records.length - 1}.`);
        return 'done';
      } catch (error) {
        if (error instanceof kurrent.WrongExpectedVersionError) return 'moved';
        throw error;
      }
    },
    async read(from, limit) {
      try {
        return await use('a read', (own) => readFrom(own, from, limit));
      } catch (error) {
        if (error instanceof kurrent.StreamNotFoundError) return [];
        throw error;
      }
    },
    async close() {
      await client?.dispose();
    },
  };
}

type Kurrent = typeof import('@kurrent/kurrentdb-client');

/** The client has native parts, which do not exist for every platform, so it is loaded only when it is used. */
async function loadClient(): Promise<Kurrent> {
  try {
    return await import('@kurrent/kurrentdb-client');
  } catch (error) {
    throw new Error(
      `The client of KurrentDB cannot be loaded (${(error as Error).message.split('\n', 1)[0]}). Install it: npm install @kurrent/kurrentdb-client`,
    );
  }
}

function refuseForgetful({ streamName, metadata = {} }: GetStreamMetadataResult): void {
  const set = (['maxAge', 'maxCount', 'truncateBefore'] as const).filter((name) => metadata[name] !== undefined);
  if (set.length > 0)
    throw new Error(
      `The stream ${streamName} is set to forget events (${set.join(', ')}): a register's log must keep all.`,
    );
}

function withDeadline<T>(work: Promise<T>, milliseconds: number, what: string): Promise<T> {
  let timer: NodeJS.Timeout;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Silence(`it has not answered ${what} in ${milliseconds} ms.`)), milliseconds);
  });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}
