/** Where the register is on the web, and whom to write to about it. */
export type Published = {
  /** Without a slash at its end. */
  url: string;
  /** An e-mail address. */
  contact?: string | undefined;
};

/** Under this name Nest hands it on. */
export const publishedAt = Symbol('where the register is published');
