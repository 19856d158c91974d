package dev.catchment.api;

import dev.catchment.base.Failure;
import dev.catchment.base.Scope;
import dev.catchment.db.Database;
import dev.catchment.http.Request;
import dev.catchment.http.Router;
import dev.catchment.http.StreamListener;
import dev.catchment.live.ChangePlace;
import dev.catchment.live.Live;
import dev.catchment.live.RecordTails;
import java.util.regex.Pattern;

/** {@code /v1/collections/{id}/changes}: what changed after a cursor, as it changes. */
public final class ChangeHandler {
  private static final int LIMIT = 50;
  private static final int LIMIT_MAX = 100;
  private static final int WAIT_SECONDS = 30;
  private static final int WAIT_SECONDS_MAX = 60;
  private static final Pattern SECONDS = Pattern.compile("[0-9]{1,2}");

  private final Database database;
  private final RecordTails tails;
  private final Gate gate;
  private final OpenConnections connections;

  public ChangeHandler(Database database, Gate gate, Live live, OpenConnections connections) {
    this.database = database;
    this.tails = live.records();
    this.gate = gate;
    this.connections = connections;
  }

  /** Adds the route. */
  public void routes(Router router) {
    router.eventStreamOrPoll("/v1/collections/{id}/changes", this::open);
  }

  private StreamListener open(Request request) {
    OpenConnections.Entry entry = connections.admit(gate, request, "collections");
    Scope scope = entry.caller().scope();
    Params params = Params.of(request);
    int limit = params.limit(LIMIT, LIMIT_MAX);
    long waitMillis = 1_000L * seconds(params);
    ChangePlace place = place(request, scope);
    // Who comes with a cursor that is of no use is told so now, and not within a stream.
    RecordTails.Piece first = tails.next(scope, place, limit);
    return request.wantsEventStream()
        ? new ChangeStream(tails, entry, place)
        : new ChangePoll(tails, entry, first, limit, waitMillis);
  }

  private ChangePlace place(Request request, Scope scope) {
    String id = database.read(tx -> CollectionPath.get(tx, scope, request).id());
    String last =
        request.wantsEventStream()
            ? request.headers().first("Last-Event-ID").map(String::strip).orElse("")
            : "";
    String cursor = last.isEmpty() ? request.query().first("cursor").orElse("") : last;
    return switch (cursor) {
      case "", "now" -> tails.now(scope, id);
      case "start" -> tails.start(scope, id);
      default -> ChangePlace.parse(id, cursor);
    };
  }

  private static int seconds(Params params) {
    String text = params.text("wait");
    if (text == null) {
      return WAIT_SECONDS;
    }
    if (!SECONDS.matcher(text).matches() || Integer.parseInt(text) > WAIT_SECONDS_MAX) {
      throw Failure.query("wait", "must be an integer from 0 to " + WAIT_SECONDS_MAX);
    }
    return Integer.parseInt(text);
  }
}
