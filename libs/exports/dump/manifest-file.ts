/** The file of a dump that describes the others. */
export const manifestName = 'datapackage.json';

/** The manifest of a dump, as far as our own programs read it. */
export type Manifest = {
  title: string;
  version: string;
  created: string;
  licenses: { name: string; path: string; title: string }[];
  log: { origin: string; size: number; rootHash: string };
  erasedLater: string[];
  resources: {
    name: string;
    path: string;
    mediatype: string;
    bytes: number;
    hash: string;
    title: string;
    rows?: number;
  }[];
  /** Set if the dump was removed: since when, and why (`event`: the erasure that caused it). */
  removed?: Removal;
};
export type Removal = { on: string; because: 'erasure' | 'age'; event?: string };

/** Whether files of a media type are compressed in themselves. */
export const isPacked = (media: string) => /sheet|parquet/.test(media);

/** Whether files of a media type are text, in UTF-8. */
export const isText = (media: string) => !isPacked(media) && !/sqlite/.test(media);
