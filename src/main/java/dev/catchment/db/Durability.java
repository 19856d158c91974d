package dev.catchment.db;

/** What is certain once a write has been answered. */
public enum Durability {
  /** The write survives a loss of power: it has been synced to disk. */
  SYNCED,
  /**
   * The write survives the end of the process, and a loss of power once any later {@link #SYNCED}
   * write was answered. For work that can be derived again from the log: cursors, deliveries owed,
   * outcomes, records.
   */
  DERIVED
}
