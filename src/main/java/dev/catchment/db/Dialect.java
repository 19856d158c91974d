package dev.catchment.db;

/** The few spellings in which the two databases differ. */
public enum Dialect {
  SQLITE("sqlite", "", ""),
  POSTGRESQL("postgresql", " FOR UPDATE SKIP LOCKED", " FOR UPDATE");

  private final String folder;
  private final String skipLocked;
  private final String locking;

  Dialect(String folder, String skipLocked, String locking) {
    this.folder = folder;
    this.skipLocked = skipLocked;
    this.locking = locking;
  }

  /** The folder of its migrations under {@code db/}. */
  String folder() {
    return folder;
  }

  /**
   * What to add to a select whose rows are to be claimed, so that two nodes pass each other by.
   * Empty where there is only one writer.
   */
  public String skipLocked() {
    return skipLocked;
  }

  /**
   * What to add to a select of one table whose rows must stay as they are until the transaction
   * ends. Empty where there is only one writer.
   */
  public String locking() {
    return locking;
  }
}
