package dev.catchment.delivery;

import dev.catchment.json.Json;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Access tokens for destinations, by the client credentials grant of OAuth 2 (RFC 6749, section
 * 4.4). A token is kept until shortly before it expires; of those who need a new one for the same
 * destination one asks and the others wait for it. Safe for use by several threads.
 */
final class Tokens {
  /** How long before its end a token is no longer used. */
  private static final long EARLY_MILLIS = 30_000;

  /** How long a token is kept whose end is not told. */
  private static final long UNTOLD_SECONDS = 300;

  /** However long a token lives, it is asked for again after this long. */
  private static final long LIFE_SECONDS_MAX = 86_400;

  private static final int DESTINATIONS_MAX = 10_000;
  private static final int TOKEN_CHARS_MAX = 16_384;

  private final Sender sender;
  private final InstantSource clock;
  private final String userAgent;
  private final Map<String, Place> places =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Place> eldest) {
          return size() > DESTINATIONS_MAX;
        }
      };

  Tokens(Sender sender, InstantSource clock, String userAgent) {
    this.sender = sender;
    this.clock = clock;
    this.userAgent = userAgent;
  }

  /** What came of asking for a token. */
  sealed interface Answer {
    /** One that may be used. */
    record Token(String text) implements Answer {}

    /** There is none, and why. */
    record None(SendResult.Unanswered why) implements Answer {}
  }

  /** The token of one destination; guarded by its lock. */
  private static final class Place {
    final ReentrantLock lock = new ReentrantLock();
    Json.@Nullable Obj config;
    String token = "";
    long goodUntil;
  }

  /** A token for a destination, within that time. Blocking. */
  Answer get(String destinationId, Json.Obj config, long millis) {
    Place place = place(destinationId);
    boolean locked = false;
    try {
      locked = place.lock.tryLock(millis, TimeUnit.MILLISECONDS);
      if (!locked) {
        return none(SendResult.Kind.TIMEOUT, "The token endpoint did not answer in time");
      }
      if (config.equals(place.config) && clock.millis() < place.goodUntil) {
        return new Answer.Token(place.token);
      }
      return fetch(place, config, (int) Math.min(Integer.MAX_VALUE, millis));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return none(SendResult.Kind.OTHER, "The call was interrupted");
    } finally {
      if (locked) {
        place.lock.unlock();
      }
    }
  }

  /** The receiver did not take that token: the next call asks for another. */
  void drop(String destinationId, String token) {
    Place place = place(destinationId);
    place.lock.lock();
    try {
      if (place.token.equals(token)) {
        place.config = null;
      }
    } finally {
      place.lock.unlock();
    }
  }

  private Place place(String destinationId) {
    synchronized (places) {
      return places.computeIfAbsent(destinationId, id -> new Place());
    }
  }

  private Answer fetch(Place place, Json.Obj config, int millis) {
    SendResult result = sender.send(request(config, millis));
    if (result instanceof SendResult.Unanswered unanswered) {
      return none(
          unanswered.kind(),
          unanswered.kind() == SendResult.Kind.BLOCKED_ADDRESS
              ? unanswered.sentence()
              : "The token endpoint failed: " + unanswered.sentence());
    }
    SendResult.Answered answered = (SendResult.Answered) result;
    if (answered.status() < 200 || answered.status() > 299) {
      return none(SendResult.Kind.OTHER, "The token endpoint answered " + answered.status());
    }
    Optional<Json.Obj> body =
        Json.parse(answered.body()).filter(Json.Obj.class::isInstance).map(Json.Obj.class::cast);
    String token =
        body.map(object -> object.get("access_token")).orElse(null) instanceof Json.Str(String text)
            ? text
            : "";
    if (!token.matches("[!-~]{1," + TOKEN_CHARS_MAX + "}")) {
      return none(SendResult.Kind.OTHER, "The token endpoint answered without a usable token");
    }
    place.config = config;
    place.token = token;
    place.goodUntil =
        clock.millis()
            + TimeUnit.SECONDS.toMillis(
                lifeSeconds(body.map(o -> o.get("expires_in")).orElse(null)))
            - EARLY_MILLIS;
    return new Answer.Token(token);
  }

  private static long lifeSeconds(@Nullable Json expiresIn) {
    String text =
        switch (expiresIn) {
          case Json.Num number -> number.text();
          // Some answer it as a text.
          case Json.Str string -> string.value();
          case null, default -> "";
        };
    if (!text.matches("[0-9]{1,18}(\\.[0-9]{1,9})?")) {
      return UNTOLD_SECONDS;
    }
    int dot = text.indexOf('.');
    return Math.min(LIFE_SECONDS_MAX, Long.parseLong(dot < 0 ? text : text.substring(0, dot)));
  }

  private Outgoing request(Json.Obj config, int millis) {
    List<Map.Entry<String, String>> form = new ArrayList<>();
    form.add(Map.entry("grant_type", "client_credentials"));
    List<Map.Entry<String, String>> headers = new ArrayList<>();
    headers.add(Map.entry("Content-Type", "application/x-www-form-urlencoded"));
    headers.add(Map.entry("Accept", "application/json"));
    headers.add(Map.entry("User-Agent", userAgent));
    String id = config.textOf("client_id", "");
    String secret = config.textOf("client_secret", "");
    if (config.textOf("auth_style", "").equals("body")) {
      form.add(Map.entry("client_id", id));
      form.add(Map.entry("client_secret", secret));
    } else {
      byte[] login = (encode(id) + ":" + encode(secret)).getBytes(StandardCharsets.UTF_8);
      headers.add(Map.entry("Authorization", "Basic " + Base64.getEncoder().encodeToString(login)));
    }
    for (String name : List.of("scope", "audience")) {
      if (!config.textOf(name, "").isEmpty()) {
        form.add(Map.entry(name, config.textOf(name, "")));
      }
    }
    List<String> pairs =
        form.stream().map(pair -> encode(pair.getKey()) + "=" + encode(pair.getValue())).toList();
    return new Outgoing(
        "POST",
        config.textOf("token_url", ""),
        headers,
        String.join("&", pairs).getBytes(StandardCharsets.UTF_8),
        Math.max(1, millis),
        Outgoing.RESPONSE_BYTES_MAX);
  }

  private static String encode(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }

  private static Answer none(SendResult.Kind kind, String sentence) {
    return new Answer.None(new SendResult.Unanswered(kind, sentence, 0));
  }
}
