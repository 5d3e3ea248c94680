import pino from 'pino';

/**
 * The structured log: a JSON object a line, on standard error. At `info` every request, with its id, route and time, but neither
 * addresses of readers nor what they looked for.
 */
export const logger = pino(
  { level: 'warn', base: null, timestamp: pino.stdTimeFunctions.isoTime },
  pino.destination({ dest: 2, sync: true }),
);
