package dev.catchment.collections;

/**
 * An event that reached a record, as it is remembered.
 *
 * @param position its place in the log
 * @param sourceEventAt the sender's time, milliseconds since 1970
 * @param deletes whether it deletes the record
 */
record KnownEvent(long position, long sourceEventAt, boolean deletes) {
  /** Whether the other one, which stands before it in the log, is newer all the same. */
  boolean isBeatenBy(KnownEvent earlier) {
    return earlier.sourceEventAt() > sourceEventAt;
  }

  /**
   * Whether it is the newer of the two: by the sender's time, and by its place where that is equal.
   */
  boolean isAfter(KnownEvent other) {
    return sourceEventAt != other.sourceEventAt
        ? sourceEventAt > other.sourceEventAt
        : position > other.position;
  }
}
