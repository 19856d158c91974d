package dev.catchment.issues;

import dev.catchment.delivery.EndedAttempt;
import dev.catchment.delivery.SendResult;
import java.util.Locale;

/** The kinds of trouble with a destination. Which one an attempt shows is decided purely. */
public enum IssueKind {
  HTTP_3XX("HTTP 3xx from"),
  HTTP_4XX("HTTP 4xx from"),
  HTTP_5XX("HTTP 5xx from"),
  GONE("HTTP 410 from"),
  TIMEOUT("Timeout of"),
  DNS_ERROR("Name not found of"),
  CONNECTION_ERROR("No connection with"),
  TLS_ERROR("TLS error with"),
  BLOCKED_ADDRESS("Blocked address of"),
  TRANSFORM_ERROR("Transform error for"),
  BROKER_ERROR("Broker error of"),
  CIRCUIT_OPEN("Circuit open to"),
  ERROR_RATE("High error rate of");

  private static final int GONE_STATUS = 410;
  private static final String CIRCUIT_OPEN_START = "Circuit open";

  private final String words;

  IssueKind(String words) {
    this.words = words;
  }

  /** The word on the wire and in the store. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** What a title begins with; the name of the destination follows. */
  String words() {
    return words;
  }

  /** Whether it is about all that goes to the destination and not about single deliveries. */
  boolean isOfDestination() {
    return this == CIRCUIT_OPEN || this == ERROR_RATE;
  }

  /** What a failed attempt is a case of. */
  static IssueKind of(EndedAttempt attempt) {
    String error = String.valueOf(attempt.error());
    if (error.startsWith(CIRCUIT_OPEN_START)) {
      return CIRCUIT_OPEN;
    }
    SendResult.Kind trouble = attempt.trouble();
    Integer status = attempt.status();
    if (trouble != null) {
      return ofTrouble(trouble);
    }
    return status == null ? CONNECTION_ERROR : ofStatus(status);
  }

  private static IssueKind ofTrouble(SendResult.Kind trouble) {
    return switch (trouble) {
      case TRANSFORM, NOT_NOW -> TRANSFORM_ERROR;
      case DNS -> DNS_ERROR;
      case CONNECT, PROTOCOL, OTHER -> CONNECTION_ERROR;
      case TIMEOUT -> TIMEOUT;
      case TLS -> TLS_ERROR;
      case BLOCKED_ADDRESS -> BLOCKED_ADDRESS;
    };
  }

  private static IssueKind ofStatus(int status) {
    if (status == GONE_STATUS) {
      return GONE;
    }
    return switch (status / 100) {
      case 3 -> HTTP_3XX;
      case 4 -> HTTP_4XX;
      // No final answer, or none that is defined: the receiver does not speak HTTP as it should.
      case 0, 1, 2 -> CONNECTION_ERROR;
      default -> HTTP_5XX;
    };
  }
}
