import type { LogState } from '#log';
import { describeLoss } from './loss-file.js';
import { describeOdd } from './odd-rows.js';
import type { Register } from './register.js';
import { describeUnsafe, type Seen } from './watch.js';

/** A problem. `stops`: a load balancer should send no requests here until it is solved. */
export type Trouble = { code: TroubleCode; message: string; stops: boolean };

export type TroubleCode =
  | 'unavailable'
  | 'stopping'
  | 'events-lost'
  | 'log-refused'
  | 'log-waits'
  | 'read-only'
  | 'cannot-write'
  | 'behind'
  | 'read-models-differ'
  | 'clock-wrong'
  | 'event-set-aside'
  | 'listener-lost'
  | 'erasure-waits'
  | 'dumps-wait'
  | 'not-durable'
  | 'history-broken';

/** `status`: "ok", or the code of the first trouble that stops. `head`: the log's last position; `position`: that of the read models. */
export type Health = {
  status: 'ok' | TroubleCode;
  reason?: string;
  head?: number;
  position?: number;
  signed?: number | undefined;
  troubles: { code: TroubleCode; message: string }[];
};

/** If the read models are more events than this behind the log, readers would get outdated answers. */
const maxLag = 10_000;
/** How long events may wait while nothing moves, in milliseconds. */
const maxStandstill = 10_000;
const maxLogStandstill = 20_000;
const maxClockDifference = 60_000;

export async function checkHealth(register: Register): Promise<Health> {
  const seen = await register.watch.look();
  const troubles = findTroubles(register, seen);
  const stopping = troubles.find(({ stops }) => stops);
  return {
    status: stopping?.code ?? 'ok',
    ...(stopping && { reason: stopping.message }),
    ...(seen && { head: seen.head?.position ?? -1, position: seen.position, signed: seen.signed }),
    troubles: troubles.map(({ code, message }) => ({ code, message })),
  };
}

function findTroubles({ isDraining, loss, gaps, state, store }: Register, seen: Seen | undefined): Trouble[] {
  const { log: logState, oddRows, waiting } = state;
  const stops = (code: TroubleCode, message: string): Trouble => ({ code, message, stops: true });
  const warns = (code: TroubleCode, message: string): Trouble => ({ code, message, stops: false });
  return [
    !seen && stops('unavailable', 'The database does not answer.'),
    isDraining && stops('stopping', 'The register is about to stop.'),
    loss && stops('events-lost', describeLoss(loss)),
    logState.refuses && stops('log-refused', describeRefusal(logState)),
    seen?.isReadOnly && stops('read-only', 'The database takes no changes: it is a standby, or set to read only.'),
    seen?.writeTrouble !== undefined && stops('cannot-write', describeNotWritten(seen.writeTrouble)),
    seen && !logState.refuses && isLogWaiting(seen, logState) && stops('log-waits', describeWaitingLog(seen, logState)),
    oddRows.length > 0 && stops('read-models-differ', describeOdd(oddRows)),
    seen && isBehind(seen) && stops('behind', describeBehind(seen, waiting.readModels)),
    seen && Math.abs(seen.clockAhead) > maxClockDifference && stops('clock-wrong', describeClock(seen.clockAhead)),
    seen && seen.setAside.count > 0 && warns('event-set-aside', describeSetAside(seen.setAside)),
    seen && !store.isListening() && warns('listener-lost', 'What other processes write is seen a second late.'),
    waiting.erasure !== undefined &&
      warns('erasure-waits', `What was erased is in the files of the database still: ${waiting.erasure}`),
    waiting.dumps !== undefined && warns('dumps-wait', `The dumps are not built: ${waiting.dumps}`),
    seen && seen.unsafe.length > 0 && warns('not-durable', describeUnsafe(seen.unsafe)),
    gaps.length > 0 && warns('history-broken', describeGaps(gaps)),
  ].filter((trouble) => trouble !== false && trouble !== undefined);
}

const isBehind = ({ head, position, standsStill }: Seen) =>
  (head?.position ?? -1) - position > maxLag || standsStill > maxStandstill;

function describeBehind({ head, position, standsStill }: Seen, error: string | undefined): string {
  const still = standsStill > maxStandstill ? `, and have not moved for ${Math.round(standsStill / 1000)} s` : '';
  return `The read models are at event ${position} of ${head?.position ?? -1}${still}: readers are told old news.${error ? ` ${error}` : ''}`;
}

/** Whether the log stands still for longer than a batch may take, or reports that it cannot go on. */
const isLogWaiting = ({ logStandsStill, head, signed }: Seen, { trouble }: LogState) =>
  logStandsStill > maxLogStandstill || (trouble !== undefined && (signed ?? 0) <= (head?.position ?? -1));

function describeWaitingLog({ head, signed, logStandsStill }: Seen, { trouble }: LogState): string {
  const still = logStandsStill > maxStandstill ? `, and has not grown for ${Math.round(logStandsStill / 1000)} s` : '';
  return `The log has ${signed ?? 0} of ${(head?.position ?? -1) + 1} events${still}: the newest cannot be verified yet.${trouble ? ` ${trouble}` : ''}`;
}

const describeNotWritten = (trouble: string) =>
  `Nothing can be recorded: ${trouble.replace(/^error: /, '')}. What was recorded before can be read.`;

function describeSetAside({ count, first }: Seen['setAside']): string {
  return `${count === 1 ? 'An event' : `${count} events`} could not be taken into the read models; records say so, the log has ${count === 1 ? 'it' : 'them'}. The first: ${first}`;
}

const describeRefusal = ({ trouble }: LogState) =>
  `The log signs nothing: ${trouble} See libs/log/README.md, "When the log refuses".`;

function describeClock(ahead: number): string {
  const by = Math.round(Math.abs(ahead) / 1000);
  return `The clock of this process is ${by} s ${ahead > 0 ? 'ahead of' : 'behind'} the database's. Set both right; until then times of recording are refused or not true.`;
}

function describeGaps(gaps: string[]): string {
  return `Events are missing in the history of ${gaps.slice(0, 3).join(', ')}${gaps.length > 3 ? ' and others' : ''}: a release before 0.2 wrote on after a failover. It stays so, and vitrine verify will always name it.`;
}
