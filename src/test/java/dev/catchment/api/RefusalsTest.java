package dev.catchment.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.catchment.base.Ids;
import dev.catchment.json.Json;
import dev.catchment.testkit.BothDatabases;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;

/** What is refused, and in which words. */
final class RefusalsTest {
  /**
   * A body that is refused.
   *
   * @param path below {@code /v1/}; {@code $S}, {@code $D}, {@code $C}, {@code $L} are a source, a
   *     destination, a connection and a collection
   */
  private record Refused(String method, String path, String body, int status, String error) {}

  private static final String D = "{\"name\":\"N\",\"slug\":\"x\",\"url\":\"https://d.example\"";
  private static final String MISSING = "0195220c11d07e5a8c1b2f60437d9a01";

  private static Refused post(String path, String body, String error) {
    return new Refused("POST", path, body, 400, error);
  }

  private static Refused patch(String path, String body, String error) {
    return new Refused("PATCH", path, body, 400, error);
  }

  private static Refused missing(String method, String path, String body, String error) {
    return new Refused(method, path, body, 404, error);
  }

  private static final List<Refused> BODIES =
      List.of(
          post("sources", "{", "Invalid JSON body"),
          post("sources", "[]", "Invalid JSON body"),
          post("sources", "", "Invalid JSON body"),
          post("sources", "{\"slug\":\"x\"}", "Invalid body: 'name' is required"),
          post("sources", "{\"name\":\"N\"}", "Invalid body: 'slug' is required"),
          post(
              "sources",
              "{\"name\":null,\"slug\":\"x\"}",
              "Invalid body: 'name' must be a string of 1 to 200 characters"),
          post(
              "sources",
              "{\"name\":\"" + "é".repeat(201) + "\",\"slug\":\"x\"}",
              "Invalid body: 'name' must be a string of 1 to 200 characters"),
          post(
              "sources",
              "{\"name\":\"N\",\"slug\":\"A b\"}",
              "Invalid body: 'slug' must match pattern ^[a-z0-9-]+$"),
          post(
              "sources",
              "{\"name\":\"N\",\"slug\":\"x\\n\"}",
              "Invalid body: 'slug' must match pattern ^[a-z0-9-]+$"),
          post(
              "sources",
              "{\"name\":\"N\",\"slug\":\"x\",\"status\":\"on\"}",
              "Invalid body: 'status' must be one of active, paused, disabled"),
          post(
              "sources",
              "{\"name\":\"N\",\"slug\":\"x\",\"verification_enabled\":true}",
              "Invalid body: 'verification_type' is required to enable verification"),
          post(
              "sources",
              "{\"name\":\"N\",\"slug\":\"x\",\"dedup_window_seconds\":0}",
              "Invalid body: 'dedup_window_seconds' must be an integer from 1 to 604800"),
          post(
              "sources",
              "{\"name\":\"N\",\"slug\":\"x\",\"verification_type\":\"hmac_sha256\",\"verification_enabled\":1}",
              "Invalid body: 'verification_secret' is required to enable verification"),
          post(
              "sources",
              "{\"name\":\"N\",\"slug\":\"x\",\"verification_type\":\"strange\"}",
              "Invalid body: 'verification_type' is not a known verification type"),
          post(
              "sources",
              "{\"name\":\"N\",\"slug\":\"x\",\"template\":\"strange\"}",
              "Invalid body: 'template' is not a known template"),
          post(
              "sources",
              "{\"name\":\"N\",\"slug\":\"x\",\"dedup_enabled\":1,\"dedup_strategy\":\"header_field\"}",
              "Invalid body: 'dedup_field' is required for the strategy header_field"),
          post(
              "sources",
              "{\"name\":\"N\",\"slug\":\"x\",\"ip_allowlist\":[\"10.0.0.0/8\",\"10.0.0.0/33\"]}",
              "Invalid body: 'ip_allowlist[1]' must be an IPv4 or IPv6 address or CIDR range"),
          post(
              "sources",
              "{\"name\":\"N\",\"slug\":\"x\",\"schema_validation_enabled\":1}",
              "Invalid body: 'json_schema' is required to enable schema validation"),
          post(
              "sources",
              "{\"name\":\"N\",\"slug\":\"x\",\"json_schema\":{\"$ref\":\"https://example.com/a\"}}",
              "Invalid body: 'json_schema' refers to https://example.com/a, which is outside of it"),
          post(
              "sources",
              "{\"name\":\"N\",\"slug\":\"x\",\"source_config\":{\"rate_limit_per_second\":0}}",
              "Invalid body: 'source_config.rate_limit_per_second' must be an integer of at least 1"),
          post(
              "sources",
              "{\"name\":\"N\",\"slug\":\"x\",\"source_config\":{\"response\":{\"status_code\":99}}}",
              "Invalid body: 'source_config.response.status_code' must be an integer from 200 to"
                  + " 599"),
          post(
              "sources",
              "{\"name\":\"N\",\"slug\":\"x\",\"source_config\":\"nothing\"}",
              "Invalid body: 'source_config' must be an object"),
          new Refused(
              "POST", "sources", "{\"name\":\"N\",\"slug\":\"s\"}", 409, "Slug already exists"),
          new Refused(
              "POST",
              "sources",
              "{\"name\":\"N\",\"slug\":\"x\",\"env_id\":\"" + MISSING + "\"}",
              403,
              "Forbidden"),
          patch("sources/$S", "{\"slug\":\"other\"}", "No fields to update"),
          patch("sources/$S", "{}", "No fields to update"),
          missing("PATCH", "sources/" + MISSING, "{\"name\":\"N\"}", "Source not found"),
          missing("PATCH", "sources/nonsense", "{\"name\":\"N\"}", "Source not found"),
          post(
              "destinations", "{\"name\":\"N\",\"slug\":\"x\"}", "Invalid body: 'url' is required"),
          post(
              "destinations",
              "{\"name\":\"N\",\"slug\":\"x\",\"url\":\"ftp://d\"}",
              "Invalid body: 'url' must be a URL of this test"),
          post(
              "destinations",
              D + ",\"type\":\"kafka\"}",
              "Invalid body: 'type' is not supported by this version"),
          post("destinations", D + ",\"type\":\"fax\"}", "Invalid body: 'type' must be http"),
          post(
              "destinations",
              D + ",\"timeout_ms\":99}",
              "Invalid body: 'timeout_ms' must be an integer from 100 to 120000"),
          post(
              "destinations",
              D + ",\"timeout\":121}",
              "Invalid body: 'timeout' must be a number of seconds from 0.1 to 120"),
          post(
              "destinations",
              D + ",\"max_in_flight\":1e999999999}",
              "Invalid body: 'max_in_flight' must be an integer from 1 to 1000"),
          post(
              "destinations",
              D + ",\"retry_enabled\":\"yes\"}",
              "Invalid body: 'retry_enabled' must be true, false, 0 or 1"),
          post(
              "destinations",
              D + ",\"retry_intervals\":[]}",
              "Invalid body: 'retry_intervals' must be an array of 1 to 20 integers from 1 to"
                  + " 604800"),
          post(
              "destinations",
              D + ",\"headers\":{\"Host\":\"x\"}}",
              "Invalid body: 'headers' must not set 'Host'"),
          post(
              "destinations",
              D + ",\"headers\":{\"X\":\"a\\r\\nB: c\"}}",
              "Invalid body: 'headers' must map 'X' to a line of up to 8192 characters"),
          post(
              "destinations",
              D + ",\"auth_type\":\"bearer\"}",
              "Invalid body: 'auth_config.token' is required"),
          post(
              "destinations",
              D + ",\"auth_type\":\"oauth2_client_credentials\"}",
              "Invalid body: 'auth_config.token_url' is required"),
          post(
              "destinations",
              D
                  + ",\"auth_type\":\"oauth2_client_credentials\",\"auth_config\":"
                  + "{\"token_url\":\"http://127.0.0.1/\"}}",
              "Invalid body: 'auth_config.token_url' must be a URL of this test"),
          post(
              "destinations",
              D
                  + ",\"auth_type\":\"oauth2_client_credentials\",\"auth_config\":"
                  + "{\"token_url\":\"https://t.example\",\"client_id\":\"c\","
                  + "\"client_secret\":\"s\",\"auth_style\":\"other\"}}",
              "Invalid body: 'auth_config.auth_style' must be one of basic, body"),
          post(
              "destinations",
              D + ",\"config\":{\"tls\":1}}",
              "Invalid body: 'provider_config.tls' must be an object"),
          post(
              "destinations",
              D + ",\"config\":{\"tls\":{\"ca_pem\":\"hello\"}}}",
              "Invalid body: 'provider_config.tls.ca_pem' must be PEM"),
          post(
              "destinations",
              D + ",\"config\":{\"tls\":{\"client_key_pem\":\"hello\"}}}",
              "Invalid body: 'provider_config.tls.client_cert_pem' is required beside"
                  + " client_key_pem"),
          post(
              "destinations",
              D + ",\"config\":{\"tls\":{\"insecure_skip_verify\":\"no\"}}}",
              "Invalid body: 'provider_config.tls.insecure_skip_verify' must be true, false, 0"
                  + " or 1"),
          post(
              "destinations",
              D + ",\"ordered\":2}",
              "Invalid body: 'ordered' must be true, false, 0 or 1"),
          post(
              "destinations",
              D + ",\"ordered\":true,\"order_key_path\":\"\"}",
              "Invalid body: 'order_key_path' must be a path: it is empty"),
          post(
              "destinations",
              D + ",\"rate_limit_per_second\":0}",
              "Invalid body: 'rate_limit_per_second' must be an integer from 1 to 10000"),
          post(
              "destinations",
              D + ",\"signing_config\":{\"secret\":\"?\",\"algorithm\":\"standard_webhooks\"}}",
              "Invalid body: 'signing_config.secret' must be base64, with or without whsec_"
                  + " before it"),
          patch("destinations/$D", "{\"type\":\"http\"}", "No fields to update"),
          post(
              "connections",
              "{\"name\":\"N\",\"source_id\":\"$S\"}",
              "Invalid body: 'destination_id' is required"),
          post(
              "connections",
              "{\"name\":\"N\",\"source_id\":1,\"destination_id\":\"$D\"}",
              "Invalid body: 'source_id' must be an id"),
          missing(
              "POST",
              "connections",
              "{\"name\":\"N\",\"source_id\":\"$S\",\"destination_id\":\"dst_1\"}",
              "Destination not found"),
          missing(
              "POST",
              "connections",
              "{\"name\":\"N\",\"source_id\":\"" + MISSING + "\",\"destination_id\":\"$D\"}",
              "Source not found"),
          patch(
              "connections/$C",
              "{\"transform_expression\":5}",
              "Invalid body: 'transform_expression' must be a string of 0 to 65536 characters"),
          patch(
              "connections/$C",
              "{\"transform_expression\":\"/*\"}",
              "Invalid body: 'transform_expression' holds a comment without an end at position 1"),
          patch(
              "connections/$C",
              "{\"filter_rules\":{}}",
              "Invalid body: 'filter_rules' must be an array of up to 50 rules"),
          post(
              "collections",
              "{\"name\":\"N\",\"slug\":\"x\",\"source_id\":\"$S\"}",
              "Invalid body: 'primary_key_path' is required"),
          missing(
              "POST",
              "collections",
              "{\"name\":\"N\",\"slug\":\"x\",\"primary_key_path\":\"id\",\"source_id\":\"$D\"}",
              "Source not found"),
          patch(
              "collections/$L", "{\"options\":null}", "Invalid body: 'options' must be an object"),
          patch(
              "collections/$L",
              "{\"options\":{\"data_path\":5}}",
              "Invalid body: 'options.data_path' must be a path or null"));

