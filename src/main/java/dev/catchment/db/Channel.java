package dev.catchment.db;

/** What a commit may tell its listeners, in this process and on the other nodes. */
public enum Channel {
  /** Events were appended to the log. */
  LOG,
  /** A connection was made, changed or removed. */
  ROUTES,
  /** Deliveries became due. */
  DELIVERIES,
  /**
   * Deliveries ended because one of their ends was deleted; the subject is their environment and
   * the ids of some of their attempts, with blanks between.
   */
  CUT_OFF,
  /** A source was made, changed or removed. */
  SOURCES,
  /** A collection was made, changed or removed. */
  COLLECTIONS,
  /** Records of a collection changed. */
  RECORDS,
  /** A backfill was asked for, cancelled or disturbed. */
  BACKFILLS,
  /** Records that nobody reads any more are to be removed. */
  GENERATIONS,
  /** What readers of a feed see has changed. */
  FEEDS,
  /** Issues opened, counted or changed. */
  ISSUES,
  /** A job was made or cancelled. */
  JOBS,
  /** A credential was made, changed or removed. */
  ACCESS,
  /** What somebody who is connected wants to hear of, or has asked for. */
  LIVE
}
