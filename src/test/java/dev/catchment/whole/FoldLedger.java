package dev.catchment.whole;

import static org.assertj.core.api.Assertions.assertThat;

import dev.catchment.json.Json;
import dev.catchment.testkit.PackagedServer;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** Balances collections against a fold over the events that the server holds. */
final class FoldLedger {
  private static final String USABLE = "";

  private final PackagedServer server;

  /** Every stored event, by id. */
  private final Map<String, Change> stored = new HashMap<>();

  FoldLedger(PackagedServer server, List<Traffic> sent) {
    this.server = server;
    Map<String, Integer> acknowledged = new HashMap<>();
    sent.forEach(traffic -> acknowledged.putAll(traffic.numbers()));
    for (String id : Ledger.eventIds(server)) {
      Integer known = acknowledged.remove(id);
      // One that was sent without an answer tells its number itself.
      int n = known == null ? (int) Ledger.number(Ledger.payload(server, id), "n") : known;
      stored.put(id, Change.of(n));
    }
    assertThat(acknowledged).as("acknowledged events that are not stored").isEmpty();
  }

  /** Holds records, counts and skipped events of a collection against the fold. */
  void balance(String collectionId) {
    Map<String, Map.Entry<String, Change>> newest = new HashMap<>();
    stored.entrySet().stream()
        .filter(event -> event.getValue().problem().equals(USABLE))
        .forEach(event ->
            newest.merge(
                event.getValue().key(),
                event,
                (one, other) -> one.getValue().at() > other.getValue().at() ? one : other));
    Map<String, String> records = new HashMap<>();
    newest.forEach((key, event) -> {
      if (!event.getValue().deletes()) {
        records.put(key, event.getKey() + " " + CollectionCrashIT.data(event.getValue()).text());
      }
    });
    Ledger.await(
        () -> Ledger.number(stats(collectionId), "lag") == 0,
        "the collection to have looked at everything");
    assertThat(exported(collectionId)).as("records").isEqualTo(records);

    Json.Obj stats = stats(collectionId);
    assertThat(Ledger.number(stats, "applied_count") + Ledger.number(stats, "stale_count"))
        .as("each event counts once: %s", stats.text())
        .isEqualTo(count(USABLE));
    assertThat(Ledger.number(stats, "tombstone_count")).isEqualTo(newest.size() - records.size());
    Json.Obj collection =
        (Json.Obj) PackagedServer.member(answer("/v1/collections/" + collectionId), "collection");
    assertThat(Ledger.number(collection, "record_count")).isEqualTo(records.size());
    balanceSkipped(collectionId, stats);
  }

  private void balanceSkipped(String collectionId, Json.Obj stats) {
    Json.Obj reasons = (Json.Obj) PackagedServer.member(stats.text(), "skipped_reasons");
    assertThat(reasons.members()).hasSize(2);
    for (String reason : List.of("key_missing", "key_type")) {
      assertThat(Ledger.number(reasons, reason)).as(reason).isEqualTo(count(reason));
    }
    Set<String> skipped =
        stored.entrySet().stream()
            .filter(event -> !event.getValue().problem().equals(USABLE))
            .map(Map.Entry::getKey)
            .collect(Collectors.toSet());
    assertThat(Ledger.number(stats, "skipped_count")).isEqualTo(skipped.size());
    assertThat(skipped(collectionId)).as("skipped events").isEqualTo(skipped);
  }

  private long count(String problem) {
    return stored.values().stream().filter(change -> change.problem().equals(problem)).count();
  }

  private Json.Obj stats(String collectionId) {
    return (Json.Obj) PackagedServer.member(answer("/v1/collections/" + collectionId), "stats");
  }

  /** Key to the event that holds the record, with its data. */
  private Map<String, String> exported(String collectionId) {
    Map<String, String> records = new HashMap<>();
    answer("/v1/collections/" + collectionId + "/export?format=ndjson")
        .lines()
        .map(line -> (Json.Obj) Json.read(line))
        .forEach(row ->
            records.put(
                PackagedServer.text(row, "record_key"),
                PackagedServer.text(row, "source_event_id")
                    + " "
                    + PackagedServer.member(row.text(), "data").text()));
    return records;
  }

  private Set<String> skipped(String collectionId) {
    Set<String> ids = new HashSet<>();
    for (Json.Obj one :
        Ledger.items(server, "/v1/collections/" + collectionId + "/skipped", "skipped")) {
      assertThat(ids.add(PackagedServer.text(one, "event_id"))).isTrue();
    }
    return ids;
  }

  private String answer(String path) {
    return server.call("GET", path, null).body();
  }
}
