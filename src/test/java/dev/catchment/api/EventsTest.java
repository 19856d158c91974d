package dev.catchment.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.catchment.base.Times;
import dev.catchment.collections.DataExpressions;
import dev.catchment.collections.Projector;
import dev.catchment.json.Json;
import dev.catchment.log.Cursors;
import dev.catchment.log.Event;
import dev.catchment.log.StoredEvent;
import dev.catchment.testkit.BothDatabases;
import dev.catchment.testkit.Sample;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;

/** Events, their deliveries and their records, as they are read back. */
final class EventsTest {
  /** Events of one source on a node. */
  private static final class Intake {
    private static final long LATER = 5;

    final ApiNode node;
    final String source;

    Intake(ApiNode node) throws Exception {
      this.node = node;
      this.source = node.source("s");
    }

    String add(byte[] body, String method, String contentType) {
      Event.RequestFacts facts =
          new Event.RequestFacts(
              method, "{\"x-a\":\"1\"}", "{\"q\":[\"1\",\"2\"]}", contentType, "192.0.2.1");
      String id = node.ids.next();
      StoredEvent stored =
          node.log
              .append(
                  new Event(
                      id, node.scope, source, facts, body, Long.parseLong(id.substring(0, 12), 16)))
              .join();
      return stored.event().id();
    }

    String add(String body) {
      return add(body.getBytes(StandardCharsets.UTF_8), "POST", "application/json");
    }

    /** An attempt of an event, in a state given by columns. */
    String attempt(String event, String status, boolean open, boolean dead, boolean retried) {
      String id = node.ids.next();
      node.database.write(tx ->
          tx.update(
              """
              INSERT INTO attempts (id, org_id, env_id, event_id, event_position, connection_id,
                destination_id, request_url, request_method, request_headers, request_body_size,
                created_at, attempt_number, round_start, trigger_type, due_at, claim_number,
                status, is_dlq, dlq_at, next_retry_at, open)
              VALUES (?, ?, ?, ?, 1, ?, ?, 'https://d.example', 'POST', '{}', 2, ?, 1, 1,
                'initial', ?, 0, ?, ?, ?, ?, ?)
              """,
              id,
              node.scope.orgId(),
              node.scope.envId(),
              event,
              source,
              source,
              tx.now(),
              null,
              status,
              dead,
              dead ? (Long) LATER : null,
              retried ? (Long) LATER : null,
              open));
      return id;
    }
  }

  private static List<String> ids(ApiNode.Answer answer, String name) {
    List<String> ids = new ArrayList<>();
    for (Json row : ((Json.Arr) answer.at(name)).items()) {
      ids.add(((Json.Str) Objects.requireNonNull(((Json.Obj) row).get("id"))).value());
    }
    return ids;
  }

  @BothDatabases
  void anEventIsShownWithItsBytes(BothDatabases.Store store) throws Exception {
    try (ApiNode node = new ApiNode(store)) {
      Intake intake = new Intake(node);
      String small = intake.add("{ \"b\":1, \"a\":[1.0] }");
      byte[] odd = {0, (byte) 0xff, 7};
      String binary = intake.add(odd, "PUT", "application/x-odd");
      String large = intake.add("[\"" + "x".repeat(20_000) + "\"]");

      ApiNode.Answer row = node.get("/v1/events/evt_" + small);
      assertThat(row.text("event", "payload")).isEqualTo("{\"b\":1,\"a\":[1.0]}");
      assertThat(row.text("event", "payload_inline")).isEqualTo("{ \"b\":1, \"a\":[1.0] }");
      assertThat(row.at("event", "payload_ref")).isEqualTo(Json.nil());
      assertThat(row.text("event", "query_params", "q")).isEqualTo("[\"1\",\"2\"]");
      assertThat(row.text("event", "source_slug")).isEqualTo("s");
      assertThat(row.text("event", "status")).isEqualTo("received");
      ApiNode.Answer kept = node.get("/v1/events/" + binary);
      assertThat(kept.at("event", "payload_inline")).isEqualTo(Json.nil());
      assertThat(kept.text("event", "payload_ref")).isEqualTo("payloads/" + binary);
      ApiNode.Answer payload = node.get("/v1/events/" + binary + "/payload");
      assertThat(payload.http().body()).isEqualTo(odd);
      assertThat(payload.header("Content-Type")).isEqualTo("application/x-odd");
      assertThat(payload.header("Content-Disposition")).startsWith("attachment");
      assertThat(payload.header("X-Content-Type-Options")).isEqualTo("nosniff");
      assertThat(node.get("/v1/events/" + large).text("event", "payload_size")).isEqualTo("20004");
      assertThat(node.get("/v1/events/" + large + "/payload").http().body()).hasSize(20_004);
      assertThat(
              node.send(
                      "GET",
                      "/v1/events/" + small + "/payload",
                      "",
                      Map.of("X-API-Key", node.foreignKey()))
                  .text("error"))
          .isEqualTo("Event not found");
    }
  }

