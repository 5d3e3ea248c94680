/** The public address of the register, and whom to write to about it. */
export type Published = {
  /** Without a trailing slash. */
  url: string;
  /** An e-mail address. */
  contact?: string | undefined;
};

/** The token under which Nest injects it. */
export const publishedAt = Symbol('where the register is published');
