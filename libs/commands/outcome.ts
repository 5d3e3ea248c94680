/** Something that the sender should look at, although the command was recorded. */
export type Warning = {
  code: 'RECORDED_BEFORE' | 'CORRECTION_REPEATS';
  message: string;
  eventId: string;
  position: number;
};

/** The result of a command: where its event is. `repeated`: the same command was recorded before. */
export type Outcome = {
  eventId: string;
  eventType: string;
  position: number;
  version: number;
  recordedAt: string;
  repeated: boolean;
  warnings?: Warning[];
};
