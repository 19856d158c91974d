package dev.catchment.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.catchment.base.Times;
import dev.catchment.delivery.EndedAttempt;
import dev.catchment.json.Json;
import dev.catchment.log.Event;
import dev.catchment.log.StoredEvent;
import dev.catchment.testkit.BothDatabases;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Retries, issues and jobs over HTTP; every answer is held to the document. */
final class LettersTest {
  private static final String NOWHERE = "0".repeat(32);

  /** A destination with dead letters, on a node that sends nothing. */
  private static final class Post {
    final ApiNode node;
    final String source;
    final String destination;
    final String connection;

    Post(ApiNode node) throws Exception {
      this.node = node;
      this.source = node.source("s");
      this.destination = node.destination("d");
      this.connection = node.connection(source, destination);
    }

    StoredEvent event() {
      String id = node.ids.next();
      return node.log
          .append(
              new Event(
                  id,
                  node.scope,
                  source,
                  new Event.RequestFacts("POST", "{}", "{}", "application/json", "192.0.2.1"),
                  "{\"a\":1}".getBytes(StandardCharsets.UTF_8),
                  Long.parseLong(id.substring(0, 12), 16)))
          .join();
    }

    /** The id of a dead letter that an issue was opened for. */
    String letter(StoredEvent event) {
      String id = node.ids.next();
      return node.database.write(tx -> {
        tx.update(
            """
            INSERT INTO attempts (id, org_id, env_id, event_id, event_position, connection_id,
              destination_id, request_url, request_method, request_body_size, created_at,
              attempt_number, round_start, trigger_type, claim_number, status, error, is_dlq,
              dlq_at, open)
            VALUES (?, ?, ?, ?, ?, ?, ?, 'https://d.example/x', 'POST', 7, ?, 1, 1, 'initial', 1,
              'failed', 'Receiver answered 503', 1, ?, 0)
            """,
            id,
            node.scope.orgId(),
            node.scope.envId(),
            event.event().id(),
            event.position(),
            connection,
            destination,
            tx.now(),
            tx.now());
        node.tracker.ended(
            tx,
            List.of(
                new EndedAttempt(
                    id,
                    node.scope,
                    event.event().id(),
                    connection,
                    destination,
                    EndedAttempt.Fate.DEAD,
                    503,
                    null,
                    "Receiver answered 503",
                    tx.now())));
        return id;
      });
    }

