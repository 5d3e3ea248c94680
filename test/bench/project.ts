import type { Database } from '#event-store';
import type { Row } from './report.js';
export async function benchProject(_: { database: Database; pid: number }): Promise<Row[]> {
  return [];
}
