package dev.catchment.collections;

import dev.catchment.db.InList;
import dev.catchment.db.Tx;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The table of events that gave a collection nothing to keep, with the reason. */
final class SkippedEvents {
  /** How many positions are asked for in one statement. */
  private static final int POSITIONS_MAX = 256;

  private SkippedEvents() {}

  /**
   * Remembers the events; one that is skipped again takes the new reason.
   *
   * @return the positions of those that were remembered already
   */
  static Set<Long> write(Tx tx, String collectionId, List<Batch.Skip> skips) {
    Set<Long> known = known(tx, collectionId, skips);
    List<@Nullable Object[]> rows = new ArrayList<>(skips.size());
    for (Batch.Skip skip : skips) {
      rows.add(
          new @Nullable Object[] {
            collectionId,
            skip.event().position(),
            skip.event().event().id(),
            skip.reason(),
            skip.event().event().receivedAt()
          });
    }
    tx.batch(
        """
        INSERT INTO skipped_events (collection_id, position, event_id, reason, received_at)
        VALUES (?, ?, ?, ?, ?)
        ON CONFLICT (collection_id, position) DO UPDATE SET reason = excluded.reason
        """,
        rows);
    return known;
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
