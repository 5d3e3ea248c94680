import type { Transform } from 'node:stream';
import zlib from 'node:zlib';

/** In what content coding a text of a dump lies beside it, and how its name ends there. `create`: undefined where this Node cannot make it. */
export type Coding = { name: string; ending: string; media: string; create?: (() => Transform) | undefined };

// Since Node 22.15.
const { createZstdCompress } = zlib as typeof zlib & { createZstdCompress?: () => Transform };

/** Zstandard (RFC 8878) and gzip (RFC 1952, without name and time, so that the same bytes give the same bytes); the better first. */
export const codings: Coding[] = [
  {
    name: 'zstd',
    ending: '.zst',
    media: 'application/zstd',
    create: createZstdCompress && (() => createZstdCompress()),
  },
  { name: 'gzip', ending: '.gz', media: 'application/gzip', create: () => zlib.createGzip({ level: 6 }) },
];

/** The coding of a file by its name; undefined if it is as it is. */
export const codingOf = (file: string): Coding | undefined => codings.find(({ ending }) => file.endsWith(ending));
