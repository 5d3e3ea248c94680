import { Refusal } from '#domain';

export function lossRefusal(): Refusal {
  return new Refusal('EVENTS_LOST');
}

/** `recordedAt`: the time that was too far ahead; `head`: that of the last event of the log; `clock`: the database's. */
export function clockRefusal(recordedAt: string, head: string | null, clock: Date): Refusal {
  const now = clock.toISOString();
  const why =
    head === recordedAt
      ? `The last event of the log is of ${head}, and nothing can be recorded before it; the database's clock says ${now}.`
      : `The register's clock says ${recordedAt}, the database's ${now}.`;
  return new Refusal('CLOCK_WRONG', `${why} Nothing is recorded until the clocks are right.`);
}
