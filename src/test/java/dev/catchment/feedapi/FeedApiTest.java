package dev.catchment.feedapi;

import static org.assertj.core.api.Assertions.assertThat;

import dev.catchment.feeds.ContentType;
import dev.catchment.feeds.Feed;
import dev.catchment.feeds.FeedSettings;
import dev.catchment.feeds.ItemState;
import dev.catchment.json.Json;
import dev.catchment.testkit.BothDatabases;
import java.io.ByteArrayInputStream;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.zip.GZIPInputStream;

final class FeedApiTest {
  private static final String TYPES = String.join(", ", ContentType.words());

  @BothDatabases
  void bodiesHaveExactlyTheMembersOfTheContractInOrder(BothDatabases.Store store) throws Exception {
    try (FeedServer server = new FeedServer(store)) {
      Feed feed = server.node.feed();
      var item = server.node.post(feed, ItemState.LIVE, "Gól/⚽");
      String id = feed.id();
      String date = server.node.tag(feed).etag().replace("\"", "");

      assertThat(FeedServer.text(server.read("/col_" + id)))
          .isEqualTo(
              ("{'id':'col_%s','name':'Match Day','contentType':'SOCIAL_POST',"
                      + "'stagingContentCount':0,'liveContentCount':1,"
                      + "'createdDate':'2026-01-18T10:35:00.000Z','lastModifiedDate':'%s',"
                      + "'stagingContents':[],'liveContents':[{'id':'rec_%s','fullName':null,"
                      + "'username':null,'source':'MANUAL','message':'Gól/⚽',"
                      + "'profileImageUrl':null,'media':[],"
                      + "'publishedAt':'2026-01-18T10:35:00.000Z','lastModifiedDate':'%s'}]}")
                  .replace('\'', '"')
                  .formatted(id, date, item.id(), date));
      String list = FeedServer.text(server.read(""));
      assertThat(list)
          .startsWith("{\"collections\":[{\"id\":\"col_" + id + "\",\"name\":\"Match Day\"")
          .contains("\"lastModifiedDate\":\"" + date + "\",\"url\":\"http://127.0.0.1:")
          .endsWith(
              "/feeds/v1/collections/col_"
                  + id
                  + "\"}],\"meta\":{\"page\":0,\"pageSize\":20,\"totalItems\":1,\"totalPages\":1}}");
      String root =
          FeedServer.text(
              server.sendTo("localhost", "GET", "/v1/collections", "", "X-API-Key", "good"));
      assertThat(root)
          .isEqualTo(list.replace("127.0.0.1", "localhost").replace("/feeds/v1/", "/v1/"));
    }
  }

  @BothDatabases
  void parametersAreCheckedTogether(BothDatabases.Store store) throws Exception {
    try (FeedServer server = new FeedServer(store)) {
      for (String good :
          List.of("?page=0&pageSize=1", "?pageSize=100", "?page=2147483647", "?other=x", "/")) {
        assertThat(server.read(good).statusCode()).as(good).isEqualTo(200);
      }
      String page = "{\"field\":\"page\",\"message\":\"Must be a non-negative integer\"}";
      String size = "{\"field\":\"pageSize\",\"message\":\"Must be between 1 and 100\"}";
      String type = "{\"field\":\"contentType\",\"message\":\"Must be one of: " + TYPES + "\"}";
      Map<String, String> bad =
          Map.ofEntries(
              Map.entry("?pageSize=0", size),
              Map.entry("?pageSize=101", size),
              Map.entry("?pageSize=1.0", size),
              Map.entry("?pageSize=", size),
              Map.entry("?pageSize=%25zz", size),
              Map.entry("?page=-1", page),
              Map.entry("?page=2147483648", page),
              Map.entry("?page=+1", page),
              Map.entry(
                  "?page=1&page=1", "{\"field\":\"page\",\"message\":\"Must be given once\"}"),
              Map.entry("?contentType=social_post", type),
              Map.entry("?contentType=", type),
              Map.entry("?contentType=X&pageSize=0&page=x", page + "," + size + "," + type));
      for (Map.Entry<String, String> entry : bad.entrySet()) {
        HttpResponse<byte[]> answer = server.read(entry.getKey());
        assertThat(answer.statusCode()).as(entry.getKey()).isEqualTo(400);
        assertThat(FeedServer.text(answer))
            .isEqualTo(
                "{\"error\":{\"code\":\"VALIDATION_ERROR\",\"message\":\"Request validation"
                    + " failed\",\"details\":{\"fields\":["
                    + entry.getValue()
                    + "]}}}");
      }
    }
  }