    List<String> letters(int count) {
      List<String> letters = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        letters.add(letter(event()));
      }
      return letters;
    }
  }

  @BothDatabases
  void aDeadLetterIsListedAndRetriedByItself(BothDatabases.Store store) throws Exception {
    try (ApiNode node = new ApiNode(store)) {
      Post post = new Post(node);
      StoredEvent event = post.event();
      String letter = post.letter(event);
      assertThat(node.get("/v1/delivery-attempts?is_dlq=1").size("delivery_attempts")).isEqualTo(1);
      String path = "/v1/delivery-attempts/da_" + letter + "/retry";
      assertThat(node.send("POST", path, "", Map.of("X-API-Key", node.foreignKey())).status())
          .isEqualTo(404);
      assertThat(node.send("POST", path, "", Map.of("X-API-Key", node.key("read"))).status())
          .isEqualTo(403);
      ApiNode.Answer started = node.post(path, "");
      assertThat(started.status()).isEqualTo(200);
      assertThat(started.text("delivery_attempt", "trigger_type")).isEqualTo("manual");
      assertThat(started.text("delivery_attempt", "attempt_number")).isEqualTo("2");
      assertThat(node.get("/v1/delivery-attempts?is_dlq=1").size("delivery_attempts")).isZero();
      assertThat(node.get("/v1/events/" + event.event().id()).text("event", "status"))
          .isEqualTo("processing");
      ApiNode.Answer again = node.post(path, "");
      assertThat(again.status()).isEqualTo(400);
      assertThat(again.text("error")).isEqualTo("Retry failed: The delivery is still pending");
      assertThat(node.post("/v1/delivery-attempts/" + NOWHERE + "/retry", "").text("error"))
          .isEqualTo("Delivery attempt not found");
    }
  }

  @BothDatabases
  void eventsAreRetriedOneByOneByIdsAndByFilter(BothDatabases.Store store) throws Exception {
    try (ApiNode node = new ApiNode(store)) {
      Post post = new Post(node);
      StoredEvent event = post.event();
      String path = "/v1/events/" + event.event().id() + "/retry";
      assertThat(node.post(path, "").text("message")).isEqualTo("No failed deliveries to retry");
      post.letter(event);
      ApiNode.Answer one = node.post(path, "");
      assertThat(one.text("retried", 0, "connection_id")).isEqualTo(post.connection);
      assertThat(one.at("message")).isEqualTo(Json.nil());
      assertThat(node.post("/v1/events/" + NOWHERE + "/retry", "").text("error"))
          .isEqualTo("Event not found");

      post.letters(3);
      StoredEvent fine = post.event();
      StoredEvent dead = post.event();
      post.letter(dead);
      ApiNode.Answer byIds =
          node.post(
              "/v1/events/retry",
              "{\"event_ids\":[\"evt_"
                  + dead.event().id()
                  + "\",\""
                  + fine.event().id()
                  + "\",\"nonsense\"]}");
      assertThat(byIds.status()).isEqualTo(202);
      assertThat(byIds.body().text())
          .isEqualTo(
              "{\"retried_count\":1,\"event_count\":2,\"skipped_count\":1,"
                  + "\"errors\":[\"Event nonsense not found\"]}");
      ApiNode.Answer byFilter =
          node.post(
              "/v1/events/retry",
              "{\"filter\":{\"destination_id\":\"" + post.destination + "\"},\"max_events\":2}");
      assertThat(byFilter.text("retried_count")).isEqualTo("2");
      assertThat(node.post("/v1/events/retry", "{\"filter\":{}}").text("retried_count"))
          .isEqualTo("1");

      assertRefused(node, "{}", "Invalid body: 'event_ids' or 'filter' is required");
      assertRefused(node, "{\"filter\":null}", "Invalid body: 'event_ids' or 'filter' is required");
      assertRefused(
          node,
          "{\"event_ids\":[]}",
          "Invalid body: 'event_ids' must be an array of 1 to 1000 ids");
      assertRefused(
          node,
          "{\"event_ids\":[7]}",
          "Invalid body: 'event_ids' must be an array of 1 to 1000 ids");
      assertRefused(
          node,
          "{\"filter\":{\"after\":\"soon\"}}",
          "Invalid body: 'filter.after' must be an ISO 8601 time with an offset");
      assertRefused(
          node,
          "{\"filter\":{\"status\":\"dead\"}}",
          "Invalid body: 'filter.status' must be one of received, processing, delivered, failed");
      assertRefused(
          node,
          "{\"filter\":{},\"max_events\":10001}",
          "Invalid body: 'max_events' must be an integer from 1 to 10000");
      assertRefused(node, "{\"filter\":7}", "Invalid body: 'filter' must be an object");
    }
  }

  private static void assertRefused(ApiNode node, String body, String error) throws Exception {
    ApiNode.Answer answer = node.post("/v1/events/retry", body);
    assertThat(answer.status()).as(body).isEqualTo(400);
    assertThat(answer.text("error")).isEqualTo(error);
  }

  @BothDatabases
  void issuesAreListedChangedAndRetried(BothDatabases.Store store) throws Exception {
    try (ApiNode node = new ApiNode(store)) {
      Post post = new Post(node);
      List<String> letters = post.letters(3);
      ApiNode.Answer list = node.get("/v1/issues");
      assertThat(list.size("issues")).isEqualTo(1);
      String id = list.text("issues", 0, "id");
      assertThat(list.text("issues", 0, "title")).isEqualTo("HTTP 5xx from D");
      assertThat(list.text("issues", 0, "occurrence_count")).isEqualTo("3");
      assertThat(node.get("/v1/issues/summary").body().text())
          .isEqualTo("{\"open\":1,\"acknowledged\":0,\"resolved\":0}");
      assertThat(node.get("/v1/issues/iss_" + id).at("recent_attempt_ids"))
          .isEqualTo(Json.texts(letters.reversed()));

      ApiNode.Answer changed =
          node.patch(
              "/v1/issues/" + id, "{\"status\":\"acknowledged\",\"snoozed_until\":\"2030-01-01\"}");
      assertThat(changed.text("issue", "snoozed_until")).isEqualTo("2030-01-01T00:00:00.000Z");
      assertThat(node.get("/v1/issues").size("issues")).isZero();
      assertThat(node.get("/v1/issues?status=all").size("issues")).isEqualTo(1);
      assertThat(node.patch("/v1/issues/" + id, "{}").text("error"))
          .isEqualTo("No fields to update");
      assertThat(node.patch("/v1/issues/" + id, "{\"status\":\"shut\"}").status()).isEqualTo(400);
      assertThat(node.patch("/v1/issues/" + id, "{\"snoozed_until\":5}").status()).isEqualTo(400);
      assertThat(node.get("/v1/issues/" + NOWHERE).text("error")).isEqualTo("Issue not found");
      assertThat(node.get("/v1/issues?cursor=x").text("error")).isEqualTo("Invalid cursor");

      assertThat(
              node.post("/v1/issues/" + id + "/retry", "{\"max_events\":2}").text("retried_count"))
          .isEqualTo("2");
      ApiNode.Answer rest = node.post("/v1/issues/" + id + "/retry", "");
      assertThat(rest.status()).isEqualTo(202);
      assertThat(rest.text("retried_count")).isEqualTo("1");
    }
  }

  @BothDatabases
  void issuesArePagedBothWaysByTheirLastOccurrence(BothDatabases.Store store) throws Exception {
    try (ApiNode node = new ApiNode(store)) {
      Post post = new Post(node);
      for (int i = 0; i < 5; i++) {
        String gone = node.ids.next();
        node.database.write(tx -> {
          node.tracker.circuitOpened(tx, node.scope, gone, 1_000);
          return true;
        });
      }
      post.letters(1);
      List<String> all = new ArrayList<>();
      String path = "/v1/issues?limit=4";
      ApiNode.Answer first = node.get(path);
      first.at("issues");
      ApiNode.Answer second = node.get(path + "&cursor=" + first.text("pagination", "next_cursor"));
      for (ApiNode.Answer page : List.of(first, second)) {
        for (int i = 0; i < page.size("issues"); i++) {
          all.add(page.text("issues", i, "id"));
        }
      }
      assertThat(all).hasSize(6).doesNotHaveDuplicates();
      assertThat(first.text("issues", 0, "title")).as("seen last").isEqualTo("HTTP 5xx from D");
      assertThat(second.at("pagination", "next_cursor")).isEqualTo(Json.nil());
      ApiNode.Answer back =
          node.get(path + "&direction=prev&cursor=" + second.text("pagination", "prev_cursor"));
      assertThat(back.at("issues")).isEqualTo(first.at("issues"));
    }
  }

  @BothDatabases
  void aReplayIsMadeShownAndCancelled(BothDatabases.Store store) throws Exception {
    try (ApiNode node = new ApiNode(store)) {
      Post post = new Post(node);
      StoredEvent event = post.event();
      String from = Times.format(event.event().receivedAt() - 1_000);
      String to = Times.format(event.event().receivedAt() + 60_000);
      String body =
          "{\"destination_id\":\""
              + post.destination
              + "\",\"from\":\""
              + from
              + "\",\"to\":\""
              + to
              + "\"";
      ApiNode.Answer made = node.post("/v1/replay", body + "}");
      assertThat(made.status()).isEqualTo(201);
      assertThat(made.text("job", "total")).isEqualTo("1");
      String id = made.text("job_id");
      ApiNode.Answer shown = node.get("/v1/replay/rpl_" + id);
      assertThat(shown.text("job", "from")).isEqualTo(from);
      assertThat(shown.text("job", "rate_limit")).isEqualTo("10");
      assertThat(shown.text("job", "retry")).isEqualTo("false");
      assertThat(node.get("/v1/replay").size("jobs")).isEqualTo(1);
      assertThat(node.get("/v1/replay?limit=1").text("has_more")).isEqualTo("false");
      assertThat(
              node.send("GET", "/v1/replay/" + id, "", Map.of("X-API-Key", node.foreignKey()))
                  .text("error"))
          .isEqualTo("Replay job not found");
      assertThat(node.delete("/v1/replay/" + id).status()).isEqualTo(200);
      assertThat(node.get("/v1/replay/" + id).text("job", "status")).isEqualTo("cancelled");

      assertReplay(node, body + ",\"filter\":{\"status\":\"failed\"}}", 404, "No events found");
      assertReplay(node, body + ",\"filter\":{\"topic\":\"t\"}}", 404, "No events found");
      assertReplay(
          node,
          body + ",\"filter\":{\"rules\":[{\"field\":\"a\",\"op\":\"eq\",\"value\":2}]}}",
          404,
          "No events found");
      assertReplay(node, body + ",\"source_id\":\"" + NOWHERE + "\"}", 404, "Source not found");
      assertReplay(
          node, body + ",\"connection_id\":\"" + NOWHERE + "\"}", 404, "Connection not found");
      assertReplay(
          node,
          body + ",\"rate_limit\":101}",
          400,
          "Invalid body: 'rate_limit' must be an integer from 1 to 100");
      assertReplay(
          node, body.replace(to, from) + "}", 400, "Invalid body: 'to' must be after 'from'");
      assertReplay(node, "{}", 400, "Invalid body: 'destination_id' is required");
      String other = node.connection(post.source, node.destination("e"));
      assertReplay(
          node,
          body + ",\"connection_id\":\"" + other + "\"}",
          400,
          "Invalid body: 'connection_id' must be a connection to the destination");
    }
  }

  private static void assertReplay(ApiNode node, String body, int status, String error)
      throws Exception {
    ApiNode.Answer answer = node.post("/v1/replay", body);
    assertThat(answer.text("error")).isEqualTo(error);
    assertThat(answer.status()).isEqualTo(status);
  }

  @BothDatabases
  void aRetryJobIsMadeShownAndCancelled(BothDatabases.Store store) throws Exception {
    try (ApiNode node = new ApiNode(store)) {
      Post post = new Post(node);
      post.letters(2);
      String issue = node.get("/v1/issues").text("issues", 0, "id");
      ApiNode.Answer made =
          node.post("/v1/retry-jobs", "{\"filter\":{\"issue_id\":\"" + issue + "\"}}");
      assertThat(made.status()).isEqualTo(201);
      assertThat(made.at("job", "total")).isEqualTo(Json.nil());
      assertThat(made.text("job", "filter", "issue_id")).isEqualTo(issue);
      String id = made.text("job", "id");
      node.replays.runner().step();
      node.replays.runner().step();
      node.replays.runner().step();
      ApiNode.Answer done = node.get("/v1/retry-jobs/job_" + id);
      assertThat(done.text("job", "status")).isEqualTo("completed");
      assertThat(done.text("job", "retried")).isEqualTo("2");
      assertThat(node.get("/v1/retry-jobs").size("jobs")).isEqualTo(1);
      assertThat(node.get("/v1/replay").size("jobs")).isZero();
      assertThat(node.delete("/v1/retry-jobs/" + id).status()).isEqualTo(200);
      assertThat(node.get("/v1/retry-jobs/" + id).text("job", "status")).isEqualTo("completed");
      assertThat(node.get("/v1/retry-jobs/" + NOWHERE).text("error"))
          .isEqualTo("Retry job not found");
      assertThat(node.post("/v1/retry-jobs", "{}").text("error"))
          .isEqualTo("Invalid body: 'filter' is required");
    }
  }
}
