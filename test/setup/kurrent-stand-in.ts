import { createRequire } from 'node:module';
import * as grpc from '@grpc/grpc-js';

// The generated protocol definitions that the client itself uses.
const require = createRequire(import.meta.url);
const generated = '@kurrent/kurrentdb-client/generated/kurrentdb/protocols/v1';
// biome-ignore lint/suspicious/noExplicitAny: generated code, without types for a server.
const load = (name: string): any => require(`${generated}/${name}`);
const streams = load('streams_pb.js');
const shared = load('shared_pb.js');
const features = load('serverfeatures_pb.js');
const { StreamsService } = load('streams_grpc_pb.js');
const { ServerFeaturesService } = load('serverfeatures_grpc_pb.js');

type StoredRecord = { id: string; type: string; contentType: string; metadata: Buffer; data: Buffer };

/** What goes wrong with the next call of a kind. */
export type Fault =
  | 'unavailable before' // nothing is done, UNAVAILABLE
  | 'unavailable after' // it is done, UNAVAILABLE
  | 'not leader' // nothing is done
  | 'silent' // nothing is ever answered; an append is done
  | 'cut'; // a read gives half of what there is and then an error

export type StandIn = {
  url: string;
  streams: Map<string, StoredRecord[]>;
  /** Faults for the next appends and reads, in order; undefined: none. */
  appendFaults: (Fault | undefined)[];
  readFaults: (Fault | undefined)[];
  /** Chooses a fault for a call when none are queued. */
  chance?: (call: 'append' | 'read') => Fault | undefined;
  /** How many calls met a fault. */
  met: number;
  /** The port that a node that is not the leader gives for the leader. */
  leaderPort: number;
  stop(): void;
};

const nameOf = (identifier: { getStreamName_asU8(): Uint8Array }) =>
  Buffer.from(identifier.getStreamName_asU8()).toString();
const leaderIsAt = (port: number) => {
  const metadata = new grpc.Metadata();
  metadata.set('exception', 'not-leader');
  metadata.set('leader-endpoint-host', '127.0.0.1');
  metadata.set('leader-endpoint-port', String(port));
  return { code: grpc.status.NOT_FOUND, details: 'Leader info available', metadata };
};
const unavailable = { code: grpc.status.UNAVAILABLE, details: 'Stand-in: unavailable' };

/**
 * The part of KurrentDB that the event store uses, in memory, with the client's own protobuf definitions: append at an expected revision, singly
 * and in batches, and read a stream forwards and backwards. `batches` false: a server from before 21.10, without batchAppend.
 */
