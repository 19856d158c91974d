package dev.catchment.api;

import dev.catchment.access.Caller;
import dev.catchment.base.Failure;
import dev.catchment.base.Ids;
import dev.catchment.base.Scope;
import dev.catchment.db.Database;
import dev.catchment.db.Tx;
import dev.catchment.delivery.ManualRetries;
import dev.catchment.http.Request;
import dev.catchment.http.Response;
import dev.catchment.http.Router;
import dev.catchment.ingest.Source;
import dev.catchment.json.Json;
import dev.catchment.routing.EventFilter;
import dev.catchment.routing.EventJson;
import dev.catchment.routing.EventRow;
import dev.catchment.routing.Events;
import dev.catchment.trial.Openings;
import dev.catchment.trial.SessionSweep;
import dev.catchment.trial.TestNotes;
import dev.catchment.trial.TestSession;
import dev.catchment.trial.TestSessions;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The resource {@code /v1/test/sessions}, which is {@code /v1/agent/sessions} too. */
public final class TestSessionHandler {
  private static final List<String> PATHS = List.of("/v1/test/sessions", "/v1/agent/sessions");
  private static final int NOTE_CHARS_MAX = 2_000;

  private final Database database;
  private final TestDoor door;
  private final TestSessions sessions;
  private final Openings openings = new Openings();
  private final GatewayProblems problems = new GatewayProblems();
  private final Wire wire;
  private final Plan plan;

  /**
   * How sessions are met from outside.
   *
   * @param address the address of the client; null when it is not known
   * @param checkUrl throws, naming the field, for a URL that may not be called
   * @param sources shows sources as {@code /v1/sources} does, and their URLs
   */
  public record Wire(
      Function<Request, @Nullable String> address,
      BiConsumer<String, String> checkUrl,
      SourceRows sources) {}

  /**
   * @param plan how many sources there may be, claimed ones among them
   */
  public TestSessionHandler(
      Database database, TestDoor door, TestSessions sessions, Wire wire, Plan plan) {
    this.database = database;
    this.door = door;
    this.sessions = sessions;
    this.wire = wire;
    this.plan = plan;
  }

  /** Adds the routes. */
  public void routes(Router router) {
    TestSessionExport export = new TestSessionExport(database, door, sessions);
    for (String path : PATHS) {
      router
          .on("POST", path, this::create)
          .on("GET", path + "/{id}", this::get)
          .on("DELETE", path + "/{id}", this::delete)
          .on("GET", path + "/{id}/events/{event_id}", this::event)
          .on("PATCH", path + "/{id}/events/{event_id}", this::note)
          .on("PATCH", path + "/{id}/response", this::response)
          .on("PATCH", path + "/{id}/forwarding", this::forwarding)
          .on("POST", path + "/{id}/claim", this::claim)
          .streamed(path + "/{id}/export", export::handle);
    }
  }

  private Response create(Request request) {
    door.enter(request, true);
    Openings.Left left = openings.take(wire.address().apply(request), database.now());
    if (!left.allowed()) {
      return limited(
          problems.of(Failure.tooFast("Rate limit exceeded", left.resetSeconds()), request.id()),
          left);
    }
    TestSession session = database.write(sessions::create);
    return limited(Response.json(201, TestSessionRows.opened(session, url(session)).build()), left);
  }

  private static Response limited(Response response, Openings.Left left) {
    return response
        .with("RateLimit-Limit", Integer.toString(Openings.OPENED_MAX))
        .with("RateLimit-Remaining", Integer.toString(left.remaining()))
        .with("RateLimit-Reset", Long.toString(left.resetSeconds()));
  }

  private Response get(Request request) {
    door.enter(request, false);
    String id = TestDoor.id(request);
    Params params = Params.of(request);
    Window window = Window.of(request);
    EventFilter all =
        new EventFilter(
                null,
                List.of(),
                params.words("method", EventHandler.METHODS),
                new EventFilter.Checked(List.of(), List.of()),
                ManualRetries.Wish.ANY,
                EventHandler.search(params),
                null,
                null)
            .between(window.after(), window.before());
    return database.read(tx -> {
      TestSession session = sessions.get(tx, id);
      Events.Found found = EventHandler.page(tx, TestSessions.scope(id), all, window);
      Map<String, String> notes =
          TestNotes.of(tx, id, found.rows().stream().map(EventRow::id).toList());
      return window.brief(
          Json.object().put("session", TestSessionRows.session(session, url(session))),
          "events",
          new Window.Found<>(found.rows(), found.scannedTo(), 0, false),
          EventRow::id,
          row -> TestSessionRows.event(row, notes.get(row.id())));
    });
  }

