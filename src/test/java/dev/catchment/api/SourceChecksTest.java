package dev.catchment.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.catchment.base.Sha256;
import dev.catchment.json.Json;
import dev.catchment.testkit.BothDatabases;
import dev.catchment.testkit.Hmac;
import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPOutputStream;

/** The checks of a source as its owner sets them and its senders meet them. */
final class SourceChecksTest {
  @BothDatabases
  void aTemplateNeedsNothingButTheSecret(BothDatabases.Store store) throws Exception {
    try (ApiNode node = new ApiNode(store)) {
      String id =
          node.source(
              "g",
              "\"template\":\"github\","
                  + "\"verification_secret\":\"it's a secret to everybody\"");
      ApiNode.Answer row = node.get("/v1/sources/" + id);
      assertThat(row.text("source", "verification_enabled")).isEqualTo("1");
      assertThat(row.text("source", "verification_type")).isEqualTo("hmac_sha256");
      assertThat(row.text("source", "verification_header")).isEqualTo("X-Hub-Signature-256");
      assertThat(row.text("source", "verification_secret")).isEqualTo("****body");
      assertThat(row.text("source", "dedup_field")).isEqualTo("X-GitHub-Delivery");
      String body = "{\"action\":\"opened\"}";
      Map<String, String> headers =
          Map.of(
              "X-Hub-Signature-256",
              "sha256=" + Hmac.hex("it's a secret to everybody", body),
              "X-GitHub-Delivery",
              "d-1");
      ApiNode.Answer accepted = node.send("POST", "/v1/ingest/" + id, body, headers);
      assertThat(accepted.status()).isEqualTo(200);
      ApiNode.Answer forged =
          node.send("POST", "/v1/ingest/" + id, body, Map.of("X-Hub-Signature-256", "sha256=00"));
      assertThat(forged.status()).isEqualTo(401);
      assertThat(forged.text("error")).isEqualTo("Invalid signature");
      ApiNode.Answer event = node.get("/v1/events/" + accepted.text("event_id"));
      assertThat(event.text("event", "verification_status")).isEqualTo("verified");
      assertThat(node.get("/v1/sources/templates").size("templates")).isGreaterThan(60);
      assertThat(node.get("/v1/sources/templates/stripe").text("template", "slug"))
          .isEqualTo("stripe");
      assertThat(node.get("/v1/sources/templates/none").text("error"))
          .isEqualTo("Template not found");
    }
  }

  @BothDatabases
  void aCollectionTakesTypeAndTimeFromTheTemplateOfItsSource(BothDatabases.Store store)
      throws Exception {
    try (ApiNode node = new ApiNode(store)) {
      String stripe = node.source("s", "\"template\":\"stripe\"");
      ApiNode.Answer preset = collection(node, "preset", stripe, "");
      assertThat(preset.text("collection", "event_type_field")).isEqualTo("type");
      assertThat(preset.text("options", "event_time_path")).isEqualTo("created");
      assertThat(preset.text("collection", "primary_key_path")).isEqualTo("id");
      String path = "/v1/collections/" + preset.text("collection", "id");
      assertThat(node.get(path).text("options", "event_time_path")).isEqualTo("created");

      ApiNode.Answer own =
          collection(
              node,
              "own",
              stripe,
              ",\"event_type_field\":\"kind\",\"options\":{\"event_time_path\":\"at\"}");
      assertThat(own.text("collection", "event_type_field")).isEqualTo("kind");
      assertThat(own.text("options", "event_time_path")).isEqualTo("at");

      ApiNode.Answer none =
          collection(
              node,
              "none",
              stripe,
              ",\"event_type_field\":null,\"options\":{\"event_time_path\":null}");
      assertThat(none.at("collection", "event_type_field")).isEqualTo(Json.nil());
      assertThat(none.at("options", "event_time_path")).isEqualTo(Json.nil());

      ApiNode.Answer half =
          collection(node, "half", stripe, ",\"options\":{\"data_path\":\"data\"}");
      assertThat(half.text("options", "event_time_path")).isEqualTo("created");
      assertThat(half.text("options", "data_path")).isEqualTo("data");

      ApiNode.Answer plain = collection(node, "plain", node.source("plain"), "");
      assertThat(plain.at("collection", "event_type_field")).isEqualTo(Json.nil());
      assertThat(plain.at("options", "event_time_path")).isEqualTo(Json.nil());
    }
  }

