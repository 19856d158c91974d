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
    List<String> ids = new ArrayList<>();
    String cursor = "";
    do {
      Json.Obj page =
          (Json.Obj) Json.read(server.call("GET", "/v1/events?limit=100" + cursor, null).body());
      for (Json item : ((Json.Arr) PackagedServer.member(page.text(), "events")).items()) {
        ids.add(PackagedServer.text((Json.Obj) item, "id"));
      }
      Json.Obj pagination = (Json.Obj) PackagedServer.member(page.text(), "pagination");
      cursor =
          pagination.get("next_cursor") instanceof Json.Str next ? "&cursor=" + next.value() : "";
    } while (!cursor.isEmpty());
    return ids;
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
    String cursor = "";
    do {
      String answer =
          server
              .call("GET", "/v1/collections/" + collectionId + "/records?limit=100" + cursor, null)
              .body();
      for (Json item : ((Json.Arr) PackagedServer.member(answer, "records")).items()) {
        Json.Obj data = (Json.Obj) Json.read(PackagedServer.text((Json.Obj) item, "data"));
        records.put(PackagedServer.text((Json.Obj) item, "record_key"), number(data, "n"));
      }
      cursor =
          PackagedServer.member(answer, "next_cursor") instanceof Json.Str next
              ? "&cursor=" + next.value()
              : "";
    } while (!cursor.isEmpty());
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