  @BothDatabases
  void eventsArePagedBothWays(BothDatabases.Store store) throws Exception {
    try (ApiNode node = new ApiNode(store)) {
      Intake intake = new Intake(node);
      List<String> newestFirst = new ArrayList<>();
      for (int i = 0; i < 7; i++) {
        newestFirst.addFirst(intake.add("{}"));
      }
      ApiNode.Answer first = node.get("/v1/events?limit=3");
      assertThat(ids(first, "events")).isEqualTo(newestFirst.subList(0, 3));
      assertThat(first.text("pagination"))
          .startsWith(
              "{\"total\":7,\"total_exact\":true,\"limit\":3,\"offset\":0,\"has_more\":true,");
      assertThat(first.at("pagination", "prev_cursor")).isEqualTo(Json.nil());
      ApiNode.Answer second =
          node.get("/v1/events?limit=3&cursor=" + first.text("pagination", "next_cursor"));
      assertThat(ids(second, "events")).isEqualTo(newestFirst.subList(3, 6));
      ApiNode.Answer third =
          node.get("/v1/events?limit=3&cursor=" + second.text("pagination", "next_cursor"));
      assertThat(ids(third, "events")).isEqualTo(newestFirst.subList(6, 7));
      assertThat(third.at("pagination", "next_cursor")).isEqualTo(Json.nil());
      assertThat(third.text("pagination", "has_more")).isEqualTo("false");
      ApiNode.Answer back =
          node.get(
              "/v1/events?limit=3&direction=prev&cursor="
                  + third.text("pagination", "prev_cursor"));
      assertThat(ids(back, "events")).isEqualTo(newestFirst.subList(3, 6));
      ApiNode.Answer start =
          node.get(
              "/v1/events?limit=3&direction=prev&cursor=" + back.text("pagination", "prev_cursor"));
      assertThat(ids(start, "events")).isEqualTo(newestFirst.subList(0, 3));
      assertThat(start.at("pagination", "prev_cursor")).isEqualTo(Json.nil());
      assertThat(ids(node.get("/v1/events?limit=2&offset=5"), "events"))
          .isEqualTo(newestFirst.subList(5, 7));
      assertThat(ids(node.get("/v1/events?before=2020-01-01"), "events")).isEmpty();
      assertThat(ids(node.get("/v1/events?after=2020-01-01T00:00:00Z"), "events")).hasSize(7);
      long sixth = Long.parseLong(newestFirst.get(5).substring(0, 12), 16);
      assertThat(ids(node.get("/v1/events?after=" + Times.format(sixth)), "events"))
          .contains(newestFirst.get(5));
    }
  }