  private static ApiNode.Answer collection(ApiNode node, String slug, String source, String more)
      throws Exception {
    ApiNode.Answer answer =
        node.post(
            "/v1/collections",
            "{\"name\":\"C\",\"slug\":\"%s\",\"source_id\":\"%s\",\"primary_key_path\":\"id\"%s}"
                .formatted(slug, source, more));
    assertThat(answer.status()).as(answer.body().text()).isEqualTo(201);
    return answer;
  }

  /** A source of signed requests, with a secret and older ones that are taken as well. */
  private static String signedSource(ApiNode node, String secret, String... older)
      throws Exception {
    String rules =
        "\"verification_type\":\"hmac-sha256\",\"verification_secret\":\"" + secret + "\"";
    return node.source(
        "g",
        older.length == 0
            ? rules
            : rules
                + ",\"verification_config\":"
                + Json.object().put("secrets", Json.texts(List.of(older))).build().text());
  }

  /** The status of a request that is signed with that secret. */
  private static int signed(ApiNode node, String id, String secret) throws Exception {
    Map<String, String> header = Map.of("X-Signature", Hmac.hex(secret, "{}"));
    return node.send("POST", "/v1/ingest/" + id, "{}", header).status();
  }

  @BothDatabases
  void theMaskedSecretComingBackChangesNothing(BothDatabases.Store store) throws Exception {
    try (ApiNode node = new ApiNode(store)) {
      String id = signedSource(node, "a long first secret", "a long second secret");
      ApiNode.Answer row = node.get("/v1/sources/" + id);
      assertThat(row.text("source", "verification_config"))
          .isEqualTo("{\"secrets\":[\"****cret\"]}");
      ApiNode.Answer patched =
          node.patch(
              "/v1/sources/" + id,
              "{\"name\":\"H\",\"verification_secret\":"
                  + row.at("source", "verification_secret").text()
                  + ",\"verification_config\":"
                  + row.at("source", "verification_config").text()
                  + "}");
      assertThat(patched.status()).as(patched.body().text()).isEqualTo(200);
      for (String secret : new String[] {"a long first secret", "a long second secret"}) {
        assertThat(signed(node, id, secret)).as(secret).isEqualTo(200);
      }
      assertThat(node.patch("/v1/sources/" + id, "{\"verification_secret\":null}").text("error"))
          .isEqualTo("Invalid body: 'verification_secret' is required to enable verification");
    }
  }

  @BothDatabases
  void aSecretMovesOnByItsMaskedText(BothDatabases.Store store) throws Exception {
    try (ApiNode node = new ApiNode(store)) {
      String id = signedSource(node, "a long first word", "a long older text");
      ApiNode.Answer patched =
          node.patch(
              "/v1/sources/" + id,
              "{\"verification_secret\":\"a long newest name\","
                  + "\"verification_config\":{\"secrets\":[\"****word\",\"****text\"]}}");
      assertThat(patched.text("source", "verification_config"))
          .isEqualTo("{\"secrets\":[\"****word\",\"****text\"]}");
      for (String secret :
          new String[] {"a long newest name", "a long first word", "a long older text"}) {
        assertThat(signed(node, id, secret)).as(secret).isEqualTo(200);
      }
      assertThat(signed(node, id, "****word")).isEqualTo(401);
    }
  }

