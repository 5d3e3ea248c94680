export { type ApiKey, ApiKeys } from './access/api-keys.js';
export { parseJson } from './parse-json.js';
export { Register, type RegisterOptions } from './register.js';
export { createServer } from './start.js';
export { submit, submitOne } from './submit.js';
