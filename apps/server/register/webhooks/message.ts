import type { RecordedEvent } from '#event-store';

/**
 * The message about an event: a CloudEvent 1.0 in structured mode. It is thin: what the event carries is fetched from its address, where it can
 * be erased.
 */
export function toMessage({ envelope, position }: RecordedEvent, base: string): string {
  const { id, type, organisation, system, occurredAt, recordedAt } = envelope;
  return JSON.stringify({
    specversion: '1.0',
    id,
    source: base,
    type: `vitrine.${type}`,
    subject: system ?? organisation,
    time: recordedAt,
    datacontenttype: 'application/json',
    // The name in Standard Webhooks.
    timestamp: recordedAt,
    data: {
      position,
      occurredAt,
      recordedAt,
      organisation,
      ...(system && { system }),
      event: `${base}/v1/events/${id}`,
      ...(system && { record: `${base}/v1/systems/${encodeURIComponent(system)}` }),
      receipt: `${base}/log/proof/${position}.tlog-proof`,
    },
  });
}
