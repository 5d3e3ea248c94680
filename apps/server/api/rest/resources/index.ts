import type { Operation } from '../operation.js';
import { codelists } from './codelists.js';
import { history } from './history.js';
import { organisations } from './organisations.js';
import { oversight } from './oversight.js';
import { standards } from './standards.js';
import { statistics } from './statistics.js';
import { suppliers } from './suppliers.js';
import { systems } from './systems.js';

/** Everything that REST reads from the read models. Routes, checks and the OpenAPI description are made from this list. */
export const operations: Operation[] = [
  ...systems,
  ...history,
  ...organisations,
  ...suppliers,
  ...oversight,
  ...statistics,
  ...codelists,
  ...standards,
];
