import { Readable } from 'node:stream';

/** Text on its way to a reader: one piece is made ahead, the next when that is taken. */
export function toStream(text: AsyncGenerator<string>): Readable {
  return Readable.from(text, { objectMode: true, highWaterMark: 1 });
}
