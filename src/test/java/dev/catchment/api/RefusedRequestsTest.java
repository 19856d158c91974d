package dev.catchment.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.catchment.ingest.Reason;
import dev.catchment.ingest.Refused;
import dev.catchment.ingest.RefusedRequest;
import dev.catchment.ingest.RefusedRequests;
import dev.catchment.json.Json;
import dev.catchment.log.Event;
import dev.catchment.testkit.BothDatabases;
import dev.catchment.worker.Step;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Requests that were refused: found, explained, and judged again. */
final class RefusedRequestsTest {
  private static final String LIST = "/v1/refused-requests";

  private static void settle(ApiNode node) {
    while (node.refusals.step() instanceof Step.Next.Again) {
      // Each step writes a part.
    }
  }

  private static List<String> ids(ApiNode.Answer answer) {
    List<String> ids = new ArrayList<>();
    for (Json row : ((Json.Arr) answer.at("refused_requests")).items()) {
      ids.add(((Json.Str) Objects.requireNonNull(((Json.Obj) row).get("id"))).value());
    }
    return ids;
  }

  private static void set(ApiNode node, String source, String status) throws Exception {
    assertThat(node.patch("/v1/sources/" + source, "{\"status\":\"" + status + "\"}").status())
        .isEqualTo(200);
  }

  private static int send(ApiNode node, String source, String body) throws Exception {
    return node.send(
            "POST",
            "/v1/ingest/" + source + "?a=1&a=2",
            body,
            Map.of("Content-Type", "text/x-odd", "X-One", "1"))
        .status();
  }

  /** The only refused request, as the list has it. */
  private static String only(ApiNode node) throws Exception {
    settle(node);
    return ids(node.get(LIST)).getFirst();
  }

  private static Refused refused(
      ApiNode node, String source, Reason reason, String body, long payloadSize) {
    return new Refused(
        source,
        node.scope,
        new Event.RequestFacts("POST", "{}", "{}", null, "192.0.2.9"),
        body.getBytes(StandardCharsets.UTF_8),
        payloadSize,
        true,
        reason,
        "because",
        reason.responseStatus(),
        node.database.now());
  }

  private static @Nullable String add(ApiNode node, Refused refused) throws Exception {
    node.refusals.add(refused);
    settle(node);
    return ids(node.get(LIST + "?limit=1")).getFirst();
  }

  @BothDatabases
  void aRefusedRequestIsKeptWithItsReasonAndIsNoEvent(BothDatabases.Store store) throws Exception {
    try (ApiNode node = new ApiNode(store)) {
      String source = node.source("s");
      set(node, source, "paused");
      assertThat(send(node, source, "{ \"b\": 1 }")).isEqualTo(503);
      set(node, source, "disabled");
      assertThat(send(node, source, "")).isEqualTo(403);
      assertThat(send(node, "0".repeat(32), "to nobody")).isEqualTo(404);
      settle(node);

      ApiNode.Answer list = node.get(LIST);
      assertThat(list.size("refused_requests")).isEqualTo(2);
      assertThat(list.text("refused_requests", 0, "reason")).isEqualTo("source_disabled");
      assertThat(list.text("pagination", "total")).isEqualTo("2");
      ApiNode.Answer row = node.get(LIST + "/" + ids(list).getLast());
      assertThat(row.text("refused_request", "reason")).isEqualTo("source_paused");
      assertThat(row.text("refused_request", "response_status")).isEqualTo("503");
      assertThat(row.text("refused_request", "payload_inline")).isEqualTo("{ \"b\": 1 }");
      assertThat(row.text("refused_request", "payload_size")).isEqualTo("10");
      assertThat(row.text("refused_request", "headers", "x-one")).isEqualTo("1");
      assertThat(row.text("refused_request", "query_params", "a")).isEqualTo("[\"1\",\"2\"]");
      assertThat(row.text("refused_request", "content_type")).isEqualTo("text/x-odd");
      assertThat(row.text("refused_request", "source_ip")).isEqualTo("127.0.0.1");
      assertThat(row.text("refused_request", "source_slug")).isEqualTo("s");
      assertThat(row.at("refused_request", "replayed_event_id")).isEqualTo(Json.nil());
      assertThat(node.get("/v1/events").size("events")).isZero();

      node.delete("/v1/sources/" + source);
      assertThat(node.get(LIST).at("refused_requests", 0, "source_name")).isEqualTo(Json.nil());
    }
  }

