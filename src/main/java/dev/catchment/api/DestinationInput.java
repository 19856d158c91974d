package dev.catchment.api;

import dev.catchment.base.Failure;
import dev.catchment.base.Scope;
import dev.catchment.delivery.Destination;
import dev.catchment.delivery.RetrySpec;
import dev.catchment.expr.BodyPath;
import dev.catchment.json.Json;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Reads a destination from a body: a new one, or an old one with changes. */
final class DestinationInput {
  private static final Map<String, String> ALIASES =
      Map.of(
          "max_retries",
          "retry_max_attempts",
          "backoff_type",
          "retry_backoff_type",
          "intervals",
          "retry_intervals",
          "config",
          "provider_config");

  private static final List<String> CHANGEABLE =
      List.of(
          "name",
          "url",
          "method",
          "headers",
          "timeout_ms",
          "timeout",
          "auth_type",
          "auth_config",
          "provider_config",
          "retry_enabled",
          "retry_max_attempts",
          "retry_backoff_type",
          "retry_intervals",
          "retry_jitter",
          "circuit_breaker_enabled",
          "circuit_breaker_threshold",
          "circuit_breaker_reset_ms",
          "signing_config",
          "status",
          "rate_limit_per_second",
          "max_in_flight",
          "ordered",
          "order_key_path");

  private static final List<String> OTHER_TYPES =
      List.of(
          "sqs",
          "s3",
          "eventbridge",
          "pubsub",
          "kafka",
          "rabbitmq",
          "websocket",
          "aws_sqs",
          "aws_s3",
          "aws_eventbridge",
          "gcp_pubsub");

  /** Every word that a destination's type may have, now or later. */
  static final List<String> TYPES = Stream.concat(Stream.of("http"), OTHER_TYPES.stream()).toList();

  private static final BigDecimal MILLIS_PER_SECOND = BigDecimal.valueOf(1_000);
  private static final int TIMEOUT_MILLIS_MIN = 100;
  private static final int TIMEOUT_MILLIS_MAX = 120_000;
  private static final int INTERVALS_MAX = 20;
  private static final int INTERVAL_SECONDS_MAX = 604_800;
  static final int URL_CHARS_MAX = 2_048;
  private static final int PATH_CHARS_MAX = 1_000;
  private static final String RATE = "rate_limit_per_second";
  private static final int RATE_MAX = 10_000;

  private final Input input;
  private final DestinationHandler.Outside outside;

  DestinationInput(Input input, DestinationHandler.Outside outside) {
    this.input = input.renamed(ALIASES);
    this.outside = outside;
  }

  Destination created(String id, Scope scope) {
    input.require("name", "slug");
    if (input.body().get("type") instanceof Json.Str(String type) && OTHER_TYPES.contains(type)) {
      throw Failure.body("type", "is not supported by this version");
    }
    String kind = input.word("type", List.of("http"), "http");
    input.require("url");
    Destination blank =
        new Destination(
            new Destination.Identity(id, scope, "", input.slug(), 0, 0),
            new Destination.Target(kind, "", "POST", null, 30_000, "none", null, null, null),
            RetrySpec.standard(),
            new Destination.Breaker(true, 5, 60_000),
            Destination.Status.ACTIVE,
            Destination.Pace.upTo(10),
            new Destination.Totals(0, null));
    return merged(blank);
  }

  Destination changed(Destination old) {
    input.requireAny(CHANGEABLE);
    return merged(old);
  }

  private Destination merged(Destination old) {
    Destination.Identity who = old.identity();
    return new Destination(
        new Destination.Identity(
            who.id(),
            who.scope(),
            input.name(who.name()),
            who.slug(),
            who.createdAt(),
            who.updatedAt()),
        target(old.target()),
        retry(old.retry()),
        new Destination.Breaker(
            input.flag("circuit_breaker_enabled", old.breaker().enabled()),
            input.integer("circuit_breaker_threshold", 1, 100, old.breaker().threshold()),
            input.integer(
                "circuit_breaker_reset_ms", 1_000, 3_600_000, old.breaker().resetMillis())),
        Destination.Status.valueOf(
            input.word("status", Fields.STATUSES, old.status().word()).toUpperCase(Locale.ROOT)),
        pace(old.pace()),
        old.totals(),
        stillUnreadable(old.unreadable()));
  }

