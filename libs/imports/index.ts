export { type ImportKind, importKinds } from './kinds.js';
export { type ImportOptions, type ImportResult, type Into, importFile } from './run.js';
export { readBytes } from './table/table.js';