  private static final Map<String, String> QUERIES =
      Map.ofEntries(
          Map.entry("sources?limit=0", "Invalid query: 'limit' must be an integer of at least 1"),
          Map.entry("sources?limit=x", "Invalid query: 'limit' must be an integer of at least 1"),
          Map.entry("sources?cursor=x", "Invalid cursor"),
          Map.entry("sources?cursor=", "Invalid cursor"),
          Map.entry(
              "sources?status=on",
              "Invalid query: 'status' must be one of active, paused, disabled"),
          Map.entry("collections/$L/records?cursor=MQ", "Invalid cursor"),
          Map.entry("events?direction=up", "Invalid query: 'direction' must be one of next, prev"),
          Map.entry(
              "events?after=yesterday",
              "Invalid query: 'after' must be an ISO 8601 time with an offset"),
          Map.entry(
              "events?offset=10001",
              "Invalid query: 'offset' must be at most 10000; use the cursor to go deeper"),
          Map.entry(
              "events?status=delivered,lost",
              "Invalid query: 'status' must be one of received, processing, delivered, failed"),
          Map.entry(
              "delivery-attempts?is_dlq=2", "Invalid query: 'is_dlq' must be true, false, 0 or 1"));

  /** One of each, and their ids in the place of their letters. */
  private static Map<String, String> things(ApiNode node) throws Exception {
    String source = node.source("s");
    String destination = node.destination("d");
    return Map.of(
        "$S",
        source,
        "$D",
        destination,
        "$C",
        node.connection(source, destination),
        "$L",
        node.collection("c", source));
  }

