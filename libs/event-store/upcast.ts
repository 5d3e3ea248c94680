type Data = Record<string, unknown>;

/**
 * How an event of an older schema version becomes one of the next: `{ SystemRegistered: [v1 to v2, v2 to v3] }`.
 * Old events are upgraded here, on reading, and nowhere else. All schemas are at version 1 today.
 */
export const upcasters: Record<string, ((data: Data) => Data)[]> = {};

/** What an event of schema version `version` carries, in today's schema. */
export function upcast(type: string, version: number, data: Data, table = upcasters): Data {
  const steps = table[type]?.slice(version - 1) ?? [];
  return steps.reduce((upgraded, step) => step(upgraded), data);
}
