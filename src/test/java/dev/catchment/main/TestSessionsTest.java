package dev.catchment.main;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.catchment.json.Json;
import dev.catchment.testkit.BothDatabases;
import dev.catchment.testkit.OpenApi;
import dev.catchment.testkit.Received;
import dev.catchment.testkit.Receiver;
import dev.catchment.testkit.Reply;
import dev.catchment.testkit.SettableClock;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Test sessions as strangers, owners and enemies meet them. */
final class TestSessionsTest {
  private static final OpenApi DOCUMENT = OpenApi.gateway();
  private static final String BASE = "/v1/test/sessions";
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  /** A stranger's answer, held to the document. */
  private record Answer(int status, byte[] bytes, HttpResponse<byte[]> http) {
    String text(String... path) {
      return LiveNode.text(bytes, path);
    }

    Json json(String... path) {
      Json value = Json.parse(bytes).orElseThrow();
      for (String name : path) {
        value = ((Json.Obj) value).members().getOrDefault(name, Json.nil());
      }
      return value;
    }

    List<Json.Obj> events() {
      return ((Json.Arr) json("events")).items().stream().map(Json.Obj.class::cast).toList();
    }

    String body() {
      return new String(bytes, UTF_8);
    }

    String header(String name) {
      return http.headers().firstValue(name).orElse("");
    }
  }

  /** A node and a client without a credential. */
  private static final class World implements AutoCloseable {
    final LiveNode node;
    private final HttpClient client =
        HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    World(LiveNode node) {
      this.node = node;
    }

