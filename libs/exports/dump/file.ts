import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createReadStream, createWriteStream } from 'node:fs';
import { open } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { codings } from './codings.js';

/** The size and the hash of a file. `hash`: SHA-256, hex. */
export type Written = { bytes: number; hash: string };

/** A file that is written chunk by chunk and hashed on the way, no faster than the disk allows. */
export class OutFile {
  #hash = createHash('sha256');
  #bytes = 0;
  #stream;
  #failed: Error | undefined;

  constructor(readonly path: string) {
    this.#stream = createWriteStream(path, { highWaterMark: 256 * 1024 });
    this.#stream.on('error', (error) => {
      this.#failed = error;
    });
  }

  async write(chunk: string | Uint8Array): Promise<void> {
    if (this.#failed) throw this.#failed;
    const bytes = typeof chunk === 'string' ? Buffer.from(chunk) : chunk;
    this.#hash.update(bytes);
    this.#bytes += bytes.length;
    if (!this.#stream.write(bytes)) await once(this.#stream, 'drain');
  }

  /** Writes everything that a stream yields. */
  async take(stream: Readable): Promise<void> {
    for await (const chunk of stream) await this.write(chunk as Buffer);
  }

  async end(): Promise<Written> {
    if (this.#failed) throw this.#failed;
    this.#stream.end();
    await once(this.#stream, 'close');
    if (this.#failed) throw this.#failed;
    await sync(this.path);
    return { bytes: this.#bytes, hash: this.#hash.digest('hex') };
  }

  /** Abandons the file; what was written is of no use. */
  destroy(): void {
    this.#stream.destroy();
  }
}

/** Writes compressed copies beside a file, in every coding that this version of Node supports. */
export async function compress(path: string): Promise<void> {
  for (const { ending, create } of codings) {
    if (!create) continue;
    const target = `${path}${ending}`;
    await pipeline(createReadStream(path, { highWaterMark: 256 * 1024 }), create(), createWriteStream(target));
    await sync(target);
  }
}

/** Makes the content of a file durable. */
export async function sync(path: string): Promise<void> {
  const file = await open(path, 'r+');
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}
