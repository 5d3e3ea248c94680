import type { Themes } from '#exports';

/** The public address of the register, whom to write to about it, and how its pages look. */
export type Published = {
  /** Without a trailing slash. */
  url: string;
  /** An e-mail address. */
  contact?: string | undefined;
  themes: Themes;
};

/** The token under which Nest injects it. */
export const publishedAt = Symbol('where the register is published');

declare module 'fastify' {
  interface FastifyInstance {
    /** For pages that are made where nothing else is known: those of errors. */
    themes: Themes;
  }
}
