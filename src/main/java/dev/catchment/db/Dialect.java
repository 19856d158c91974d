package dev.catchment.db;

/** The few spellings in which the two databases differ. */
public enum Dialect {
  SQLITE("sqlite", ""),
  POSTGRESQL("postgresql", " FOR UPDATE SKIP LOCKED");

  private final String folder;
  private final String skipLocked;

  Dialect(String folder, String skipLocked) {
    this.folder = folder;
    this.skipLocked = skipLocked;
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
}
