package dev.catchment.api;

import dev.catchment.base.Failure;
import dev.catchment.base.Ids;
import dev.catchment.base.Scope;
import dev.catchment.base.Times;
import dev.catchment.collections.CollectionOptions;
import dev.catchment.collections.CollectionRow;
import dev.catchment.collections.CollectionSummary;
import dev.catchment.collections.Collections;
import dev.catchment.collections.DataExpressions;
import dev.catchment.collections.Lag;
import dev.catchment.db.Database;
import dev.catchment.db.Tx;
import dev.catchment.expr.BodyPath;
import dev.catchment.feeds.FeedDesk;
import dev.catchment.http.Answer;
import dev.catchment.http.Request;
import dev.catchment.http.Response;
import dev.catchment.http.Router;
import dev.catchment.ingest.Sources;
import dev.catchment.json.Json;
import dev.catchment.verify.Template;
import dev.catchment.verify.Templates;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The resource {@code /v1/collections}. */
public final class CollectionHandler {
  private static final String SEGMENT = "collections";
  private static final int PATH_CHARS_MAX = 1_000;
  private static final List<String> CHANGEABLE =
      List.of("name", "description", "primary_key_path", "event_type_field", "status", "options");

  private final Database database;
  private final Gate gate;
  private final Ids ids;
  private final FeedDesk feeds;
  private final DataExpressions expressions;

  /**
   * @param feeds changes and removes the collections that are feeds, which have more than their row
   * @param expressions judges the expressions that make the data of records
   */
  public CollectionHandler(
      Database database, Gate gate, Ids ids, FeedDesk feeds, DataExpressions expressions) {
    this.database = database;
    this.gate = gate;
    this.ids = ids;
    this.feeds = feeds;
    this.expressions = expressions;
  }

  /** Adds the routes. */
  public void routes(Router router) {
    router
        .streamed("/v1/collections", this::list)
        .on("POST", "/v1/collections", this::create)
        .on("GET", "/v1/collections/{id}", this::get)
        .on("PATCH", "/v1/collections/{id}", this::update)
        .on("DELETE", "/v1/collections/{id}", this::delete);
  }

  private Answer list(Request request) {
    Scope scope = gate.read(request, SEGMENT);
    Params params = Params.of(request);
    String status = params.word("status", Fields.STATUSES);
    String source = params.id("source_id", "Source");
    // Read before the rows are: a list may be newer than its tag says, never older.
    ETag tag =
        ETag.of(
            request,
            scope.envId() + "-" + database.<Long>read(tx -> Collections.listStamp(tx, scope)));
    Optional<Response> unchanged = tag.unchanged(request);
    return unchanged.isPresent()
        ? unchanged.get()
        : new Listing<>("collections", CollectionSummary::id, CollectionHandler::row)
            .stream(
                params, (below, limit) -> list(scope, source, status, below, limit), tag.header());
  }

  private List<CollectionSummary> list(
      Scope scope,
      @Nullable String source,
      @Nullable String status,
      @Nullable String below,
      @Nullable Integer limit) {
    return database.read(tx -> {
      List<CollectionSummary> rows =
          Collections.list(tx, scope, new Collections.Wanted(source, status, below, limit));
      if (source != null && rows.isEmpty() && below == null) {
        Sources.check(tx, scope, source);
      }
      return rows;
    });
  }

  private Response get(Request request) {
    Scope scope = gate.read(request, SEGMENT);
    // Its lag changes with each event, so there is nothing cheaper to compare.
    return ETag.compared(
        request,
        Response.json(
            200, database.read(tx -> answer(tx, CollectionPath.get(tx, scope, request)))));
  }

  private Response create(Request request) {
    Gate.Change change = gate.change(request, SEGMENT);
    Input input = change.input().require("name", "slug", "source_id", "primary_key_path");
    CollectionRow.FoldSpec blank =
        new CollectionRow.FoldSpec(
            keyPath(input), null, CollectionOptions.none(), CollectionRow.Status.ACTIVE);
    CollectionRow.FoldSpec given = merged(blank, input);
    expressions.check(given.options());
    Collections.Draft draft =
        new Collections.Draft(
            ids.next(),
            input.name(""),
            input.slug(),
            input.description(null),
            input.id("source_id", "Source"),
            null);
    return Response.json(
        201,
        database.write(tx -> {
          Optional<Template> template =
              Sources.template(tx, change.scope(), draft.sourceId()).flatMap(Templates::find);
          CollectionRow.FoldSpec fold = CollectionPresets.fill(given, input, template);
          return answer(tx, Collections.create(tx, change.scope(), draft, fold));
        }));
  }

