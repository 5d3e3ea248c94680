export { declineReport, findReport, publishReport, readReports } from './api/reports/decide.js';
export { submit, submitOne } from './api/submit.js';
export { readProxies } from './http/client.js';
export { type ApiKey, ApiKeys, isOff } from './register/api-keys.js';
export { checkHealth } from './register/health.js';
export { logger } from './register/logger.js';
export { describeLoss, readLoss } from './register/loss-file.js';
export { Register, type RegisterOptions } from './register/register.js';
export { type Report, Reports } from './register/reports.js';

/** Nest is loaded only by a process that serves. */
export const createServer: typeof import('./start.js').createServer = async (...options) =>
  (await import('./start.js')).createServer(...options);
