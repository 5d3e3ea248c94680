import { epochOf } from '../../register/projected.js';
import type { Register } from '../../register/register.js';

const maxTries = 3;

/**
 * Makes an answer and checks the progress of the read models before and after. If they moved meanwhile, the answer could mix two states and is
 * made again, three times at most. `isStable`: the answer is true for this one position, until they move. `position`: in the register's own log.
 */
export async function answerAtOnePosition<T>(
  register: Register,
  make: (position: number) => Promise<T> | T,
): Promise<{ result: T; position: number; epoch: string; isStable: boolean }> {
  for (let tries = 1; ; tries++) {
    const { sequence, position } = await register.projected.reached();
    // The epoch includes the day, so it is also determined before the answer is made.
    const epoch = epochOf(sequence);
    const result = await make(position);
    const isStable = (await register.projected.reached()).sequence === sequence;
    if (isStable || tries === maxTries) return { result, position, epoch, isStable };
  }
}