  private static String filled(String text, Map<String, String> things) {
    String filled = text;
    for (Map.Entry<String, String> thing : things.entrySet()) {
      filled = filled.replace(thing.getKey(), thing.getValue());
    }
    return filled;
  }

  @BothDatabases
  void everyFaultOfABodyIsNamed(BothDatabases.Store store) throws Exception {
    try (ApiNode node = new ApiNode(store)) {
      Map<String, String> things = things(node);
      for (Refused refused : BODIES) {
        ApiNode.Answer answer =
            node.send(
                refused.method(),
                "/v1/" + filled(refused.path(), things),
                filled(refused.body(), things),
                Map.of("X-API-Key", ApiNode.KEY));
        assertThat(answer.text("error")).as(refused.toString()).isEqualTo(refused.error());
        assertThat(answer.status()).as(refused.toString()).isEqualTo(refused.status());
        assertThat(answer.text("request_id")).isEqualTo(answer.header("X-Request-Id"));
      }
    }
  }

  @BothDatabases
  void everyFaultOfAQueryIsNamed(BothDatabases.Store store) throws Exception {
    try (ApiNode node = new ApiNode(store)) {
      Map<String, String> things = things(node);
      for (Map.Entry<String, String> query : QUERIES.entrySet()) {
        ApiNode.Answer answer = node.get("/v1/" + filled(query.getKey(), things));
        assertThat(answer.text("error")).as(query.getKey()).isEqualTo(query.getValue());
        assertThat(answer.status()).as(query.getKey()).isEqualTo(400);
      }
    }
  }

