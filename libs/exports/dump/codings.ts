import type { Transform } from 'node:stream';
import zlib from 'node:zlib';

/** A content coding in which a dump also has its text files, and their suffix. `create`: undefined if this version of Node does not support it. */
export type Coding = { name: string; ending: string; media: string; create?: (() => Transform) | undefined };

// Available since Node 22.15.
const { createZstdCompress } = zlib as typeof zlib & { createZstdCompress?: () => Transform };

/** Zstandard (RFC 8878) and gzip (RFC 1952, without name and time, so that the same input gives the same bytes); the better one first. */
export const codings: Coding[] = [
  {
    name: 'zstd',
    ending: '.zst',
    media: 'application/zstd',
    create: createZstdCompress && (() => createZstdCompress()),
  },
  { name: 'gzip', ending: '.gz', media: 'application/gzip', create: () => zlib.createGzip({ level: 6 }) },
];

/** The coding of a file by its suffix; undefined if it is not compressed. */
export const codingOf = (file: string): Coding | undefined => codings.find(({ ending }) => file.endsWith(ending));
