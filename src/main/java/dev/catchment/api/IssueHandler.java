package dev.catchment.api;

import dev.catchment.base.Scope;
import dev.catchment.base.Times;
import dev.catchment.db.Database;
import dev.catchment.delivery.DeadLetters;
import dev.catchment.delivery.Destinations;
import dev.catchment.http.Request;
import dev.catchment.http.Response;
import dev.catchment.http.Router;
import dev.catchment.issues.IssueRow;
import dev.catchment.issues.IssueTracker;
import dev.catchment.issues.Issues;
import dev.catchment.json.Json;
import dev.catchment.replay.BulkRetry;
import dev.catchment.routing.EventFilter;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The resource {@code /v1/issues}. */
public final class IssueHandler {
  private static final String SEGMENT = "issues";
  private static final String THING = "Issue";
  private static final String ALL = "all";
  private static final int RECENT_ATTEMPTS = 10;
  private static final List<String> STATUSES =
      Arrays.stream(IssueRow.Status.values()).map(IssueRow.Status::word).toList();
  private static final List<String> LISTED =
      Stream.concat(STATUSES.stream(), Stream.of(ALL)).toList();

  private final Database database;
  private final Gate gate;
  private final IssueTracker tracker;
  private final BulkRetry bulk;

  public IssueHandler(Database database, Gate gate, IssueTracker tracker, BulkRetry bulk) {
    this.database = database;
    this.gate = gate;
    this.tracker = tracker;
    this.bulk = bulk;
  }

  /** Adds the routes. */
  public void routes(Router router) {
    router
        .on("GET", "/v1/issues", this::list)
        .on("GET", "/v1/issues/summary", this::summary)
        .on("GET", "/v1/issues/{id}", this::get)
        .on("PATCH", "/v1/issues/{id}", this::patch)
        .on("POST", "/v1/issues/{id}/retry", this::retry);
  }

  private Response list(Request request) {
    Scope scope = gate.read(request, SEGMENT);
    Params params = Params.of(request);
    Window window = Window.timed(request);
    String word = params.word("status", LISTED);
    IssueRow.Status status =
        ALL.equals(word) ? null : word == null ? IssueRow.Status.OPEN : status(word);
    String destinationId = params.id("destination_id", "Destination");
    String cursor = window.cursor();
    Issues.Filter filter =
        new Issues.Filter(status, destinationId, cursor == null ? null : place(cursor));
    return database.read(tx -> {
      List<IssueRow> rows = Issues.list(tx, scope, filter, window.page());
      long total = Issues.count(tx, scope, filter, Window.COUNTED_MAX + 1);
      if (total == 0 && destinationId != null) {
        Destinations.check(tx, scope, destinationId);
      }
      return window.answer(
          "issues", Window.Found.counted(rows, total), IssueHandler::place, IssueHandler::row);
    });
  }

  private static IssueRow.Status status(String word) {
    return IssueRow.Status.valueOf(word.toUpperCase(Locale.ROOT));
  }

  private static Issues.Place place(String cursor) {
    Cursor.Timed place = Cursor.Timed.of(cursor);
    return new Issues.Place(place.millis(), place.id());
  }

  private static String place(IssueRow issue) {
    return new Cursor.Timed(issue.seen().lastAt(), issue.id()).text();
  }

  private Response summary(Request request) {
    Scope scope = gate.read(request, SEGMENT);
    Map<IssueRow.Status, Long> counts = database.read(tx -> Issues.summary(tx, scope));
    Json.ObjBuilder answer = Json.object();
    for (IssueRow.Status status : IssueRow.Status.values()) {
      answer.put(status.word(), counts.getOrDefault(status, 0L));
    }
    return Response.json(200, answer.build());
  }

  private Response get(Request request) {
    Scope scope = gate.read(request, SEGMENT);
    String id = Path.id(request, THING);
    return database.read(tx -> {
      IssueRow issue = Issues.get(tx, scope, id);
      String wholeDestination = issue.deadLetters().destinationId();
      List<String> recent =
          wholeDestination == null
              ? DeadLetters.ofIssue(tx, scope, id, RECENT_ATTEMPTS)
              : DeadLetters.ofDestination(tx, scope, wholeDestination, RECENT_ATTEMPTS);
      return Response.json(
          200,
          Json.object()
              .put("issue", row(issue))
              .put("recent_attempt_ids", Json.texts(recent))
              .build());
    });
  }

  private Response patch(Request request) {
    Gate.Change change = gate.change(request, SEGMENT);
    String id = Path.id(request, THING);
    Input input = change.input().requireAny(List.of("status", "snoozed_until"));
    IssueRow.@Nullable Status status =
        input.has("status") ? status(input.word("status", STATUSES, "")) : null;
    IssueTracker.@Nullable Snooze snooze =
        input.has("snoozed_until")
            ? new IssueTracker.Snooze(input.time("snoozed_until", null))
            : null;
    IssueRow issue = database.write(tx -> tracker.change(tx, change.scope(), id, status, snooze));
    return Response.json(200, Json.object().put("issue", row(issue)).build());
  }

  private Response retry(Request request) {
    // There is nothing that the body must say.
    boolean empty = request.body().length == 0;
    Input input = new Input(Json.object().build());
    Scope scope;
    if (empty) {
      scope = gate.write(request, SEGMENT);
    } else {
      Gate.Change change = gate.change(request, SEGMENT);
      scope = change.scope();
      input = change.input();
    }
    String id = Path.id(request, THING);
    int max = RetryHandler.eventsMax(input);
    IssueRow issue = database.read(tx -> Issues.get(tx, scope, id));
    EventFilter letters =
        new EventFilter(
            null,
            List.of(),
            List.of(),
            new EventFilter.Checked(List.of(), List.of()),
            issue.deadLetters(),
            null,
            null,
            null);
    return RetryHandler.accepted(bulk.retry(scope, letters, max));
  }

  static Json row(IssueRow issue) {
    return Json.object()
        .put("id", issue.id())
        .put("org_id", issue.scope().orgId())
        .put("env_id", issue.scope().envId())
        .put("destination_id", issue.destinationId())
        .put("fingerprint", issue.fingerprint())
        .put("title", issue.title())
        .put("status", issue.status().word())
        .put("snoozed_until", Fields.time(issue.snoozedUntil()))
        .put("occurrence_count", issue.seen().count())
        .put("first_seen_at", Times.format(issue.seen().firstAt()))
        .put("last_seen_at", Times.format(issue.seen().lastAt()))
        .put("resolved_at", Fields.time(issue.times().resolved()))
        .put("last_attempt_id", issue.last().attemptId())
        .put("last_event_id", issue.last().eventId())
        .put("last_error", issue.last().error())
        .put("last_status_code", issue.last().statusCode())
        .put("created_at", Times.format(issue.times().created()))
        .put("updated_at", Times.format(issue.times().updated()))
        .put("destination_name", issue.destinationName())
        .build();
  }
}
