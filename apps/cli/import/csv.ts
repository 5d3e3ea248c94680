import type { Ledger } from './ledger.js';
export async function planCsv(_ledger: Ledger, _file: string, _map: unknown, _moment: string): Promise<void> {}