export async function startStandIn({ batches = true } = {}): Promise<StandIn> {
  const stored = new Map<string, StoredRecord[]>();
  const standIn: StandIn = {
    url: '',
    streams: stored,
    appendFaults: [],
    readFaults: [],
    met: 0,
    leaderPort: 0,
    stop: () => server.forceShutdown(),
  };
  const nextFault = (call: 'append' | 'read') => {
    const faults = call === 'append' ? standIn.appendFaults : standIn.readFaults;
    const fault = faults.length > 0 ? faults.shift() : standIn.chance?.(call);
    if (fault) standIn.met++;
    return fault;
  };

  /**
   * Appends records and returns the revision of the last one; undefined if the stream is not at the expected revision. Repeating an append with
   * the same ids has no effect and gives the same result.
   */
  function append(stream: string, expected: number | 'any', records: StoredRecord[]): number | undefined {
    const own = stored.get(stream) ?? [];
    if (expected !== 'any' && own.length !== expected + 1) {
      const there = own.slice(expected + 1, expected + 1 + records.length);
      const isSame = there.length === records.length && there.every(({ id }, i) => id === records[i]!.id);
      return isSame ? expected + records.length : undefined;
    }
    stored.set(stream, [...own, ...records]);
    return own.length + records.length - 1;
  }
  const end = (stream: string) => (stored.get(stream)?.length ?? 0) - 1;

  const server = new grpc.Server({ 'grpc.max_receive_message_length': -1 });
  server.addService(ServerFeaturesService, {
    getSupportedMethods(_: unknown, answer: grpc.sendUnaryData<unknown>) {
      const supported = new features.SupportedMethods();
      supported.setEventStoreServerVersion('24.10.0');
      for (const name of ['read', 'append', ...(batches ? ['batchappend'] : [])]) {
        const method = new features.SupportedMethod();
        method.setServiceName('event_store.client.streams.streams');
        method.setMethodName(name);
        supported.addMethods(method);
      }
      answer(null, supported);
    },
  });
  server.addService(StreamsService, {
    // biome-ignore lint/suspicious/noExplicitAny: as above.
    append(call: any, answer: grpc.sendUnaryData<unknown>) {
      let stream = '';
      let expected: number | 'any' = 'any';
      const records: StoredRecord[] = [];
      // biome-ignore lint/suspicious/noExplicitAny: as above.
      call.on('data', (request: any) => {
        if (request.hasOptions()) {
          const options = request.getOptions();
          stream = nameOf(options.getStreamIdentifier());
          expected = options.hasRevision() ? Number(options.getRevision()) : options.hasNoStream() ? -1 : 'any';
        } else records.push(toRecord(request.getProposedMessage()));
      });
      call.on('end', () => {
        const fault = nextFault('append');
        if (fault === 'unavailable before') return answer(unavailable);
        if (fault === 'not leader') return answer(leaderIsAt(standIn.leaderPort));
        const revision = append(stream, expected, records);
        if (fault === 'silent') return undefined;
        if (fault) return answer(unavailable);
        const response = new streams.AppendResp();
        if (revision === undefined) {
          const wrong = new streams.AppendResp.WrongExpectedVersion();
          wrong.setCurrentRevision(String(end(stream)));
          response.setWrongExpectedVersion(wrong);
        } else {
          const success = new streams.AppendResp.Success();
          success.setCurrentRevision(String(revision));
          response.setSuccess(success);
        }
        return answer(null, response);
      });
    },
    // biome-ignore lint/suspicious/noExplicitAny: as above.
    batchAppend(call: any) {
      const pending = new Map<string, { stream: string; expected: number | 'any'; records: StoredRecord[] }>();
      call.on('error', () => undefined);
      call.on('end', () => call.end());
      // biome-ignore lint/suspicious/noExplicitAny: as above.
      call.on('data', (request: any) => {
        const id = request.getCorrelationId().getString() || JSON.stringify(request.getCorrelationId().toObject());
        if (request.hasOptions()) {
          const options = request.getOptions();
          const expected = options.hasStreamPosition()
            ? Number(options.getStreamPosition())
            : options.hasNoStream()
              ? -1
              : 'any';
          pending.set(id, { stream: nameOf(options.getStreamIdentifier()), expected, records: [] });
        }
        const own = pending.get(id)!;
        own.records.push(...request.getProposedMessagesList().map(toRecord));
        if (!request.getIsFinal()) return;
        pending.delete(id);
        const fault = nextFault('append');
        if (fault === 'unavailable before') return call.emit('error', unavailable);
        if (fault === 'not leader') return call.emit('error', leaderIsAt(standIn.leaderPort));
        const revision = append(own.stream, own.expected, own.records);
        if (fault === 'silent') return;
        if (fault) return call.emit('error', unavailable);
        const response = new streams.BatchAppendResp();
        response.setCorrelationId(request.getCorrelationId());
        const identifier = new shared.StreamIdentifier();
        identifier.setStreamName(Buffer.from(own.stream));
        response.setStreamIdentifier(identifier);
        if (revision === undefined) response.setError(wrongVersion(end(own.stream), own.expected));
        else {
          const success = new streams.BatchAppendResp.Success();
          success.setCurrentRevision(String(revision));
          response.setSuccess(success);
        }
        call.write(response);
      });
    },
    // biome-ignore lint/suspicious/noExplicitAny: as above.
    read(call: any) {
      const fault = nextFault('read');
      if (fault === 'unavailable before' || fault === 'unavailable after') return call.emit('error', unavailable);
      if (fault === 'not leader') return call.emit('error', leaderIsAt(standIn.leaderPort));
      const options = call.request.getOptions();
      const wanted = options.getStream();
      const name = nameOf(wanted.getStreamIdentifier());
      const records = stored.get(name);
      if (!records) {
        const missing = new streams.ReadResp.StreamNotFound();
        missing.setStreamIdentifier(wanted.getStreamIdentifier());
        const response = new streams.ReadResp();
        response.setStreamNotFound(missing);
        call.write(response);
        return call.end();
      }
      const isBackwards = options.getReadDirection() === streams.ReadReq.Options.ReadDirection.BACKWARDS;
      const from = wanted.hasRevision() ? Number(wanted.getRevision()) : isBackwards ? records.length - 1 : 0;
      const count = Math.min(Number(options.getCount()), records.length);
      const revisions = isBackwards
        ? Array.from({ length: Math.min(count, from + 1) }, (_, i) => from - i)
        : Array.from({ length: Math.max(0, Math.min(count, records.length - from)) }, (_, i) => from + i);
      const given = fault ? revisions.slice(0, Math.ceil(revisions.length / 2)) : revisions;
      for (const revision of given) call.write(toResponse(name, revision, records[revision]!));
      if (fault === 'silent') return undefined;
      if (fault) return call.emit('error', unavailable);
      return call.end();
    },
  });
  const port = await new Promise<number>((resolve, reject) =>
    server.bindAsync('127.0.0.1:0', grpc.ServerCredentials.createInsecure(), (error, bound) =>
      error ? reject(error) : resolve(bound),
    ),
  );
  standIn.leaderPort = port;
  standIn.url = `kurrentdb://127.0.0.1:${port}?tls=false`;
  return standIn;
}