  private Response update(Request request) {
    Gate.Change change = gate.change(request, SEGMENT);
    Scope scope = change.scope();
    CollectionRow.Identity named = identity(scope, request);
    Input input = change.input().requireAny(CHANGEABLE);
    if (named.contentType() != null) {
      return updateFeed(scope, named.id(), input);
    }
    Json.Obj options = input.object("options", null);
    if (options != null) {
      expressions.check(CollectionOptions.none().merged(options));
    }
    return Response.json(
        200,
        database.write(tx -> {
          CollectionRow old = Collections.get(tx, scope, named.id());
          return answer(
              tx,
              Collections.update(
                  tx,
                  old,
                  input.name(old.identity().name()),
                  input.description(old.identity().description()),
                  merged(old.fold(), input)));
        }));
  }

  private Response updateFeed(Scope scope, String id, Input input) {
    for (String field : List.of("primary_key_path", "event_type_field", "options")) {
      if (input.has(field)) {
        throw Failure.body(field, "cannot be changed in a feed");
      }
    }
    feeds.update(
        scope,
        id,
        old ->
            new FeedDesk.Wanted(
                input.name(old.identity().name()),
                input.description(old.identity().description()),
                old.identity().type(),
                status(input, old.identity().status()),
                old.settings()));
    return Response.json(200, database.read(tx -> answer(tx, Collections.get(tx, scope, id))));
  }

  private CollectionRow.Identity identity(Scope scope, Request request) {
    return database.read(tx -> CollectionPath.get(tx, scope, request)).identity();
  }

  private static CollectionRow.FoldSpec merged(CollectionRow.FoldSpec old, Input input) {
    Json.Obj options = input.has("options") ? input.object("options", null) : null;
    if (options == null && input.has("options")) {
      throw Failure.body("options", "must be an object");
    }
    return new CollectionRow.FoldSpec(
        input.has("primary_key_path") ? keyPath(input) : old.keyPath(),
        input.has("event_type_field") ? typePath(input) : old.typePath(),
        options == null ? old.options() : old.options().merged(options),
        status(input, old.status()));
  }

  private static CollectionRow.Status status(Input input, CollectionRow.Status fallback) {
    return CollectionRow.Status.valueOf(
        input.word("status", Fields.STATUSES, fallback.word()).toUpperCase(Locale.ROOT));
  }

  private static BodyPath keyPath(Input input) {
    return BodyPath.parse(
        input.text("primary_key_path", 1, PATH_CHARS_MAX, ""), "primary_key_path");
  }

  private static @Nullable BodyPath typePath(Input input) {
    String text = input.nullableText("event_type_field", PATH_CHARS_MAX, null);
    return text == null ? null : BodyPath.parseJoined(text, "event_type_field");
  }

  private Response delete(Request request) {
    Scope scope = gate.write(request, SEGMENT);
    CollectionRow.Identity named = identity(scope, request);
    if (named.contentType() != null) {
      feeds.delete(scope, named.id());
    } else {
      database.write(tx -> {
        Collections.delete(tx, scope, named.id());
        return true;
      });
    }
    return Response.json(200, Fields.SUCCESS);
  }

  private static Json.Obj answer(Tx tx, CollectionRow row) {
    CollectionRow.Progress progress = row.progress();
    return Json.object()
        .put("collection", row(CollectionSummary.of(row)))
        .put(
            "options",
            Json.object()
                .putAll(row.fold().options().toJson())
                .put("content_type", row.identity().contentType())
                .build())
        .put(
            "stats",
            Json.object()
                .put("applied_count", progress.appliedCount())
                .put("stale_count", progress.staleCount())
                .put("skipped_count", progress.skippedCount())
                .put("skipped_reasons", progress.skippedReasons())
                .put("time_fallback_count", progress.timeFallbackCount())
                .put("tombstone_count", progress.tombstoneCount())
                .put("lag", Lag.of(tx, row))
                .build())
        .build();
  }

  /** Exactly the 22 members of the contract, in its order. */
  private static Json row(CollectionSummary row) {
    CollectionRow.Identity who = row.identity();
    CollectionRow.Backfill backfill = row.backfill();
    return Json.object()
        .put("id", who.id())
        .put("org_id", who.scope().orgId())
        .put("env_id", who.scope().envId())
        .put("name", who.name())
        .put("slug", who.slug())
        .put("source_id", who.sourceId())
        .put("primary_key_path", row.paths().key())
        .put("event_type_field", row.paths().type())
        .put("description", who.description())
        .put("status", row.status())
        .put("record_count", row.recordCount())
        .put("last_sync_at", Fields.time(row.lastSyncAt()))
        .put("created_at", Times.format(row.times().createdAt()))
        .put("updated_at", Times.format(row.times().updatedAt()))
        .put("backfill_status", backfill.status())
        .put("backfill_progress", backfill.progress())
        .put("backfill_total", backfill.total())
        .put("backfill_cursor", backfill.cursor())
        .put("backfill_started_at", Fields.time(backfill.startedAt()))
        .put("backfill_completed_at", Fields.time(backfill.completedAt()))
        .put("backfill_error", backfill.error())
        .put("source_name", who.sourceName())
        .build();
  }
}
