export { type Cell, toCsv } from './csv.js';
export { eventColumns, exportEventLines, exportEventTable, toLine } from './events.js';
export { type Export, exportSystemLines, exportSystemTable } from './systems.js';
export { toXlsx } from './xlsx.js';
