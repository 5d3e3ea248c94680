import type { ComponentChildren } from 'preact';
import type { Gap, Life, MarkedEntry, Organisation, OversightFigures, Signal, SystemRecord } from '#projections';
import type { Place } from './layout.js';
import type { Theme } from './theme.js';

/** What a page of a system is made of. `alternates`: links from the page to other formats; `home`: the page of all systems; `at`: see Frame. */
export type SystemFacts = {
  record: SystemRecord;
  organisation: Organisation | undefined;
  timeline: MarkedEntry[];
  /** Its life, the figures on its oversight, and the duties that are not met: told where they are given. */
  life?: Life;
  figures?: OversightFigures[];
  gaps?: Gap[];
  /** What in its figures, acts and incidents deserves a question. */
  signals?: Signal[];
  /** Position in the log of the last event that changed the record. */
  position?: number | undefined;
  alternates: { href: string; type: string; title: string }[];
  home: string;
  at?: Place;
  theme?: Theme | undefined;
  /** The date or time of the record, unless it is the current one. */
  asOf?: string | undefined;
  /** The day up to which what was recorded counts, unless all does. */
  knownOn?: string | undefined;
  /** Its short code, for letters and signs. */
  code?: string | undefined;
  /** The address of the decision receipt of the day, if there is one. */
  receipt?: string | undefined;
  /** Today (UTC), for a page that can ask for another day. */
  today?: string;
  /** The address of the whole history, if it is too long for a page. */
  more?: string | undefined;
  /** Whether the page stands alone, without a site around it. */
  isAlone?: boolean;
};

/** A part of the page, with its place. */
export type Part = { id: string; title: string; content: ComponentChildren };
