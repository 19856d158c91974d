package dev.catchment.routing;

import dev.catchment.base.Scope;
import dev.catchment.db.Row;
import dev.catchment.db.Tx;
import dev.catchment.delivery.Circuits;
import dev.catchment.delivery.Destination;
import dev.catchment.delivery.Destinations;
import dev.catchment.expr.Condition;
import dev.catchment.log.Cursors;
import dev.catchment.log.EventViews;
import dev.catchment.log.StoredEvent;
import java.util.ArrayList;
import java.util.LinkedHashMap;
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
   * A connection, which may have been deleted since; then it and what is gone with it has no name.
   */
  public record Way(
      String connectionId,
      @Nullable String connectionName,
      String destinationId,
      @Nullable String destinationName) {
    private static Way of(Connection connection) {
      return new Way(
          connection.id(),
          connection.identity().name(),
          connection.ends().destinationId(),
          connection.ends().destinationName());
    }
  }

  /**
   * What became of an event at one connection.
   *
   * @param way null when the source has no connection
   * @param matched whether a delivery was owed
   * @param detail a sentence more, such as the first rule that failed
   * @param deliveryStatus {@code pending}, {@code held}, {@code success}, {@code failed}, {@code
   *     dead}; null when no delivery was owed. A delivery that waits in its line is pending.
   */
  public record Entry(
      @Nullable Way way,
      boolean matched,
      Reason reason,
      @Nullable String detail,
      @Nullable String deliveryStatus) {}

  /**
   * The newest attempt of a delivery.
   *
   * @param askedFor by hand or by a replay, so that a disabled connection does not hold it
   */
  private record Delivery(
      String connectionId,
      String destinationId,
      @Nullable String destinationName,
      String status,
      boolean held,
      boolean inLine,
      boolean askedFor,
      @Nullable String error) {}

  /** The answers for an event, in the order of its connections; throws {@code NOT_FOUND}. */
  public static List<Entry> of(Tx tx, Scope scope, String eventId, EventViews views) {
    StoredEvent event = EventSample.get(tx, scope, eventId);
    boolean read = event.position() <= Cursors.position(tx, Dispatcher.READER);
    Map<String, Delivery> deliveries = deliveries(tx, scope, eventId);
    List<Entry> entries = new ArrayList<>();
    for (Connection connection : Connections.ofSources(tx, List.of(event.event().sourceId()))) {
      Destination.@Nullable Status destination =
          Destinations.status(tx, connection.ends().destinationId()).orElse(null);
      Delivery delivery = deliveries.remove(connection.id());
      entries.add(
          delivery == null
              ? unowed(connection, destination, event, views, read)
              : owed(tx, connection, destination, delivery));
    }
    deliveries.values().forEach(delivery -> entries.add(deleted(tx, delivery)));
    return entries.isEmpty()
        ? List.of(new Entry(null, false, Reason.NO_CONNECTION, null, null))
        : entries;
  }

  private static Map<String, Delivery> deliveries(Tx tx, Scope scope, String eventId) {
    Map<String, Delivery> newest = new LinkedHashMap<>();
    // What was routed counts more than what a replay sent beside it; a replay in its own name is
    // by no connection.
    for (Delivery delivery :
        tx.list(
            """
            SELECT a.connection_id, a.destination_id, d.name AS destination_name, a.status, a.open,
                a.is_dlq, a.due_at, a.line, a.round_start, a.replay_id, a.error
              FROM attempts a LEFT JOIN destinations d ON d.id = a.destination_id
             WHERE a.event_id = ? AND a.env_id = ?
               AND (a.replay_id IS NULL OR a.replay_id <> a.connection_id)
             ORDER BY a.aside DESC, a.seq
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
        row.string("destination_id"),
        row.find("destination_name"),
        status,
        held,
        row.find("line") != null,
        row.find("replay_id") != null || row.integer("round_start") > 1,
        row.find("error"));
  }

  private static Entry owed(
      Tx tx, Connection connection, Destination.@Nullable Status destination, Delivery delivery) {
    Way way = Way.of(connection);
    if (delivery.held() && connection.status() == Connection.Status.PAUSED) {
      return entry(way, Reason.CONNECTION_PAUSED, delivery);
    }
    if (delivery.held()
        && connection.status() == Connection.Status.DISABLED
        && !delivery.askedFor()) {
      return entry(way, Reason.CONNECTION_DISABLED, delivery);
    }
    return entry(way, holds(tx, destination, delivery), delivery);
  }

  /** What was held and is held by nothing any more goes out by itself. */
  private static Entry entry(Way way, Reason reason, Delivery delivery) {
    if (delivery.held() && reason == Reason.MATCHED) {
      String detail =
          delivery.inLine()
              ? "It waits for others of its line"
              : "It was held, and is let go in its turn";
      return new Entry(way, true, reason, detail, "pending");
    }
    return new Entry(way, true, reason, delivery.error(), delivery.status());
  }

  private static Reason holds(Tx tx, Destination.@Nullable Status destination, Delivery delivery) {
    if (!delivery.held()) {
      return Reason.MATCHED;
    }
    if (destination == Destination.Status.PAUSED) {
      return Reason.DESTINATION_PAUSED;
    }
    if (destination == Destination.Status.DISABLED) {
      return Reason.DESTINATION_DISABLED;
    }
    return Circuits.isOpen(tx, delivery.destinationId()) ? Reason.CIRCUIT_OPEN : Reason.MATCHED;
  }

  /** By a connection that is gone; what was retried since is held by its destination alone. */
  private static Entry deleted(Tx tx, Delivery delivery) {
    return entry(
        new Way(
            delivery.connectionId(), null, delivery.destinationId(), delivery.destinationName()),
        holds(tx, Destinations.status(tx, delivery.destinationId()).orElse(null), delivery),
        delivery);
  }

  private static Entry unowed(
      Connection connection,
      Destination.@Nullable Status destination,
      StoredEvent event,
      EventViews views,
      boolean read) {
    Way way = Way.of(connection);
    if (event.event().isDuplicate()) {
      return new Entry(way, false, Reason.DUPLICATE, null, null);
    }
    if (event.event().isSeed()) {
      return new Entry(
          way, false, Reason.NO_CONNECTION, "It was imported to fill collections", null);
    }
    if (!connection.isEvaluated()) {
      return new Entry(way, false, Reason.CONNECTION_DISABLED, null, null);
    }
    if (destination == null || destination == Destination.Status.DISABLED) {
      return new Entry(way, false, Reason.DESTINATION_DISABLED, null, null);
    }
    if (connection.times().createdAt() > event.event().receivedAt()) {
      return new Entry(
          way, false, Reason.NO_CONNECTION, "The connection is newer than the event", null);
    }
    Optional<Condition> failing = connection.filter().firstFailing(views.of(event));
    if (failing.isPresent()) {
      return new Entry(way, false, Reason.FILTER, failing.get().toJson().text(), null);
    }
    return read
        ? new Entry(
            way, false, Reason.FILTER, "It would match now, but did not when it was routed", null)
        : new Entry(way, true, Reason.MATCHED, "Not routed yet", "pending");
  }
}
