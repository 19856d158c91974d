package dev.catchment.simulation;

import dev.catchment.db.Row;
import dev.catchment.db.Tx;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** An attempt as its row stands, open ones included. */
record Attempt(
    String id,
    String eventId,
    long eventPosition,
    String connectionId,
    String destinationId,
    int number,
    String status,
    boolean open,
    boolean dead,
    @Nullable String error) {

  /** Those of events after a position of the log, in the order in which they were written. */
  static List<Attempt> after(Tx tx, long position) {
    return tx.list(
        "SELECT * FROM attempts WHERE event_position > ? ORDER BY seq", Attempt::of, position);
  }

  private static Attempt of(Row row) {
    return new Attempt(
        row.string("id"),
        row.string("event_id"),
        row.number("event_position"),
        row.string("connection_id"),
        row.string("destination_id"),
        row.integer("attempt_number"),
        row.string("status"),
        row.number("open") == 1,
        row.number("is_dlq") == 1,
        row.find("error"));
  }

  /** Which delivery it belongs to. */
  String delivery() {
    return eventId + " by " + connectionId;
  }

  boolean succeeded() {
    return status.equals("success");
  }
}
