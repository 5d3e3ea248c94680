/** The file of a dump that says what the others are. */
export const manifestName = 'datapackage.json';

/** The manifest of a dump, as far as programs of our own read it. */
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
  /** The dump is no longer there: since when, and why (`event`: the erasure that it could not outlive). */
  removed?: Removal;
};
export type Removal = { on: string; because: 'erasure' | 'age'; event?: string };
