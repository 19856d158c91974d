package dev.catchment.base;

import org.jspecify.annotations.Nullable;

/**
 * A fault of the caller, or a state the caller must wait out, in words that are safe to show.
 *
 * <p>Anything that is not a {@code Failure} is a bug of ours. The doors ({@code api}, {@code
 * feedapi}) alone turn a {@link Code} into a status.
 */
public final class Failure extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** What kind of failure it is, independent of any protocol. */
  public enum Code {
    /** The request or one of its fields is not acceptable. */
    INVALID,
    /** No valid credential was given. */
    UNAUTHENTICATED,
    /** The caller may not do this. */
    FORBIDDEN,
    /** The thing does not exist, or is not the caller's. */
    NOT_FOUND,
    /** The request conflicts with the present state. */
    CONFLICT,
    /** The thing existed and is over. */
    GONE,
    /** The body is larger than a limit. */
    TOO_LARGE,
    /** The content was understood and refused. */
    UNPROCESSABLE,
    /** The caller must slow down. */
    RATE_LIMITED,
    /** The server cannot serve this now; try again later. */
    UNAVAILABLE
  }

  private final Code code;
  private final @Nullable String field;
  private final long retryAfterSeconds;

  /** A failure about one field of the request, or about none when {@code field} is null. */
  public Failure(Code code, String message, @Nullable String field) {
    this(code, message, field, null, 0);
  }

  private Failure(
      Code code,
      String message,
      @Nullable String field,
      @Nullable Throwable cause,
      long retryAfterSeconds) {
    super(message, cause, false, false);
    this.code = code;
    this.field = field;
    this.retryAfterSeconds = retryAfterSeconds;
  }

  /** {@code Invalid body: '<field>' <rule>}. */
  public static Failure body(String field, String rule) {
    return new Failure(Code.INVALID, "Invalid body: '" + field + "' " + rule, field);
  }

  /** {@code Invalid query: '<parameter>' <rule>}. */
  public static Failure query(String parameter, String rule) {
    return new Failure(Code.INVALID, "Invalid query: '" + parameter + "' " + rule, parameter);
  }

  /** {@code <thing> not found}. */
  public static Failure notFound(String thing) {
    return new Failure(Code.NOT_FOUND, thing + " not found", null);
  }

  /** A conflict with the present state. */
  public static Failure conflict(String message) {
    return new Failure(Code.CONFLICT, message, null);
  }

  /** An invalid request that is not about one field. */
  public static Failure invalid(String message) {
    return new Failure(Code.INVALID, message, null);
  }

  /** The server cannot serve this now. */
  public static Failure unavailable() {
    return new Failure(Code.UNAVAILABLE, "Service unavailable", null);
  }

  /** The same, with what the store or the remote party said. */
  public static Failure unavailable(Throwable cause) {
    return new Failure(Code.UNAVAILABLE, "Service unavailable", null, cause, 0);
  }

  /** The server will serve this again after about that many seconds. */
  public static Failure retryLater(String message, long seconds) {
    return new Failure(Code.UNAVAILABLE, message, null, null, seconds);
  }

  /** The caller may send again after that many seconds. */
  public static Failure tooFast(String message, long seconds) {
    return new Failure(Code.RATE_LIMITED, message, null, null, seconds);
  }

  /** The same failure with more to say. */
  public Failure adding(String more) {
    return new Failure(code, sentence() + more, field, getCause(), retryAfterSeconds);
  }

  /** When to try again, in seconds; 0 when nobody can say. */
  public long retryAfterSeconds() {
    return retryAfterSeconds;
  }

  public Code code() {
    return code;
  }

  /** The field or parameter at fault, null when it is not about one. */
  public @Nullable String field() {
    return field;
  }

  /** The sentence to show. */
  public String sentence() {
    String message = getMessage();
    return message == null ? code.name() : message;
  }
}
