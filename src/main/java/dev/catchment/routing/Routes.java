package dev.catchment.routing;

import dev.catchment.db.Database;
import dev.catchment.delivery.Destination;
import dev.catchment.delivery.Destinations;
import dev.catchment.log.StoredEvent;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Where the events of a source may go: the connections to evaluate and their destinations, kept in
 * memory once read. What was read is as good as the claim on the cursor it was read under; whoever
 * claims anew clears it. For one thread at a time.
 */
final class Routes {
  /** With more sources than this everything is read afresh, as far as it is needed. */
  private static final int SOURCES_MAX = 10_000;

  private final Database database;
  private final Destinations table;
  private final Map<String, List<Connection>> bySource = new HashMap<>();
  private final Map<String, Destination> destinations = new HashMap<>();

  /** Sources with any connection, evaluated or not. */
  private final Set<String> connected = new HashSet<>();

  Routes(Database database, Destinations table) {
    this.database = database;
    this.table = table;
  }

  void clear() {
    bySource.clear();
    destinations.clear();
    connected.clear();
  }

  /** Reads what is not known yet of the sources of these events. */
  void learn(List<StoredEvent> events) {
    if (bySource.size() > SOURCES_MAX) {
      clear();
    }
    List<String> unknown =
        events.stream()
            .map(stored -> stored.event().sourceId())
            .distinct()
            .filter(id -> !bySource.containsKey(id))
            .toList();
    if (unknown.isEmpty()) {
      return;
    }
    List<Connection> connections = new ArrayList<>();
    Map<String, Destination> found =
        database.read(tx -> {
          connections.addAll(Connections.ofSources(tx, unknown));
          return table.byId(
              tx,
              connections.stream()
                  .map(connection -> connection.ends().destinationId())
                  .distinct()
                  .toList());
        });
    keep(unknown, connections, found);
  }

  private void keep(
      List<String> sourceIds, List<Connection> connections, Map<String, Destination> found) {
    sourceIds.forEach(id -> bySource.put(id, new ArrayList<>()));
    destinations.putAll(found);
    for (Connection connection : connections) {
      Destination destination = found.get(connection.ends().destinationId());
      connected.add(connection.ends().sourceId());
      if (connection.isEvaluated()
          && destination != null
          && destination.status() != Destination.Status.DISABLED) {
        bySource
            .computeIfAbsent(connection.ends().sourceId(), id -> new ArrayList<>())
            .add(connection);
      }
    }
  }

  /** Whether the event's source, which was learnt, has any connection, evaluated or not. */
  boolean isConnected(StoredEvent event) {
    return connected.contains(event.event().sourceId());
  }

  /** The connections to evaluate for an event whose source was learnt. */
  List<Connection> of(StoredEvent event) {
    return bySource.getOrDefault(event.event().sourceId(), List.of());
  }

  /** Where a connection that was learnt leads. */
  Destination destination(Connection connection) {
    return destinationOf(connection.ends().destinationId());
  }

  /** The destination of that id of a connection that was learnt. */
  Destination destinationOf(String id) {
    Destination destination = destinations.get(id);
    if (destination == null) {
      throw new IllegalStateException("Destination " + id + " was not read");
    }
    return destination;
  }
}
