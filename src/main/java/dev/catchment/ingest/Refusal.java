package dev.catchment.ingest;

import dev.catchment.base.Failure;
import dev.catchment.schema.Violation;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A request to a known source is refused. */
public final class Refusal extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final transient Failure failure;
  private final transient Reason reason;
  private final transient @Nullable String detail;
  private final transient List<Violation> violations;
  private final transient RateWindow.@Nullable Left rate;

  private Refusal(
      Failure failure,
      Reason reason,
      @Nullable String detail,
      List<Violation> violations,
      RateWindow.@Nullable Left rate) {
    super(failure.sentence(), failure, false, false);
    this.failure = failure;
    this.reason = reason;
    this.detail = detail;
    this.violations = violations;
    this.rate = rate;
  }

  static Refusal of(Failure failure, Reason reason) {
    return new Refusal(failure, reason, null, List.of(), null);
  }

  static Refusal forbidden(String sentence, Reason reason) {
    return of(new Failure(Failure.Code.FORBIDDEN, sentence, null), reason);
  }

  /** One sentence for every cause, so that nobody learns how near a forged request came. */
  static Refusal signature(Reason reason, String detail) {
    return new Refusal(
        new Failure(Failure.Code.UNAUTHENTICATED, "Invalid signature", null),
        reason,
        detail,
        List.of(),
        null);
  }

  static Refusal schema(List<Violation> violations) {
    return new Refusal(
        new Failure(Failure.Code.UNPROCESSABLE, "Schema validation failed", null),
        Reason.SCHEMA_INVALID,
        text(violations.getFirst()),
        violations,
        null);
  }

  static Refusal rate(RateWindow.Left left) {
    return new Refusal(
        Failure.tooFast("Rate limit exceeded", left.resetSeconds()),
        Reason.RATE_LIMITED,
        null,
        List.of(),
        left);
  }

  /**
   * The events of a month are used up.
   *
   * @param resetSeconds to the next month
   */
  static Refusal quota(long resetSeconds) {
    return of(Failure.tooFast("Event quota exceeded", resetSeconds), Reason.QUOTA_EXCEEDED);
  }

  /** The time of an ephemeral source is over. */
  static Refusal expired() {
    return of(new Failure(Failure.Code.GONE, "Session expired", null), Reason.SESSION_EXPIRED);
  }

  static String text(Violation violation) {
    return (violation.path().isEmpty() ? "" : violation.path() + " ") + violation.message();
  }

  /** What the sender is told. */
  public Failure failure() {
    return failure;
  }

  /** Why, as it is counted and kept. */
  public Reason reason() {
    return reason;
  }

  /** What an operator should know beside the reason; the sender does not see it. */
  public @Nullable String detail() {
    return detail;
  }

  /** How the body does not fit the schema; empty for other reasons. */
  public List<Violation> violations() {
    return violations;
  }

  /** How far over its limit the sender is; null for other reasons. */
  public RateWindow.@Nullable Left rate() {
    return rate;
  }
}
