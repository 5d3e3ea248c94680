import pino from 'pino';

/**
 * The structured log: one JSON object per line, on standard error. At `info` it has every request with its id, route and duration, but neither
 * addresses of readers nor what they looked for.
 */
export const logger = pino(
  { level: 'warn', base: null, timestamp: pino.stdTimeFunctions.isoTime },
  pino.destination({ dest: 2, sync: true }),
);
