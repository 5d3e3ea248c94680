import { epochOf } from '../../register/projected.js';
import type { Register } from '../../register/register.js';

const maxTries = 3;

/**
 * Makes an answer and looks up to where the read models are before and after: one that was put together while they grew could be of
 * two moments at once, and is made anew. `isStable`: it is of this one, and stays so until they grow. `position`: of the register's own log.
 */
export async function answerAtOnePosition<T>(
  register: Register,
  make: (position: number) => Promise<T> | T,
): Promise<{ result: T; position: number; epoch: string; isStable: boolean }> {
  for (let tries = 1; ; tries++) {
    const { sequence, position } = await register.projected.reached();
    // The day, too, is that of the beginning.
    const epoch = epochOf(sequence);
    const result = await make(position);
    const isStable = (await register.projected.reached()).sequence === sequence;
    if (isStable || tries === maxTries) return { result, position, epoch, isStable };
  }
}
