package dev.catchment.ingest;

import dev.catchment.base.Failure;
import dev.catchment.base.Sha256;
import dev.catchment.expr.Body;
import dev.catchment.expr.BodyPath;
import dev.catchment.json.Json;
import dev.catchment.log.Event;
import dev.catchment.schema.BodySchema;
import dev.catchment.schema.Violation;
import dev.catchment.verify.Answer;
import dev.catchment.verify.Handshake;
import dev.catchment.verify.KeySource;
import dev.catchment.verify.SignedRequest;
import dev.catchment.verify.Verdict;
import dev.catchment.verify.Verification;
import dev.catchment.verify.VerificationFields;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The rules of one state of a source, compiled. Rules that were stored and do not compile any more
 * refuse every request; nothing is let in because a rule is broken. Safe for use by several
 * threads.
 */
final class SourceChecks {
  private static final long PAUSED_RETRY_SECONDS = 60;
  private static final String VERIFIED = "verified";
  private static final String SCHEMA_INVALID = "schema_invalid";

  private final Source source;
  private final @Nullable Verification verification;
  private final Handshake handshake;
  private final @Nullable AddressList allow;
  private final @Nullable AddressList deny;
  private final @Nullable BodySchema schema;
  private final @Nullable BodyPath dedupPath;
  private final @Nullable Failure broken;
  private final int ratePerSecond;

  private SourceChecks(Source source, @Nullable String ingestUrl) {
    this.source = source;
    SourceRules rules = source.rules();
    // The secret of a websocket source is asked for once, by whoever opens the connection.
    this.verification =
        rules.verifying().enabled() && !source.isWebSocket()
            ? Verification.stored(rules.verifying().fields(), rules.template(), ingestUrl)
            : null;
    this.handshake =
        source.isWebSocket()
            ? Handshake.compile(new VerificationFields(null, null, null, null), null, null)
            : Handshake.compile(rules.verifying().fields(), rules.template(), source.config());
    AddressList allowed = null;
    AddressList denied = null;
    BodySchema compiled = null;
    BodyPath path = null;
    Failure fault = null;
    try {
      allowed = list(rules.addresses().allow(), "ip_allowlist");
      denied = list(rules.addresses().deny(), "ip_denylist");
      if (rules.body().enabled() && rules.body().schema() != null) {
        compiled = BodySchema.compile(rules.body().schema());
      }
      SourceRules.Dedup dedup = rules.dedup();
      if (dedup.enabled()
          && dedup.field() != null
          && SourceRules.Dedup.BODY_FIELD.equals(dedup.strategy())) {
        path = BodyPath.parse(dedup.field(), "dedup_field");
      }
    } catch (Failure e) {
      fault = e;
    }
    this.allow = allowed;
    this.deny = denied;
    this.schema = compiled;
    this.dedupPath = path;
    this.broken = fault;
    this.ratePerSecond =
        source.config() != null
                && source.config().get("rate_limit_per_second") instanceof Json.Num number
            ? number.value().intValue()
            : 0;
  }

  /**
   * The compiled rules.
   *
   * @param ingestUrl the source's public URL, for schemes that sign it; null when it is not known
   */
  static SourceChecks of(Source source, @Nullable String ingestUrl) {
    return new SourceChecks(source, ingestUrl);
  }

  private static @Nullable AddressList list(Json.@Nullable Arr entries, String field) {
    return entries == null ? null : AddressList.parse(entries, field);
  }

  Source source() {
    return source;
  }

  /** Whether a request needs nothing but its status, address and rate to be looked at. */
  boolean isPlain() {
    return !source.rules().verifying().enabled()
        && schema == null
        && !source.rules().dedup().enabled()
        && source.rules().template() == null
        && source.rules().verifying().fields().type() == null;
  }

  /** Whether judging a body takes long enough to keep it off the threads that read sockets. */
  boolean isHeavy(int bodyBytes, int lightBytesMax) {
    return !isPlain()
        && (bodyBytes > lightBytesMax || schema != null || dedupPath != null || !isHmac());
  }

  private boolean isHmac() {
    String type = source.rules().verifying().fields().type();
    return type == null || type.startsWith("hmac_") || type.equals("standard_webhooks");
  }