  @BothDatabases
  void anotherEnvironmentSeesNothing(BothDatabases.Store store) throws Exception {
    try (ApiNode node = new ApiNode(store)) {
      Map<String, String> foreign = Map.of("X-API-Key", node.foreignKey());
      Map<String, String> things = things(node);
      for (String path :
          List.of("sources/$S", "destinations/$D", "connections/$C", "collections/$L")) {
        String filled = "/v1/" + filled(path, things);
        assertThat(node.send("GET", filled, "", foreign).status()).isEqualTo(404);
        assertThat(node.send("PATCH", filled, "{\"name\":\"N\"}", foreign).status()).isEqualTo(404);
        assertThat(node.send("DELETE", filled, "", foreign).status()).isEqualTo(404);
        String kind = path.substring(0, path.indexOf('/'));
        assertThat(node.send("GET", "/v1/" + kind, "", foreign).size(kind)).isZero();
        assertThat(node.get(filled).status()).isEqualTo(200);
      }
      assertThat(node.send("GET", "/v1/sources?env_id=" + node.scope.envId(), "", foreign).status())
          .isEqualTo(403);
    }
  }

  @BothDatabases
  void whoMayNotIsToldWhy(BothDatabases.Store store) throws Exception {
    try (ApiNode node = new ApiNode(store)) {
      ApiNode.Answer without = node.send("GET", "/v1/collections", "", Map.of());
      assertThat(without.status()).isEqualTo(401);
      assertThat(without.text("error")).isEqualTo("Unauthorized");
      assertThat(without.header("WWW-Authenticate")).isEqualTo("Bearer");
      Map<String, String> wrong = Map.of("X-API-Key", "wrong");
      assertThat(node.send("GET", "/v1/collections", "", wrong).text("error"))
          .isEqualTo("Invalid API key");
      assertThat(node.send("POST", "/v1/sources", "{", wrong).status()).isEqualTo(401);
      Map<String, String> reader = Map.of("X-API-Key", node.key("read"));
      assertThat(node.send("GET", "/v1/sources", "", reader).status()).isEqualTo(200);
      assertThat(node.send("POST", "/v1/sources", "{}", reader).text("error"))
          .isEqualTo("Forbidden");
      assertThat(
              node.send(
                      "POST",
                      "/v1/sources",
                      "{\"name\":\"N\",\"slug\":\"n\"}",
                      Map.of(
                          "Cookie",
                          "better-auth.session_token=" + ApiNode.KEY,
                          "Origin",
                          "https://evil.example"))
                  .text("error"))
          .isEqualTo("Forbidden");
      assertThat(node.get("/v1/sources").size("sources")).isZero();
    }
  }