  @BothDatabases
  void pagesAndTypesCountWhatIsThere(BothDatabases.Store store) throws Exception {
    try (FeedServer server = new FeedServer(store)) {
      assertThat(FeedServer.text(server.read("")))
          .isEqualTo(
              "{\"collections\":[],\"meta\":{\"page\":0,\"pageSize\":20,\"totalItems\":0,\"totalPages\":0}}");
      for (int i = 0; i < 42; i++) {
        String word = ContentType.words().get(i % ContentType.words().size());
        server.node.feed(ContentType.valueOf(word), 500, Feed.WhenFull.HOLD);
      }
      assertThat(FeedServer.text(server.read("?page=2")))
          .endsWith("\"totalItems\":42,\"totalPages\":3}}");
      assertThat(FeedServer.text(server.read("?page=99")))
          .isEqualTo(
              "{\"collections\":[],\"meta\":{\"page\":99,\"pageSize\":20,\"totalItems\":42,\"totalPages\":3}}");
      for (ContentType type : ContentType.values()) {
        Json.Obj body =
            (Json.Obj) Json.parse(server.read("?contentType=" + type).body()).orElseThrow();
        Json.Arr rows = (Json.Arr) Objects.requireNonNull(body.get("collections"));
        assertThat(rows.items().size()).isBetween(2, 3);
        assertThat(rows.items())
            .allMatch(row -> Json.of(type.name()).equals(((Json.Obj) row).get("contentType")));
      }
    }
  }

  @BothDatabases
  void credentialsPathsAndMethodsAreCheckedInOrder(BothDatabases.Store store) throws Exception {
    try (FeedServer server = new FeedServer(store)) {
      Feed feed = server.node.feed();
      String one = "/feeds/v1/collections/col_" + feed.id();
      String missing =
          "{\"error\":{\"code\":\"MISSING_API_KEY\",\"message\":\"API key is required. Provide it"
              + " via the X-API-Key header.\"}}";
      HttpResponse<byte[]> none = server.send("GET", one, "");
      assertThat(FeedServer.text(none)).isEqualTo(missing);
      assertThat(none.headers().firstValue("WWW-Authenticate")).contains("ApiKey realm=\"feeds\"");
      assertThat(none.headers().firstValue("Cache-Control")).contains("no-store");
      assertThat(FeedServer.text(server.send("GET", one, "", "X-API-Key", " "))).isEqualTo(missing);
      assertThat(FeedServer.text(server.send("GET", one, "", "X-API-Key", "bad")))
          .isEqualTo(
              "{\"error\":{\"code\":\"INVALID_API_KEY\",\"message\":\"API key is invalid or has"
                  + " been revoked.\"}}");
      assertThat(FeedServer.text(server.send("GET", one, "", "X-API-Key", "weak")))
          .isEqualTo(
              "{\"error\":{\"code\":\"FORBIDDEN\",\"message\":\"Access is denied for this API"
                  + " key.\"}}");
      for (String other : List.of("stranger", "elsewhere")) {
        assertThat(FeedServer.text(server.send("GET", one, "", "X-API-Key", other)))
            .isEqualTo(
                "{\"error\":{\"code\":\"COLLECTION_NOT_FOUND\",\"message\":\"Collection 'col_"
                    + feed.id()
                    + "' not found\"}}");
      }
      assertThat(FeedServer.text(server.read("/" + "x".repeat(120))))
          .contains("'" + "x".repeat(100) + "'");
      assertThat(server.send("GET", "/feeds/v1/nothing", "").statusCode()).isEqualTo(401);
      assertThat(FeedServer.text(server.send("GET", "/feeds/v1/nothing", "", "X-API-Key", "good")))
          .isEqualTo("{\"error\":{\"code\":\"NOT_FOUND\",\"message\":\"Resource not found\"}}");
      HttpResponse<byte[]> post = server.send("POST", one, "{}", "X-API-Key", "good");
      assertThat(post.statusCode()).isEqualTo(405);
      assertThat(post.headers().firstValue("Allow")).contains("GET, HEAD, OPTIONS");
      HttpResponse<byte[]> options = server.send("OPTIONS", one, "", "X-API-Key", "good");
      assertThat(options.statusCode()).isEqualTo(204);
      assertThat(options.headers().firstValue("Allow")).contains("GET, HEAD, OPTIONS");
    }
  }

