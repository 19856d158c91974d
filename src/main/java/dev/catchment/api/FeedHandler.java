package dev.catchment.api;

import dev.catchment.base.Failure;
import dev.catchment.base.Scope;
import dev.catchment.collections.CollectionRow;
import dev.catchment.db.Database;
import dev.catchment.feeds.ContentType;
import dev.catchment.feeds.Feed;
import dev.catchment.feeds.FeedDesk;
import dev.catchment.feeds.FeedSettings;
import dev.catchment.feeds.Feeds;
import dev.catchment.http.Request;
import dev.catchment.http.Response;
import dev.catchment.http.Router;
import dev.catchment.json.Json;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Feeds in the management API: {@code /v1/feeds}. */
public final class FeedHandler {
  private static final int LIMIT_MAX = 100;
  private static final int NAME_LENGTH_MAX = 200;
  private static final int DESCRIPTION_LENGTH_MAX = 2_000;
  private static final String STATUS_RULE = "must be one of: active, paused, disabled";
  private static final Set<String> PATCHABLE =
      Set.of(
          "name",
          "description",
          "status",
          "content_type",
          "default_action",
          "insert_position",
          "when_full",
          "live_max",
          "staging_max",
          "on_source_delete",
          "media_mode");

  private final Database database;
  private final FeedDesk desk;
  private final FeedSettings settings;
  private final FeedGate gate;
  private final Function<Request, String> base;

  /**
   * A handler over one store.
   *
   * @param base the address of the feed API for a request without a trailing slash, such as {@code
   *     https://host/feeds}; used while no public URL is set
   */
  public FeedHandler(
      Database database,
      FeedDesk desk,
      FeedSettings settings,
      FeedGate gate,
      Function<Request, String> base) {
    this.database = database;
    this.desk = desk;
    this.settings = settings;
    this.gate = gate;
    this.base = base;
  }

  /** Adds the routes. */
  public void register(Router router) {
    router
        .on("GET", "/v1/feeds", this::list)
        .on("POST", "/v1/feeds", this::create)
        .on("GET", "/v1/feeds/{id}", this::get)
        .on("PATCH", "/v1/feeds/{id}", this::update)
        .on("DELETE", "/v1/feeds/{id}", this::delete);
  }

  private Json.Obj row(Request request, Feed feed) {
    return FeedWire.feed(
        feed, settings.publicUrl().isEmpty() ? base.apply(request) : settings.publicUrl());
  }

  private Response answer(int status, Request request, Feed feed) {
    return Response.json(status, Json.object().put("feed", row(request, feed)).build());
  }

  private Response list(Request request) {
    Scope scope = gate.of(request, FeedGate.Need.READ).scope();
    int limit = FeedPaging.limit(request.query(), LIMIT_MAX);
    String type = request.query().first("content_type").orElse(null);
    String status = request.query().first("status").orElse(null);
    Feeds.Wanted wanted =
        new Feeds.Wanted(
            type == null ? null : type(type),
            status == null ? null : status(status),
            request.query().first("search").orElse(null),
            FeedPaging.feedPlace(request.query()),
            limit);
    List<Feed> found = database.read(tx -> Feeds.list(tx, scope, wanted));
    List<Feed> feeds = found.subList(0, Math.min(limit, found.size()));
    boolean more = found.size() > limit;
    String next =
        more
            ? FeedPaging.cursor(
                new Feeds.Place(feeds.getLast().dates().modifiedAt(), feeds.getLast().id()))
            : null;
    return Response.json(
        200,
        Json.object()
            .put("feeds", Json.array(feeds.stream().map(feed -> row(request, feed)).toList()))
            .put("has_more", more)
            .put("next_cursor", next)
            .build());
  }

  private static ContentType type(String word) {
    return ContentType.find(word).orElseThrow(() -> Failure.query("content_type", typeRule()));
  }

  private static String typeRule() {
    return "must be one of: " + String.join(", ", ContentType.words());
  }

  private static String status(String word) {
    return FeedBody.lower(CollectionRow.Status.class)
        .apply(word)
        .map(CollectionRow.Status::word)
        .orElseThrow(() -> Failure.query("status", STATUS_RULE));
  }

