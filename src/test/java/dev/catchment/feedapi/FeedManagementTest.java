package dev.catchment.feedapi;

import static org.assertj.core.api.Assertions.assertThat;

import dev.catchment.feeds.FeedSettings;
import dev.catchment.json.Json;
import dev.catchment.testkit.BothDatabases;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

final class FeedManagementTest {
  private static final String REF = "{'id':'1','name':'Long','shortName':'Sh'}";

  /** For each type the least payload and the message that follows from it. */
  private static final Map<String, List<String>> LEAST = new LinkedHashMap<>();

  static {
    LEAST.put(
        "POLL",
        List.of(
            "{'question':'Who?','status':'OPEN','totalVotes':9,'options':[{'label':'A'},{'label':'B','votes':3}]}",
            "Who?"));
    LEAST.put("MEDIA", List.of("{'title':'T','caption':'C'}", "C"));
    LEAST.put("QR_CODE", List.of("{'targetUrl':'tel:1','label':'Call'}", "Call"));
    LEAST.put(
        "FOOTBALL_PLAYER",
        List.of("{'playerId':'1','name':'N','imageUrl':'https://x.example/a.png'}", "N"));
    LEAST.put("FOOTBALL_TEAM", List.of("{'teamId':'1','name':'N'}", "N"));
    LEAST.put("FOOTBALL_COMPETITION", List.of("{'competitionId':'1','name':'N'}", "N"));
    LEAST.put(
        "FOOTBALL_MATCH",
        List.of(
            "{'matchId':'1','status':'FINISHED','home':{'team':R,'score':2},'away':{'team':R,'score':1}}",
            "Sh 2-1 Sh"));
    LEAST.put("SQUASH_ROUND", List.of("{'roundId':'1','name':'N','status':'LIVE'}", "N"));
    LEAST.put("SQUASH_BRACKET", List.of("{'bracketId':'1','draw':'Main'}", "Main"));
    LEAST.put(
        "SQUASH_MATCH",
        List.of(
            "{'matchId':'1','status':'LIVE','bestOf':5,'sideA':{'player':R,'games':1,'points':0},'sideB':{'player':R,'games':0,'points':3},'games':[{'number':1,'a':11,'b':7}]}",
            "Sh 1-0 Sh (11-7)"));
    LEAST.put("SQUASH_PLAYER", List.of("{'playerId':'1','name':'N'}", "N"));
    LEAST.put("SQUASH_COMPETITION", List.of("{'competitionId':'1','name':'N'}", "N"));
    LEAST.put("SQUASH_TOURNAMENT", List.of("{'tournamentId':'1','name':'N','status':'LIVE'}", "N"));
  }

  private static String json(String text) {
    return text.replaceAll(":R(?=[,}])", ":" + REF).replace('\'', '"');
  }

  private static String text(Json.Obj object, String... path) {
    Json value = object;
    for (String name : path) {
      value = Objects.requireNonNull(((Json.Obj) value).get(name), name);
    }
    return value instanceof Json.Str text ? text.value() : value.text();
  }

  private static String newFeed(FeedServer server, String type) throws Exception {
    Json.Obj made =
        server.call(
            201, "POST", "", json("{'name':'F " + type + "','content_type':'" + type + "'}"));
    return "/" + text(made, "feed", "id");
  }

