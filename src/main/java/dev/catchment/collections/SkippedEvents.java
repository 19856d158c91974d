package dev.catchment.collections;

import dev.catchment.db.InList;
import dev.catchment.db.Tx;
import dev.catchment.db.Where;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The table of events that gave a collection nothing to keep, with the reason: the newest of each
 * collection, of a few days.
 */
public final class SkippedEvents {
  /** How many days they are shown and kept. */
  public static final int KEPT_DAYS = 7;

  /** How many of one collection are shown; a few more may be stored. */
  static final int KEPT_MAX = 10_000;

  /** About one in so many of them removes what is too much. */
  private static final int TRIMMED_EVERY = 1_000;

  /** How many positions are asked for in one statement. */
  private static final int POSITIONS_MAX = 256;

  private SkippedEvents() {}

  /**
   * An event that was skipped.
   *
   * @param reason one word, as {@link Fold.Outcome.Skipped} has it
   * @param detail where was looked and what was found; null when there is nothing to say
   * @param receivedAt milliseconds since 1970
   */
  public record SkippedEvent(
      long position, String eventId, String reason, @Nullable String detail, long receivedAt) {}

  /**
   * Remembers the events; one that is skipped again takes the new reason.
   *
   * @return the positions of those that were remembered already
   */
  static Set<Long> write(Tx tx, String collectionId, List<Batch.Skip> skips) {
    Set<Long> known = known(tx, collectionId, skips);
    List<@Nullable Object[]> rows = new ArrayList<>(skips.size());
    boolean trims = false;
    for (Batch.Skip skip : skips) {
      trims |= trims(skip.event().position());
      rows.add(
          new @Nullable Object[] {
            collectionId,
            skip.event().position(),
            skip.event().event().id(),
            skip.reason(),
            skip.detail(),
            skip.event().event().receivedAt()
          });
    }
    tx.batch(
        """
        INSERT INTO skipped_events (collection_id, position, event_id, reason, detail, received_at)
        VALUES (?, ?, ?, ?, ?, ?)
        ON CONFLICT (collection_id, position) DO UPDATE SET
          reason = excluded.reason, detail = excluded.detail
        """,
        rows);
    if (trims) {
      tx.update(
          "DELETE FROM skipped_events WHERE collection_id = ? AND position <= ?",
          collectionId,
          edge(tx, collectionId));
    }
    return known;
  }

  /** Spread by multiplication, so that senders who skip in a rhythm are met as well. */
  private static boolean trims(long position) {
    return Long.remainderUnsigned((position * 0x9E3779B97F4A7C15L) >>> 16, TRIMMED_EVERY) == 0;
  }

  /** The newest position that is too much; 0 when there is none. */
  private static long edge(Tx tx, String collectionId) {
    return tx.number(
        """
        SELECT position AS n FROM skipped_events WHERE collection_id = ?
         ORDER BY position DESC LIMIT 1 OFFSET ?
        """,
        collectionId,
        KEPT_MAX);
  }

  /**
   * Skipped events of a collection, newest first; up to one more than the limit.
   *
   * @param reason only these; null for all
   * @param before only those before this place in the log; null from the newest
   */
  public static List<SkippedEvent> list(
      Tx tx, String collectionId, @Nullable String reason, @Nullable Long before, int limit) {
    Where where =
        new Where("collection_id = ? AND position > ?", collectionId, edge(tx, collectionId))
            .and("received_at >= ?", tx.now() - Duration.ofDays(KEPT_DAYS).toMillis())
            .equal("reason", reason);
    if (before != null) {
      where.and("position < ?", before);
    }
    return where.page(
        tx,
        "SELECT position, event_id, reason, detail, received_at FROM skipped_events",
        "position",
        new Where.Page(false, limit + 1, 0),
        row ->
            new SkippedEvent(
                row.number("position"),
                row.string("event_id"),
                row.string("reason"),
                row.find("detail"),
                row.number("received_at")));
  }

  /** Whether there is one that was received before that time. */
  public static boolean anyBefore(Tx tx, long epochMillis) {
    return tx.find(
            "SELECT position FROM skipped_events WHERE received_at < ? LIMIT 1",
            row -> row.number("position"),
            epochMillis)
        .isPresent();
  }

  /** Removes a slice of those that were received before that time, oldest first. */
  public static int deleteBefore(Tx tx, long epochMillis, int max) {
    return tx.update(
        """
        DELETE FROM skipped_events WHERE (collection_id, position) IN
          (SELECT collection_id, position FROM skipped_events
            WHERE received_at < ? ORDER BY received_at LIMIT ?)
        """,
        epochMillis,
        max);
  }

  private static Set<Long> known(Tx tx, String collectionId, List<Batch.Skip> skips) {
    Set<Long> known = new HashSet<>();
    for (int from = 0; from < skips.size(); from += POSITIONS_MAX) {
      List<Batch.Skip> some = skips.subList(from, Math.min(skips.size(), from + POSITIONS_MAX));
      InList these =
          InList.of("position", some.stream().map(skip -> skip.event().position()).toList());
      List<@Nullable Object> args = new ArrayList<>();
      args.add(collectionId);
      args.addAll(Arrays.asList(these.args()));
      known.addAll(
          tx.list(
              "SELECT position FROM skipped_events WHERE collection_id = ? AND "
                  + these.condition(),
              row -> row.number("position"),
              args.toArray()));
    }
    return known;
  }
}
