import type { RecordedEvent } from '#event-store';
import { toMessage } from './message.js';
import { isLastAttempt, nextRound, planRound, type Schedule, type Tried } from './plan.js';
import { type Reach, type Sent, send } from './send.js';
import { signedHeaders } from './sign.js';
import { type Webhook, type Webhooks, wants } from './webhooks.js';

/** The log is read in windows of this many events, from the first that is not delivered on. */
const window = 1000;
const mostWindows = 20;
const subjectsAtOnce = 8;
/** After this time a round starts no further delivery: others wait for its place. */
const roundMilliseconds = 5000;
/** A receiver counts as down after this many failures in a round without any success. */
const failuresUntilDown = 3;

export type Post = { webhooks: Webhooks; base: string; reach: Reach; schedule: Schedule };

/**
 * Sends a receiver the new events up to a position: those of a subject one after the other, several subjects at once. Deliveries are logged, so
 * that after a crash only what was in progress is sent again. Returns whether there was any progress.
 */
export async function deliver(
  post: Post,
  webhook: Webhook,
  readAll: ReadAll,
  upTo: number,
  signal: AbortSignal,
): Promise<boolean> {
  const tried = await post.webhooks.readTried(webhook);
  const { wanted, due, end } = await findDue(post, webhook, readAll, upTo, tried);
  let [successes, failures] = [0, 0];
  const until = Date.now() + roundMilliseconds;
  const isOver = () => signal.aborted || Date.now() > until || (successes === 0 && failures >= failuresUntilDown);
  const tell = async ({ events }: (typeof due)[number]) => {
    for (const event of events) {
      if (isOver()) return;
      const before = tried.get(event.position)?.attempts ?? 0;
      const sent = await deliverOne(post, webhook, event, before, signal);
      if (!sent) return;
      tried.set(event.position, { attempts: before + 1, isDone: sent.isDone, last: Date.now() });
      if (sent.isDelivered) successes++;
      else failures++;
      if (!sent.isDone) return;
    }
  };
  const queue = [...due];
  await Promise.all(
    Array.from({ length: subjectsAtOnce }, async () => {
      for (let next = queue.shift(); next; next = queue.shift()) await tell(next);
    }),
  );
  const open = wanted.find(({ position }) => !tried.get(position)?.isDone);
  const position = open ? open.position - 1 : end;
  if (successes + failures > 0 || position > webhook.position)
    await post.webhooks.endRound(webhook, { position, ...endOf(post.schedule, webhook, successes, failures) });
  return successes > 0 || position > webhook.position;
}

type ReadAll = (after: number, limit: number) => Promise<RecordedEvent[]>;
type Wanted = RecordedEvent & { subject: string };

/** Reads the log until there is something to send. A subject that waits for a retry holds up no other. */
async function findDue(post: Post, webhook: Webhook, readAll: ReadAll, upTo: number, tried: Map<number, Tried>) {
  const wanted: Wanted[] = [];
  const isFailing = webhook.failingSince !== null;
  for (let [end, windows] = [webhook.position, 0]; ; windows++) {
    const read = (await readAll(end, window)).filter(({ position }) => position <= upTo);
    for (const event of read)
      if (wants(webhook, event))
        wanted.push({ ...event, subject: event.envelope.system ?? event.envelope.organisation });
    end = read.at(-1)?.position ?? end;
    const due = planRound(wanted, tried, post.schedule, Date.now(), isFailing);
    if (due.length > 0 || read.length < window || windows === mostWindows) return { wanted, due, end };
  }
}

/**
 * How a round ends. A receiver that accepts nothing is paused once it counts as down, and disabled in the end. If nothing was tried, everything
 * stays as it was.
 */
function endOf(schedule: Schedule, webhook: Webhook, successes: number, failures: number) {
  const now = Date.now();
  const { attempts: before, nextAttempt, failingSince: since } = webhook;
  if (successes > 0) return { attempts: 0, nextAttempt: new Date(now), failingSince: null };
  if (failures === 0) return { attempts: before, nextAttempt, failingSince: since };
  const failingSince = since ?? new Date(now);
  const attempts = before > 0 || failures >= failuresUntilDown ? before + 1 : 0;
  const isOver = now - failingSince.getTime() > schedule.disableAfter;
  return {
    attempts,
    failingSince,
    nextAttempt: new Date(attempts > 0 ? nextRound(schedule, attempts, now) : now),
    disabled: isOver ? `Nothing could be delivered since ${failingSince.toISOString()}.` : undefined,
  };
}

/** Sends one event once, and logs it; undefined if it was stopped meanwhile. An event that is given up also counts as done. */
export async function deliverOne(
  { webhooks, base, reach, schedule }: Post,
  webhook: Webhook,
  event: RecordedEvent,
  attemptsBefore: number,
  signal: AbortSignal,
): Promise<(Sent & { isDone: boolean }) | undefined> {
  const begun = Date.now();
  const body = toMessage(event, base);
  const headers = {
    'content-type': 'application/cloudevents+json; charset=utf-8',
    'user-agent': 'Vitrine',
    ...signedHeaders(webhook, event.envelope.id, begun, body),
  };
  const sent = await send(webhook.url, headers, body, reach, signal);
  if (signal.aborted && !sent.isDelivered) return undefined;
  const wasDown = webhook.attempts > 0;
  // An event is given up only if the receiver accepts others.
  const isGivenUp = !sent.isDelivered && webhook.failingSince === null && isLastAttempt(schedule, attemptsBefore);
  await webhooks.log(webhook.id, event, {
    outcome: sent.isDelivered ? 'delivered' : isGivenUp ? 'given-up' : wasDown ? 'down' : 'failed',
    status: sent.status ?? null,
    detail: sent.detail || null,
    milliseconds: Date.now() - begun,
  });
  return { ...sent, isDone: sent.isDelivered || isGivenUp };
}