  @BothDatabases
  void aMaskedTextThatStandsForNothingBecomesNoSecret(BothDatabases.Store store) throws Exception {
    String rule = " must be the secret itself, as this masked text stands for none";
    try (ApiNode node = new ApiNode(store)) {
      String id = signedSource(node, "a long first word");
      for (String masked : new String[] {"****", "****else"}) {
        assertThat(
                node.patch(
                        "/v1/sources/" + id,
                        "{\"verification_config\":{\"secrets\":[\"" + masked + "\"]}}")
                    .text("error"))
            .isEqualTo("Invalid body: 'verification_config.secrets'" + rule);
        assertThat(
                node.patch("/v1/sources/" + id, "{\"verification_secret\":\"" + masked + "\"}")
                    .text("error"))
            .isEqualTo("Invalid body: 'verification_secret'" + rule);
      }
      assertThat(signed(node, id, "a long first word")).isEqualTo(200);
      assertThat(
              node.post(
                      "/v1/sources",
                      "{\"name\":\"H\",\"slug\":\"h\",\"verification_type\":\"hmac_sha256\","
                          + "\"verification_secret\":\"****word\"}")
                  .status())
          .as("a row that was read is no body of a new one")
          .isEqualTo(400);
    }
  }

  @BothDatabases
  void theHashOfATextInTheBodyIsThatOfTheTextAlone(BothDatabases.Store store) throws Exception {
    try (ApiNode node = new ApiNode(store)) {
      String id =
          node.source(
              "d",
              "\"dedup_enabled\":true,\"dedup_strategy\":\"body_field\","
                  + "\"dedup_field\":\"id\"");
      Map<String, String> hashes =
          Map.of(
              "\"evt_1\"", "evt_1", "17", "17", "true", "true", "\"\\u00fc\"", "ü", "[1]", "[1]");
      for (Map.Entry<String, String> one : hashes.entrySet()) {
        String event =
            node.post("/v1/ingest/" + id, "{ \"id\" : " + one.getKey() + " }").text("event_id");
        assertThat(node.get("/v1/events/" + event).text("event", "dedup_hash"))
            .as(one.getKey())
            .isEqualTo(Sha256.hex(one.getValue()));
      }
    }
  }

  @BothDatabases
  void aSecretPastedLaterTurnsVerificationOn(BothDatabases.Store store) throws Exception {
    try (ApiNode node = new ApiNode(store)) {
      String id = node.source("s", "\"template\":\"stripe\"");
      assertThat(node.get("/v1/sources/" + id).text("source", "verification_enabled"))
          .isEqualTo("0");
      assertThat(
              node.patch("/v1/sources/" + id, "{\"verification_secret\":\"whsec_abc\"}")
                  .text("source", "verification_enabled"))
          .isEqualTo("1");
      assertThat(
              node.patch("/v1/sources/" + id, "{\"verification_enabled\":0}")
                  .text("source", "verification_enabled"))
          .isEqualTo("0");
    }
  }

  @BothDatabases
  void secretsThatLookAlikeOrStandInsideAreKeptToo(BothDatabases.Store store) throws Exception {
    try (ApiNode node = new ApiNode(store)) {
      String id =
          node.source(
              "g",
              "\"verification_type\":\"hmac_sha256\",\"verification_secret\":\"first\","
                  + "\"verification_config\":{\"secrets\":[\"second\",\"third\"]},"
                  + "\"source_config\":{\"response\":{\"content_type\":\"text/plain\","
                  + "\"body\":\"ok\",\"headers\":{\"token\":\"a long answer\","
                  + "\"link\":\"https://user:word@a.example/\"}}}");
      ApiNode.Answer row = node.get("/v1/sources/" + id);
      assertThat(row.text("source", "verification_config"))
          .isEqualTo("{\"secrets\":[\"****\",\"****\"]}");
      assertThat(row.text("source", "source_config"))
          .contains("\"****swer\"", "\"https://****@a.example/\"");
      Json.Obj shown =
          Json.object()
              .put("verification_config", row.at("source", "verification_config"))
              .put("source_config", row.at("source", "source_config"))
              .build();
      ApiNode.Answer patched = node.patch("/v1/sources/" + id, shown.text());
      assertThat(patched.status()).as(patched.body().text()).isEqualTo(200);
      for (String secret : new String[] {"first", "second", "third"}) {
        ApiNode.Answer answer =
            node.send(
                "POST", "/v1/ingest/" + id, "{}", Map.of("X-Signature", Hmac.hex(secret, "{}")));
        assertThat(answer.status()).as(secret).isEqualTo(200);
        assertThat(answer.header("token")).isEqualTo("a long answer");
        assertThat(answer.header("link")).isEqualTo("https://user:word@a.example/");
      }
    }
  }