  /** The checks that come before the body: status, addresses, rate. */
  RateWindow.@Nullable Left admit(
      Event.RequestFacts facts, RateLimits limits, long nowMillis, boolean replayed) {
    if (source.isWebSocket() != facts.method().equals(Source.MESSAGE_METHOD)) {
      throw new WrongDoor();
    }
    switch (source.status()) {
      case ACTIVE -> {}
      case PAUSED ->
          throw Refusal.of(
              Failure.retryLater("Source is paused", PAUSED_RETRY_SECONDS), Reason.SOURCE_PAUSED);
      case DISABLED -> throw Refusal.forbidden("Source is disabled", Reason.SOURCE_DISABLED);
    }
    if (source.term() != null && source.term().expiresAt() <= nowMillis) {
      throw Refusal.expired();
    }
    if (broken != null) {
      throw Refusal.signature(Reason.VERIFIER_MISCONFIGURED, broken.sentence());
    }
    if (deny != null && deny.contains(facts.sourceIp())) {
      throw Refusal.forbidden("IP is in deny list", Reason.IP_DENIED);
    }
    if (allow != null && !allow.contains(facts.sourceIp())) {
      throw Refusal.forbidden("IP is not in allow list", Reason.IP_NOT_ALLOWED);
    }
    if (replayed) {
      return null;
    }
    RateWindow.Left left = limits.take(source.id(), ratePerSecond, facts.sourceIp(), nowMillis);
    if (left != null && !left.allowed()) {
      throw Refusal.rate(left);
    }
    return left;
  }

  /** A provider's question, if the request is one. */
  Optional<Answer> asked(SignedRequest request) {
    return handshake.answer(request);
  }

  /** Whether senders must not learn that a signature was refused. */
  boolean hidesRefusal() {
    return verification != null && verification.hidesRefusal();
  }

  /** Judges the signature; {@code Verified} where none is asked for. */
  Verdict verify(SignedRequest request, long nowMillis, KeySource keys) {
    return verification == null
        ? new Verdict.Verified(null, null)
        : verification.check(request, nowMillis, keys);
  }

  /**
   * The right of a verified request to be taken once, where its scheme asks for that; null where it
   * does not.
   */
  @Nullable Token once(Verdict verdict, long nowMillis) {
    if (verification == null
        || verification.onceForMillis() == 0
        || !(verdict instanceof Verdict.Verified verified)
        || verified.id() == null) {
      return null;
    }
    long signedAt = verified.timeMillis() == null ? nowMillis : verified.timeMillis();
    return new Token(
        Sha256.hex(verified.id()), Math.max(nowMillis, signedAt) + verification.onceForMillis());
  }

  /**
   * What is to be stored with the event; throws the refusal of a body that does not fit.
   *
   * @param decodedMax the most bytes a compressed body may decode to for its schema and its key
   */
  Event.Checks judge(Received received, long decodedMax) {
    String status = source.rules().verifying().enabled() ? VERIFIED : null;
    String error = null;
    boolean reads = schema != null || dedupPath != null;
    Map<String, String> headers = reads ? headers(received) : Map.of();
    Optional<Json> body = reads ? parsed(received, headers, decodedMax) : Optional.empty();
    if (schema != null) {
      List<Violation> violations = schema.check(body);
      if (!violations.isEmpty()) {
        if (!SourceRules.BodyRule.WARN.equals(source.rules().body().action())) {
          throw Refusal.schema(violations);
        }
        status = SCHEMA_INVALID;
        error = Refusal.text(violations.getFirst());
      }
    }
    SourceRules.Dedup rule = source.rules().dedup();
    byte[] key = rule.enabled() ? key(rule, received, headers, body) : null;
    return status == null && key == null
        ? Event.Checks.NONE
        : new Event.Checks(
            status,
            error,
            key == null
                ? null
                : new Event.Dedup(Sha256.hex(key), rule.windowSeconds() * 1_000L, null));
  }

  private byte @Nullable [] key(
      SourceRules.Dedup rule, Received received, Map<String, String> headers, Optional<Json> body) {
    return switch (rule.strategy() == null ? "" : rule.strategy()) {
      case SourceRules.Dedup.HEADER_FIELD -> header(received, String.valueOf(rule.field()));
      case SourceRules.Dedup.BODY_FIELD -> bodyField(headers, body);
      default -> received.body();
    };
  }

  private static byte @Nullable [] header(Received received, String name) {
    String value = received.signed().header(name);
    return value == null || value.isEmpty() ? null : value.getBytes(StandardCharsets.UTF_8);
  }

  private byte @Nullable [] bodyField(Map<String, String> headers, Optional<Json> body) {
    return dedupPath == null
        ? null
        : dedupPath
            .find(body, headers)
            .filter(value -> !(value instanceof Json.Null))
            // A text is the key as it is, so that its hash can be told from the text alone.
            .map(value -> value instanceof Json.Str(String text) ? text : value.text())
            .map(text -> text.getBytes(StandardCharsets.UTF_8))
            .orElse(null);
  }

  /** The headers by lower-case name, repeated ones joined as they are stored. */
  private static Map<String, String> headers(Received received) {
    Map<String, String> headers = new HashMap<>();
    received
        .lines()
        .forEach(line ->
            headers.merge(
                line.getKey().toLowerCase(Locale.ROOT),
                line.getValue(),
                (one, other) -> one + ", " + other));
    return headers;
  }

  private static Optional<Json> parsed(
      Received received, Map<String, String> headers, long decodedMax) {
    return Body.parse(
        received.body(),
        received.facts().contentType(),
        headers.get("content-encoding"),
        decodedMax);
  }
}
