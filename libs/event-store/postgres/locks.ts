/** All advisory locks of the database: keys of pg_advisory_lock. */
export const locks = {
  /** Migrating the schema. */
  migrating: 7236450911,
  /** Writing events, until the commit is visible. The functions of schema/sql take it, too. */
  appending: 7236450912,
  /** Building read models beside the live ones, and dropping them. */
  building: 7236450913,
  /** Held by the one `up` or `restore` that runs on a home. */
  home: 7236450914,
  /** Signing and publishing the log. */
  publishing: 7236450915,
  /** Removing erased content from the database's files. */
  scrubbing: 7236450916,
  /** Projecting events into the read models. */
  projecting: 7236450917,
  /** Naming keys of the log. */
  namingKeys: 7236450918,
  /** Delivering to webhooks. */
  delivering: 7236450919,
  /** Building dumps. */
  dumping: 7236450920,
  /** Held shared by who brings tables of a past day up to date, and alone by who drops some. */
  pastDays: 7236450921,
  /** Held by a process that needs the embedded PostgreSQL to stay. */
  needed: 7236450930,
} as const;
