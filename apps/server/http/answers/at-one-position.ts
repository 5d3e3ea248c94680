import { epochOf } from '../../register/projected.js';
import type { Register } from '../../register/register.js';

const maxTries = 3;

/**
 * Makes an answer and looks at the position of the read models before and after: one that was put together while the log grew
 * could be of two positions at once, and is made anew. `isStable`: it is of this one, and stays so until the log grows.
 */
export async function answerAtOnePosition<T>(
  register: Register,
  make: (position: number) => Promise<T> | T,
): Promise<{ result: T; position: number; epoch: string; isStable: boolean }> {
  for (let tries = 1; ; tries++) {
    const position = await register.projected.position();
    // The day, too, is that of the beginning.
    const epoch = epochOf(position);
    const result = await make(position);
    const isStable = (await register.projected.position()) === position;
    if (isStable || tries === maxTries) return { result, position, epoch, isStable };
  }
}
