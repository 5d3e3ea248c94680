import type { Ledger } from './ledger.js';
export async function planStandard(_ledger: Ledger, _file: string, _moment: string): Promise<void> {}