  private Response event(Request request) {
    door.enter(request, false);
    return database.read(tx -> {
      String id = sessions.get(tx, TestDoor.id(request)).id();
      return answer(tx, id, eventId(request));
    });
  }

  private Response note(Request request) {
    door.enter(request, true);
    Input input = Input.parse(request.body()).requireAny(List.of("note"));
    String note = input.nullableText("note", NOTE_CHARS_MAX, null);
    return database.write(tx -> {
      String id = sessions.get(tx, TestDoor.id(request)).id();
      String eventId = Events.get(tx, TestSessions.scope(id), eventId(request)).id();
      TestNotes.write(tx, id, eventId, note);
      return answer(tx, id, eventId);
    });
  }

  private static String eventId(Request request) {
    return Ids.parse(request.path("event_id")).orElseThrow(() -> Failure.notFound("Event"));
  }

  private static Response answer(Tx tx, String id, String eventId) {
    EventRow event = Events.get(tx, TestSessions.scope(id), eventId);
    byte[] body = event.payloadSize() <= EventJson.PARSED_BYTES_MAX ? Events.body(tx, event) : null;
    Json.Obj row = (Json.Obj) EventJson.row(event, body);
    return Response.json(
        200,
        Json.object()
            .put(
                "event",
                Json.object()
                    .putAll(row)
                    .put("note", TestNotes.find(tx, id, eventId).orElse(null))
                    .build())
            .build());
  }

  private Response response(Request request) {
    door.enter(request, true);
    TestResponseInput input = TestResponseInput.parse(request.body());
    return database.write(tx -> {
      TestSession session = sessions.get(tx, TestDoor.id(request));
      TestSession changed = sessions.respond(tx, session, input.over(session.response()));
      return Response.json(
          200, Json.object().put("response", TestSessionRows.response(changed)).build());
    });
  }

  private Response forwarding(Request request) {
    door.enterCalling(request);
    Input input = Input.parse(request.body()).requireAny(List.of("url", "enabled"));
    String given = input.nullableText("url", DestinationInput.URL_CHARS_MAX, null);
    if (given != null) {
      wire.checkUrl().accept(given, "url");
    }
    return database.write(tx -> {
      TestSession session = sessions.get(tx, TestDoor.id(request));
      TestSession.Forwarding old = session.forwarding();
      TestSession changed =
          sessions.forward(
              tx,
              session,
              new TestSession.Forwarding(
                  input.has("url") ? given : old.url(),
                  input.flag("enabled", input.has("url") || old.enabled())));
      return Response.json(
          200, Json.object().put("forwarding", TestSessionRows.forwarding(changed)).build());
    });
  }

  private Response claim(Request request) {
    Input input =
        request.body().length == 0 ? new Input(Json.object().build()) : Input.parse(request.body());
    Caller caller = door.claiming(request, input);
    Scope scope = caller.scope();
    String name = input.has("name") ? input.name("") : null;
    String slug = input.has("slug") ? input.slug() : null;
    Source source =
        database.write(tx -> {
          plan.admit(tx, scope.orgId(), Plan.Thing.SOURCES);
          return sessions.claim(tx, TestDoor.id(request), scope, name, slug);
        });
    return wire.sources().answer(200, source);
  }

  private Response delete(Request request) {
    door.enter(request, true);
    String id = TestDoor.id(request);
    database.write(tx -> {
      sessions.close(tx, id);
      return id;
    });
    // From now on it is not there. What it has is at most its limit of events, and goes in slices
    // that others need not wait for; should this be cut short, retention does the rest.
    boolean more = true;
    while (more) {
      more = database.<Boolean>write(tx -> SessionSweep.slice(tx, id));
    }
    return Response.json(200, Fields.SUCCESS);
  }

  private String url(TestSession session) {
    return wire.sources().ingestUrl(session.source());
  }
}