  @BothDatabases
  void pathsAndMethodsAndSizesAreRefused(BothDatabases.Store store) throws Exception {
    try (ApiNode node = new ApiNode(store)) {
      ApiNode.Answer method = node.send("PUT", "/v1/sources", "", Map.of());
      assertThat(method.text("error")).isEqualTo("Method not allowed");
      assertThat(method.header("Allow")).isEqualTo("GET, HEAD, POST");
      ApiNode.Answer large = node.post("/v1/sources", "{\"name\":\"" + "x".repeat(1 << 20) + "\"}");
      assertThat(large.status()).isEqualTo(413);
      assertThat(large.text("error")).isEqualTo("Payload too large: limit is 1048576 bytes");
    }
  }

  @BothDatabases
  void noBodyBreaksTheServer(BothDatabases.Store store) throws Exception {
    RandomGenerator random = new SplittableRandom(20260301);
    try (ApiNode node = new ApiNode(store)) {
      Map<String, String> things = things(node);
      List<String> fields = new ArrayList<>();
      for (String schema : List.of("SourceCreate", "DestinationCreate", "ConnectionCreate")) {
        fields.addAll(
            ApiNode.DOCUMENT
                .document()
                .at("/components/schemas/" + schema + "/properties")
                .propertyNames());
      }
      fields.addAll(List.of("primary_key_path", "event_type_field", "options", "source_config"));
      for (int i = 0; i < 400; i++) {
        String kind =
            List.of("sources", "destinations", "connections", "collections").get(random.nextInt(4));
        boolean create = random.nextBoolean();
        String id =
            things.get(
                "$"
                    + Map.of(
                            "sources",
                            "S",
                            "destinations",
                            "D",
                            "connections",
                            "C",
                            "collections",
                            "L")
                        .get(kind));
        String body = body(random, fields, kind, i, things);
        ApiNode.Answer answer =
            create ? node.post("/v1/" + kind, body) : node.patch("/v1/" + kind + "/" + id, body);
        assertThat(answer.status()).as(body).isLessThan(500);
      }
    }
  }

  private static String body(
      RandomGenerator random,
      List<String> fields,
      String kind,
      int number,
      Map<String, String> things) {
    Json.ObjBuilder body =
        Json.object()
            .put("name", "N")
            .put("slug", kind + number)
            .put("url", "https://d.example")
            .put("primary_key_path", "id")
            .put("source_id", things.get("$S"))
            .put("destination_id", things.get("$D"));
    int changes = 1 + random.nextInt(3);
    for (int i = 0; i < changes; i++) {
      body.put(fields.get(random.nextInt(fields.size())), value(random, 0));
    }
    String text = body.build().text();
    return random.nextInt(10) == 0 ? text.substring(0, random.nextInt(text.length())) : text;
  }

  private static Json value(RandomGenerator random, int depth) {
    return switch (random.nextInt(depth > 3 ? 8 : 10)) {
      case 0 -> Json.nil();
      case 1 -> Json.of(random.nextBoolean());
      case 2 -> Json.of(random.nextLong());
      case 3 -> new Json.Num("1e999999999");
      case 4 -> Json.of("");
      case 5 -> Json.of("a\u0000\ud800b");
      case 6 -> Json.of("{\"secret\":[null],\"a\":1}");
      case 7 -> Json.of(new Ids(() -> java.time.Instant.EPOCH, random).next());
      case 8 -> Json.array(value(random, depth + 1), value(random, depth + 1));
      default ->
          Json.object()
              .put("token", value(random, depth + 1))
              .put("response", value(random, depth + 1))
              .put("forward_headers", value(random, depth + 1))
              .put("delete_when", value(random, depth + 1))
              .build();
    };
  }
}
