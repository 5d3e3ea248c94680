export { type ApiKey, ApiKeys, isOff } from './access/api-keys.js';
export { readProxies } from './client.js';
export { checkHealth } from './health.js';
export { logger } from './logger.js';
export { describeLoss, readLoss } from './loss-file.js';
export { parseJson } from './parse-json.js';
export { Register, type RegisterOptions } from './register.js';
export { submit, submitOne } from './submit.js';

/** Nest is loaded only by a process that serves. */
export const createServer: typeof import('./start.js').createServer = async (...options) =>
  (await import('./start.js')).createServer(...options);
