import { Readable } from 'node:stream';

/** A text as a stream. One piece is made ahead; the next only when that one has been taken. */
export function toStream(text: AsyncGenerator<string>): Readable {
  return Readable.from(text, { objectMode: true, highWaterMark: 1 });
}
