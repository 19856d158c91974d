package dev.catchment.delivery;

import dev.catchment.json.Json;
import dev.catchment.observe.Log;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** Makes one attempt: the request, the token it may need, the call, and what follows from it. */
final class Calls {
  private static final String AUTHORIZATION = "Authorization";
  private static final int UNAUTHORIZED = 401;
  private static final Log LOG = Log.of("delivery.calls");

  private final HttpRequests requests;
  private final Transformer transformer;
  private final Sender sender;
  private final Tokens tokens;
  private final RandomGenerator random;
  private final InstantSource clock;

  /**
   * @param random for the jitter of retries
   */
  Calls(
      HttpRequests requests,
      Transformer transformer,
      Sender sender,
      RandomGenerator random,
      InstantSource clock) {
    this.requests = requests;
    this.transformer = transformer;
    this.sender = sender;
    this.tokens = new Tokens(sender, clock, requests.userAgent());
    this.random = random;
    this.clock = clock;
  }

  /** What was sent, headers as they are shown, and what came of it. */
  private record Made(@Nullable String sentHeaders, int bodySize, SendResult result) {}

  /** Blocking; never throws for trouble with the request or the receiver. */
  Outcome make(Owed owed, Destination destination) {
    Made made;
    try {
      made = send(destination, owed);
    } catch (RuntimeException e) {
      // A fault of ours, but an attempt all the same, or it would be made again without end.
      LOG.error("delivery.failed", e, "attempt", owed.id());
      made = unsent(SendResult.Kind.OTHER, "The request could not be made");
    }
    long now = clock.millis();
    return new Outcome(
        owed,
        made.result(),
        RetryPolicy.decide(
            destination.retry().orOnce(owed.numbers().retries()),
            owed.numbers().inRound(),
            made.result(),
            now,
            random.nextDouble()),
        made.sentHeaders(),
        made.bodySize(),
        now);
  }

  private Made send(Destination destination, Owed owed) {
    if (!destination.unreadable().isEmpty()) {
      return unsent(SendResult.Kind.OTHER, unreadable(destination.unreadable()));
    }
    Payload payload =
        owed.transform() == null ? new Payload.AsReceived() : transformer.payload(owed);
    return switch (payload) {
      case Payload.Failed(String sentence) -> unsent(SendResult.Kind.TRANSFORM, sentence);
      case Payload.NotNow(String sentence) -> unsent(SendResult.Kind.NOT_NOW, sentence);
      case Payload.AsReceived asReceived ->
          send(destination, requests.request(destination, owed, asReceived, clock.millis()));
      case Payload.Made made ->
          send(destination, requests.request(destination, owed, made, clock.millis()));
    };
  }

  private static Made unsent(SendResult.Kind kind, String sentence) {
    return new Made(null, 0, new SendResult.Unanswered(kind, sentence, 0));
  }

  private static String unreadable(Set<String> members) {
    return "The destination's "
        + String.join(" and ", members)
        + " cannot be read with the keys of this server: set it anew, or give the server its key";
  }

  private Made send(Destination destination, Outgoing request) {
    Json.Obj config = destination.target().authConfig();
    if (!destination.target().authType().equals("oauth2_client_credentials")
        || config == null
        || hasAuthorization(request)) {
      return new Made(masked(destination, request), request.body().length, sender.send(request));
    }
    return sendWithToken(destination, config, request);
  }

  /** The destination's own header would win over the token anyway. */
  private static boolean hasAuthorization(Outgoing request) {
    return request.headers().stream()
        .anyMatch(header -> header.getKey().equalsIgnoreCase(AUTHORIZATION));
  }

  /** A token that the receiver does not take is replaced once; all within the time of one call. */
  private Made sendWithToken(Destination destination, Json.Obj config, Outgoing request) {
    long start = clock.millis();
    Made made = null;
    for (boolean last : List.of(false, true)) {
      long left = Math.max(1, start + request.timeoutMillis() - clock.millis());
      Tokens.Answer answer = tokens.get(destination.id(), config, left);
      if (!(answer instanceof Tokens.Answer.Token(String token))) {
        SendResult.Unanswered why = ((Tokens.Answer.None) answer).why();
        return new Made(
            made == null ? null : made.sentHeaders(),
            request.body().length,
            new SendResult.Unanswered(why.kind(), why.sentence(), clock.millis() - start));
      }
      left = Math.max(1, start + request.timeoutMillis() - clock.millis());
      Outgoing authorized = authorized(request, token, (int) left);
      made =
          new Made(
              masked(destination, authorized), authorized.body().length, sender.send(authorized));
      if (last
          || !(made.result() instanceof SendResult.Answered answered)
          || answered.status() != UNAUTHORIZED) {
        return made;
      }
      tokens.drop(destination.id(), token);
    }
    throw new IllegalStateException("The second call is the last");
  }

  private static String masked(Destination destination, Outgoing request) {
    return HttpRequests.masked(request, destination.target());
  }

  private static Outgoing authorized(Outgoing request, String token, int timeoutMillis) {
    List<Map.Entry<String, String>> headers = new ArrayList<>(request.headers());
    headers.add(Map.entry(AUTHORIZATION, "Bearer " + token));
    return new Outgoing(
        request.method(),
        request.url(),
        headers,
        request.body(),
        timeoutMillis,
        request.responseBytesMax(),
        request.tls());
  }
}