  private Response create(Request request) {
    Scope scope = gate.of(request, FeedGate.Need.WRITE).scope();
    FeedBody body = FeedBody.of(request);
    body.refuse("collection_id");
    for (String name : List.of("name", "content_type")) {
      if (!body.has(name)) {
        body.faults().add(name, "is required");
      }
    }
    String name = body.text("name", 1, NAME_LENGTH_MAX, "");
    String slug = slug(body);
    String description = body.text("description", 0, DESCRIPTION_LENGTH_MAX, null);
    Optional<ContentType> type = body.word("content_type", ContentType::find, typeRule());
    FeedSettings.Limits limits = settings.limits();
    Feed.Settings usual =
        new Feed.Settings(
            Feed.InsertPosition.TOP, Feed.WhenFull.HOLD, limits.liveMax(), limits.stagingMax());
    Feed.Settings wanted = settings(body, usual);
    body.faults().check();
    Feed feed =
        desk.create(
            scope,
            new FeedDesk.Draft(
                name == null ? "" : name, slug, description, type.orElseThrow(), wanted));
    return answer(201, request, feed);
  }

  private static @Nullable String slug(FeedBody body) {
    return body.word(
            "slug",
            text -> text.matches("[a-z0-9-]{1,64}") ? Optional.of(text) : Optional.empty(),
            "must match pattern ^[a-z0-9-]+$ and have 1 to 64 characters")
        .orElse(null);
  }

  private Feed.Settings settings(FeedBody body, Feed.Settings old) {
    body.only("default_action", "inbox");
    body.only("on_source_delete", "remove");
    body.only("media_mode", "link");
    int max = settings.limits().listHardMax();
    return new Feed.Settings(
        body.word(
                "insert_position",
                FeedBody.lower(Feed.InsertPosition.class),
                "must be one of: top, bottom")
            .orElse(old.insertPosition()),
        body.word("when_full", FeedBody.lower(Feed.WhenFull.class), "must be one of: hold, roll")
            .orElse(old.whenFull()),
        body.integer("live_max", 1, max, old.liveMax()),
        body.integer("staging_max", 1, max, old.stagingMax()));
  }

  private Response get(Request request) {
    Scope scope = gate.of(request, FeedGate.Need.READ).scope();
    String id = FeedPaging.id(request.path("id"), "Feed");
    return answer(200, request, database.read(tx -> Feeds.get(tx, scope, id)));
  }

  private Response update(Request request) {
    Scope scope = gate.of(request, FeedGate.Need.WRITE).scope();
    String id = FeedPaging.id(request.path("id"), "Feed");
    FeedBody body = FeedBody.of(request);
    if (PATCHABLE.stream().noneMatch(body::has)) {
      throw Failure.invalid("No fields to update");
    }
    Feed feed = desk.update(scope, id, before -> wanted(FeedBody.of(request), before));
    return answer(200, request, feed);
  }

  private FeedDesk.Wanted wanted(FeedBody body, Feed before) {
    String name = body.text("name", 1, NAME_LENGTH_MAX, before.identity().name());
    FeedDesk.Wanted wanted =
        new FeedDesk.Wanted(
            name == null ? before.identity().name() : name,
            body.text("description", 0, DESCRIPTION_LENGTH_MAX, before.identity().description()),
            body.word("content_type", ContentType::find, typeRule())
                .orElse(before.identity().type()),
            body.word("status", FeedBody.lower(CollectionRow.Status.class), STATUS_RULE)
                .orElse(before.identity().status()),
            settings(body, before.settings()));
    body.faults().check();
    return wanted;
  }

  private Response delete(Request request) {
    Scope scope = gate.of(request, FeedGate.Need.WRITE).scope();
    String id = FeedPaging.id(request.path("id"), "Feed");
    if (request.query().first("keep_collection").orElse("false").equals("true")) {
      throw Failure.query("keep_collection", "is not supported by this version");
    }
    desk.delete(scope, id);
    return Response.json(200, Json.object().put("success", true).build());
  }
}