  @BothDatabases
  void aFormAndAPackedBodyAreHeldAgainstTheSchemaAsTheyParse(BothDatabases.Store store)
      throws Exception {
    try (ApiNode node = new ApiNode(store)) {
      String id =
          node.source(
              "s",
              "\"schema_validation_enabled\":1,"
                  + "\"json_schema\":{\"properties\":{\"id\":{\"const\":\"7\"}},"
                  + "\"required\":[\"id\"]}");
      Map<String, String> form = Map.of("Content-Type", "application/x-www-form-urlencoded");
      String path = "/v1/ingest/" + id;
      assertThat(node.send("POST", path, "id=7&more=1", form).status()).isEqualTo(200);
      ApiNode.Answer misfit = node.send("POST", path, "id=7&id=8", form);
      assertThat(misfit.status()).isEqualTo(422);
      assertThat(misfit.text("validation_errors", 0, "path")).isEqualTo("/id");
      ApiNode.Answer unparsed = node.send("POST", path, "id=7", Map.of());
      assertThat(unparsed.text("validation_errors", 0, "keyword")).isEqualTo("parse");
      assertThat(sendPacked(node, path, "{\"id\":\"7\"}")).isEqualTo(200);
      assertThat(sendPacked(node, path, "{\"id\":\"8\"}")).isEqualTo(422);
    }
  }

  private static int sendPacked(ApiNode node, String path, String body) throws Exception {
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    try (OutputStream gzip = new GZIPOutputStream(packed)) {
      gzip.write(body.getBytes(StandardCharsets.UTF_8));
    }
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + node.server.port() + path))
            .header("Content-Encoding", "gzip")
            .POST(HttpRequest.BodyPublishers.ofByteArray(packed.toByteArray()))
            .build();
    return node.client.send(request, HttpResponse.BodyHandlers.discarding()).statusCode();
  }

  @BothDatabases
  void answersTellDuplicatesMisfitsAndLimits(BothDatabases.Store store) throws Exception {
    try (ApiNode node = new ApiNode(store)) {
      String id =
          node.source(
              "s",
              "\"dedup_enabled\":true,\"schema_validation_enabled\":true,"
                  + "\"json_schema\":{\"required\":[\"id\"]}");
      String path = "/v1/ingest/" + id;
      assertThat(node.send("POST", path, "{\"id\":1}", Map.of()).at("deduplicated"))
          .isEqualTo(Json.nil());
      ApiNode.Answer again = node.send("POST", path, "{\"id\":1}", Map.of());
      assertThat(again.text("deduplicated")).isEqualTo("true");
      ApiNode.Answer event = node.get("/v1/events/" + again.text("event_id"));
      assertThat(event.text("event", "dedup_status")).isEqualTo("duplicate");
      assertThat(node.get("/v1/events?dedup_status=unique").size("events")).isEqualTo(1);
      ApiNode.Answer misfit = node.send("POST", path, "{}", Map.of());
      assertThat(misfit.status()).isEqualTo(422);
      assertThat(misfit.text("error")).isEqualTo("Schema validation failed");
      assertThat(misfit.text("validation_errors", 0, "keyword")).isEqualTo("required");

      String limited =
          node.source(
              "l",
              "\"source_config\":{\"rate_limit_per_second\":1000,"
                  + "\"response\":{\"status_code\":200,\"body\":\"ok\","
                  + "\"content_type\":\"text/plain\"}},\"dedup_enabled\":1");
      ApiNode.Answer first = node.send("POST", "/v1/ingest/" + limited, "x", Map.of());
      assertThat(first.status()).isEqualTo(200);
      assertThat(first.header("RateLimit-Limit")).isEqualTo("1000");
      assertThat(first.header("RateLimit-Reset")).isEqualTo("1");
      assertThat(first.header("X-Deduplicated")).isEmpty();
      ApiNode.Answer second = node.send("POST", "/v1/ingest/" + limited, "x", Map.of());
      assertThat(second.header("X-Deduplicated")).isEqualTo("true");
      assertThat(second.header("X-Event-Id")).hasSize(32);
    }
  }
}