  @BothDatabases
  void everyTypeIsCheckedCompletedAndShownWithTenMembers(BothDatabases.Store store)
      throws Exception {
    try (FeedServer server = new FeedServer(store)) {
      assertThat(LEAST).hasSize(13);
      for (Map.Entry<String, List<String>> entry : LEAST.entrySet()) {
        String feed = newFeed(server, entry.getKey());
        String payload = json(entry.getValue().getFirst());
        Json.Obj made = server.call(201, "POST", feed + "/items", "{\"payload\":" + payload + "}");
        assertThat(text(made, "item", "message"))
            .as(entry.getKey())
            .isEqualTo(entry.getValue().getLast());
        assertThat(text(made, "item", "payload")).startsWith("{\"type\":\"" + entry.getKey());
        server.call(400, "POST", feed + "/items", "{\"payload\":{\"type\":\"TEXT\"}}");
        Json.Obj body = (Json.Obj) Json.parse(server.read(feed).body()).orElseThrow();
        Json.Arr items = (Json.Arr) Objects.requireNonNull(body.get("stagingContents"));
        assertThat(((Json.Obj) items.items().getFirst()).members()).hasSize(10);
      }
      String poll = newFeed(server, "POLL");
      Json.Obj made =
          server.call(
              201,
              "POST",
              poll + "/items",
              "{\"payload\":" + json(LEAST.getOrDefault("POLL", List.of()).getFirst()) + "}");
      assertThat(text(made, "item", "payload"))
          .contains("\"status\":\"DRAFT\"")
          .contains("\"totalVotes\":0")
          .contains("{\"id\":\"b\",\"label\":\"B\",\"imageUrl\":null,\"votes\":0,\"percent\":0.0}");
    }
  }

  @BothDatabases
  void withoutPayloadsEveryItemHasNineMembers(BothDatabases.Store store) throws Exception {
    FeedSettings standard = FeedSettings.standard();
    FeedSettings settings =
        new FeedSettings("", false, List.of(), standard.limits(), 512, standard.staleMax());
    try (FeedServer server = new FeedServer(store, settings)) {
      String feed = newFeed(server, "TEXT");
      server.call(201, "POST", feed + "/items", json("{'message':'m'}"));
      Json.Obj body = (Json.Obj) Json.parse(server.read(feed).body()).orElseThrow();
      Json.Arr items = (Json.Arr) Objects.requireNonNull(body.get("stagingContents"));
      assertThat(((Json.Obj) items.items().getFirst()).members()).hasSize(9);
    }
  }

  @BothDatabases
  void whatIsWrongIsSaidAtOnceAndNothingIsStored(BothDatabases.Store store) throws Exception {
    try (FeedServer server = new FeedServer(store)) {
      assertThat(text(server.call(400, "POST", "", "{"), "error")).isEqualTo("Invalid JSON body");
      assertThat(
              text(
                  server.call(
                      400,
                      "POST",
                      "",
                      json("{'name':'','live_max':5001,'media_mode':'copy','collection_id':'x'}")),
                  "error"))
          .isEqualTo(
              "Invalid body: 'collection_id' is not supported by this version; 'content_type' is"
                  + " required; 'name' must be 1 to 200 characters; 'media_mode' must be link in"
                  + " this version; 'live_max' must be between 1 and 5000");
      String feed = newFeed(server, "SOCIAL_POST");
      String long10k = "é".repeat(10_000);
      server.call(201, "POST", feed + "/items", "{\"message\":\"" + long10k + "\"}");
      assertThat(
              text(
                  server.call(
                      400,
                      "POST",
                      feed + "/items",
                      "{\"message\":\"" + long10k + "x\",\"voting\":{},\"payload\":{}}"),
                  "error"))
          .isEqualTo("Invalid body: 'voting' is not supported by this version");
      assertThat(
              text(
                  server.call(
                      400,
                      "POST",
                      feed + "/items",
                      json(
                          "{'message':1,'profile_image_url':'https://u@x.example/',"
                              + "'media':[{'url':'ftp://x'},{'media_id':'1'}],'payload':{}}")),
                  "error"))
          .isEqualTo(
              "Invalid body: 'message' must be a text; 'profile_image_url' must be an http or"
                  + " https URL of at most 2048 characters; 'media[0].url' must be an http or https"
                  + " URL of at most 2048 characters; 'media[1].media_id' must be null: this"
                  + " version stores no files; 'payload' must be null in a feed of type"
                  + " SOCIAL_POST");
      assertThat(text(server.call(200, "GET", feed, ""), "feed", "counts", "staging"))
          .isEqualTo("1");
      assertThat(text(server.call(404, "GET", feed + "/items/zz", ""), "error"))
          .isEqualTo("Item not found");
      assertThat(text(server.call(404, "GET", "/" + "a".repeat(32), ""), "error"))
          .isEqualTo("Feed not found");
      assertThat(text(server.call(400, "PATCH", feed, json("{'x':1}")), "error"))
          .isEqualTo("No fields to update");
    }
  }