    Answer call(String method, String path, byte[] body, String... headers) throws Exception {
      HttpRequest.Builder request =
          HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + node.port() + path))
              .timeout(PATIENCE)
              .method(method, HttpRequest.BodyPublishers.ofByteArray(body));
      for (int i = 0; i < headers.length; i += 2) {
        request.header(headers[i], headers[i + 1]);
      }
      HttpResponse<byte[]> http =
          client.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
      if (!path.startsWith("/v1/ingest")) {
        DOCUMENT.check(
            method,
            path,
            http.statusCode(),
            http.headers().firstValue("Content-Type").orElse(null),
            http.body());
      }
      return new Answer(http.statusCode(), http.body(), http);
    }

    Answer get(String path) throws Exception {
      return call("GET", path, new byte[0]);
    }

    Answer patch(String path, String body) throws Exception {
      return call("PATCH", path, body.getBytes(UTF_8));
    }

    /** The same with the key of the environment. */
    Answer owner(String method, String path, String body) throws Exception {
      return call(method, path, body.getBytes(UTF_8), "X-API-Key", LiveNode.KEY);
    }

    String open() throws Exception {
      Answer answer = call("POST", BASE, new byte[0]);
      assertThat(answer.status()).isEqualTo(201);
      return answer.text("session_id");
    }

    Answer send(String session, String body) throws Exception {
      return call("POST", "/v1/ingest/" + session, body.getBytes(UTF_8));
    }

    @Override
    public void close() {
      client.close();
      node.close();
    }
  }

  @BothDatabases
  void aStrangerSeesWhatASessionWasSent(BothDatabases.Store store) throws Exception {
    try (World world = new World(new LiveNode(store))) {
      Answer opened = world.call("POST", "/v1/agent/sessions", new byte[0]);
      assertThat(opened.status()).isEqualTo(201);
      assertThat(opened.header("RateLimit-Remaining")).isEqualTo("9");
      String id = opened.text("session_id");
      assertThat(opened.text("url")).endsWith("/v1/ingest/" + id);

      String first =
          world
              .call(
                  "PUT",
                  "/v1/ingest/" + id + "?q=1&q=2",
                  "{ \"b\": 1 }".getBytes(UTF_8),
                  "X-One",
                  "1")
              .text("event_id");
      byte[] odd = {0, (byte) 0xff, 'a'};
      String binary = world.call("POST", "/v1/ingest/" + id, odd).text("event_id");
      String quoted = world.send(id, "a \"b\",\r\nc").text("event_id");
      assertThat(world.call("POST", "/v1/ingest/" + id, new byte[1 << 20]).status()).isEqualTo(200);
      Answer large = world.call("POST", "/v1/ingest/" + id, new byte[(1 << 20) + 1]);
      assertThat(large.status()).isEqualTo(413);

      String path = BASE + "/" + id;
      Answer read = world.get(path);
      assertThat(read.text("session", "request_count")).isEqualTo("4");
      assertThat(read.events()).hasSize(4);
      Json.Obj shown = read.events().getLast();
      assertThat(shown.get("id")).isEqualTo(Json.of(first));
      assertThat(String.valueOf(shown.get("headers"))).contains("x-one");
      assertThat(world.get(path + "?method=PUT").events()).hasSize(1);
      assertThat(world.get(path + "?search=%22B%22").events()).hasSize(2);
      assertThat(world.get(path + "?search=" + binary).events()).hasSize(1);
      assertThat(world.get(path + "?before=2020-01-01").events()).isEmpty();
      List<Json.Obj> paged = new ArrayList<>();
      Answer page = world.get(path + "?limit=1");
      paged.addAll(page.events());
      while (page.text("pagination", "has_more").equals("true")) {
        page = world.get(path + "?limit=1&cursor=" + page.text("pagination", "next_cursor"));
        paged.addAll(page.events());
      }
      assertThat(paged).isEqualTo(read.events());

      notes(world, path, first);
      export(world, path, List.of(first, binary, quoted));
    }
  }

  private static void notes(World world, String path, String first) throws Exception {
    String event = path + "/events/" + first;
    assertThat(world.get(event).json("event", "note")).isEqualTo(Json.nil());
    assertThat(world.patch(event, "{\"note\":\"=1+1 \\\"ä\\\"\"}").text("event", "note"))
        .isEqualTo("=1+1 \"ä\"");
    assertThat(world.get(event).text("event", "payload_inline")).isEqualTo("{ \"b\": 1 }");
    assertThat(world.patch(event, "{\"note\":\"" + "ä".repeat(2_000) + "\"}").status())
        .isEqualTo(200);
    assertThat(world.patch(event, "{\"note\":\"" + "ä".repeat(2_001) + "\"}").status())
        .isEqualTo(400);
    assertThat(world.patch(event, "{}").text("error")).isEqualTo("No fields to update");
    assertThat(world.patch(event, "{\"note\":7}").text("error")).contains("'note'");
    assertThat(world.patch(event, "{\"note\":null}").json("event", "note")).isEqualTo(Json.nil());
    assertThat(world.patch(event, "{\"note\":\"=1, \\\"ä\\\"\"}").status()).isEqualTo(200);
    assertThat(world.get(path + "/events/" + "0".repeat(32)).text("error"))
        .isEqualTo("Event not found");
    assertThat(world.get(path + "/events/x").status()).isEqualTo(404);
  }

  private static void export(World world, String path, List<String> ids) throws Exception {
    Answer lines = world.get(path + "/export");
    assertThat(lines.header("Content-Disposition")).startsWith("attachment");
    List<Json> rows =
        lines.body().lines().map(line -> Json.parse(line.getBytes(UTF_8)).orElseThrow()).toList();
    assertThat(rows).hasSize(4);
    for (int i = 0; i < ids.size(); i++) {
      assertThat(((Json.Obj) rows.get(i)).get("id")).isEqualTo(Json.of(ids.get(i)));
    }
    assertThat(((Json.Obj) rows.get(0)).get("note")).isEqualTo(Json.of("=1, \"ä\""));
    assertThat(((Json.Obj) rows.get(0)).get("query_params"))
        .isEqualTo(Json.parse("{\"q\":[\"1\",\"2\"]}".getBytes(UTF_8)).orElseThrow());
    assertThat(((Json.Obj) rows.get(1)).get("payload")).isEqualTo(Json.of("base64:AP9h"));
    Answer csv = world.get(path + "/export?format=csv");
    assertThat(csv.header("Content-Type")).startsWith("text/csv");
    assertThat(csv.body())
        .startsWith(
            "id,method,headers,query_params,content_type,source_ip,payload,received_at,note\r\n"
                + ids.getFirst()
                + ",PUT,\"{")
        .contains(",\"=1, \"\"ä\"\"\"\r\n")
        .contains(",\"a \"\"b\"\",\r\nc\",");
    assertThat(world.get(path + "/export?format=xml").status()).isEqualTo(400);
  }

  @BothDatabases
  void aSessionAnswersAsItIsTold(BothDatabases.Store store) throws Exception {
    try (World world = new World(new LiveNode(store))) {
      String id = world.open();
      String path = BASE + "/" + id + "/response";
      for (String bad :
          List.of(
              "{\"status_code\":199}",
              "{\"status_code\":600}",
              "{\"status_code\":\"200\"}",
              "{\"delay_ms\":30001}",
              "{\"delay_ms\":-1}",
              "{\"headers\":{\"a b\":\"c\"}}",
              "{\"headers\":{\"a\":\"c\\r\\nd: e\"}}",
              "{\"headers\":{\"Content-Length\":\"7\"}}",
              "{\"content_type\":null}",
              "{\"body\":[]}",
              "{}",
              "[]",
              "nonsense")) {
        assertThat(world.patch(path, bad).status()).as(bad).isEqualTo(400);
      }
      assertThat(world.patch(path, "{\"status_code\":418,\"headers\":{\"X-Tea\":\"pot\"}}").body())
          .isEqualTo(
              "{\"response\":{\"status_code\":418,\"content_type\":\"application/json\","
                  + "\"body\":\"\",\"headers\":{\"X-Tea\":\"pot\"},\"delay_ms\":0}}");
      assertThat(
              world
                  .patch(path, "{\"body\":\"short\",\"delay_ms\":300}")
                  .text("response", "status_code"))
          .isEqualTo("418");
      long before = System.nanoTime();
      Answer answer = world.send(id, "{}");
      assertThat(System.nanoTime() - before).isGreaterThan(TimeUnit.MILLISECONDS.toNanos(290));
      assertThat(answer.status()).isEqualTo(418);
      assertThat(answer.body()).isEqualTo("short");
      assertThat(answer.header("X-Tea")).isEqualTo("pot");
      assertThat(answer.header("X-Event-Id")).hasSize(32);
      assertThat(world.patch(path, "null").body()).isEqualTo("{\"response\":null}");
      assertThat(world.send(id, "{}").text("source_id")).isEqualTo(id);
      assertThat(world.get(BASE + "/" + id).json("session", "response")).isEqualTo(Json.nil());
    }
  }

  @BothDatabases
  void aClaimedSessionIsAnOrdinarySourceWithItsEvents(BothDatabases.Store store) throws Exception {
    try (World world = new World(new LiveNode(store));
        Receiver receiver = Receiver.start()) {
      LiveNode node = world.node;
      String id = world.open();
      String event = world.send(id, "{\"id\":1}").text("event_id");
      assertThat(
              world
                  .patch(BASE + "/" + id + "/response", "{\"status_code\":201,\"delay_ms\":1}")
                  .status())
          .isEqualTo(200);
      String destination = node.destination("d", receiver.url("/hook"));
      String connection =
          "{\"name\":\"c\",\"source_id\":\""
              + id
              + "\",\"destination_id\":\""
              + destination
              + "\"}";
      assertThat(world.owner("POST", "/v1/connections", connection).status()).isEqualTo(404);
      String collection =
          "{\"name\":\"c\",\"slug\":\"c\",\"primary_key_path\":\"id\",\"source_id\":\""
              + id
              + "\"}";
      assertThat(world.owner("POST", "/v1/collections", collection).status()).isEqualTo(404);
      assertThat(world.owner("GET", "/v1/events/" + event, "").status()).isEqualTo(404);
      Answer seen = world.owner("GET", "/v1/sources/" + id, "");
      assertThat(seen.text("source", "is_ephemeral")).isEqualTo("1");
      assertThat(seen.text("source", "request_limit")).isEqualTo("2000");
      assertThat(world.owner("DELETE", "/v1/sources/" + id, "").status()).isEqualTo(404);
      assertThat(world.owner("GET", "/v1/sources", "").body()).doesNotContain(id);

      String claim = BASE + "/" + id + "/claim";
      assertThat(world.call("POST", claim, new byte[0]).status()).isEqualTo(401);
      node.source("taken", Json.object().build());
      assertThat(world.owner("POST", claim, "{\"slug\":\"taken\"}").text("error"))
          .isEqualTo("Slug already exists");
      assertThat(world.owner("POST", claim, "{\"slug\":\"No Slug\"}").status()).isEqualTo(400);
      assertThat(world.owner("POST", claim, "{\"env_id\":\"" + id + "\"}").status()).isIn(403, 404);
      Answer claimed = world.owner("POST", claim, "{\"name\":\"Mine\",\"slug\":\"mine\"}");
      assertThat(claimed.status()).as(claimed.body()).isEqualTo(200);
      assertThat(claimed.text("source", "id")).isEqualTo(id);
      assertThat(claimed.text("source", "is_ephemeral")).isEqualTo("0");
      assertThat(claimed.text("source", "event_count")).isEqualTo("1");
      assertThat(claimed.json("source", "expires_at")).isEqualTo(Json.nil());
      assertThat(claimed.text("source", "source_config")).doesNotContain("delay").contains("201");
      assertThat(world.owner("POST", claim, "").status()).isEqualTo(404);
      assertThat(world.get(BASE + "/" + id).text("error")).isEqualTo("Session not found");
      assertThat(world.owner("GET", "/v1/events/" + event, "").text("event", "source_slug"))
          .isEqualTo("mine");
      assertThat(node.events(id)).isEqualTo(1);
      assertThat(world.owner("GET", "/v1/usage", "").text("events", "used")).isEqualTo("0");

      assertThat(world.owner("POST", "/v1/connections", connection).status()).isEqualTo(201);
      String later = world.send(id, "{\"id\":2}").header("X-Event-Id");
      List<Received> got = receiver.awaitCount(1, PATIENCE);
      assertThat(got).hasSize(1);
      assertThat(got.getFirst().header("x-hookstream-event-id")).isEqualTo(later);
      assertThat(world.call("POST", "/v1/ingest/" + id, new byte[2 << 20]).status())
          .as("as large as any")
          .isEqualTo(201);
    }
  }

  @BothDatabases
  void whatASessionTakesIsForwardedOnceAsItCame(BothDatabases.Store store) throws Exception {
    try (World world = new World(new LiveNode(store));
        Receiver receiver = Receiver.start().answer(Reply.status(503))) {
      String id = world.open();
      String path = BASE + "/" + id + "/forwarding";
      String wanted = "{\"url\":\"" + receiver.url("/in?k=1") + "\"}";
      assertThat(world.patch(path, wanted).status()).isEqualTo(401);
      assertThat(world.owner("PATCH", path, "{\"url\":\"ftp://d.example\"}").status())
          .isEqualTo(400);
      assertThat(world.owner("PATCH", path, "{}").status()).isEqualTo(400);
      assertThat(world.owner("PATCH", path, "{\"enabled\":null}").status()).isEqualTo(400);
      Answer set = world.owner("PATCH", path, wanted);
      assertThat(set.json("forwarding", "enabled")).isEqualTo(Json.of(true));
      byte[] odd = {0, (byte) 0xff};
      world.call(
          "PUT", "/v1/ingest/" + id + "?q=%20", odd, "X-One", "1", "Authorization", "Bearer x");
      Received got = receiver.awaitCount(1, PATIENCE).getFirst();
      assertThat(got.method()).isEqualTo("PUT");
      assertThat(got.path()).isEqualTo("/in?k=1&q=%20");
      assertThat(got.body()).isEqualTo(odd);
      assertThat(got.header("x-one")).isEqualTo("1");
      assertThat(got.header("authorization")).isEqualTo("Bearer x");
      assertThat(got.header("host")).contains(Integer.toString(receiver.port()));
      LiveNode.await(
          "the answer is noted",
          () -> Json.of(503).equals(forwarding(world, id).get("last_status")));

      world.owner("PATCH", path, "{\"enabled\":0}");
      world.send(id, "{}");
      Answer cleared = world.owner("PATCH", path, "{\"url\":null}");
      assertThat(cleared.json("forwarding", "url")).isEqualTo(Json.nil());
      assertThat(cleared.json("forwarding", "last_status")).isEqualTo(Json.nil());
      world.send(id, "{}");
      assertThat(receiver.requests()).hasSize(1);
    }
  }

  private static Json.Obj forwarding(World world, String id) {
    try {
      return (Json.Obj) world.get(BASE + "/" + id).json("session", "forwarding");
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  @BothDatabases
  void strangersForwardToPublicAddressesAlone(BothDatabases.Store store) throws Exception {
    Map<String, String> settings =
        Map.of("CATCHMENT_TOOLS_ACCESS", "public", "CATCHMENT_DELIVERY_ALLOW_PRIVATE", "false");
    try (World world = new World(new LiveNode(store, settings))) {
      String id = world.open();
      String path = BASE + "/" + id + "/forwarding";
      for (String bad :
          List.of(
              "http://127.0.0.1/",
              "http://localhost:1/",
              "http://[::ffff:10.0.0.1]/",
              "http://0x7f000001/",
              "http://169.254.169.254/latest",
              "http://user:pw@d.example/",
              "file:///etc/passwd")) {
        assertThat(world.patch(path, "{\"url\":\"" + bad + "\"}").status()).as(bad).isEqualTo(400);
      }
      // A name is judged when the connection is made.
      assertThat(world.patch(path, "{\"url\":\"http://localhost.localdomain:1/\"}").status())
          .isIn(200, 400);
    }
  }

  @BothDatabases
  void aSessionEndsAndCanBeReadForADayMore(BothDatabases.Store store) throws Exception {
    SettableClock clock = new SettableClock(Duration.ofDays(20_000).toMillis());
    try (World world = new World(new LiveNode(store, Map.of(), clock))) {
      String id = world.open();
      world.send(id, "{}");
      clock.pass(Duration.ofDays(14).minusMillis(1));
      assertThat(world.send(id, "{}").status()).isEqualTo(200);
      clock.pass(Duration.ofMillis(1));
      Answer late = world.send(id, "{}");
      assertThat(late.status()).isEqualTo(410);
      assertThat(late.text("error")).isEqualTo("Session expired");
      assertThat(world.get(BASE + "/" + id).events()).hasSize(2);
      clock.pass(Duration.ofDays(1).minusMillis(1));
      assertThat(world.get(BASE + "/" + id).status()).isEqualTo(200);
      clock.pass(Duration.ofMillis(1));
      assertThat(world.get(BASE + "/" + id).status()).isEqualTo(404);
      assertThat(world.owner("POST", BASE + "/" + id + "/claim", "").status()).isEqualTo(404);
    }
  }

  @BothDatabases
  void aDeletedSessionIsGoneWithItsEvents(BothDatabases.Store store) throws Exception {
    try (World world = new World(new LiveNode(store))) {
      String id = world.open();
      for (int i = 0; i < 6; i++) {
        world.call("POST", "/v1/ingest/" + id, new byte[1 << 20]);
      }
      assertThat(world.call("DELETE", BASE + "/" + id, new byte[0]).status()).isEqualTo(200);
      for (String path : List.of("", "/export", "/events/" + id)) {
        assertThat(world.get(BASE + "/" + id + path).text("error")).isEqualTo("Session not found");
      }
      assertThat(world.call("DELETE", BASE + "/" + id, new byte[0]).status()).isEqualTo(404);
      assertThat(world.send(id, "{}").status()).isEqualTo(404);
      // Ids of other things, and what is no id, lead nowhere either.
      String source = world.node.source("s", Json.object().build());
      for (String other :
          List.of(source, "x", "0".repeat(32), "%2e%2e", "%00", "e".repeat(3_000))) {
        assertThat(world.get(BASE + "/" + other).status()).as(other).isEqualTo(404);
        assertThat(world.call("DELETE", BASE + "/" + other, new byte[0]).status())
            .as(other)
            .isEqualTo(404);
      }
      assertThat(world.owner("GET", "/v1/sources/" + source, "").status()).isEqualTo(200);
    }
  }

  @BothDatabases
  void anAddressOpensTenInAnHour(BothDatabases.Store store) throws Exception {
    try (World world = new World(new LiveNode(store))) {
      for (int i = 0; i < 10; i++) {
        world.open();
      }
      Answer more = world.call("POST", BASE, new byte[0], "X-Forwarded-For", "203.0.113.9");
      assertThat(more.status()).isEqualTo(429);
      assertThat(more.text("error")).isEqualTo("Rate limit exceeded");
      assertThat(Integer.parseInt(more.header("Retry-After"))).isBetween(3_500, 3_600);
      assertThat(more.header("RateLimit-Limit")).isEqualTo("10");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"authenticated", "off"})
  void theSettingsSayWhoMayUseSessions(String access, @TempDir java.nio.file.Path folder)
      throws Exception {
    BothDatabases.Store store = new BothDatabases.Store("SQLite", "", folder);
    try (World world =
        new World(new LiveNode(store, Map.of("CATCHMENT_TEST_SESSIONS_ACCESS", access)))) {
      boolean off = access.equals("off");
      assertThat(world.call("POST", BASE, new byte[0]).status()).isEqualTo(off ? 404 : 401);
      assertThat(world.get(BASE + "/" + "0".repeat(32)).status()).isEqualTo(off ? 404 : 401);
      assertThat(world.owner("POST", BASE, "").status()).isEqualTo(off ? 404 : 201);
    }
  }
}
