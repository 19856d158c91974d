package dev.catchment.whole;

import static org.assertj.core.api.Assertions.assertThat;

import dev.catchment.json.Json;
import dev.catchment.testkit.PackagedServer;
import dev.catchment.testkit.Receiver;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** Balances what senders were told against what the server holds and what receivers got. */
final class Ledger {
  private static final Duration DRAIN_MAX = Duration.ofSeconds(60);

  private Ledger() {}

  /** What the server holds of one event. */
  private record Stored(String key, long n) {}

  /**
   * Every acknowledged event is stored, every stored event was delivered at least once, and the
   * collection equals a fold over the stored events.
   */
  static void balance(
      PackagedServer server, Traffic traffic, Receiver receiver, String collectionId) {
    Map<String, Stored> stored = stored(server);
    assertThat(stored.keySet())
        .as("acknowledged events are stored")
        .containsAll(traffic.acknowledged());
    // What was sent without an answer may be stored or not, but nothing else may.
    assertThat(stored.size()).isLessThanOrEqualTo(traffic.sent());

    awaitDelivered(receiver, stored.keySet());
    Set<String> delivered = deliveredIds(receiver);
    assertThat(delivered).as("delivered events").isEqualTo(stored.keySet());

    awaitSettled(server);
    awaitProjected(server, collectionId, stored.size());
    assertThat(records(server, collectionId)).as("records").isEqualTo(fold(stored));
  }

  private static Map<String, Stored> stored(PackagedServer server) {
    Map<String, Stored> stored = new HashMap<>();
    for (String id : eventIds(server)) {
      Json.Obj payload = payload(server, id);
      stored.put(id, new Stored(PackagedServer.text(payload, "key"), number(payload, "n")));
    }
    return stored;
  }

  /** The ids of all events that the server holds. */
  static List<String> eventIds(PackagedServer server) {
    return items(server, "/v1/events", "events").stream()
        .map(event -> PackagedServer.text(event, "id"))
        .toList();
  }

  /** All items of a list that the server answers in pages, by the name of the list. */
  static List<Json.Obj> items(PackagedServer server, String path, String name) {
    List<Json.Obj> items = new ArrayList<>();
    String cursor = "";
    do {
      Json.Obj page =
          (Json.Obj) Json.read(server.call("GET", path + "?limit=100" + cursor, null).body());
      ((Json.Arr) Objects.requireNonNull(page.get(name)))
          .items()
          .forEach(item -> items.add((Json.Obj) item));
      Json.Obj place = page.get("pagination") instanceof Json.Obj pagination ? pagination : page;
      cursor = place.get("next_cursor") instanceof Json.Str next ? "&cursor=" + next.value() : "";
    } while (!cursor.isEmpty());
    return items;
  }

  /** The body of an event, as it was sent. */
  static Json.Obj payload(PackagedServer server, String eventId) {
    return (Json.Obj)
        Json.read(server.call("GET", "/v1/events/" + eventId + "/payload", null).body());
  }

  private static void awaitDelivered(Receiver receiver, Set<String> wanted) {
    await(() -> deliveredIds(receiver).containsAll(wanted), "every event to be delivered");
  }

  private static Set<String> deliveredIds(Receiver receiver) {
    Set<String> ids = new HashSet<>();
    receiver.requests().forEach(request -> ids.add(request.header("x-hookstream-event-id")));
    return ids;
  }

  private static void awaitSettled(PackagedServer server) {
    await(
        () ->
            server
                .call("GET", "/v1/events?status=processing&limit=1", null)
                .body()
                .contains("\"events\":[]"),
        "no event to be in processing");
  }

  private static void awaitProjected(PackagedServer server, String id, int events) {
    await(
        () -> {
          Json.Obj stats =
              (Json.Obj)
                  PackagedServer.member(
                      server.call("GET", "/v1/collections/" + id, null).body(), "stats");
          return number(stats, "applied_count") + number(stats, "stale_count") == events;
        },
        "the collection to have looked at " + events + " events");
  }

  /** The whole number of a member. */
  static long number(Json.Obj object, String name) {
    return ((Json.Num) PackagedServer.member(object.text(), name)).value().longValueExact();
  }

  private static Map<String, Long> records(PackagedServer server, String collectionId) {
    Map<String, Long> records = new HashMap<>();
    for (Json.Obj row : items(server, "/v1/collections/" + collectionId + "/records", "records")) {
      Json.Obj data = (Json.Obj) Json.read(PackagedServer.text(row, "data"));
      records.put(PackagedServer.text(row, "record_key"), number(data, "n"));
    }
    return records;
  }

  /** The newest number of each key: {@code n} is the sender's time. */
  private static Map<String, Long> fold(Map<String, Stored> stored) {
    Map<String, Long> newest = new HashMap<>();
    stored.values().forEach(event -> newest.merge(event.key(), event.n(), Math::max));
    return newest;
  }

  /** A condition that may take a moment. */
  interface Condition {
    boolean holds();
  }

  static void await(Condition condition, String what) {
    long deadline = System.nanoTime() + DRAIN_MAX.toNanos();
    while (!condition.holds()) {
      assertThat(System.nanoTime()).as("waiting for " + what).isLessThan(deadline);
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(100));
    }
  }
}
