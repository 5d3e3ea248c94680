import type { RecordedEvent } from '#event-store';
import { toMessage } from './message.js';
import { isLastAttempt, nextRound, planRound, type Schedule } from './plan.js';
import { type Reach, type Sent, send } from './send.js';
import { signedHeaders } from './sign.js';
import { type Webhook, type Webhooks, wants } from './webhooks.js';

/** So many events ahead of the first that is not delivered are looked at. */
const window = 1000;
const subjectsAtOnce = 8;
/** So many failures in a row without any success, and the receiver counts as down. */
const failuresUntilDown = 3;

export type Post = { webhooks: Webhooks; base: string; reach: Reach; schedule: Schedule };

/**
 * Tells a receiver what is new up to a position: the events of each subject one after the other, several subjects at once. What is
 * delivered is in the log of deliveries, so that it is not sent again after a crash, but for what was under way. Returns whether it went on.
 */
export async function deliver(
  post: Post,
  webhook: Webhook,
  readAll: (after: number, limit: number) => Promise<RecordedEvent[]>,
  upTo: number,
  signal: AbortSignal,
): Promise<boolean> {
  const read = (await readAll(webhook.position, window)).filter(({ position }) => position <= upTo);
  const wanted = read
    .filter((event) => wants(webhook, event))
    .map((event) => ({ ...event, subject: event.envelope.system ?? event.envelope.organisation }));
  const tried = await post.webhooks.readTried(webhook);
  const due = planRound(wanted, tried, post.schedule, Date.now(), webhook.attempts > 0);
  let [successes, failures] = [0, 0];
  const isDown = () => successes === 0 && failures >= failuresUntilDown;
  const tell = async ({ events }: (typeof due)[number]) => {
    for (const event of events) {
      if (signal.aborted || isDown()) return;
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
  const position = open ? open.position - 1 : (read.at(-1)?.position ?? webhook.position);
  await post.webhooks.endRound(webhook, { position, ...endOf(post.schedule, webhook, successes, failures) });
  return successes > 0 || position > webhook.position;
}

/** When nothing of a round came through, the whole receiver is left alone for a while, and at last for good. */
function endOf(schedule: Schedule, webhook: Webhook, successes: number, failures: number) {
  const now = Date.now();
  if (failures === 0 || successes > 0) return { attempts: 0, nextAttempt: new Date(now), failingSince: null };
  const failingSince = webhook.failingSince ?? new Date(now);
  const attempts = webhook.attempts + 1;
  const isOver = now - failingSince.getTime() > schedule.disableAfter;
  return {
    attempts,
    failingSince,
    nextAttempt: new Date(nextRound(schedule, attempts, now)),
    disabled: isOver ? `Nothing could be delivered since ${failingSince.toISOString()}.` : undefined,
  };
}

/** Sends one event once, and logs it; undefined when stopped meanwhile. Given up, too, is done. */
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
  const isGivenUp = !sent.isDelivered && !wasDown && isLastAttempt(schedule, attemptsBefore);
  await webhooks.log(webhook.id, event, {
    outcome: sent.isDelivered ? 'delivered' : isGivenUp ? 'given-up' : wasDown ? 'down' : 'failed',
    status: sent.status ?? null,
    detail: sent.detail ?? null,
    milliseconds: Date.now() - begun,
  });
  return { ...sent, isDone: sent.isDelivered || isGivenUp };
}