// biome-ignore lint/suspicious/noExplicitAny: as above.
function toRecord(message: any): StoredRecord {
  const metadata = message.getMetadataMap();
  return {
    id: message.getId().getString() || uuidOf(message.getId().getStructured()),
    type: metadata.get('type'),
    contentType: metadata.get('content-type'),
    metadata: Buffer.from(message.getCustomMetadata_asU8()),
    data: Buffer.from(message.getData_asU8()),
  };
}

function uuidOf(structured: { getMostSignificantBits(): string; getLeastSignificantBits(): string }): string {
  const hex = [structured.getMostSignificantBits(), structured.getLeastSignificantBits()]
    .map((bits) => BigInt.asUintN(64, BigInt(bits)).toString(16).padStart(16, '0'))
    .join('');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

function toResponse(stream: string, revision: number, { id, type, contentType, metadata, data }: StoredRecord) {
  const event = new streams.ReadResp.ReadEvent.RecordedEvent();
  const uuid = new shared.UUID();
  uuid.setString(id);
  const identifier = new shared.StreamIdentifier();
  identifier.setStreamName(Buffer.from(stream));
  event.setId(uuid);
  event.setStreamIdentifier(identifier);
  event.setStreamRevision(String(revision));
  event.setPreparePosition(String(revision));
  event.setCommitPosition(String(revision));
  event.getMetadataMap().set('type', type);
  event.getMetadataMap().set('content-type', contentType);
  event.getMetadataMap().set('created', '17000000000000000');
  event.setCustomMetadata(metadata);
  event.setData(data);
  const read = new streams.ReadResp.ReadEvent();
  read.setEvent(event);
  read.setNoPosition(new shared.Empty());
  const response = new streams.ReadResp();
  response.setEvent(read);
  return response;
}

function wrongVersion(current: number, expected: number | 'any') {
  const { Any } = require('google-protobuf/google/protobuf/any_pb.js');
  const { Status } = load('status_pb.js');
  const { Code } = load('code_pb.js');
  const wrong = new shared.WrongExpectedVersion();
  if (current >= 0) wrong.setCurrentStreamRevision(String(current));
  else wrong.setCurrentNoStream(new shared.Empty());
  if (expected === 'any') wrong.setExpectedAny(new shared.Empty());
  else if (expected < 0) wrong.setExpectedNoStream(new shared.Empty());
  else wrong.setExpectedStreamPosition(String(expected));
  const details = new Any();
  details.pack(wrong.serializeBinary(), 'event_store.client.WrongExpectedVersion');
  const status = new Status();
  status.setCode(Code.FAILED_PRECONDITION ?? 9);
  status.setMessage('WrongExpectedVersion');
  status.setDetails(details);
  return status;
}