  @BothDatabases
  void eventsAreFoundByWhatTheyAre(BothDatabases.Store store) throws Exception {
    try (ApiNode node = new ApiNode(store)) {
      Intake intake = new Intake(node);
      String put =
          intake.add("{\"Note\":\"Ünder 100%_\"}".getBytes(StandardCharsets.UTF_8), "PUT", "");
      String late = intake.add(" ".repeat(10_300) + "beyond");
      String early = intake.add(" ".repeat(5_000) + "BEYOND" + " ".repeat(9_000));

      assertThat(ids(node.get("/v1/events?method=PUT,PATCH"), "events")).containsExactly(put);
      assertThat(ids(node.get("/v1/events?search=%C3%BCNDER+100%25_"), "events"))
          .containsExactly(put);
      assertThat(ids(node.get("/v1/events?search=beyond"), "events")).containsExactly(early);
      assertThat(ids(node.get("/v1/events?search=" + late.substring(0, 20)), "events"))
          .contains(late);
      assertThat(ids(node.get("/v1/events?search=evt_" + late), "events")).containsExactly(late);
      assertThat(node.get("/v1/events?search=nowhere").text("pagination", "total")).isEqualTo("0");
      assertThat(ids(node.get("/v1/events?source_id=" + intake.source), "events")).hasSize(3);
      assertThat(node.get("/v1/events?source_id=" + put).text("error"))
          .isEqualTo("Source not found");
      assertThat(ids(node.get("/v1/events?verification_status=none,verified"), "events"))
          .hasSize(3);
      assertThat(ids(node.get("/v1/events?dedup_status=duplicate"), "events")).isEmpty();
      assertThat(ids(node.get("/v1/events?topic=orders"), "events")).isEmpty();
    }
  }

  @BothDatabases
  void theDigitsOfAnIdFindItsEventAndThoseThatMentionIt(BothDatabases.Store store)
      throws Exception {
    try (ApiNode node = new ApiNode(store)) {
      Intake intake = new Intake(node);
      String meant = intake.add("{}");
      String start = meant.substring(0, 24);
      List<String> wanted = new ArrayList<>();
      wanted.add(meant);
      for (int i = 0; i < 4; i++) {
        // Among the events that are not found stand those that are.
        String mentions = intake.add("{\"about\":\"" + meant + "\",\"n\":" + i + "}");
        var _ = intake.add("{\"about\":\"" + meant.substring(0, 23) + "\"}");
        wanted.add(1, mentions);
      }
      String search = "/v1/events?search=" + start;
      ApiNode.Answer all = node.get(search);
      assertThat(ids(all, "events")).isEqualTo(wanted);
      assertThat(all.text("pagination", "total")).isEqualTo("5");
      assertThat(
              ids(
                  node.get(
                      search
                          .toUpperCase(Locale.ROOT)
                          .replace("/V1/EVENTS?SEARCH", "/v1/events?search")),
                  "events"))
          .isEqualTo(wanted);
      assertThat(ids(node.get("/v1/events?search=evt_" + start), "events")).containsExactly(meant);
      assertThat(ids(node.get(search + "&limit=2&offset=1"), "events"))
          .isEqualTo(wanted.subList(1, 3));

      for (int limit = 1; limit <= 5; limit++) {
        List<String> forth = new ArrayList<>();
        ApiNode.Answer page = node.get(search + "&limit=" + limit);
        forth.addAll(ids(page, "events"));
        while (page.at("pagination", "has_more").equals(Json.of(true))) {
          page =
              node.get(
                  search + "&limit=" + limit + "&cursor=" + page.text("pagination", "next_cursor"));
          forth.addAll(ids(page, "events"));
        }
        assertThat(forth).as("limit %s", limit).isEqualTo(wanted);
        List<String> back = new ArrayList<>(ids(page, "events"));
        while (!page.at("pagination", "prev_cursor").equals(Json.nil())) {
          page =
              node.get(
                  search
                      + "&direction=prev&limit="
                      + limit
                      + "&cursor="
                      + page.text("pagination", "prev_cursor"));
          back.addAll(0, ids(page, "events"));
        }
        assertThat(back).as("limit %s backwards", limit).isEqualTo(wanted);
      }
      // What the filter leaves out is not found by its id either.
      assertThat(ids(node.get(search + "&method=PUT"), "events")).isEmpty();
    }
  }