  @BothDatabases
  void whatIsKeptSaysWhatItsSenderWasAnswered(BothDatabases.Store store) throws Exception {
    try (ApiNode node = new ApiNode(store)) {
      String meta =
          node.made(
              "source",
              "{\"name\":\"M\",\"slug\":\"m\",\"template\":\"meta\","
                  + "\"source_config\":{\"verify_token\":\"right\"}}");
      String hub =
          node.made(
              "source",
              "{\"name\":\"W\",\"slug\":\"w\",\"template\":\"websub\","
                  + "\"verification_secret\":\"hub secret\",\"source_config\":{"
                  + "\"topic\":\"https://t.example/\",\"response\":{\"status_code\":202}}}");
      String question = "?hub.mode=subscribe&hub.challenge=1&hub.";
      List<Integer> answered =
          List.of(
              asked(node, meta + question + "verify_token=right"),
              asked(node, meta + question + "verify_token=wrong"),
              asked(node, hub + question + "topic=https://other.example/"),
              asked(node, hub));
      assertThat(answered).containsExactly(200, 403, 404, 202);
      settle(node);
      ApiNode.Answer kept = node.get(LIST);
      List<Integer> told = new ArrayList<>();
      for (int i = kept.size("refused_requests") - 1; i >= 0; i--) {
        told.add(Integer.parseInt(kept.text("refused_requests", i, "response_status")));
      }
      assertThat(told).isEqualTo(answered);
    }
  }

  /** The status of an answer that the provider or the source's owner words, not the document. */
  private static int asked(ApiNode node, String path) throws Exception {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(
            URI.create("http://127.0.0.1:" + node.server.port() + "/v1/ingest/" + path));
    if (path.indexOf('?') < 0) {
      request.POST(HttpRequest.BodyPublishers.ofString("<feed/>"));
    }
    try (HttpClient client = HttpClient.newHttpClient()) {
      return client.send(request.build(), HttpResponse.BodyHandlers.discarding()).statusCode();
    }
  }

  @BothDatabases
  void aBodyThatIsTooLargeIsKnownHoweverItCame(BothDatabases.Store store) throws Exception {
    try (ApiNode node = new ApiNode(store)) {
      String small =
          node.made(
              "source",
              "{\"name\":\"S\",\"slug\":\"small\",\"source_config\":{\"max_body_bytes\":4}}");
      assertThat(send(node, small, "12345")).isEqualTo(413);
      // The source is known by now, so the length alone is enough.
      assertThat(send(node, small, "1234")).isEqualTo(200);
      assertThat(send(node, small, "12345")).isEqualTo(413);
      String source = node.source("s");
      assertThat(chunked(node, source, ApiNode.BODY_MAX + 1)).startsWith("HTTP/1.1 413");
      assertThat(chunked(node, "0".repeat(32), ApiNode.BODY_MAX + 1)).startsWith("HTTP/1.1 413");
      await(node, 3);

      ApiNode.Answer list = node.get(LIST + "?reason=too_large,handshake");
      assertThat(ids(list)).hasSize(3);
      assertThat(list.text("refused_requests", 0, "source_id")).isEqualTo(source);
      assertThat(Integer.parseInt(list.text("refused_requests", 0, "payload_size")))
          .isGreaterThan(ApiNode.BODY_MAX);
      assertThat(list.text("refused_requests", 0, "payload_truncated")).isEqualTo("1");
      assertThat(list.text("refused_requests", 1, "payload_size")).isEqualTo("0");
      assertThat(list.text("refused_requests", 1, "payload_truncated"))
          .as("of a body that was never read all is missing")
          .isEqualTo("1");
      assertThat(list.text("refused_requests", 2, "payload_size")).isEqualTo("5");
      assertThat(list.text("refused_requests", 2, "payload_truncated")).isEqualTo("0");
      List<String> ids = ids(list);
      for (String cut : ids.subList(0, 2)) {
        ApiNode.Answer again = node.post(LIST + "/" + cut + "/replay", "");
        assertThat(again.status()).isEqualTo(409);
        assertThat(again.text("error")).contains("cannot be replayed: its body was not kept whole");
      }
      // Only the source's own limit was in the way of the last, and all of it is there.
      ApiNode.Answer still = node.post(LIST + "/" + ids.getLast() + "/replay", "");
      assertThat(still.status()).isEqualTo(422);
      assertThat(still.text("error")).isEqualTo("Payload too large: limit is 4 bytes");
      assertThat(
              node.patch("/v1/sources/" + small, "{\"source_config\":{\"max_body_bytes\":5}}")
                  .status())
          .isEqualTo(200);
      assertThat(node.post(LIST + "/" + ids.getLast() + "/replay", "").status()).isEqualTo(200);
      assertThat(node.get("/v1/events").size("events")).isEqualTo(2);
    }
  }