  @BothDatabases
  void aReadRightAfterAnAnswerShowsTheChange(BothDatabases.Store store) throws Exception {
    try (FeedServer server = new FeedServer(store)) {
      String feed = newFeed(server, "SOCIAL_POST");
      Json.Obj made =
          server.call(
              201,
              "POST",
              feed + "/items",
              json("{'username':'ann','source':'INSTAGRAM','message':'a','state':'live'}"));
      String item = feed + "/items/" + text(made, "item", "id");
      assertThat(FeedServer.text(server.read(feed))).contains("\"username\":\"@ann\"");
      Json.Obj edited =
          server.call(200, "PATCH", item, json("{'message':'b','pinned':true,'version':1}"));
      assertThat(text(edited, "item", "edited_fields")).isEqualTo("[\"message\"]");
      assertThat(FeedServer.text(server.read(feed))).contains("\"message\":\"b\"");
      assertThat(
              text(server.call(409, "PATCH", item, json("{'message':'c','version':1}")), "error"))
          .isEqualTo("Item was changed by someone else");
      server.call(200, "POST", item + "/move", json("{'state':'staging','position':'top'}"));
      assertThat(FeedServer.text(server.read(feed))).contains("\"liveContents\":[]");
      server.call(200, "PUT", feed + "/order", json("{'state':'staging','item_ids':[]}"));
      server.call(200, "PATCH", feed, json("{'name':'Renamed','when_full':'roll'}"));
      assertThat(FeedServer.text(server.read(""))).contains("\"name\":\"Renamed\"");
      server.call(200, "DELETE", item, "");
      assertThat(FeedServer.text(server.read(feed))).contains("\"stagingContents\":[]");
      server.call(200, "DELETE", feed, "");
      assertThat(server.read(feed).statusCode()).isEqualTo(404);
    }
  }

  @BothDatabases
  void listsPageByKeyAndFilter(BothDatabases.Store store) throws Exception {
    try (FeedServer server = new FeedServer(store)) {
      String feed = newFeed(server, "SOCIAL_POST");
      newFeed(server, "TEXT");
      for (String state : List.of("live", "staging", "inbox", "live")) {
        server.call(
            201,
            "POST",
            feed + "/items",
            json("{'message':'In " + state + "','state':'" + state + "'}"));
      }
      Json.Obj page = server.call(200, "GET", feed + "/items?limit=3", "");
      assertThat(text(page, "has_more")).isEqualTo("true");
      Json.Obj rest =
          server.call(200, "GET", feed + "/items?limit=3&cursor=" + text(page, "next_cursor"), "");
      assertThat(((Json.Arr) Objects.requireNonNull(rest.get("items"))).items()).hasSize(1);
      Json.Obj live = server.call(200, "GET", feed + "/items?state=live&search=in%20LIVE", "");
      assertThat(((Json.Arr) Objects.requireNonNull(live.get("items"))).items()).hasSize(2);
      assertThat(text(server.call(400, "GET", feed + "/items?cursor=x", ""), "error"))
          .isEqualTo("Invalid cursor");
      Json.Obj feeds = server.call(200, "GET", "?limit=1", "");
      Json.Obj second =
          server.call(200, "GET", "?limit=1&cursor=" + text(feeds, "next_cursor"), "");
      assertThat(text(second, "has_more")).isEqualTo("false");
      Json.Obj found = server.call(200, "GET", "?search=f%20te&content_type=TEXT", "");
      assertThat(((Json.Arr) Objects.requireNonNull(found.get("feeds"))).items()).hasSize(1);
      assertThat(server.send("GET", "/v1/feeds" + feed, "", "X-Stranger", "1").statusCode())
          .isEqualTo(404);
    }
  }
}