  @BothDatabases
  void theStateOfAnEventFollowsFromItsAttempts(BothDatabases.Store store) throws Exception {
    try (ApiNode node = new ApiNode(store)) {
      Intake intake = new Intake(node);
      String received = intake.add("{}");
      String processing = intake.add("{}");
      intake.attempt(processing, "failed", false, false, true);
      intake.attempt(processing, "pending", true, false, false);
      String waiting = intake.add("{}");
      intake.attempt(waiting, "failed", true, false, true);
      intake.attempt(waiting, "failed", false, true, false);
      String delivered = intake.add("{}");
      intake.attempt(delivered, "failed", false, false, true);
      intake.attempt(delivered, "success", false, false, false);
      String dead = intake.add("{}");
      String letter = intake.attempt(dead, "failed", false, true, false);
      intake.attempt(dead, "success", false, false, false);
      String cutOff = intake.add("{}");
      intake.attempt(cutOff, "failed", false, false, false);

      assertThat(ids(node.get("/v1/events?status=received"), "events")).containsExactly(received);
      assertThat(ids(node.get("/v1/events?status=processing"), "events"))
          .containsExactly(waiting, processing);
      assertThat(ids(node.get("/v1/events?status=delivered"), "events")).containsExactly(delivered);
      ApiNode.Answer failed = node.get("/v1/events?status=failed");
      assertThat(ids(failed, "events")).containsExactly(cutOff, dead);
      assertThat(failed.text("events", 0, "status")).isEqualTo("failed");
      assertThat(failed.text("pagination", "total")).isEqualTo("2");
      assertThat(ids(node.get("/v1/events?status=failed,received"), "events"))
          .containsExactly(cutOff, dead, received);
      assertThat(
              ids(node.get("/v1/delivery-attempts?is_dlq=1&event_id=" + dead), "delivery_attempts"))
          .containsExactly(letter);
      assertThat(node.get("/v1/delivery-attempts").size("delivery_attempts")).isEqualTo(9);
      assertThat(
              node.get("/v1/delivery-attempts?status=success,pending&limit=2")
                  .text("pagination", "total"))
          .isEqualTo("3");
      ApiNode.Answer attempt = node.get("/v1/delivery-attempts/att_" + letter);
      assertThat(attempt.text("delivery_attempt", "is_dlq")).isEqualTo("1");
      assertThat(node.get("/v1/delivery-attempts/" + dead).text("error"))
          .isEqualTo("Delivery attempt not found");
      assertThat(node.get("/v1/delivery-attempts?event_id=" + letter).text("error"))
          .isEqualTo("Event not found");
    }
  }

  @BothDatabases
  void recordsAreListedAndFoundByKey(BothDatabases.Store store) throws Exception {
    try (ApiNode node = new ApiNode(store)) {
      Intake intake = new Intake(node);
      String collection = node.collection("c", intake.source);
      for (String key : List.of("a/b", "two", "three")) {
        intake.add("{\"id\":\"" + key + "\",\"v\":1.50}");
      }
      Projector projector =
          new Projector(
              node.database,
              intake.node.log,
              new Cursors(node.database, "a", 60_000),
              node.ids,
              new DataExpressions(node.transforms, Sample.VIEWS),
              (tx, row, changes, events) -> {});
      for (int i = 0; i < 3; i++) {
        projector.step();
      }
      String records = "/v1/collections/" + collection + "/records";

      ApiNode.Answer page = node.get(records + "?limit=2");
      assertThat(page.size("records")).isEqualTo(2);
      assertThat(page.text("records", 0, "record_key")).isEqualTo("three");
      assertThat(page.text("records", 0, "data")).isEqualTo("{\"id\":\"three\",\"v\":1.50}");
      ApiNode.Answer rest = node.get(records + "?limit=2&cursor=" + page.text("next_cursor"));
      assertThat(rest.text("records", 0, "record_key")).isEqualTo("a/b");
      assertThat(rest.at("next_cursor")).isEqualTo(Json.nil());
      assertThat(node.get(records + "/a%2Fb").text("record", "record_key")).isEqualTo("a/b");
      assertThat(node.get(records + "/four").text("error")).isEqualTo("Record not found");
      assertThat(node.get("/v1/collections").text("collections", 0, "record_count")).isEqualTo("3");
      assertThat(node.get("/v1/collections/" + collection).text("stats", "lag")).isEqualTo("0");
    }
  }
}
