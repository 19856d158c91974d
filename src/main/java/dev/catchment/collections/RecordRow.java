package dev.catchment.collections;

import dev.catchment.expr.RecordView;
import org.jspecify.annotations.Nullable;

/**
 * The newest state of one key.
 *
 * @param id 32 hex digits; stays while the key lives, through deletion and return
 * @param key unique in its collection
 * @param data JSON text; the last known data for a deleted one
 * @param version which event holds the record
 * @param deleted whether it is a tombstone, which reads do not show
 * @param createdAt the earliest receipt among the key's events, milliseconds since 1970
 * @param updatedAt the receipt of the event that holds the record
 */
public record RecordRow(
    String id,
    String key,
    String data,
    @Nullable String eventType,
    Version version,
    boolean deleted,
    long createdAt,
    long updatedAt) {

  /** The record as paths and rules look at it. */
  public RecordView view() {
    return new RecordView(
        new RecordView.Columns(key, eventType, version.sourceEventAt(), createdAt, updatedAt),
        data);
  }

  /** The same record showing other data. */
  public RecordRow withData(String shown) {
    return new RecordRow(id, key, shown, eventType, version, deleted, createdAt, updatedAt);
  }

  /**
   * Which event holds the record. The later time wins; of equal times the later position.
   *
   * @param sourceEventId the event
   * @param sourceEventAt the sender's time, milliseconds since 1970
   * @param position its place in the log
   */
  public record Version(String sourceEventId, long sourceEventAt, long position) {
    boolean isAfter(Version other) {
      return sourceEventAt != other.sourceEventAt
          ? sourceEventAt > other.sourceEventAt
          : position > other.position;
    }
  }
}
