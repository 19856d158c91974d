package dev.catchment.ingest;

import dev.catchment.db.Row;
import dev.catchment.db.Tx;
import dev.catchment.verify.HubWord;
import java.util.Locale;
import java.util.Optional;

/** The table of what the hubs of WebSub sources last said of their subscriptions. */
public final class HubSubscriptions {
  private HubSubscriptions() {}

  /**
   * A word and when it was said.
   *
   * @param saidAt milliseconds since 1970; a lease begins then
   */
  public record Said(HubWord word, long saidAt) {
    private static Said of(Row row) {
      return new Said(
          new HubWord(
              HubWord.State.valueOf(row.string("state").toUpperCase(Locale.ROOT)),
              row.findNumber("lease_seconds"),
              row.find("reason")),
          row.number("said_at"));
    }
  }

  static boolean keep(Tx tx, Source source, HubWord word) {
    return tx.update(
            """
            INSERT INTO hub_subscriptions (source_id, state, lease_seconds, reason, said_at)
            VALUES (?, ?, ?, ?, ?)
            ON CONFLICT (source_id) DO UPDATE SET state = excluded.state,
              lease_seconds = excluded.lease_seconds, reason = excluded.reason,
              said_at = excluded.said_at
            """,
            source.id(),
            word.state().word(),
            word.leaseSeconds(),
            word.reason(),
            tx.now())
        == 1;
  }

  static void delete(Tx tx, String sourceId) {
    tx.update("DELETE FROM hub_subscriptions WHERE source_id = ?", sourceId);
  }

  /** What was said last; empty when the hub of that source has said nothing yet. */
  public static Optional<Said> find(Tx tx, String sourceId) {
    return tx.find("SELECT * FROM hub_subscriptions WHERE source_id = ?", Said::of, sourceId);
  }
}
