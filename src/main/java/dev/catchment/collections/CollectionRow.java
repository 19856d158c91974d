package dev.catchment.collections;

import dev.catchment.base.Scope;
import dev.catchment.expr.BodyPath;
import dev.catchment.json.Json;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A collection as it is stored.
 *
 * @param identity who and whose it is
 * @param fold how its source's events become records
 * @param table where its records are
 * @param progress how far it is and what it counts
 * @param backfill the current or last backfill
 * @param times when it was made and last changed
 */
public record CollectionRow(
    Identity identity,
    FoldSpec fold,
    Table table,
    Progress progress,
    Backfill backfill,
    Times times) {

  /**
   * Who and whose it is.
   *
   * @param sourceName null once the source is gone
   * @param contentType what its records are, for a feed; null for an ordinary collection
   */
  public record Identity(
      String id,
      Scope scope,
      String name,
      String slug,
      @Nullable String description,
      String sourceId,
      @Nullable String sourceName,
      @Nullable String contentType) {}

  /**
   * How events become records.
   *
   * @param keyPath where the key of the record is
   * @param typePath where the event's type is; null when nobody asked
   * @param status whether events are applied
   */
  public record FoldSpec(
      BodyPath keyPath, @Nullable BodyPath typePath, CollectionOptions options, Status status) {
    /** All that decides what an event means, as it is stored: equal for equal rules. */
    String rules() {
      return Json.array(
              Json.of(keyPath.toString()),
              typePath == null ? Json.nil() : Json.of(typePath.toString()),
              options.ofFold().toJson())
          .text();
    }
  }

  /** Whether events are applied. */
  public enum Status {
    ACTIVE,
    /** Events wait in the log and are applied on return. */
    PAUSED,
    /** Events pass by. */
    DISABLED;

    /** The word on the wire and in the store. */
    public String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /**
   * Where its records are.
   *
   * @param generation the generation whose records are read
   * @param building the generation that a rebuild fills; null when none is under way
   * @param changeNumber of the newest change of a record, rising without end
   */
  public record Table(long generation, @Nullable Long building, long changeNumber) {}

  /**
   * How far it is and what it counts.
   *
   * @param startPosition events up to here are not its own
   * @param catchUpPosition how far it is while it is paused or catching up; null while it follows
   *     the log with the others
   * @param skippedReasons reason to count
   * @param lastSyncAt time of the last change applied; null before the first
   * @param reached the log position up to which it has looked at everything
   */
  public record Progress(
      long startPosition,
      @Nullable Long catchUpPosition,
      long recordCount,
      long tombstoneCount,
      long appliedCount,
      long staleCount,
      long skippedCount,
      Json.Obj skippedReasons,
      long timeFallbackCount,
      @Nullable Long lastSyncAt,
      long reached) {}

  /** The current or last backfill; all null before the first. */
  public record Backfill(
      @Nullable String status,
      @Nullable Long progress,
      @Nullable Long total,
      @Nullable String cursor,
      @Nullable Long startedAt,
      @Nullable Long completedAt,
      @Nullable String error) {}

  /** Milliseconds since 1970. */
  public record Times(long createdAt, long updatedAt) {}

  public String id() {
    return identity.id();
  }
}