  /** The source of a body that is refused early is looked up beside the answer. */
  private static void await(ApiNode node, int count) throws Exception {
    long end = System.nanoTime() + 10_000_000_000L;
    do {
      settle(node);
      assertThat(System.nanoTime()).isLessThan(end);
    } while (ids(node.get(LIST)).size() < count);
  }

  private static String chunked(ApiNode node, String source, int size) throws Exception {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), node.server.port())) {
      String head =
          "POST /v1/ingest/"
              + source
              + " HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
              + Integer.toHexString(size)
              + "\r\n";
      socket.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
      socket.getOutputStream().write(new byte[size]);
      socket.getOutputStream().write("\r\n0\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
      InputStream in = socket.getInputStream();
      return new String(in.readNBytes(12), StandardCharsets.US_ASCII);
    }
  }

  @BothDatabases
  void refusedRequestsAreFilteredPagedAndCounted(BothDatabases.Store store) throws Exception {
    try (ApiNode node = new ApiNode(store)) {
      String source = node.source("s");
      String other = node.source("o");
      List<String> newestFirst = new ArrayList<>();
      for (int i = 0; i < 5; i++) {
        newestFirst.addFirst(
            add(node, refused(node, source, Reason.SIGNATURE_INVALID, "b" + i, 2)));
      }
      String denied = add(node, refused(node, other, Reason.IP_DENIED, "", 0));

      assertThat(ids(node.get(LIST + "?reason=ip_denied"))).containsExactly(denied);
      assertThat(ids(node.get(LIST + "?source_id=src_" + source))).isEqualTo(newestFirst);
      assertThat(ids(node.get(LIST + "?source_ip=192.0.2.9"))).hasSize(6);
      assertThat(ids(node.get(LIST + "?source_ip=192.0.2.1"))).isEmpty();
      assertThat(ids(node.get(LIST + "?before=2020-01-01"))).isEmpty();
      assertThat(ids(node.get(LIST + "?after=2020-01-01"))).hasSize(6);
      ApiNode.Answer page = node.get(LIST + "?limit=2&offset=1");
      assertThat(ids(page)).isEqualTo(newestFirst.subList(0, 2));
      ApiNode.Answer next =
          node.get(LIST + "?limit=2&cursor=" + page.text("pagination", "next_cursor"));
      assertThat(ids(next)).isEqualTo(newestFirst.subList(2, 4));
      assertThat(
              ids(
                  node.get(
                      LIST
                          + "?limit=2&direction=prev&cursor="
                          + next.text("pagination", "prev_cursor"))))
          .isEqualTo(newestFirst.subList(0, 2));
      ApiNode.Answer summary = node.get(LIST + "/summary");
      assertThat(summary.text("summary"))
          .isEqualTo(
              "[{\"source_id\":\""
                  + source
                  + "\",\"reason\":\"signature_invalid\",\"count\":5},{\"source_id\":\""
                  + other
                  + "\",\"reason\":\"ip_denied\",\"count\":1}]");
      assertThat(node.get(LIST + "/summary?source_id=" + other).size("summary")).isEqualTo(1);
      assertThat(node.get(LIST + "/summary?before=2020-01-01").size("summary")).isZero();

      assertThat(node.get(LIST + "?reason=unknown").status()).isEqualTo(400);
      assertThat(node.get(LIST + "?source_id=" + denied).text("error"))
          .isEqualTo("Source not found");
      assertThat(node.get(LIST + "/" + source).text("error"))
          .isEqualTo("Refused request not found");
      Map<String, String> foreign = Map.of("X-API-Key", node.foreignKey());
      assertThat(node.send("GET", LIST + "/" + denied, "", foreign).status()).isEqualTo(404);
      assertThat(node.send("POST", LIST + "/" + denied + "/replay", "", foreign).status())
          .isEqualTo(404);
      assertThat(node.send("GET", LIST, "", foreign).size("refused_requests")).isZero();
      assertThat(node.send("GET", LIST + "/summary", "", foreign).size("summary")).isZero();
      assertThat(node.send("GET", LIST, "", Map.of()).status()).isEqualTo(401);
      assertThat(node.send("GET", LIST, "", Map.of("X-API-Key", node.key("events:read"))).status())
          .isEqualTo(403);
    }
  }

  @BothDatabases
  void onceTheCauseIsGoneARefusedRequestBecomesOneEvent(BothDatabases.Store store)
      throws Exception {
    try (ApiNode node = new ApiNode(store)) {
      String source = node.source("s");
      set(node, source, "disabled");
      send(node, source, "{ \"b\":1,\n\"a\":2 }");
      String id = only(node);
      String replay = LIST + "/" + id + "/replay";

      ApiNode.Answer still = node.post(replay, "");
      assertThat(still.status()).isEqualTo(422);
      assertThat(still.text("error")).isEqualTo("Source is disabled");
      settle(node);
      assertThat(node.get(LIST).size("refused_requests")).as("no second row of it").isEqualTo(1);
      set(node, source, "paused");
      assertThat(node.post(replay, "").status()).isEqualTo(503);
      assertThat(node.send("POST", replay, "", Map.of("X-API-Key", node.key("read"))).status())
          .isEqualTo(403);
      set(node, source, "active");

      ApiNode.Answer accepted = node.post(replay, "");
      assertThat(accepted.status()).isEqualTo(200);
      String event = accepted.text("event_id");
      assertThat(node.get("/v1/events/" + event + "/payload").http().body())
          .isEqualTo("{ \"b\":1,\n\"a\":2 }".getBytes(StandardCharsets.UTF_8));
      assertThat(node.get("/v1/events/" + event).text("event", "headers", "x-one")).isEqualTo("1");
      assertThat(node.get(LIST + "/" + id).text("refused_request", "replayed_event_id"))
          .isEqualTo(event);
      ApiNode.Answer second = node.post(replay, "");
      assertThat(second.status()).isEqualTo(409);
      assertThat(second.text("error"))
          .isEqualTo("Refused request cannot be replayed: it became event " + event);
      assertThat(node.get("/v1/events").size("events")).isEqualTo(1);
    }
  }

  @BothDatabases
  void whatIsNotWholeOrNoEventOrUnderWayIsNotReplayed(BothDatabases.Store store) throws Exception {
    try (ApiNode node = new ApiNode(store)) {
      String source = node.source("s");
      String cut = add(node, refused(node, source, Reason.IP_DENIED, "half of \u00e9", 99));
      String handshake = add(node, refused(node, source, Reason.HANDSHAKE, "", 0));
      String taken = add(node, refused(node, source, Reason.IP_DENIED, "{}", 2));
      RefusedRequest row =
          node.database.read(tx -> RefusedRequests.get(tx, node.scope, String.valueOf(taken)));
      assertThat(claimed(node, row)).isTrue();
      assertThat(claimed(node, row)).isFalse();

      assertThat(node.post(LIST + "/" + cut + "/replay", "").text("error"))
          .isEqualTo("Refused request cannot be replayed: its body was not kept whole");
      assertThat(node.post(LIST + "/" + handshake + "/replay", "").text("error"))
          .isEqualTo("Refused request cannot be replayed: it is a handshake");
      assertThat(node.post(LIST + "/" + taken + "/replay", "").text("error"))
          .isEqualTo("Refused request cannot be replayed: it is being replayed");
      assertThat(node.get("/v1/events").size("events")).isZero();
    }
  }

  private static boolean claimed(ApiNode node, RefusedRequest row) {
    return node.database.write(tx -> RefusedRequests.claimReplay(tx, row, tx.now() + 60_000));
  }

  @BothDatabases
  void textIsShownEvenWhenItWasCutInsideACharacter(BothDatabases.Store store) throws Exception {
    try (ApiNode node = new ApiNode(store)) {
      String source = node.source("s");
      String cut =
          add(node, refused(node, source, Reason.IP_DENIED, "x" + "\u00e9".repeat(40_000), 80_001));
      String shown = node.get(LIST + "/" + cut).text("refused_request", "payload_inline");
      assertThat(shown).startsWith("x\u00e9").hasSize(1 + (65_536 - 1) / 2);
    }
  }
}
