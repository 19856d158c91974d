package dev.catchment.api;

import dev.catchment.base.Failure;
import dev.catchment.http.Request;
import dev.catchment.http.Router;
import dev.catchment.http.StreamListener;
import dev.catchment.ingest.ClientAddress;
import dev.catchment.ingest.Ingest;
import dev.catchment.ingest.Received;
import dev.catchment.ingest.Refusal;
import dev.catchment.ingest.Source;
import dev.catchment.json.Json;
import dev.catchment.log.Event;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Semaphore;

/** {@code /v1/ws/ingest/{source_id}}: takes the messages of websocket sources in. */
public final class SocketIngestHandler {
  private static final String SOURCE = "source_id";
  private static final String SCHEME = "Bearer ";

  /** A tree of values takes many times the memory of its text. */
  private static final int PARSED_AT_ONCE_MAX = 4;

  private final Semaphore parsing = new Semaphore(PARSED_AT_ONCE_MAX);
  private final Ingest ingest;
  private final ClientAddress clientAddress;

  public SocketIngestHandler(Ingest ingest, ClientAddress clientAddress) {
    this.ingest = ingest;
    this.clientAddress = clientAddress;
  }

  /** Adds the route. */
  public void routes(Router router) {
    router.webSocket(
        "/v1/ws/ingest/{source_id}", this::open, request -> ingest.bodyMax(request.path(SOURCE)));
  }

  private StreamListener open(Request request) {
    List<String> secrets = new ArrayList<>();
    request
        .headers()
        .first("Authorization")
        .filter(value -> value.regionMatches(true, 0, SCHEME, 0, SCHEME.length()))
        .map(value -> value.substring(SCHEME.length()).strip())
        .ifPresent(secrets::add);
    request.query().first("token").ifPresent(secrets::add);
    Received handshake = received(request);
    try {
      Source source = ingest.greet(handshake, secrets).toCompletableFuture().join();
      return new SocketIngest(ingest, source, handshake, request.id(), parsing);
    } catch (CompletionException e) {
      throw switch (e.getCause()) {
        case Refusal refusal -> refusal.failure();
        case Failure failure -> failure;
        case null, default -> e;
      };
    }
  }

  /** What all messages of the connection have in common. The secret is not kept with them. */
  private Received received(Request request) {
    Json.ObjBuilder headers = Json.object();
    Map<String, String> joined = request.headers().joined();
    joined.forEach((name, value) -> {
      if (!name.equals("authorization")) {
        headers.put(name, value);
      }
    });
    Json.ObjBuilder query = Json.object();
    request
        .query()
        .asMap()
        .forEach((name, values) -> {
          if (!name.equals("token")) {
            query.put(name, values.size() == 1 ? Json.of(values.getFirst()) : Json.texts(values));
          }
        });
    return new Received(
        request.path(SOURCE),
        new Event.RequestFacts(
            Source.MESSAGE_METHOD,
            headers.build().text(),
            query.build().text(),
            null,
            clientAddress.of(request.head().peer(), request.headers()::joined)),
        request.headers().lines().stream()
            .filter(line -> !line.getKey().toLowerCase(Locale.ROOT).equals("authorization"))
            .toList(),
        request.head().path(),
        new byte[0]);
  }
}
