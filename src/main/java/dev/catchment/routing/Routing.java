package dev.catchment.routing;

import dev.catchment.base.Scope;
import dev.catchment.db.Row;
import dev.catchment.db.Tx;
import dev.catchment.delivery.Destination;
import dev.catchment.delivery.Destinations;
import dev.catchment.expr.Condition;
import dev.catchment.log.Cursors;
import dev.catchment.log.StoredEvent;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Why an event was or was not delivered: one answer for each connection of its source. */
public final class Routing {
  private Routing() {}

  /** Why, in a word. */
  public enum Reason {
    MATCHED,
    FILTER,
    CONNECTION_DISABLED,
    CONNECTION_PAUSED,
    DESTINATION_DISABLED,
    DESTINATION_PAUSED,
    CIRCUIT_OPEN,
    DUPLICATE,
    NO_CONNECTION;

    /** The word on the wire. */
    public String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /**
   * What became of an event at one connection.
   *
   * @param connection null when the source has none
   * @param matched whether a delivery was owed
   * @param detail a sentence more, such as the first rule that failed
   * @param deliveryStatus {@code pending}, {@code held}, {@code success}, {@code failed}, {@code
   *     dead}; null when no delivery was owed
   */
  public record Entry(
      @Nullable Connection connection,
      boolean matched,
      Reason reason,
      @Nullable String detail,
      @Nullable String deliveryStatus) {}

  /** The newest attempt of a delivery. */
  private record Delivery(
      String connectionId, String status, boolean held, boolean waiting, @Nullable String error) {}

  /** The answers for an event, in the order of its connections; throws {@code NOT_FOUND}. */
  public static List<Entry> of(Tx tx, Scope scope, String eventId) {
    StoredEvent event = EventSample.get(tx, scope, eventId);
    boolean read = event.position() <= Cursors.position(tx, Dispatcher.READER);
    Map<String, Delivery> deliveries = deliveries(tx, scope, eventId);
    List<Entry> entries = new ArrayList<>();
    for (Connection connection : Connections.ofSources(tx, List.of(event.event().sourceId()))) {
      Destination.@Nullable Status destination =
          Destinations.status(tx, connection.ends().destinationId()).orElse(null);
      Delivery delivery = deliveries.get(connection.id());
      entries.add(
          delivery == null
              ? unowed(connection, destination, event, read)
              : owed(connection, destination, delivery));
    }
    return entries.isEmpty()
        ? List.of(new Entry(null, false, Reason.NO_CONNECTION, null, null))
        : entries;
  }

  private static Map<String, Delivery> deliveries(Tx tx, Scope scope, String eventId) {
    Map<String, Delivery> newest = new HashMap<>();
    for (Delivery delivery :
        tx.list(
            """
            SELECT connection_id, status, open, is_dlq, due_at, waiting_since, error FROM attempts
             WHERE event_id = ? AND env_id = ? AND aside = 0 ORDER BY seq
            """,
            Routing::delivery,
            eventId,
            scope.envId())) {
      newest.put(delivery.connectionId(), delivery);
    }
    return newest;
  }

  private static Delivery delivery(Row row) {
    boolean open = row.flag("open");
    boolean held = open && row.findNumber("due_at") == null;
    String status;
    if (open) {
      status = held ? "held" : "pending";
    } else if (row.string("status").equals("success")) {
      status = "success";
    } else {
      status = row.flag("is_dlq") ? "dead" : "failed";
    }
    return new Delivery(
        row.string("connection_id"),
        status,
        held,
        held && row.findNumber("waiting_since") != null,
        row.find("error"));
  }

  private static Entry owed(
      Connection connection, Destination.@Nullable Status destination, Delivery delivery) {
    Reason reason = Reason.MATCHED;
    if (delivery.held() && connection.status() == Connection.Status.PAUSED) {
      reason = Reason.CONNECTION_PAUSED;
    } else if (delivery.held() && connection.status() == Connection.Status.DISABLED) {
      reason = Reason.CONNECTION_DISABLED;
    } else if (delivery.held() && destination == Destination.Status.PAUSED) {
      reason = Reason.DESTINATION_PAUSED;
    } else if (delivery.waiting()) {
      reason = Reason.CIRCUIT_OPEN;
    }
    return new Entry(connection, true, reason, delivery.error(), delivery.status());
  }

  private static Entry unowed(
      Connection connection,
      Destination.@Nullable Status destination,
      StoredEvent event,
      boolean read) {
    if (event.event().isDuplicate()) {
      return new Entry(connection, false, Reason.DUPLICATE, null, null);
    }
    if (!connection.isEvaluated()) {
      return new Entry(connection, false, Reason.CONNECTION_DISABLED, null, null);
    }
    if (destination == null || destination == Destination.Status.DISABLED) {
      return new Entry(connection, false, Reason.DESTINATION_DISABLED, null, null);
    }
    if (connection.createdAt() > event.event().receivedAt()) {
      return new Entry(
          connection, false, Reason.NO_CONNECTION, "The connection is newer than the event", null);
    }
    Optional<Condition> failing = connection.filter().firstFailing(event.view());
    if (failing.isPresent()) {
      return new Entry(connection, false, Reason.FILTER, failing.get().toJson().text(), null);
    }
    return read
        ? new Entry(
            connection,
            false,
            Reason.FILTER,
            "It would match now, but did not when it was routed",
            null)
        : new Entry(connection, true, Reason.MATCHED, "Not routed yet", "pending");
  }
}
