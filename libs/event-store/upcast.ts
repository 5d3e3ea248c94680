import { type EventType, type eventKinds, nameReasons } from '#domain';

type Data = Record<string, unknown>;
type Step = (data: Data) => Data;
/** One step fewer than there are versions. */
type Steps = { 2: [Step]; 3: [Step, Step]; 4: [Step, Step, Step] };
type Version<E extends EventType> = (typeof eventKinds)[E]['version'];
type Upcasters = { [E in EventType as Version<E> extends keyof Steps ? E : never]: Steps[Version<E> & keyof Steps] };

/**
 * The steps that upgrade the data of an event from each schema version to the next: `{ SystemRegistered: [v1 to v2, v2 to v3] }`. Old
 * events are upgraded here, on reading, and nowhere else. The compiler demands the steps of every event whose schema has more than one
 * version.
 */
export const upcasters: Upcasters = { EnergyReported: [nameReasons] };

/** Upgrades the data of an event from schema version `version` to today's schema. */
export function upcast(
  type: string,
  version: number,
  data: Data,
  table: { [type: string]: Step[] } = upcasters as { [type: string]: Step[] },
): Data {
  const steps = table[type]?.slice(version - 1) ?? [];
  const upgraded = steps.reduce((last, step) => step(last), data);
  return type === 'EventCorrected' ? upcastCorrection(upgraded, table) : upgraded;
}

/** The right data of a correction follow the schema of what they correct. */
function upcastCorrection(correction: Data, table: { [type: string]: Step[] }): Data {
  const { eventType, schemaVersion, data } = correction;
  const steps = table[String(eventType)];
  if (!steps || typeof data !== 'object' || data === null) return correction;
  const upgraded = upcast(String(eventType), Number(schemaVersion), data as Data, table);
  return { ...correction, schemaVersion: steps.length + 1, data: upgraded };
}
