package dev.catchment.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.catchment.db.Database;
import dev.catchment.delivery.Destinations;
import dev.catchment.log.StoredEvent;
import dev.catchment.routing.Connection;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** What must be true of the store at every moment, whatever has happened to the nodes. */
final class DeliveryInvariants {
  private final Database database;
  private final SimulatedNetwork network;
  private final int attemptsMax;
  private final Map<String, Attempt> closed = new HashMap<>();

  /**
   * What is stored and should be.
   *
   * @param start the end of the log when the run began
   * @param events of the run so far
   * @param connections that are to get each of them
   */
  record Expected(long start, List<StoredEvent> events, List<Connection> connections) {}

  DeliveryInvariants(Database database, SimulatedNetwork network, int attemptsMax) {
    this.database = database;
    this.network = network;
    this.attemptsMax = attemptsMax;
  }

  /** The rows of one moment. */
  private record Moment(List<Attempt> attempts, long cursor, Map<String, Long> delivered) {}

  /** Fails unless everything holds; answers the attempts of that moment. */
  List<Attempt> check(Expected expected) {
    // The ledger is read after the rows: a success must have been received before it is written.
    Moment moment =
        database.read(tx ->
            new Moment(
                Attempt.after(tx, expected.start()),
                tx.number(
                    "SELECT COALESCE(MAX(position), 0) AS n FROM cursors WHERE name = ?",
                    Destinations.ROUTING_READER),
                tx
                    .list(
                        "SELECT id, event_count FROM destinations",
                        row -> Map.entry(row.string("id"), row.number("event_count")))
                    .stream()
                    .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue))));
    Map<String, List<Attempt>> deliveries = new LinkedHashMap<>();
    moment
        .attempts()
        .forEach(attempt ->
            deliveries.computeIfAbsent(attempt.delivery(), key -> new ArrayList<>()).add(attempt));
    deliveries.values().forEach(this::checkDelivery);
    checkRouted(expected, moment, deliveries.keySet());
    checkNothingClosedChanges(moment.attempts());
    checkSuccesses(expected, moment);
    return moment.attempts();
  }

  private void checkDelivery(List<Attempt> attempts) {
    String all = attempts.toString();
    assertThat(attempts.size()).as(all).isLessThanOrEqualTo(attemptsMax);
    for (int i = 0; i < attempts.size(); i++) {
      Attempt attempt = attempts.get(i);
      boolean last = i == attempts.size() - 1;
      assertThat(attempt.number()).as("numbered on: %s", all).isEqualTo(i + 1);
      if (!last) {
        assertThat(attempt.status()).as("only a failure is followed: %s", all).isEqualTo("failed");
        assertThat(attempt.open()).as("only the newest is open: %s", all).isFalse();
        assertThat(attempt.dead()).as("nothing follows a dead letter: %s", all).isFalse();
      } else if (!attempt.open()) {
        assertThat(attempt.succeeded() || attempt.dead())
            .as("what is over has succeeded or is a dead letter: %s", all)
            .isTrue();
      }
    }
  }

  /** The cursor and what it stands for move together. */
  private static void checkRouted(Expected expected, Moment moment, Set<String> deliveries) {
    Set<String> due = new HashSet<>();
    for (StoredEvent event : expected.events()) {
      if (event.position() <= moment.cursor()) {
        expected
            .connections()
            .forEach(connection -> due.add(event.event().id() + " by " + connection.id()));
      }
    }
    assertThat(deliveries).as("up to position %s", moment.cursor()).isEqualTo(due);
  }

  private void checkNothingClosedChanges(List<Attempt> attempts) {
    for (Attempt attempt : attempts) {
      if (!attempt.open()) {
        Attempt before = closed.putIfAbsent(attempt.id(), attempt);
        assertThat(before == null ? attempt : before)
            .as("what is over stays as it is")
            .isEqualTo(attempt);
      }
    }
  }

  private void checkSuccesses(Expected expected, Moment moment) {
    Map<String, String> destinations =
        expected.connections().stream()
            .collect(Collectors.toMap(Connection::id, one -> one.ends().destinationId()));
    Set<String> answered =
        network.receptions().stream()
            .filter(SimulatedNetwork.Reception::answered)
            .map(got -> got.url() + " " + got.eventId() + " " + got.attempt())
            .collect(Collectors.toSet());
    Map<String, Long> successes = new HashMap<>();
    for (Attempt attempt : moment.attempts()) {
      if (attempt.succeeded()) {
        assertThat(answered)
            .contains(
                DeliverySimulation.url(attempt.destinationId())
                    + " "
                    + attempt.eventId()
                    + " "
                    + attempt.number());
        successes.merge(attempt.destinationId(), 1L, Long::sum);
      }
    }
    destinations
        .values()
        .forEach(id ->
            assertThat(moment.delivered().get(id))
                .as("deliveries counted for %s", id)
                .isEqualTo(successes.getOrDefault(id, 0L)));
  }
}