  @BothDatabases
  void anUnchangedPollIsAnswered304WithoutAStatement(BothDatabases.Store store) throws Exception {
    try (FeedServer server = new FeedServer(store)) {
      Feed feed = server.node.feed();
      for (int i = 0; i < 3; i++) {
        server.node.post(feed, ItemState.LIVE, "x".repeat(500));
      }
      String path = "/col_" + feed.id();
      HttpResponse<byte[]> full = server.read(path);
      String etag = full.headers().firstValue("ETag").orElseThrow();
      assertThat(etag).isEqualTo(server.node.tag(feed).etag()).endsWith("Z\"");
      assertThat(full.headers().firstValue("Cache-Control")).contains("public, max-age=30");
      assertThat(full.headers().firstValue("Vary")).contains("X-API-Key, Accept-Encoding");
      assertThat(full.headers().firstValue("X-Request-Id").orElseThrow())
          .matches("req_[0-9a-f]{12}");
      assertThat(full.headers().firstValue("Last-Modified")).isEmpty();

      long statements = statements(server);
      for (String condition : List.of(etag, "\"a\", W/" + etag, "*", "W/" + etag)) {
        HttpResponse<byte[]> same = server.read(path, "If-None-Match", condition);
        assertThat(same.statusCode()).as(condition).isEqualTo(304);
        assertThat(same.body()).isEmpty();
        assertThat(same.headers().firstValue("ETag")).contains(etag);
        assertThat(same.headers().firstValue("Cache-Control")).contains("public, max-age=30");
        assertThat(same.headers().firstValue("Vary")).contains("X-API-Key, Accept-Encoding");
        assertThat(same.headers().firstValue("Content-Length")).isEmpty();
      }
      assertThat(server.read(path, "If-None-Match", "\"other\"").statusCode()).isEqualTo(200);
      if (!store.isPostgres()) {
        // On a shared store the node also asks once a second by itself.
        assertThat(statements(server)).isEqualTo(statements);
      }
      String listTag = server.read("").headers().firstValue("ETag").orElseThrow();
      assertThat(listTag).matches("\"[0-9a-f]{16}\"");
      assertThat(server.read("", "If-None-Match", listTag).statusCode()).isEqualTo(304);

      HttpResponse<byte[]> zipped = server.read(path, "Accept-Encoding", "br, gzip;q=0.5");
      assertThat(zipped.headers().firstValue("Content-Encoding")).contains("gzip");
      assertThat(zipped.headers().firstValue("ETag")).contains(etag);
      assertThat(new GZIPInputStream(new ByteArrayInputStream(zipped.body())).readAllBytes())
          .isEqualTo(full.body());
      assertThat(server.read(path, "Accept-Encoding", "gzip;q=0").body()).isEqualTo(full.body());
      HttpResponse<byte[]> head =
          server.send("HEAD", "/feeds/v1/collections" + path, "", "X-API-Key", "good");
      assertThat(head.body()).isEmpty();
      assertThat(head.headers().firstValue("ETag")).contains(etag);
    }
  }

  @BothDatabases
  void whatIsInMemoryOutlivesTheStore(BothDatabases.Store store) throws Exception {
    try (FeedServer server = new FeedServer(store)) {
      Feed warm = server.node.feed();
      Feed cold = server.node.feed();
      HttpResponse<byte[]> first = server.read("/" + warm.id());
      server.node.database.close();
      for (int i = 0; i < 20; i++) {
        assertThat(server.read("/" + warm.id()).body()).isEqualTo(first.body());
        assertThat(server.read("").statusCode()).isEqualTo(200);
      }
      HttpResponse<byte[]> lost = server.read("/" + cold.id());
      assertThat(lost.statusCode()).isEqualTo(502);
      assertThat(FeedServer.text(lost))
          .isEqualTo(
              "{\"error\":{\"code\":\"BAD_GATEWAY\",\"message\":\"Error communicating with"
                  + " upstream service\"}}");
      if (store.isPostgres()) {
        server.node.millis.addAndGet(Duration.ofSeconds(61).toMillis());
        HttpResponse<byte[]> stale = server.read("/" + warm.id());
        assertThat(stale.statusCode()).isEqualTo(503);
        assertThat(stale.headers().firstValue("Retry-After")).contains("5");
      }
    }
  }

  @BothDatabases
  void aListedOriginMayReadAndAnotherMayNot(BothDatabases.Store store) throws Exception {
    FeedSettings standard = FeedSettings.standard();
    FeedSettings settings =
        new FeedSettings(
            "https://feeds.example.org/base",
            true,
            List.of("https://a.example", "null"),
            standard.limits(),
            standard.snapshotCacheMib(),
            standard.staleMax());
    try (FeedServer server = new FeedServer(store, settings)) {
      server.node.feed();
      HttpResponse<byte[]> listed = server.read("", "Origin", "null");
      assertThat(FeedServer.text(listed))
          .contains("\"url\":\"https://feeds.example.org/base/v1/collections/col_");
      assertThat(listed.headers().firstValue("Access-Control-Allow-Origin")).contains("null");
      assertThat(listed.headers().firstValue("Access-Control-Expose-Headers"))
          .contains("ETag, X-Request-Id");
      assertThat(listed.headers().firstValue("Vary"))
          .contains("X-API-Key, Accept-Encoding, Origin");
      assertThat(server.read("", "Origin", "https://b.example").headers().map())
          .doesNotContainKey("access-control-allow-origin");
      HttpResponse<byte[]> preflight =
          server.send(
              "OPTIONS",
              "/feeds/v1/collections",
              "",
              "Origin",
              "https://a.example",
              "Access-Control-Request-Method",
              "GET");
      assertThat(preflight.statusCode()).isEqualTo(204);
      assertThat(preflight.headers().firstValue("Access-Control-Allow-Headers"))
          .contains("X-API-Key, If-None-Match");
    }
  }

  private static long statements(FeedServer server) {
    return server.node.metrics.count("catchment_sql_statements", "SQL statements").total();
  }
}