  /** What is given anew can be read. */
  private Set<String> stillUnreadable(Set<String> old) {
    return old.stream()
        .filter(member -> !input.has(member))
        .filter(member -> !member.equals("auth_config") || !input.has("auth_type"))
        .collect(Collectors.toSet());
  }

  private Destination.Pace pace(Destination.Pace old) {
    String path = input.nullableText("order_key_path", PATH_CHARS_MAX, old.orderKeyPath());
    if (path != null && input.has("order_key_path")) {
      BodyPath.parse(path, "order_key_path");
    }
    return new Destination.Pace(
        input.integer("max_in_flight", 1, 1_000, old.maxInFlight()),
        rate(old.ratePerSecond()),
        input.flag("ordered", old.ordered()),
        path);
  }

  private @Nullable Integer rate(@Nullable Integer old) {
    if (input.body().get(RATE) instanceof Json.Null) {
      return null;
    }
    return input.has(RATE) ? (Integer) input.integer(RATE, 1, RATE_MAX, 1) : old;
  }

  private Destination.Target target(Destination.Target old) {
    String url = input.text("url", 1, URL_CHARS_MAX, old.url());
    if (input.has("url")) {
      outside.checkUrl().accept(url, "url");
    }
    AuthInput auth = AuthInput.read(input, old.authType(), old.authConfig(), outside.checkUrl());
    return new Destination.Target(
        old.kind(),
        url,
        input.word("method", List.of("POST", "PUT", "PATCH"), old.method()),
        headers(old.headers()),
        timeoutMillis(old.timeoutMillis()),
        auth.type(),
        auth.config(),
        ProviderInput.read(input, old.providerConfig(), outside.checkTls()),
        SigningInput.read(input, old.signingConfig()));
  }

  private Json.@Nullable Obj headers(Json.@Nullable Obj stored) {
    Json.Obj given = input.object("headers", stored);
    if (given == null || !input.has("headers")) {
      return given;
    }
    Json.Obj headers = Masks.keepHeaders("headers", given, stored);
    HeaderRules.check(headers, "headers");
    return headers;
  }

  private int timeoutMillis(int fallback) {
    if (input.has("timeout_ms") || !input.has("timeout")) {
      return input.integer("timeout_ms", TIMEOUT_MILLIS_MIN, TIMEOUT_MILLIS_MAX, fallback);
    }
    if (input.body().get("timeout") instanceof Json.Num number && number.text().length() <= 10) {
      BigDecimal millis = number.value().multiply(MILLIS_PER_SECOND);
      if (millis.compareTo(BigDecimal.valueOf(TIMEOUT_MILLIS_MIN)) >= 0
          && millis.compareTo(BigDecimal.valueOf(TIMEOUT_MILLIS_MAX)) <= 0) {
        return millis.intValue();
      }
    }
    throw Failure.body("timeout", "must be a number of seconds from 0.1 to 120");
  }

  private RetrySpec retry(RetrySpec old) {
    return new RetrySpec(
        input.flag("retry_enabled", old.enabled()),
        input.integer("retry_max_attempts", 1, 10, old.attemptsMax()),
        RetrySpec.Backoff.valueOf(
            input
                .word(
                    "retry_backoff_type",
                    List.of("exponential", "linear", "fixed"),
                    old.backoff().word())
                .toUpperCase(Locale.ROOT)),
        intervals(old.intervalsSeconds()),
        input.flag("retry_jitter", old.jitter()));
  }

  private List<Integer> intervals(List<Integer> fallback) {
    if (!input.has("retry_intervals")) {
      return fallback;
    }
    List<Json> items = input.array("retry_intervals", new Json.Arr(List.of())).items();
    List<Integer> seconds = new ArrayList<>();
    for (Json item : items) {
      Input.integer(item).ifPresent(seconds::add);
    }
    boolean valid =
        !items.isEmpty()
            && items.size() <= INTERVALS_MAX
            && seconds.size() == items.size()
            && seconds.stream().allMatch(one -> one >= 1 && one <= INTERVAL_SECONDS_MAX);
    if (!valid) {
      throw Failure.body(
          "retry_intervals",
          "must be an array of 1 to 20 integers from 1 to " + INTERVAL_SECONDS_MAX);
    }
    return seconds;
  }
}
