package dev.catchment.delivery;

import dev.catchment.db.InList;
import dev.catchment.db.Row;
import dev.catchment.db.Tx;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The two ends of deliveries that are about to be written, kept as they are until the transaction
 * ends: without that, what is written as held could miss its release.
 */
public final class LockedEnds {
  private final Map<String, String> connections = new HashMap<>();
  private final Map<String, Receiver> receivers = new HashMap<>();
  private final Set<String> openCircuits = new HashSet<>();

  private LockedEnds() {}

  /** What the row of a new attempt needs to know of its destination. */
  public record Receiver(
      Destination.Status status, String url, String method, Destination.Pace pace) {}

  /** Locks and reads; ids of things that are gone are left out. */
  public static LockedEnds of(Tx tx, List<String> connectionIds, List<String> destinationIds) {
    LockedEnds ends = new LockedEnds();
    // First all connections, then all destinations, each by id: everybody locks in this order.
    rows(
        tx,
        "SELECT id, status FROM connections WHERE ",
        connectionIds,
        row -> ends.connections.put(row.string("id"), row.string("status")));
    rows(
        tx,
        "SELECT id, status, url, method, max_in_flight, rate_limit_per_second, ordered,"
            + " order_key_path FROM destinations WHERE ",
        destinationIds,
        row ->
            ends.receivers.put(
                row.string("id"),
                new Receiver(
                    Destination.Status.valueOf(row.string("status").toUpperCase(Locale.ROOT)),
                    row.string("url"),
                    row.string("method"),
                    DestinationRows.pace(row))));
    // A statement of its own: one that waited for a lock still sees other tables as they were
    // before, and a delivery would wait for a circuit that has closed meanwhile.
    if (!ends.receivers.isEmpty()) {
      InList these = InList.of("destination_id", List.copyOf(ends.receivers.keySet()));
      ends.openCircuits.addAll(
          tx.list(
              "SELECT destination_id FROM circuits WHERE state <> 'closed' AND "
                  + these.condition(),
              row -> row.string("destination_id"),
              these.args()));
    }
    return ends;
  }

  private static <T> void rows(
      Tx tx, String select, List<String> ids, Row.Reader<@Nullable T> reader) {
    if (!ids.isEmpty()) {
      InList these = InList.of("id", ids.stream().distinct().toList());
      tx.list(
          select + these.condition() + " ORDER BY id" + tx.dialect().locking(),
          reader,
          these.args());
    }
  }

  /** The destination; null when it is gone. */
  public @Nullable Receiver receiver(String destinationId) {
    return receivers.get(destinationId);
  }

  /** Whether there is a connection of that id. */
  public boolean hasConnection(String connectionId) {
    return connections.containsKey(connectionId);
  }

  /** How a delivery begins that somebody asked for; both ends are known to be there. */
  public Owed.Begin begin(String connectionId, String destinationId) {
    Receiver receiver = receivers.get(destinationId);
    if (receiver == null
        || receiver.status() != Destination.Status.ACTIVE
        || "paused".equals(connections.get(connectionId))) {
      return Owed.Begin.HELD;
    }
    return openCircuits.contains(destinationId) ? Owed.Begin.WAITING : Owed.Begin.DUE;
  }
}
